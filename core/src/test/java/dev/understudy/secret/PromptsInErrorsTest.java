package dev.understudy.secret;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.FailureKind;
import dev.understudy.event.Event;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.scenario.CallKind;
import dev.understudy.scenario.CallResult;
import dev.understudy.scenario.EveryDialectAndKind;
import dev.understudy.scenario.SocketDialect;
import dev.understudy.scenario.SocketScenario;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Text of a prompt that a vendor quotes in an error is in no message, event, attempt log or status. */
class PromptsInErrorsTest {

    private static final String CANARY = "patient 4711 Zephyrine has tested positive";
    private static final String PROMPT = "Write a letter. The " + CANARY + " since March. Be kind.";

    private static final List<String> QUOTES = List.of(
            "Invalid input: '" + PROMPT + "'",
            "Cannot parse the part near \"" + CANARY + "\" of the input",
            "No such thing as " + CANARY,
            CANARY + " is not allowed",
            "Bad text: " + PROMPT.substring(0, 40) + "...",
            "Bad text: ..." + PROMPT.substring(30),
            CANARY.toUpperCase(Locale.ROOT) + " was refused",
            "Refused: " + CANARY.replace(" ", "%20"),
            "Refused: " + CANARY.replace(" ", "&nbsp;"),
            "Refused: " + CANARY.replace(" ", "\\\\u0020"));

    @RegisterExtension
    final SocketScenario scenario = new SocketScenario();

    @EveryDialectAndKind
    void quotedPromptIsNotExposed(SocketDialect dialect, CallKind kind) {
        for (String quote : QUOTES) {
            String json = "\"" + quote.replace("\"", "\\\"") + "\"";
            for (ScriptedReply reply : List.of(
                    ScriptedReply.raw(
                            400,
                            "application/json",
                            "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":" + json
                                    + "}}"),
                    ScriptedReply.raw(500, "text/plain", quote),
                    ScriptedReply.raw(
                            200,
                            "text/event-stream",
                            "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"api_error\",\"message\":"
                                    + json + "}}\n\n"),
                    ScriptedReply.raw(
                            400,
                            "application/json",
                            "{\"error\":{\"message\":\"Bad parameter\",\"code\":\"unsupported_value\",\"param\":" + json
                                    + "}}"))) {
                search(dialect, kind, reply);
            }
        }
    }

    private void search(SocketDialect dialect, CallKind kind, ScriptedReply reply) {
        scenario.events.clear();
        ScriptedServer server = scenario.server().always(reply);
        Understudy understudy = scenario.builder(scenario.provider(dialect, "p1", server, "k1"))
                .retry(RetryPolicy.none())
                .build();
        CallResult result = kind.result(understudy, ChatRequest.of("m", PROMPT));
        assertThat(result.error()).isNotNull();
        assertHidden(result.error().toString());
        for (AttemptLog.Attempt attempt : result.attemptLog().attempts()) {
            assertHidden(attempt + " " + attempt.failure());
        }
        for (Event event : scenario.events) {
            assertHidden(event.toString());
        }
        assertHidden(understudy.control().status() + understudy.describe());
    }

    /** Three words of the prompt, or its number and name, are an exposure. */
    private static void assertHidden(String text) {
        String plain = Pattern.compile("%20|&nbsp;|\\\\+u0020")
                .matcher(text)
                .replaceAll(Matcher.quoteReplacement(" "))
                .toLowerCase(Locale.ROOT);
        assertThat(plain)
                .doesNotContain("patient 4711", "4711 zephyrine", "zephyrine", "has tested positive", "since march");
    }

    @EveryDialectAndKind
    void vendorsOwnWordsStay(SocketDialect dialect, CallKind kind) {
        ScriptedServer server = scenario.server()
                .always(ScriptedReply.error(
                        400,
                        "invalid_request_error",
                        "The model 'some-model-1' does not accept max_completion_tokens above 16384, not 99999"));
        Understudy understudy = scenario.builder(scenario.provider(dialect, "p1", server, "k1"))
                .retry(RetryPolicy.none())
                .build();
        CallResult result = kind.result(understudy, ChatRequest.of("some-model-1", PROMPT));
        assertThat(result.kinds()).containsExactly(FailureKind.INVALID_REQUEST);
        assertThat(result.failures().get(0).message())
                .isEqualTo("The model 'some-model-1' does not accept max_completion_tokens above 16384, not 99999");
    }
}
