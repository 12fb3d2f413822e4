package dev.understudy.shared;

import static dev.understudy.VirtualStage.standing;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.VirtualStage;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Usage;
import dev.understudy.event.Event;
import dev.understudy.event.ProviderStatus;
import dev.understudy.policy.CircuitPolicy;
import dev.understudy.policy.FailoverPolicy;
import dev.understudy.policy.ProviderOptions;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/** Two instances with the same providers. What one finds out, the other knows. */
class SharedStateTest {

    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration MINUTE = Duration.ofMinutes(1);

    /** One instance: its own connections to the same two providers. */
    private final class Instance {
        final ScriptedProvider a = ScriptedProvider.named("a").always(ScriptedAnswer.text("from a"));
        final ScriptedProvider b = ScriptedProvider.named("b").always(ScriptedAnswer.text("from b"));
        final Understudy door;

        Instance(SharedState shared, ProviderOptions.RateLimits limits, FailoverPolicy failoverPolicy) {
            door = stage.builder()
                    .provider(a, ProviderOptions.any().withLimits(limits))
                    .provider(b)
                    .failover(failoverPolicy)
                    .circuit(CircuitPolicy.defaults().withConsecutive(2))
                    .sharedState(shared)
                    .build();
            doors.add(door);
        }

        Instance(SharedState shared) {
            this(shared, ProviderOptions.RateLimits.none(), FailoverPolicy.defaults());
        }
    }

    private final VirtualStage stage = new VirtualStage();
    private final SharedState shared = SharedState.inMemory();
    private final List<Understudy> doors = new ArrayList<>();

    @AfterEach
    void closed() {
        doors.forEach(Understudy::close);
    }

    @Test
    void aCircuitThatOpensHereIsOpenThereToo() {
        Instance one = new Instance(shared);
        Instance two = new Instance(shared);
        one.a.always(ScriptedAnswer.fail(FailureKind.SERVER));
        stage.chat(one.door);
        stage.chat(one.door);
        assertThat(stage.chat(two.door).by()).isEqualTo("b");
        assertThat(two.a.subscriptions()).isZero();
        assertThat(standing(two.door, "a").circuits()).containsEntry("m", ProviderStatus.CircuitState.OPEN);
        assertThat(stage.events(Event.CircuitStateChanged.class))
                .extracting(Event.CircuitStateChanged::reason)
                .containsExactly("2 consecutive failures", "another instance: 2 consecutive failures");
    }

    @Test
    void eachMakesItsOwnTrialWhenTheTimeIsOver() {
        Instance one = new Instance(shared);
        Instance two = new Instance(shared);
        one.a.always(ScriptedAnswer.fail(FailureKind.SERVER));
        stage.chat(one.door);
        stage.chat(one.door);
        stage.advance(Duration.ofSeconds(7));
        assertThat(stage.chat(two.door).by()).isEqualTo("a");
        assertThat(standing(two.door, "a").circuits()).containsEntry("m", ProviderStatus.CircuitState.CLOSED);
    }

    @Test
    void aTrialThatSucceedsThereIsMadeHereAtOnce() {
        Instance one = new Instance(shared);
        Instance two = new Instance(shared);
        one.a.always(ScriptedAnswer.fail(FailureKind.SERVER));
        two.a.always(ScriptedAnswer.fail(FailureKind.SERVER));
        stage.chat(one.door);
        stage.chat(one.door);
        stage.advance(Duration.ofSeconds(7));
        stage.chat(two.door); // its trial fails: both wait longer now
        stage.advance(SECOND);
        two.a.always(ScriptedAnswer.text("well again"));
        one.a.always(ScriptedAnswer.text("well again"));
        assertThat(stage.chat(one.door).by()).isEqualTo("b");
        shared.publish(new SharedState.Message("a third", new SharedState.CircuitClosed("a", "m")));
        assertThat(stage.chat(one.door).by()).isEqualTo("a");
    }

    @Test
    void aRetryAfterToldToOneIsObeyedByBoth() {
        Instance one = new Instance(shared);
        Instance two = new Instance(shared);
        one.a.then(ScriptedAnswer.fail(
                Failure.of(FailureKind.RATE_LIMITED, "slow down").withRetryAfter(MINUTE)));
        stage.chat(one.door);
        assertThat(stage.chat(two.door).by()).isEqualTo("b");
        stage.advance(MINUTE.plus(SECOND));
        assertThat(stage.chat(two.door).by()).isEqualTo("a");
    }

    @Test
    void whoComesLaterLearnsWhatStillHolds() {
        Instance one = new Instance(shared);
        one.door.control().hold("a", MINUTE);
        Instance late = new Instance(shared);
        assertThat(stage.chat(late.door).by()).isEqualTo("b");
        stage.advance(MINUTE.plus(SECOND));
        assertThat(stage.chat(late.door).by()).isEqualTo("a");
    }

    @Test
    void aReleaseIsForBoth() {
        Instance one = new Instance(shared);
        Instance two = new Instance(shared);
        one.door.control().hold("a", null);
        one.door.control().hold("b", "m", null);
        assertThat(stage.chat(two.door).error).isNotNull();
        two.door.control().release("b");
        assertThat(stage.chat(one.door).by()).isEqualTo("b");
        two.door.control().release("a");
        assertThat(stage.chat(one.door).by()).isEqualTo("a");
        assertThat(((InMemorySharedState) shared).size()).isZero();
    }

    @Test
    void aSwitchByHandIsForBothAndStays() {
        Instance one = new Instance(shared);
        Instance two = new Instance(shared);
        one.door.control().switchTo("b");
        stage.advance(Duration.ofHours(1));
        assertThat(stage.chat(two.door).by()).isEqualTo("b");
        assertThat(standing(two.door, "b").active()).isTrue();
    }

