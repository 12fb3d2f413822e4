package dev.understudy.shared;

import static dev.understudy.VirtualScenario.standing;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.VirtualScenario;
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

/** Two instances with equal providers and one shared state. */
class SharedStateTest {

    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration MINUTE = Duration.ofMinutes(1);

    /** One instance with its own connections to two providers. */
    private final class Instance {
        final ScriptedProvider a = ScriptedProvider.named("a").always(ScriptedAnswer.text("from a"));
        final ScriptedProvider b = ScriptedProvider.named("b").always(ScriptedAnswer.text("from b"));
        final Understudy understudy;

        Instance(SharedState shared, ProviderOptions.RateLimits limits, FailoverPolicy failoverPolicy) {
            understudy = scenario.builder()
                    .provider(a, ProviderOptions.defaults().withLimits(limits))
                    .provider(b)
                    .failover(failoverPolicy)
                    .circuit(CircuitPolicy.defaults().withConsecutive(2))
                    .sharedState(shared)
                    .build();
            clients.add(understudy);
        }

        Instance(SharedState shared) {
            this(shared, ProviderOptions.RateLimits.none(), FailoverPolicy.defaults());
        }
    }

    private final VirtualScenario scenario = new VirtualScenario();
    private final SharedState shared = SharedState.inMemory();
    private final List<Understudy> clients = new ArrayList<>();

    @AfterEach
    void closed() {
        clients.forEach(Understudy::close);
    }

    @Test
    void openCircuitIsShared() {
        Instance one = new Instance(shared);
        Instance two = new Instance(shared);
        one.a.always(ScriptedAnswer.fail(FailureKind.SERVER));
        scenario.chat(one.understudy);
        scenario.chat(one.understudy);
        assertThat(scenario.chat(two.understudy).by()).isEqualTo("b");
        assertThat(two.a.subscriptions()).isZero();
        assertThat(standing(two.understudy, "a").circuits()).containsEntry("m", ProviderStatus.CircuitState.OPEN);
        assertThat(scenario.events(Event.CircuitStateChanged.class))
                .extracting(Event.CircuitStateChanged::reason)
                .containsExactly("2 consecutive failures", "another instance: 2 consecutive failures");
    }

    @Test
    void eachInstanceMakesItsOwnTrial() {
        Instance one = new Instance(shared);
        Instance two = new Instance(shared);
        one.a.always(ScriptedAnswer.fail(FailureKind.SERVER));
        scenario.chat(one.understudy);
        scenario.chat(one.understudy);
        scenario.advance(Duration.ofSeconds(7));
        assertThat(scenario.chat(two.understudy).by()).isEqualTo("a");
        assertThat(standing(two.understudy, "a").circuits()).containsEntry("m", ProviderStatus.CircuitState.CLOSED);
    }

    @Test
    void remoteRecoveryAllowsATrialAtOnce() {
        Instance one = new Instance(shared);
        Instance two = new Instance(shared);
        one.a.always(ScriptedAnswer.fail(FailureKind.SERVER));
        two.a.always(ScriptedAnswer.fail(FailureKind.SERVER));
        scenario.chat(one.understudy);
        scenario.chat(one.understudy);
        scenario.advance(Duration.ofSeconds(7));
        scenario.chat(two.understudy); // its trial fails, which extends the open time of both
        scenario.advance(SECOND);
        two.a.always(ScriptedAnswer.text("well again"));
        one.a.always(ScriptedAnswer.text("well again"));
        assertThat(scenario.chat(one.understudy).by()).isEqualTo("b");
        shared.publish(new SharedState.Message("a third", new SharedState.CircuitClosed("a", "m")));
        assertThat(scenario.chat(one.understudy).by()).isEqualTo("a");
    }

    @Test
    void retryAfterIsShared() {
        Instance one = new Instance(shared);
        Instance two = new Instance(shared);
        one.a.then(ScriptedAnswer.fail(
                Failure.of(FailureKind.RATE_LIMITED, "slow down").withRetryAfter(MINUTE)));
        scenario.chat(one.understudy);
        assertThat(scenario.chat(two.understudy).by()).isEqualTo("b");
        scenario.advance(MINUTE.plus(SECOND));
        assertThat(scenario.chat(two.understudy).by()).isEqualTo("a");
    }

    @Test
    void laterInstanceReceivesCurrentHolds() {
        Instance one = new Instance(shared);
        one.understudy.control().hold("a", MINUTE);
        Instance late = new Instance(shared);
        assertThat(scenario.chat(late.understudy).by()).isEqualTo("b");
        scenario.advance(MINUTE.plus(SECOND));
        assertThat(scenario.chat(late.understudy).by()).isEqualTo("a");
    }

    @Test
    void releaseIsShared() {
        Instance one = new Instance(shared);
        Instance two = new Instance(shared);
        one.understudy.control().hold("a", null);
        one.understudy.control().hold("b", "m", null);
        assertThat(scenario.chat(two.understudy).error).isNotNull();
        two.understudy.control().release("b");
        assertThat(scenario.chat(one.understudy).by()).isEqualTo("b");
        two.understudy.control().release("a");
        assertThat(scenario.chat(one.understudy).by()).isEqualTo("a");
        assertThat(((InMemorySharedState) shared).size()).isZero();
    }

    @Test
    void holdAndReleaseAreEventsHereAndElsewhere() {
        Instance one = new Instance(shared);
        new Instance(shared);
        one.understudy.control().hold("a", MINUTE);
        one.understudy.control().release("a");
        one.understudy.control().release("a"); // is not held any more
        assertThat(scenario.events(Event.HoldChanged.class))
                .extracting(
                        event -> event.provider() + " " + event.held() + " " + event.duration() + " " + event.reason())
                .containsExactlyInAnyOrder(
                        "a true PT1M by an operator",
                        "a true PT1M as in another instance",
                        "a false null by an operator",
                        "a false null as in another instance");
    }

