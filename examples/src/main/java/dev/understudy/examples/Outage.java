package dev.understudy.examples;

import dev.understudy.Understudy;
import dev.understudy.chat.ChatRequest;
import dev.understudy.event.Event;
import dev.understudy.event.Listener;
import dev.understudy.event.ProviderStatus;
import dev.understudy.ops.admin.ActivityLog;
import dev.understudy.policy.CircuitPolicy;
import dev.understudy.policy.FailoverPolicy;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.provider.Providers;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A primary that fails and recovers under steady load: twenty calls a second for nine seconds, with the primary down
 * from the third to the sixth. The circuit's times are short, so that the example is.
 */
public final class Outage {

    private static final Duration BETWEEN = Duration.ofMillis(50);
    private static final int PER_SECOND = 20;
    private static final int SECONDS = 9;
    private static final int CALLS = PER_SECOND * SECONDS;
    private static final int DOWN_FROM = 3;
    private static final int DOWN_TO = 6;

    /** Counts attempts and results of each second. */
    private static final class Timeline implements Listener {

        private final AtomicIntegerArray primary = new AtomicIntegerArray(SECONDS);
        private final AtomicIntegerArray backup = new AtomicIntegerArray(SECONDS);
        private final AtomicIntegerArray served = new AtomicIntegerArray(SECONDS);
        private final AtomicIntegerArray failed = new AtomicIntegerArray(SECONDS);
        private final AtomicReferenceArray<String> circuit = new AtomicReferenceArray<>(SECONDS);
        private final AtomicReference<ProviderStatus.CircuitState> state =
                new AtomicReference<>(ProviderStatus.CircuitState.CLOSED);
        private final AtomicInteger trials = new AtomicInteger();
        private final AtomicInteger whileNotClosed = new AtomicInteger();
        private volatile int second;

        @Override
        public void on(Event event) {
            Event.CallId call = event.call();
            if (event instanceof Event.CircuitStateChanged changed
                    && changed.provider().equals("primary")) {
                changed(changed.to());
            }
            if (call == null) {
                return;
            }
            second = (int) ((call.number() - 1) / PER_SECOND);
            circuit.compareAndSet(second, null, state.get().name());
            if (event instanceof Event.AttemptStarted attempt
                    && attempt.provider().equals("primary")) {
                primary.incrementAndGet(second);
                whileNotClosed.addAndGet(state.get() == ProviderStatus.CircuitState.CLOSED ? 0 : 1);
            } else if (event instanceof Event.AttemptStarted) {
                backup.incrementAndGet(second);
            } else if (event instanceof Event.CallSucceeded) {
                served.incrementAndGet(second);
            } else if (event instanceof Event.CallFailed) {
                failed.incrementAndGet(second);
            }
        }

        private void changed(ProviderStatus.CircuitState to) {
            state.set(to);
            circuit.updateAndGet(second, was -> (was == null ? "" : was + " → ") + to);
            trials.addAndGet(to == ProviderStatus.CircuitState.HALF_OPEN ? 1 : 0);
        }

        int sum(AtomicIntegerArray counts) {
            int sum = 0;
            for (int i = 0; i < counts.length(); i++) {
                sum += counts.get(i);
            }
            return sum;
        }
    }

    private Outage() {}

    /**
     * Exits with 0 if every call was served, the open circuit spared the primary, and the primary serves again; 1
     * otherwise.
     */
    public static void main(String[] args) {
        int exit = run(ConsoleOutput.standard());
        if (exit != 0) {
            System.exit(exit);
        }
    }

    static int run(ConsoleOutput consoleOutput) {
        AtomicBoolean down = new AtomicBoolean();
        try (ScriptedServer primary = ScriptedServer.start()
                        .rule(request ->
                                down.get() ? ScriptedReply.status(503) : ScriptedReply.text("From the primary."));
                ScriptedServer backup = ScriptedServer.start().always(ScriptedReply.text("From the backup."))) {
            consoleOutput.line("20 calls a second for " + SECONDS + " s; the primary is down from second " + DOWN_FROM
                    + " to second " + DOWN_TO + ".");
            consoleOutput.line("");
            Timeline timeline = new Timeline();
            ActivityLog activity = new ActivityLog();
            try (Understudy understudy = over(primary, backup, timeline.and(activity))) {
                understudy.warmup().block(Duration.ofMinutes(1));
                Flux.interval(BETWEEN)
                        .onBackpressureBuffer()
                        .take(CALLS)
                        .doOnNext(i -> down.set(i >= DOWN_FROM * PER_SECOND && i < DOWN_TO * PER_SECOND))
                        .flatMap(i -> understudy
                                .chat(ChatRequest.of("gpt-demo", "Call " + i))
                                .onErrorResume(error -> Mono.empty()))
                        .blockLast(Duration.ofMinutes(1));
            }
            int exit = report(timeline, consoleOutput);
            ReportTable.of(activity.report()).forEach(consoleOutput::line);
            return exit;
        }
    }

    private static Understudy over(ScriptedServer primary, ScriptedServer backup, Listener listener) {
        return Understudy.builder()
                .provider(Providers.openAi(Endpoint.of("primary", primary.url(), "demo-key")))
                .provider(Providers.openAi(Endpoint.of("backup", backup.url(), "demo-key")))
                .retry(RetryPolicy.none())
                .circuit(CircuitPolicy.defaults().withPause(Duration.ofMillis(500), Duration.ofSeconds(1)))
                .failover(FailoverPolicy.defaults().withReturnAfter(Duration.ofMillis(500)))
                .listener(listener)
                .build();
    }

    private static int report(Timeline timeline, ConsoleOutput consoleOutput) {
        consoleOutput.line(String.format(
                Locale.ROOT,
                "%6s %8s %8s %8s %8s   %s",
                "second",
                "primary",
                "backup",
                "served",
                "failed",
                "circuit of the primary"));
        for (int i = 0; i < SECONDS; i++) {
            boolean isDown = i >= DOWN_FROM && i < DOWN_TO;
            consoleOutput.line(
                    String.format(
                            Locale.ROOT,
                            "%6d %8d %8d %8d %8d   %s",
                            i,
                            timeline.primary.get(i),
                            timeline.backup.get(i),
                            timeline.served.get(i),
                            timeline.failed.get(i),
                            timeline.circuit.get(i)),
                    isDown ? ConsoleOutput.Colour.RED : ConsoleOutput.Colour.PLAIN);
        }
        boolean all = timeline.sum(timeline.served) == CALLS && timeline.sum(timeline.failed) == 0;
        boolean spared = timeline.trials.get() > 0 && timeline.whileNotClosed.get() <= timeline.trials.get();
        boolean back =
                timeline.state.get() == ProviderStatus.CircuitState.CLOSED && timeline.primary.get(SECONDS - 1) > 0;
        boolean good = all && spared && back;
        consoleOutput.line("");
        consoleOutput.line(
                timeline.sum(timeline.served) + " of " + CALLS + " calls were served. Once its circuit had opened, the"
                        + " primary was called " + timeline.whileNotClosed.get() + " times in " + timeline.trials.get()
                        + " trials, and it " + (back ? "serves again." : "does not serve again."),
                good ? ConsoleOutput.Colour.GREEN : ConsoleOutput.Colour.RED);
        return good ? 0 : 1;
    }
}
