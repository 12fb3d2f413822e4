package dev.understudy.scenario;

import static dev.understudy.scenario.SocketScenario.REQUEST;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.event.Event;
import dev.understudy.event.ProviderStatus;
import dev.understudy.policy.CircuitPolicy;
import dev.understudy.policy.FailoverPolicy;
import dev.understudy.policy.TimeoutPolicy;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Flux;
import reactor.util.function.Tuple2;

/**
 * Outage and recovery of the primary under steady load on real sockets: 40 calls a second, short open times. The outage
 * lasts until the circuit has opened twice, and the load until the primary serves again.
 */
class OutageOnSocketsTest {

    private static final Duration EVERY = Duration.ofMillis(25);
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final int DOWN_FROM = 30;
    private static final int DOWN_TO = 90;
    private static final int MOST_CALLS = 2_000;
    private static final int OPEN_WINDOWS = 2;
    private static final int BACK_IN_USE = 10;

    @RegisterExtension
    final SocketScenario scenario = new SocketScenario();

    private enum Way {
        BUSY(ScriptedReply.status(503)),
        RESETS(ScriptedReply.text("never").reset(ScriptedReply.FaultPoint.nothing()));

        private final ScriptedReply scriptedReply;

        Way(ScriptedReply scriptedReply) {
            this.scriptedReply = scriptedReply;
        }
    }

    @ParameterizedTest
    @CsvSource({"OPENAI, STREAM, BUSY", "ANTHROPIC, CHAT, RESETS"})
    void outageFailsNoCallAndTriesPrimaryOncePerOpenTime(SocketDialect dialect, CallKind kind, Way way) {
        AtomicBoolean down = new AtomicBoolean();
        ScriptedServer primary = scenario.server()
                .rule(asked -> down.get() ? way.scriptedReply : null)
                .always(ScriptedReply.text("I am the primary."));
        ScriptedServer second = scenario.server().always(ScriptedReply.text("I stand in."));
        Understudy understudy = scenario.builder(
                        scenario.provider(dialect, "primary", primary, "k1"),
                        scenario.provider(dialect, "second", second, "k2"))
                .timeouts(TimeoutPolicy.defaults().withFirstContent(LONG).withResponse(LONG))
                .circuit(CircuitPolicy.defaults().withPause(Duration.ofMillis(200), Duration.ofMillis(400)))
                .failover(FailoverPolicy.defaults().withReturnAfter(Duration.ofMillis(200)))
                .build();
        AtomicLong back = new AtomicLong(MOST_CALLS);
        AtomicInteger byPrimary = new AtomicInteger();
        List<CallResult> result = Objects.requireNonNull(Flux.interval(EVERY)
                .take(MOST_CALLS)
                .takeWhile(call -> byPrimary.get() < BACK_IN_USE)
                .doOnNext(call -> {
                    if (call == DOWN_FROM) {
                        down.set(true);
                    } else if (down.get()
                            && call >= DOWN_TO
                            && attemptsInOpenWindows().size() >= OPEN_WINDOWS) {
                        down.set(false);
                        back.set(call);
                    }
                })
                .flatMapSequential(call -> kind.ask(understudy, REQUEST), MOST_CALLS)
                .index()
                .doOnNext(one -> {
                    if (one.getT1() >= back.get() && isByPrimary(one.getT2())) {
                        byPrimary.incrementAndGet();
                    }
                })
                .map(Tuple2::getT2)
                .collectList()
                .block(Duration.ofMinutes(2)));

        List<Integer> windows = attemptsInOpenWindows();
        List<Throwable> failed =
                result.stream().map(CallResult::error).filter(Objects::nonNull).toList();
        assertThat(failed).as("failures of %d calls", result.size()).isEmpty();
        // Attempts permitted before the circuit opened may be reported later: they belong to the first interval.
        assertThat(windows.stream().skip(1)).isNotEmpty().allMatch(attempts -> attempts <= 1);
        assertThat(byPrimary).as("it is back in use").hasValueGreaterThanOrEqualTo(BACK_IN_USE);
        assertThat(understudy.control().status()).allSatisfy(providerStatus -> assertThat(providerStatus.inFlight())
                .isZero());
        scenario.assertNoTimerIsLeft();
    }

    private static boolean isByPrimary(CallResult result) {
        return result.error() == null && result.servedBy().provider().equals("primary");
    }

    private List<Integer> attemptsInOpenWindows() {
        List<Integer> windows = new ArrayList<>();
        int attempts = -1;
        for (Event event : scenario.events) {
            if (event instanceof Event.AttemptStarted started
                    && started.provider().equals("primary")
                    && attempts >= 0) {
                attempts++;
            } else if (event instanceof Event.CircuitStateChanged moved
                    && moved.provider().equals("primary")) {
                if (attempts >= 0 && moved.to() != ProviderStatus.CircuitState.HALF_OPEN) {
                    windows.add(attempts);
                }
                if (moved.to() != ProviderStatus.CircuitState.HALF_OPEN) {
                    attempts = moved.to() == ProviderStatus.CircuitState.OPEN ? 0 : -1;
                }
            }
        }
        return windows;
    }
}
