package dev.understudy.scenario;

import static dev.understudy.scenario.SocketScenario.REQUEST;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.event.Event;
import dev.understudy.event.ProviderStatus;
import dev.understudy.policy.CircuitPolicy;
import dev.understudy.policy.FailoverPolicy;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Flux;

/** Outage and recovery of the primary under steady load on real sockets: 40 calls a second, short open times. */
class OutageOnSocketsTest {

    private static final Duration EVERY = Duration.ofMillis(25);
    private static final int DOWN_FROM = 30;
    private static final int DOWN_TO = 90;
    private static final int CALLS = 170;

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
                .circuit(CircuitPolicy.defaults().withPause(Duration.ofMillis(200), Duration.ofMillis(400)))
                .failover(FailoverPolicy.defaults().withReturnAfter(Duration.ofMillis(200)))
                .build();
        List<CallResult> result = Objects.requireNonNull(Flux.interval(EVERY)
                .take(CALLS)
                .doOnNext(call -> down.set(call >= DOWN_FROM && call < DOWN_TO))
                .flatMapSequential(call -> kind.ask(understudy, REQUEST), CALLS)
                .collectList()
                .block(Duration.ofSeconds(60)));

        List<Integer> windows = attemptsInOpenWindows();
        long byPrimary = result.stream()
                .skip(DOWN_TO)
                .filter(OutageOnSocketsTest::isByPrimary)
                .count();
        long failed = result.stream().filter(one -> one.error() != null).count();
        System.out.printf(
                "outage on sockets, %s %s %s: %d calls, %d failed, %d of %d requests reached the primary; attempts in open windows %s; %d of the %d calls after its return are its own%n",
                dialect,
                kind,
                way,
                result.size(),
                failed,
                primary.calls().size(),
                primary.calls().size() + second.calls().size(),
                windows,
                byPrimary,
                CALLS - DOWN_TO);
        assertThat(result).hasSize(CALLS);
        assertThat(failed).isZero();
        // Attempts permitted before the circuit opened may be reported later: they belong to the first interval.
        assertThat(windows.stream().skip(1)).isNotEmpty().allMatch(attempts -> attempts <= 1);
        assertThat(isByPrimary(result.get(CALLS - 1))).as("it is back in use").isTrue();
        assertThat(understudy.control().status()).allSatisfy(providerStatus -> assertThat(providerStatus.inFlight())
                .isZero());
        assertThat(scenario.timers.left()).isZero();
    }

    private static boolean isByPrimary(CallResult result) {
        return result.servedBy().provider().equals("primary");
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