    @Test
    void whoNeverSawAFailureDoesNotReturnSoonerThanTheOthers() {
        FailoverPolicy failoverPolicy =
                FailoverPolicy.defaults().withMaxConsecutiveFailures(1).withReturnAfter(MINUTE);
        Instance one = new Instance(shared, ProviderOptions.RateLimits.none(), failoverPolicy);
        Instance two = new Instance(shared, ProviderOptions.RateLimits.none(), failoverPolicy);
        one.a.then(ScriptedAnswer.fail(FailureKind.SERVER));
        stage.chat(one.door);
        stage.advance(Duration.ofSeconds(30));
        assertThat(stage.chat(two.door).by()).isEqualTo("b");
        assertThat(stage.chat(one.door).by()).isEqualTo("b");
        stage.advance(Duration.ofSeconds(31));
        assertThat(stage.chat(two.door).by()).isEqualTo("a");
        assertThat(standing(one.door, "a").active()).isTrue();
    }

    @Test
    void requestsAMinuteAreCountedTogether() {
        ProviderOptions.RateLimits limits = ProviderOptions.RateLimits.none().withRequestsPerMinute(4);
        Instance one = new Instance(shared, limits, FailoverPolicy.defaults());
        Instance two = new Instance(shared, limits, FailoverPolicy.defaults());
        AtomicInteger byA = new AtomicInteger();
        for (int i = 0; i < 4; i++) {
            for (Instance each : List.of(one, two)) {
                byA.addAndGet(stage.chat(each.door).by().equals("a") ? 1 : 0);
            }
        }
        assertThat(byA).hasValue(4);
    }

    @Test
    void tokensAMinuteAreCountedTogether() {
        ProviderOptions.RateLimits limits = ProviderOptions.RateLimits.none().withTokensPerMinute(20_000);
        Instance one = new Instance(shared, limits, FailoverPolicy.defaults());
        Instance two = new Instance(shared, limits, FailoverPolicy.defaults());
        two.a.always(ScriptedAnswer.text("long").withUsage(Usage.of(19_000, 1_000)));
        stage.chat(two.door);
        assertThat(stage.chat(one.door).by()).isEqualTo("b");
    }

    @Test
    void nobodyIsBelievedForEver() {
        Instance one = new Instance(shared);
        Instant never = Instant.parse("2999-01-01T00:00:00Z");
        shared.publish(new SharedState.Message("a liar", new SharedState.CircuitOpened("a", "m", "spite", never)));
        assertThat(stage.chat(one.door).by()).isEqualTo("b");
        stage.advance(Duration.ofSeconds(20));
        assertThat(stage.chat(one.door).by()).isEqualTo("a");
        shared.publish(
                new SharedState.Message("a liar", new SharedState.CooldownStarted("a", "m", FailureKind.QUOTA, never)));
        assertThat(stage.chat(one.door).by()).isEqualTo("b");
        stage.advance(Duration.ofMinutes(11));
        assertThat(stage.chat(one.door).by()).isEqualTo("a");
    }

    @Test
    void strangersAndTheirProvidersChangeNothing() {
        Instance one = new Instance(shared);
        shared.publish(new SharedState.Message("x", new SharedState.HoldStarted("nobody", null, null)));
        shared.publish(new SharedState.Message("x", new SharedState.CircuitOpened("nobody", "m", "?", Instant.MAX)));
        shared.publish(new SharedState.Message("x", new SharedState.ActiveProvider("another door", "b", true)));
        shared.publish(new SharedState.Message("x", new SharedState.ActiveProvider("understudy", "nobody", true)));
        assertThat(stage.chat(one.door).by()).isEqualTo("a");
    }

    @Test
    void whatIsHeardIsNotToldAgain() {
        List<SharedState.Message> all = new ArrayList<>();
        SharedState counted = watched(all);
        Instance one = new Instance(counted);
        new Instance(counted);
        one.a.always(ScriptedAnswer.fail(FailureKind.SERVER));
        stage.chat(one.door);
        stage.chat(one.door);
        assertThat(all).hasSize(1);
    }

    @Test
    void aBrokenLineIsTakenUpAgainAndHarmsNoCall() {
        Sinks.Many<SharedState.Message> line = Sinks.many().multicast().directBestEffort();
        AtomicInteger connected = new AtomicInteger();
        SharedState broken = new SharedState() {
            @Override
            public void publish(SharedState.Message told) {
                throw new IllegalStateException("no connection");
            }

            @Override
            public Flux<SharedState.Message> updates() {
                return switch (connected.incrementAndGet()) {
                    case 1 -> Flux.error(new IllegalStateException("no connection"));
                    case 2 -> Flux.empty();
                    default -> line.asFlux();
                };
            }
        };
        Instance one = new Instance(broken);
        one.a.then(ScriptedAnswer.fail(FailureKind.SERVER), ScriptedAnswer.fail(FailureKind.SERVER));
        assertThat(stage.chat(one.door).by()).isEqualTo("b");
        assertThat(stage.chat(one.door).by()).isEqualTo("b");
        stage.advance(Duration.ofSeconds(10));
        assertThat(connected).hasValue(3);
        line.tryEmitNext(new SharedState.Message("x", new SharedState.HoldStarted("a", null, null)));
        assertThat(stage.chat(one.door).by()).isEqualTo("b");
        one.door.close();
        assertThat(line.currentSubscriberCount()).isZero();
    }

    private SharedState watched(List<SharedState.Message> all) {
        return new SharedState() {
            @Override
            public void publish(SharedState.Message told) {
                all.add(told);
                shared.publish(told);
            }

            @Override
            public Flux<SharedState.Message> updates() {
                return shared.updates();
            }
        };
    }
}
