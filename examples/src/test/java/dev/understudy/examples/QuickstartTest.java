package dev.understudy.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.testing.RecordedRequest;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import java.util.Map;
import org.junit.jupiter.api.Test;

class QuickstartTest {

    private final CapturedOutput output = new CapturedOutput();

    private int run(Map<String, String> environment, String... arguments) {
        return Quickstart.run(arguments, environment, output.consoleOutput);
    }

    @Test
    void theDemoPrintsEachDecisionAndTheAnswer() {
        assertThat(run(Map.of())).isZero();
        assertThat(output.text())
                .containsSubsequence(
                        "asks lead/gpt-demo, attempt 1 of 2",
                        "lead/gpt-demo failed after",
                        "overloaded 503",
                        "asks lead/gpt-demo again in",
                        "asks lead/gpt-demo, attempt 2 of 2",
                        "timeout: no first content within 1500 ms",
                        "fails over from lead/gpt-demo to second/gpt-demo because of timeout",
                        "second does not use key-",
                        "because of rate_limited",
                        "second continues with key-",
                        "truncated",
                        "asks second/gpt-demo again in",
                        "fails over from second/gpt-demo to third/claude-demo because of overloaded",
                        "first content from third/claude-demo",
                        "The lead lost her voice",
                        "The audience heard the whole play.\n",
                        "served by third/claude-demo",
                        "(fallback for lead)")
                .doesNotContain("never heard", "lead-key", "evening-key", "matinee-key", "third-key");
    }

    @Test
    void theTableHasARowForEachAttempt() {
        assertThat(run(Map.of(), "--demo")).isZero();
        assertThat(output.text().lines().dropWhile(line -> !line.startsWith("provider  model")))
                .satisfiesExactly(
                        head -> assertThat(head)
                                .contains("try", "outcome", "because of", "waited", "took", "first content", "key"),
                        rule -> assertThat(rule).matches("-+"),
                        one -> assertThat(one).matches("lead +gpt-demo +1/2 +failed +overloaded 503 .*key-\\w+"),
                        two -> assertThat(two).matches("lead +gpt-demo +2/2 +failed +timeout \\(first content\\) .*"),
                        three -> assertThat(three).matches("second +gpt-demo +1/2 +failed +truncated .*key-\\w+"),
                        four -> assertThat(four).matches("second +gpt-demo +2/2 +failed +overloaded 503 .*key-\\w+"),
                        five -> assertThat(five)
                                .matches("third +claude-demo +1/2 +served +- .* ms .*10 in, 35 out +key-\\w+"));
    }

    @Test
    void aServerReceivesItsKeyAndThePrompt() {
        try (ScriptedServer server = ScriptedServer.start().always(ScriptedReply.text("From this server."))) {
            Map<String, String> environment = Map.of("SERVER_KEY", "a-key-of-the-server");
            assertThat(run(
                            environment,
                            "--base-url",
                            server.url(),
                            "--model",
                            "m1",
                            "--key-env",
                            "SERVER_KEY",
                            "Who",
                            "is",
                            "it?"))
                    .isZero();
            assertThat(output.text())
                    .contains("From this server.\n", "served by 127.0.0.1/m1")
                    .doesNotContain("a-key-of");
            assertThat(server.calls()).singleElement().satisfies(request -> {
                assertThat(request.key()).isEqualTo("a-key-of-the-server");
                assertThat(request.model()).isEqualTo("m1");
                assertThat(request.text()).contains("Who is it?");
            });
        }
    }

    @Test
    void theSecondServerAnswersWhenTheFirstFails() {
        try (ScriptedServer first = ScriptedServer.start().always(ScriptedReply.status(401));
                ScriptedServer second = ScriptedServer.start().always(ScriptedReply.text("From the second."))) {
            assertThat(run(
                            Map.of(),
                            "--base-url",
                            first.url(),
                            "--model",
                            "m1",
                            "--base-url",
                            second.url(),
                            "--model",
                            "m2",
                            "--anthropic"))
                    .isZero();
            assertThat(output.text()).contains("From the second.\n", "127.0.0.1-2/m2", "(fallback for 127.0.0.1)");
            assertThat(second.calls()).extracting(RecordedRequest::path).containsExactly("/v1/messages");
        }
    }

    @Test
    void aFailedCallPrintsTheTableAndExitsWithOne() {
        try (ScriptedServer server = ScriptedServer.start().always(ScriptedReply.status(401))) {
            assertThat(run(Map.of(), "--base-url", server.url(), "--model", "m1"))
                    .isEqualTo(1);
            assertThat(output.text()).containsSubsequence("failed after", "provider", "auth 401");
        }
    }

    @Test
    void invalidArgumentsPrintTheUsage() {
        assertThat(run(Map.of(), "--modle", "m1")).isEqualTo(2);
        assertThat(output.text()).containsSubsequence("There is no option --modle", "Usage: Quickstart");
    }

    @Test
    void helpExitsWithZero() {
        assertThat(run(Map.of(), "--help")).isZero();
        assertThat(output.text()).contains("Usage: Quickstart");
    }
}