    @Test
    void ownSwitchIsNotReportedAsOneOfAnotherInstance() {
        Instance one = new Instance(shared);
        one.understudy.control().switchTo("b");
        assertThat(scenario.events(Event.ActiveProviderChanged.class))
                .extracting(Event.ActiveProviderChanged::reason)
                .containsExactly("switched manually");
        new Instance(shared);
        assertThat(scenario.events(Event.ActiveProviderChanged.class))
                .extracting(Event.ActiveProviderChanged::reason)
                .containsExactly("switched manually", "as in another instance");
    }

    @Test
    void manualSwitchIsSharedAndStays() {
        Instance one = new Instance(shared);
        Instance two = new Instance(shared);
        one.understudy.control().switchTo("b");
        scenario.advance(Duration.ofHours(1));
        assertThat(scenario.chat(two.understudy).by()).isEqualTo("b");
        assertThat(standing(two.understudy, "b").active()).isTrue();
    }

    @Test
    void returnTimeCountsFromTheRemoteChange() {
        FailoverPolicy failoverPolicy =
                FailoverPolicy.defaults().withMaxConsecutiveFailures(1).withReturnAfter(MINUTE);
        Instance one = new Instance(shared, ProviderOptions.RateLimits.none(), failoverPolicy);
        Instance two = new Instance(shared, ProviderOptions.RateLimits.none(), failoverPolicy);
        one.a.then(ScriptedAnswer.fail(FailureKind.SERVER));
        scenario.chat(one.understudy);
        scenario.advance(Duration.ofSeconds(30));
        assertThat(scenario.chat(two.understudy).by()).isEqualTo("b");
        assertThat(scenario.chat(one.understudy).by()).isEqualTo("b");
        scenario.advance(Duration.ofSeconds(31));
        assertThat(scenario.chat(two.understudy).by()).isEqualTo("a");
        assertThat(standing(one.understudy, "a").active()).isTrue();
    }

    @Test
    void requestsPerMinuteAreShared() {
        ProviderOptions.RateLimits limits = ProviderOptions.RateLimits.none().withRequestsPerMinute(4);
        Instance one = new Instance(shared, limits, FailoverPolicy.defaults());
        Instance two = new Instance(shared, limits, FailoverPolicy.defaults());
        AtomicInteger byA = new AtomicInteger();
        for (int i = 0; i < 4; i++) {
            for (Instance each : List.of(one, two)) {
                byA.addAndGet(scenario.chat(each.understudy).by().equals("a") ? 1 : 0);
            }
        }
        assertThat(byA).hasValue(4);
    }

    @Test
    void tokensPerMinuteAreShared() {
        ProviderOptions.RateLimits limits = ProviderOptions.RateLimits.none().withTokensPerMinute(20_000);
        Instance one = new Instance(shared, limits, FailoverPolicy.defaults());
        Instance two = new Instance(shared, limits, FailoverPolicy.defaults());
        two.a.always(ScriptedAnswer.text("long").withUsage(Usage.of(19_000, 1_000)));
        scenario.chat(two.understudy);
        assertThat(scenario.chat(one.understudy).by()).isEqualTo("b");
    }

    @Test
    void remoteTimesAreCapped() {
        Instance one = new Instance(shared);
        Instant never = Instant.parse("2999-01-01T00:00:00Z");
        shared.publish(new SharedState.Message("a liar", new SharedState.CircuitOpened("a", "m", "spite", never)));
        assertThat(scenario.chat(one.understudy).by()).isEqualTo("b");
        scenario.advance(Duration.ofSeconds(20));
        assertThat(scenario.chat(one.understudy).by()).isEqualTo("a");
        shared.publish(
                new SharedState.Message("a liar", new SharedState.CooldownStarted("a", "m", FailureKind.QUOTA, never)));
        assertThat(scenario.chat(one.understudy).by()).isEqualTo("b");
        scenario.advance(Duration.ofMinutes(11));
        assertThat(scenario.chat(one.understudy).by()).isEqualTo("a");
    }

    @Test
    void unknownNamesAreIgnored() {
        Instance one = new Instance(shared);
        shared.publish(new SharedState.Message("x", new SharedState.HoldStarted("nobody", null, null)));
        shared.publish(new SharedState.Message("x", new SharedState.CircuitOpened("nobody", "m", "?", Instant.MAX)));
        shared.publish(new SharedState.Message("x", new SharedState.ActiveProvider("another door", "b", true)));
        shared.publish(new SharedState.Message("x", new SharedState.ActiveProvider("understudy", "nobody", true)));
        assertThat(scenario.chat(one.understudy).by()).isEqualTo("a");
    }

    @Test
    void receivedUpdatesAreNotPublishedAgain() {
        List<SharedState.Message> all = new ArrayList<>();
        SharedState counted = watched(all);
        Instance one = new Instance(counted);
        new Instance(counted);
        one.a.always(ScriptedAnswer.fail(FailureKind.SERVER));
        scenario.chat(one.understudy);
        scenario.chat(one.understudy);
        assertThat(all).hasSize(1);
    }

    @Test
    void brokenSharedStateIsResubscribedWithoutFailingCalls() {
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
        assertThat(scenario.chat(one.understudy).by()).isEqualTo("b");
        assertThat(scenario.chat(one.understudy).by()).isEqualTo("b");
        scenario.advance(Duration.ofSeconds(10));
        assertThat(connected).hasValue(3);
        line.tryEmitNext(new SharedState.Message("x", new SharedState.HoldStarted("a", null, null)));
        assertThat(scenario.chat(one.understudy).by()).isEqualTo("b");
        one.understudy.close();
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
