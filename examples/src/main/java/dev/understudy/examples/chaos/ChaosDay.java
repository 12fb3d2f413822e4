package dev.understudy.examples.chaos;

import dev.understudy.CallContext;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatResponseAggregator;
import dev.understudy.event.Listener;
import dev.understudy.ops.admin.ActivityLog;
import dev.understudy.ops.log.Logs;
import dev.understudy.ops.metrics.Metrics;
import dev.understudy.ops.metrics.Observations;
import dev.understudy.streaming.ResumingProvider;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

/**
 * Breaks the primary in every way, repeatedly, under load: half of the calls are unary, half are streamed. Every call
 * must get its own right answer, every attempt must carry the caller's request, Context and tags, metrics and log must
 * show the failovers, and every observation must end. Exits with 0 if all of this holds, with 1 otherwise. {@code
 * --help} lists the options.
 */
public final class ChaosDay {

    /** More calls do not begin, so that a slow machine is not asked for more than it can answer. */
    private static final int MOST_AT_ONCE = 48;

    private final ChaosOptions options;
    private final ChaosHooks hooks;
    private final PrintStream out;
    private final CallResults callResults = new CallResults();
    private final CapturedLog capturedLog = new CapturedLog();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final ActivityLog activityLog = new ActivityLog();

    private ChaosDay(ChaosOptions options, ChaosHooks hooks, PrintStream out) {
        this.options = options;
        this.hooks = hooks;
        this.out = out;
    }

    public static void main(String[] args) {
        int exit = run(List.of(args), System.out, ChaosHooks.none());
        if (exit != 0) {
            System.exit(exit);
        }
    }

    /** Returns the exit code. */
    static int run(List<String> args, PrintStream out, ChaosHooks hooks) {
        ChaosOptions options;
        try {
            options = ChaosOptions.of(args);
        } catch (ChaosOptions.Wrong wrong) {
            out.println(wrong.getMessage());
            out.print(ChaosOptions.usage());
            return 2;
        }
        if (options.help()) {
            out.print(ChaosOptions.usage());
            return 0;
        }
        return new ChaosDay(options, hooks, out).run();
    }

    private int run() {
        Metrics metrics = Metrics.to(registry);
        Listener signals = hooks.metrics().apply(metrics).and(Logs.to(capturedLog.logger()));
        Listener all = hooks.listener().apply(signals.and(callResults).and(activityLog));
        try (ChaosSetup chaosSetup = ChaosSetup.open(options.failover(), all, hooks)) {
            metrics.bind(chaosSetup.understudy());
            ChatProvider provider =
                    Observations.over(ResumingProvider.over(chaosSetup.understudy()), observationRegistry());
            provider.warmup().block(chaosSetup.limits().attempt());
            out.printf(
                    "%d faults, a call every %d ms; a healthy call takes %d ms%n",
                    options.rounds() * options.faults().size(),
                    hooks.pace().between().toMillis(),
                    chaosSetup.limits().healthy().toMillis());
            ChaosReport report = new ChaosReport(chaosSetup, callResults, registry, capturedLog, activityLog, options);
            FaultSchedule schedule = new FaultSchedule(chaosSetup, callResults, report::seen, hooks.pace(), out);
            return report.print(out, endsInTime(calls(provider, schedule), chaosSetup.limits()));
        }
    }

    private Flux<Void> calls(ChatProvider provider, FaultSchedule schedule) {
        return Flux.interval(hooks.pace().between())
                .onBackpressureDrop()
                .takeUntilOther(schedule.play(options.faults(), options.rounds()))
                .flatMap(number -> call(provider, ChaosCall.number(number)), MOST_AT_ONCE);
    }

    /** Returns {@code false} if calls are left open longer than their own limit allows. */
    private boolean endsInTime(Flux<Void> calls, Limits limits) {
        Duration most = hooks.pace()
                .limit()
                .plus(limits.call())
                .multipliedBy(2L * options.rounds() * options.faults().size());
        return Boolean.TRUE.equals(
                calls.then(Mono.just(true)).timeout(most, Mono.just(false)).block());
    }

    private ObservationRegistry observationRegistry() {
        ObservationRegistry observations = ObservationRegistry.create();
        observations.observationConfig().observationHandler(new DefaultMeterObservationHandler(registry));
        return observations;
    }

    private Mono<Void> call(ChatProvider provider, ChaosCall chaosCall) {
        long begun = callResults.begin();
        long start = System.nanoTime();
        return (begun % 2 == 0
                        ? provider.chat(chaosCall.request())
                        : ChatResponseAggregator.collect(provider.stream(chaosCall.request())))
                .doOnNext(answer -> callResults.answered(
                        answer.text(), chaosCall.answer(), answer.servedBy(), System.nanoTime() - start))
                .onErrorResume(error -> {
                    callResults.failed(error);
                    return Mono.empty();
                })
                .doFinally(end -> callResults.end(begun))
                .contextWrite(CallContext.tag(ChaosCall.KEY, chaosCall.id()))
                .contextWrite(Context.of(ChaosCall.KEY, chaosCall.id()))
                .then();
    }
}
