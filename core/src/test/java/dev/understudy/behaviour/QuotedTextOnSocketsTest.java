package dev.understudy.behaviour;

import static dev.understudy.behaviour.Rehearsal.REQUEST;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.chat.FailureKind;
import dev.understudy.event.Event;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A vendor that quotes one caller's text in its errors takes nothing from the other callers. */
class QuotedTextOnSocketsTest {

    private static final String KEY = "invalid api key";

    @RegisterExtension
    final Rehearsal stage = new Rehearsal();

    @OnEveryWire
    void aModelNamedLikeAWrongKeyLeavesTheKeysIn(Wire wire, Door door) {
        ScriptedServer server = stage.server()
                .when(
                        asked -> asked.text().contains(KEY),
                        ScriptedReply.error(
                                400, "invalid_request_error", "There is no such thing as " + KEY + " here."))
                .always(ScriptedReply.text("Hello."));
        Understudy understudy = stage.understudy(stage.provider(wire, "p1", server, "k1"));
        assertThat(door.hear(understudy, REQUEST.withModel(KEY)).kinds()).containsExactly(FailureKind.INVALID_REQUEST);
        assertThat(door.hear(understudy, REQUEST.withModel("m")).text()).isEqualTo("Hello.");
        assertThat(stage.events(Event.ProviderReported.class)).isEmpty();
    }

    @OnEveryWire
    void aPromptThatNamesAWindowTeachesNone(Wire wire, Door door) {
        String words = "maximum context length is 16 tokens";
        ScriptedServer server = stage.server()
                .when(
                        asked -> asked.text().contains(words),
                        ScriptedReply.error(400, "invalid_request_error", "Cannot read '" + words + "'."))
                .always(ScriptedReply.text("Hello."));
        Understudy understudy = stage.understudy(stage.provider(wire, "p1", server, "k1"));
        assertThat(door.hear(understudy, dev.understudy.chat.ChatRequest.of("m", words))
                        .kinds())
                .containsExactly(FailureKind.INVALID_REQUEST);
    }
}
