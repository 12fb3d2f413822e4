package dev.understudy.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Message;
import dev.understudy.policy.ContextWindow;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import java.util.List;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a server really receives of a conversation that is too long. */
class TrimOnSocketsTest {

    private static final ChatRequest FIVE = ChatRequest.of(
            "m",
            List.of(
                    Message.system("Be brief."),
                    Message.user("first question"),
                    Message.assistant("first answer"),
                    Message.user("second question"),
                    Message.assistant("second answer"),
                    Message.user("last question")));

    @RegisterExtension
    final Rehearsal stage = new Rehearsal();

    private static ScriptedReply overflow(Wire wire) {
        return wire == Wire.OPENAI
                ? ScriptedReply.error(
                        400,
                        "invalid_request_error",
                        "context_length_exceeded",
                        "Please reduce the length of the messages or completion.")
                : ScriptedReply.error(400, "invalid_request_error", "input is too long for requested model.");
    }

    private static ScriptedReply overflow(Wire wire, int asked, int window) {
        return wire == Wire.OPENAI
                ? ScriptedReply.error(
                        400,
                        "invalid_request_error",
                        "context_length_exceeded",
                        "This model's maximum context length is " + window
                                + " tokens. However, your messages resulted in " + asked + " tokens.")
                : ScriptedReply.error(
                        400,
                        "invalid_request_error",
                        "prompt is too long: " + asked + " tokens > " + window + " maximum");
    }

    @OnEveryWire
    void theOldestHalfIsGoneAndTheRestIsAskedAgain(Wire wire, Door door) {
        ScriptedServer server = stage.server().then(overflow(wire), ScriptedReply.text("It fits."));
        Understudy understudy = stage.understudy(stage.provider(wire, "p1", server, "k1"));
        Heard heard = door.hear(understudy, FIVE);
        assertThat(heard.text()).isEqualTo("It fits.");
        assertThat(server.calls()).hasSize(2);
        assertThat(server.calls().get(0).text())
                .contains(
                        "Be brief.",
                        "first question",
                        "first answer",
                        "second question",
                        "second answer",
                        "last question");
        assertThat(server.calls().get(1).text())
                .contains("Be brief.", "second question", "second answer", "last question")
                .doesNotContain("first question", "first answer");
        assertThat(heard.trail().attempts())
                .extracting(AttemptLog.Attempt::dropped)
                .containsExactly(0, 2);
    }

    @OnEveryWire
    void whatCannotBeReducedIsSentExactlyOnce(Wire wire, Door door) {
        ScriptedServer server = stage.server().always(overflow(wire));
        Understudy understudy = stage.understudy(stage.provider(wire, "p1", server, "k1"));
        Heard heard = door.hear(understudy, ChatRequest.of("m", "Be brief.", "Who is there?"));
        assertThat(heard.error())
                .isInstanceOf(ChatException.Exhausted.class)
                .hasMessageContaining("cannot be reduced further");
        assertThat(server.calls()).hasSize(1);
    }

    @OnEveryWire
    void aWindowThatAVendorTellsIsKeptFromThenOn(Wire wire, Door door) {
        ScriptedServer server = stage.server().then(overflow(wire, 99, 40), ScriptedReply.text("It fits."));
        Understudy understudy = stage.understudy(stage.provider(wire, "p1", server, "k1"));
        assertThat(door.hear(understudy, FIVE).text()).isEqualTo("It fits.");
        assertThat(door.hear(understudy, FIVE).text()).isEqualTo("It fits.");
        assertThat(server.calls()).as("one overflow, and never again").hasSize(3);
        assertThat(server.calls().get(2).text())
                .contains("Be brief.", "last question")
                .doesNotContain("first question");
    }

    @OnEveryWire
    void aDoorMayKeepConversationsShortByItself(Wire wire, Door door) {
        ScriptedServer server = stage.server().always(ScriptedReply.text("It fits."));
        Understudy understudy = stage.builder(stage.provider(wire, "p1", server, "k1"))
                .contextWindow(ContextWindow.keep(20))
                .build();
        door.hear(understudy, FIVE).served();
        assertThat(server.calls()).hasSize(1);
        assertThat(server.calls().get(0).text())
                .contains("Be brief.", "last question")
                .doesNotContain("first question", "second question");
    }
}
