package dev.understudy.call;

import static dev.understudy.VirtualStage.REQUEST;
import static dev.understudy.VirtualStage.standing;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.UnderstudyBuilder;
import dev.understudy.VirtualStage;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Usage;
import dev.understudy.event.Event;
import dev.understudy.event.ProviderStatus;
import dev.understudy.policy.CircuitPolicy;
import dev.understudy.policy.ContextWindow;
import dev.understudy.policy.FailoverPolicy;
import dev.understudy.policy.ProviderOptions;
import dev.understudy.policy.RetryBudget;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.test.StepVerifier;

/** What an attempt holds is given back exactly once, however and whenever it ends. One call at once is all there may be. */
class AttemptPermitTest {

    private static final Failure BROKEN =
            Failure.of(FailureKind.SERVER, "broken").withStatus(500, null);

    private final VirtualStage stage = new VirtualStage();
    private final ScriptedProvider a = ScriptedProvider.named("a");

    /** How one call goes: what the provider does, and when the caller leaves, if it does. */
    enum Scene {
        SUCCESS(ScriptedAnswer.text("one two three"), null),
        LATE_SUCCESS(
                ScriptedAnswer.text("one two three").beforeFirst(seconds(2)).between(seconds(1)), null),
        FAILURE(ScriptedAnswer.fail(BROKEN), null),
        FAILURE_THAT_SPEAKS_AGAINST_NOBODY(ScriptedAnswer.fail(FailureKind.INVALID_REQUEST), null),
        LATE_FAILURE(ScriptedAnswer.fail(BROKEN).beforeFirst(seconds(2)), null),
        FAILURE_AFTER_CONTENT(
                ScriptedAnswer.text("one two three").between(seconds(1)).failAfter(2, BROKEN), null),
        BUG(ScriptedAnswer.error(new IllegalStateException("bug")), null),
        THROWN_BUG(ScriptedAnswer.throwing(new IllegalStateException("bug")), null),
        EMPTY(ScriptedAnswer.empty(), null),
        NOTHING(ScriptedAnswer.nothing(), null),
        CUT_AFTER_CONTENT(ScriptedAnswer.text("one two three").cutAfter(2), null),
        SILENCE(ScriptedAnswer.hang(), null),
        SILENCE_AFTER_CONTENT(ScriptedAnswer.text("one two three").hangAfter(2), null),
        CANCELLED_BEFORE_CONTENT(ScriptedAnswer.hang(), seconds(3)),
        CANCELLED_AFTER_CONTENT(ScriptedAnswer.text("one two three").hangAfter(1), seconds(3)),
        CANCELLED_AT_ONCE(ScriptedAnswer.hang(), Duration.ZERO),
        CANCELLED_AFTER_THE_END(ScriptedAnswer.text("one two three"), seconds(3));

        final ScriptedAnswer scriptedAnswer;
        final Duration leaves;

        Scene(ScriptedAnswer scriptedAnswer, Duration leaves) {
            this.scriptedAnswer = scriptedAnswer;
            this.leaves = leaves;
        }

        private static Duration seconds(int seconds) {
            return Duration.ofSeconds(seconds);
        }
    }

    static Stream<Arguments> scenes() {
        List<Arguments> scenes = new ArrayList<>();
        for (Scene scene : Scene.values()) {
            scenes.add(Arguments.of(scene, false));
            scenes.add(Arguments.of(scene, true));
        }
        return scenes.stream();
    }

    @ParameterizedTest(name = "{0} streamed={1}")
    @MethodSource("scenes")
    void thePlaceIsFreeAgainWhenACallIsOver(Scene scene, boolean streamed) {
        Understudy understudy = door();
        for (int round = 0; round < 3; round++) {
            play(understudy, scene, streamed);
            assertThat(standing(understudy, "a").inFlight()).isZero();
        }
        a.then(stage.timed(ScriptedAnswer.hang()));
        VirtualStage.Heard one = ask(understudy, streamed);
        assertThat(standing(understudy, "a").inFlight()).isEqualTo(1);
        VirtualStage.Heard other = ask(understudy, streamed);
        stage.advance(Duration.ofSeconds(1));
        assertThat(a.live()).as("exactly one place, neither none nor two").isEqualTo(1);
        one.call.dispose();
        other.call.dispose();
        assertThat(standing(understudy, "a").inFlight()).isZero();
    }

