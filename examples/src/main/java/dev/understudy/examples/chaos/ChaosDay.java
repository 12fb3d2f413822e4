package dev.understudy.examples.chaos;

import dev.understudy.CallContext;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatResponseAggregator;
import dev.understudy.chat.ServedBy;
import dev.understudy.event.Listener;
import dev.understudy.ops.log.Logs;
import dev.understudy.ops.metrics.Metrics;
import dev.understudy.streaming.ResumingProvider;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

/**
 * Breaks the primary in every way, repeatedly, under load: half of the calls are unary, half are streamed. Every call
 * must get its own right answer, every attempt must carry the caller's prompt, Context and tags, and metrics and log
 * must show the failovers. Exits with 0 if all of this holds, with 1 otherwise.
 *
 * <p>{@code --rounds 3} for a longer run, {@code --faults BROKEN,STALLED} for some faults only, {@code
 * --without-failover} to see it fail.
 */
public final class ChaosDay {

    /** More calls do not begin, so that a slow machine is not asked for more than it can answer. */
    private static final int MOST_AT_ONCE = 48;

    /** Limit of one fault, and of the calm after it. */
    private static final Duration FAULT_LIMIT = Duration.ofSeconds(30);

    private static final Duration EVERY = Duration.ofMillis(40);

    private ChaosDay() {}

    public static void main(String[] args) {
        int exit = run(List.of(args), System.out);
        if (exit != 0) {
            System.exit(exit);
        }
    }

    static int run(List<String> args, PrintStream out) {
        int rounds = Integer.parseInt(value(args, "--rounds", "1"));
        List<FaultScenario> faults = faults(value(args, "--faults", ""));
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        Metrics metrics = Metrics.to(registry);
        CapturedLog capturedLog = new CapturedLog();
        CallResults callResults = new CallResults();
        Listener ears = metrics.and(Logs.to(capturedLog.logger())).and(callResults);
        try (ChaosSetup chaosSetup = new ChaosSetup(!args.contains("--without-failover"), ears)) {
            metrics.bind(chaosSetup.understudy());
            ChatProvider provider = ResumingProvider.over(chaosSetup.understudy());
            provider.warmup().block(Duration.ofSeconds(10));
            ChaosReport report = new ChaosReport(chaosSetup, callResults, registry, capturedLog, faults, rounds);
            Mono<Void> day = new FaultSchedule(chaosSetup, callResults, report::seen, FAULT_LIMIT).play(faults, rounds);
            Flux.interval(EVERY)
                    .onBackpressureDrop()
                    .takeUntilOther(day)
                    .flatMap(number -> call(provider, ChaosCall.number(number), callResults), MOST_AT_ONCE)
                    .blockLast(Duration.ofMinutes(5));
            return report.print(out);
        }
    }

    private static String value(List<String> args, String option, String usual) {
        int at = args.indexOf(option);
        return at < 0 || at + 1 == args.size() ? usual : args.get(at + 1);
    }

    private static List<FaultScenario> faults(String names) {
        return Arrays.stream(FaultScenario.values())
                .filter(faultScenario -> faultScenario != FaultScenario.CALM)
                .filter(faultScenario ->
                        names.isEmpty() || List.of(names.split(",")).contains(faultScenario.name()))
                .toList();
    }

    private static Mono<Void> call(ChatProvider provider, ChaosCall chaosCall, CallResults callResults) {
        long begun = callResults.begin();
        return (begun % 2 == 0
                        ? provider.chat(chaosCall.request())
                        : ChatResponseAggregator.collect(provider.stream(chaosCall.request())))
                .doOnNext(answer -> {
                    ServedBy servedBy = answer.servedBy();
                    callResults.answered(answer.text(), chaosCall.answer(), servedBy.provider());
                })
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
