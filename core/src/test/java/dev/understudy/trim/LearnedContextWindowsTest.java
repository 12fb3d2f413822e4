package dev.understudy.trim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.provider.error.ErrorClassifier;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LearnedContextWindowsTest {

    private static final long NOW = 1_000;
    private static final long HOUR = Duration.ofHours(1).toNanos();
    private static final int REQUESTED = 100_000;

    private final LearnedContextWindows learnedContextWindows = new LearnedContextWindows();

    @Test
    void unknownWindowIsNull() {
        assertThat(learnedContextWindows.known("p", "m", null, NOW)).isNull();
    }

    @Test
    void smallerLearnedWindowOverridesDeclared() {
        assertThat(learnedContextWindows.known("p", "m", 200_000, NOW)).isEqualTo(200_000);

        learn("p", "m", 128_000);

        assertThat(learnedContextWindows.known("p", "m", 200_000, NOW)).isEqualTo(128_000);
    }

    @Test
    void largerLearnedWindowIsIgnored() {
        learn("p", "m", 9_000);

        assertThat(learnedContextWindows.known("p", "m", 8_000, NOW)).isEqualTo(8_000);
    }

    @Test
    void learnsPerProviderAndModel() {
        learn("p", "m", 8_000);

        assertThat(learnedContextWindows.known("p", "m", null, NOW)).isEqualTo(8_000);
        assertThat(learnedContextWindows.known("p", "other", null, NOW)).isNull();
        assertThat(learnedContextWindows.known("elsewhere", "m", null, NOW)).isNull();
    }

    @Test
    void oneCallLearnsNothingHoweverOftenItFails() {
        for (int i = 0; i < 5; i++) {
            note("p", "m", overflow(8_000), 7, NOW);
        }

        assertThat(learnedContextWindows.known("p", "m", null, NOW)).isNull();
    }

    @Test
    void differentWindowsDoNotConfirmEachOther() {
        note("p", "m", overflow(8_000), 1, NOW);
        note("p", "m", overflow(4_000), 2, NOW);
        note("p", "m", overflow(8_000), 3, NOW);

        assertThat(learnedContextWindows.known("p", "m", null, NOW)).isNull();
    }

    @Test
    void reportOlderThanAnHourConfirmsNothing() {
        note("p", "m", overflow(8_000), 1, NOW);
        note("p", "m", overflow(8_000), 2, NOW + HOUR);

        assertThat(learnedContextWindows.known("p", "m", null, NOW + HOUR)).isNull();
    }

    @Test
    void latestConfirmedWindowCounts() {
        learn("p", "m", 8_000);
        note("p", "m", overflow(16_000), 3, NOW);
        assertThat(learnedContextWindows.known("p", "m", null, NOW)).isEqualTo(8_000);

        note("p", "m", overflow(16_000), 4, NOW);
        assertThat(learnedContextWindows.known("p", "m", null, NOW)).isEqualTo(16_000);
    }

    @Test
    void isForgottenAfterAnHour() {
        learn("p", "m", 8_000);

        assertThat(learnedContextWindows.known("p", "m", 32_000, NOW + HOUR - 1))
                .isEqualTo(8_000);
        assertThat(learnedContextWindows.known("p", "m", 32_000, NOW + HOUR)).isEqualTo(32_000);
    }

    @Test
    void windowBelowServedPromptIsNotLearned() {
        learnedContextWindows.served("p", "m", 8_001, NOW);
        learn("p", "m", 8_000);
        assertThat(learnedContextWindows.known("p", "m", null, NOW)).isNull();

        learn("p", "m", 8_001);
        assertThat(learnedContextWindows.known("p", "m", null, NOW)).isEqualTo(8_001);
    }

    @Test
    void longerServedPromptEndsLearnedWindow() {
        learn("p", "m", 8_000);
        learnedContextWindows.served("p", "m", 8_000, NOW);
        assertThat(learnedContextWindows.known("p", "m", null, NOW)).isEqualTo(8_000);

        learnedContextWindows.served("p", "m", 8_001, NOW);
        assertThat(learnedContextWindows.known("p", "m", null, NOW)).isNull();
    }

    @Test
    void servedPromptCountsForAnHour() {
        learnedContextWindows.served("p", "m", 100_000, NOW);
        note("p", "m", overflow(8_000), 1, NOW + HOUR);
        note("p", "m", overflow(8_000), 2, NOW + HOUR);

        assertThat(learnedContextWindows.known("p", "m", null, NOW + HOUR)).isEqualTo(8_000);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 16, LearnedContextWindows.SMALLEST - 1, 8 * REQUESTED + 8})
    void implausibleWindowIsNotLearned(int window) {
        learn("p", "m", window);

        assertThat(learnedContextWindows.size()).isZero();
    }

    @Test
    void windowWithoutCodeOfOverflowsIsNotLearned() {
        Failure words = Failure.of(FailureKind.CONTEXT_OVERFLOW, "too long").withWindow(8_000);
        for (Failure failure : List.of(
                words,
                words.withStatus(400, "invalid_request_error"),
                words.withStatus(413, "request_too_large"),
                Failure.of(FailureKind.OVERLOADED, "")
                        .withStatus(500, "context_length_exceeded")
                        .withWindow(8_000),
                Failure.of(FailureKind.CONTEXT_OVERFLOW, "").withStatus(400, "context_length_exceeded"))) {
            note("p", "m", failure, 1, NOW);
            note("p", "m", failure, 2, NOW);
        }

        assertThat(learnedContextWindows.size()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'error':{'message':'maximum context length is 8192 tokens','code':'context_length_exceeded'}}",
                "{'error':{'message':'exceeds the available context size (8192 tokens)','n_ctx':8192,"
                        + "'type':'exceed_context_size_error','code':400}}"
            })
    void learnsFromErrorsOfVendors(String body) {
        Failure failure =
                ErrorClassifier.http(400, field -> null, body.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
        note("p", "m", failure, 1, NOW);
        note("p", "m", failure, 2, NOW);

        assertThat(learnedContextWindows.known("p", "m", null, NOW)).isEqualTo(8_192);
    }

    @Test
    void oldestEntryIsEvicted() {
        for (int i = 0; i < LearnedContextWindows.CAPACITY; i++) {
            learn("p", "m" + i, 1_000 + i);
        }
        learn("p", "m0", 1_000);
        learn("p", "new", 5_000);

        assertThat(learnedContextWindows.size()).isEqualTo(LearnedContextWindows.CAPACITY);
        assertThat(learnedContextWindows.known("p", "m0", null, NOW)).isEqualTo(1_000);
        assertThat(learnedContextWindows.known("p", "m1", null, NOW)).isNull();
        assertThat(learnedContextWindows.known("p", "new", null, NOW)).isEqualTo(5_000);
    }

    @Test
    void concurrentUpdatesAreNotLost() {
        List<CompletableFuture<Void>> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            int thread = t;
            threads.add(CompletableFuture.runAsync(() -> {
                for (int i = 0; i < 100; i++) {
                    learn("p", thread + "-" + i, 1_000 + i);
                }
            }));
        }
        threads.forEach(CompletableFuture::join);

        assertThat(learnedContextWindows.size()).isEqualTo(400);
    }

    private void learn(String provider, String model, int window) {
        note(provider, model, overflow(window), 1, NOW);
        note(provider, model, overflow(window), 2, NOW);
    }

    private void note(String provider, String model, Failure failure, long call, long now) {
        learnedContextWindows.note(provider, model, failure, REQUESTED, call, now);
    }

    private static Failure overflow(int window) {
        return Failure.of(FailureKind.CONTEXT_OVERFLOW, "too long")
                .withStatus(400, "context_length_exceeded")
                .withWindow(window);
    }
}
