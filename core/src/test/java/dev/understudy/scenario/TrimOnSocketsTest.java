package dev.understudy.scenario;

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

/** Requests of trimmed conversations, as the server receives them. */
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
    final SocketScenario scenario = new SocketScenario();

    private static ScriptedReply overflow(SocketDialect dialect) {
        return dialect == SocketDialect.OPENAI
                ? ScriptedReply.error(
                        400,
                        "invalid_request_error",
                        "context_length_exceeded",
                        "Please reduce the length of the messages or completion.")
                : ScriptedReply.error(400, "invalid_request_error", "input is too long for requested model.");
    }

    private static ScriptedReply overflow(SocketDialect dialect, int asked, int window) {
        return dialect == SocketDialect.OPENAI
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

    @EveryDialectAndKind
    void overflowDropsTheOldestHalfAndRetries(SocketDialect dialect, CallKind kind) {
        ScriptedServer server = scenario.server().then(overflow(dialect), ScriptedReply.text("It fits."));
        Understudy understudy = scenario.understudy(scenario.provider(dialect, "p1", server, "k1"));
        CallResult result = kind.result(understudy, FIVE);
        assertThat(result.text()).isEqualTo("It fits.");
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
        assertThat(result.attemptLog().attempts())
                .extracting(AttemptLog.Attempt::dropped)
                .containsExactly(0, 2);
    }

    @EveryDialectAndKind
    void irreducibleRequestIsSentOnce(SocketDialect dialect, CallKind kind) {
        ScriptedServer server = scenario.server().always(overflow(dialect));
        Understudy understudy = scenario.understudy(scenario.provider(dialect, "p1", server, "k1"));
        CallResult result = kind.result(understudy, ChatRequest.of("m", "Be brief.", "Who is there?"));
        assertThat(result.error())
                .isInstanceOf(ChatException.Exhausted.class)
                .hasMessageContaining("cannot be reduced further");
        assertThat(server.calls()).hasSize(1);
    }

    @EveryDialectAndKind
    void codedWindowOfTwoCallsTrimsTheNext(SocketDialect dialect, CallKind kind) {
        ScriptedServer server = scenario.server()
                .then(
                        overflow(dialect, 399, 300),
                        ScriptedReply.text("It fits."),
                        overflow(dialect, 399, 300),
                        ScriptedReply.text("It fits."),
                        ScriptedReply.text("It fits."));
        Understudy understudy = scenario.understudy(scenario.provider(dialect, "p1", server, "k1"));
        ChatRequest longer = FIVE.withMessages(FIVE.messages().stream()
                .map(message -> message.equals(Message.user("first question"))
                        ? Message.user("first question" + " and more".repeat(200))
                        : message)
                .toList());
        for (int i = 0; i < 3; i++) {
            assertThat(kind.result(understudy, longer).text()).isEqualTo("It fits.");
        }
        assertThat(server.calls()).hasSize(5);
        assertThat(server.calls().get(2).text()).as("one report").contains("first question");
        boolean coded = dialect == SocketDialect.OPENAI;
        assertThat(server.calls().get(4).text().contains("first question"))
                .as("trimmed only after reports with a code")
                .isEqualTo(!coded);
    }

    @EveryDialectAndKind
    void policyTrimsBeforeTheFirstCall(SocketDialect dialect, CallKind kind) {
        ScriptedServer server = scenario.server().always(ScriptedReply.text("It fits."));
        Understudy understudy = scenario.builder(scenario.provider(dialect, "p1", server, "k1"))
                .contextWindow(ContextWindow.keep(20))
                .build();
        kind.result(understudy, FIVE).servedBy();
        assertThat(server.calls()).hasSize(1);
        assertThat(server.calls().get(0).text())
                .contains("Be brief.", "last question")
                .doesNotContain("first question", "second question");
    }
}
