package dev.understudy.scenario;

import static dev.understudy.scenario.SocketScenario.REQUEST;
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
    final SocketScenario scenario = new SocketScenario();

    @EveryDialectAndKind
    void modelNameLikeAuthErrorKeepsTheKeys(SocketDialect dialect, CallKind kind) {
        ScriptedServer server = scenario.server()
                .when(
                        asked -> asked.text().contains(KEY),
                        ScriptedReply.error(
                                400, "invalid_request_error", "There is no such thing as " + KEY + " here."))
                .always(ScriptedReply.text("Hello."));
        Understudy understudy = scenario.understudy(scenario.provider(dialect, "p1", server, "k1"));
        assertThat(kind.result(understudy, REQUEST.withModel(KEY)).kinds())
                .containsExactly(FailureKind.INVALID_REQUEST);
        assertThat(kind.result(understudy, REQUEST.withModel("m")).text()).isEqualTo("Hello.");
        assertThat(scenario.events(Event.ProviderReported.class)).isEmpty();
    }

    @EveryDialectAndKind
    void windowInQuotedPromptIsNotLearned(SocketDialect dialect, CallKind kind) {
        String words = "maximum context length is 16 tokens";
        ScriptedServer server = scenario.server()
                .when(
                        asked -> asked.text().contains(words),
                        ScriptedReply.error(400, "invalid_request_error", "Cannot read '" + words + "'."))
                .always(ScriptedReply.text("Hello."));
        Understudy understudy = scenario.understudy(scenario.provider(dialect, "p1", server, "k1"));
        assertThat(kind.result(understudy, dev.understudy.chat.ChatRequest.of("m", words))
                        .kinds())
                .containsExactly(FailureKind.INVALID_REQUEST);
    }
}