    @ParameterizedTest(name = "{0} streamed={1}")
    @MethodSource("scenes")
    void theTrialOfAHalfOpenCircuitIsDecidedOrFreed(Scene scene, boolean streamed) {
        Understudy understudy = builder(CircuitPolicy.defaults()
                        .withConsecutive(1)
                        .withJitter(0)
                        .withoutRate())
                .build();
        a.then(ScriptedAnswer.fail(FailureKind.SERVER));
        stage.chat(understudy);
        assertThat(circuit(understudy)).isEqualTo(ProviderStatus.CircuitState.OPEN);
        stage.advance(Duration.ofSeconds(5));
        play(understudy, scene, streamed);
        ProviderStatus.CircuitState state = circuit(understudy);
        stage.advance(Duration.ofSeconds(20)); // less than the lease of a trial
        a.then(ScriptedAnswer.text("well"));
        assertThat(ask(understudy, streamed).served()).as("after " + state).isTrue();
        assertThat(circuit(understudy)).isEqualTo(ProviderStatus.CircuitState.CLOSED);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aTokenCounterThatThrowsKeepsNoPlace(boolean streamed) {
        ContextWindow broken = ContextWindow.keep(10).withCounter(message -> {
            throw new IllegalStateException("the caller's bug");
        });
        Understudy understudy = door();
        VirtualStage.Heard heard = streamed
                ? stage.stream(understudy.stream(REQUEST).contextWrite(broken))
                : stage.chat(understudy.chat(REQUEST).contextWrite(broken));
        assertThat(heard.error)
                .isInstanceOf(ChatException.Rejected.class)
                .hasCauseInstanceOf(IllegalStateException.class);
        assertThat(standing(understudy, "a").inFlight()).isZero();
        assertThat(ask(understudy, streamed).served()).isTrue();
    }

    @Test
    void tokensOfARefusedRequestAreGivenBackAndThoseOfASilentOneAreNot() {
        Understudy understudy = door(ProviderOptions.RateLimits.none().withTokensPerMinute(1_000));
        a.then(
                ScriptedAnswer.fail(BROKEN),
                ScriptedAnswer.fail(BROKEN),
                ScriptedAnswer.fail(BROKEN),
                stage.timed(ScriptedAnswer.hang()),
                ScriptedAnswer.text("well"));
        for (int i = 0; i < 3; i++) {
            assertThat(stage.chat(understudy).outcomes()).containsExactly("a:failed");
        }
        stage.chat(understudy); // about 510 tokens of a thousand
        stage.advance(Duration.ofMillis(1));
        assertThat(stage.chat(understudy).served())
                .as("the rest is not enough for one more")
                .isFalse();
        assertThat(a.subscriptions()).isEqualTo(4);
    }

    @Test
    void theUsageCorrectsTheEstimate() {
        Understudy understudy = door(ProviderOptions.RateLimits.none().withTokensPerMinute(1_000));
        a.always(ScriptedAnswer.text("well").withUsage(Usage.of(5, 5)));
        for (int i = 0; i < 20; i++) {
            assertThat(stage.chat(understudy).served()).isTrue();
        }
        a.always(ScriptedAnswer.text("well").withUsage(Usage.of(5, 2_000)));
        assertThat(stage.chat(understudy).served()).isTrue();
        VirtualStage.Heard refused = stage.chat(understudy);
        assertThat(refused.served()).isFalse();
        assertThat(a.subscriptions()).isEqualTo(21);
    }

    @ParameterizedTest
    @EnumSource(Scene.class)
    void nothingIsCountedTwice(Scene scene) {
        Understudy understudy = door();
        play(understudy, scene, true);
        ProviderStatus providerStatus = standing(understudy, "a");
        assertThat(providerStatus.consecutiveFailures()).isLessThanOrEqualTo(1);
        assertThat(stage.events.stream().filter(AttemptPermitTest::isEnd)).hasSize(1);
    }

    /** The three ways in which a call is said to be over. */
    private static boolean isEnd(Event event) {
        return event instanceof Event.CallSucceeded
                || event instanceof Event.CallFailed
                || event instanceof Event.CallCancelled;
    }

    private void play(Understudy understudy, Scene scene, boolean streamed) {
        a.then(stage.timed(scene.scriptedAnswer));
        VirtualStage.Heard heard = ask(understudy, streamed);
        if (scene.leaves != null) {
            stage.advance(scene.leaves);
            heard.call.dispose();
            assertThat(a.live()).isZero();
        }
        stage.advance(Duration.ofMinutes(2)); // longer than any timeout
        assertThat(a.live()).isZero();
    }

    private VirtualStage.Heard ask(Understudy understudy, boolean streamed) {
        return streamed ? stage.stream(understudy) : stage.chat(understudy);
    }

    private Understudy door() {
        return builder(CircuitPolicy.disabled()).build();
    }

    private Understudy door(ProviderOptions.RateLimits limits) {
        return stage.builder()
                .provider(a, ProviderOptions.any().withLimits(limits))
                .retry(VirtualStage.ONCE)
                .circuit(CircuitPolicy.disabled())
                .retryBudget(RetryBudget.defaults())
                .build();
    }

    private UnderstudyBuilder builder(CircuitPolicy circuit) {
        return stage.builder()
                .provider(
                        a,
                        ProviderOptions.any()
                                .withLimits(ProviderOptions.RateLimits.none().withConcurrent(1)))
                .circuit(circuit)
                .failover(FailoverPolicy.defaults());
    }

    private static ProviderStatus.CircuitState circuit(Understudy understudy) {
        return standing(understudy, "a").circuits().get("m");
    }

    @Test
    void aStreamThatIsServedTellsItsUsageOnce() {
        Understudy understudy = door(ProviderOptions.RateLimits.none().withTokensPerMinute(1_000));
        a.always(ScriptedAnswer.text("one two").withUsage(Usage.of(10, 2)));
        for (int i = 0; i < 40; i++) {
            StepVerifier.create(understudy.stream(REQUEST)).expectNextCount(3).verifyComplete();
        }
        assertThat(a.subscriptions()).isEqualTo(40);
    }

    /** The limit itself knows best when there is room again: a correction may make some at once. */
    @Test
    void aProviderAtItsOwnLimitIsSkippedAndNotGated() {
        ScriptedProvider b = ScriptedProvider.named("b");
        Understudy understudy = stage.builder()
                .provider(
                        a,
                        ProviderOptions.any()
                                .withLimits(ProviderOptions.RateLimits.none().withTokensPerMinute(800)))
                .provider(b)
                .build();
        a.then(stage.timed(
                ScriptedAnswer.text("brief").beforeFirst(Duration.ofSeconds(1)).withUsage(Usage.of(5, 5))));
        a.then(ScriptedAnswer.text("well"));
        VirtualStage.Heard first = stage.chat(understudy);
        VirtualStage.Heard skipped = stage.chat(understudy);
        assertThat(skipped.outcomes()).containsExactly("a:skipped", "b:served");
        assertThat(skipped.trail().attempts().get(0).failure().message()).startsWith("is at its rate limit for 1");
        stage.advance(Duration.ofSeconds(1));
        assertThat(first.by()).isEqualTo("a");
        assertThat(stage.chat(understudy).outcomes()).containsExactly("a:served");
    }
}
