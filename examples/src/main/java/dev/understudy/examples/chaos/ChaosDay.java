package dev.understudy.examples.chaos;

import dev.understudy.CallContext;
import dev.understudy.Listener;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatResponseAggregator;
import dev.understudy.chat.Served;
import dev.understudy.ops.Logs;
import dev.understudy.ops.Metrics;
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
 * Breaks the primary in every way, again and again, while calls keep coming: half of them whole, half of them streamed.
 * Every call must get its own right answer, every attempt must carry the caller's question, Context and tags, and metrics
 * and log must show that it was failover that did it. Ends with 0 if all that is so, else with 1.
 *
 * <p>{@code --rounds 3} for a longer day, {@code --storms BROKEN,STALLED} for some of the weather only; {@code
 * --without-failover} to see it fail.
 */
public final class ChaosDay {

    private static final Duration STORM = Duration.ofMillis(600);
    private static final Duration CALM = Duration.ofMillis(1_100);
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
        List<Weather> storms = storms(value(args, "--storms", ""));
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        Metrics metrics = Metrics.to(registry);
        Lines lines = new Lines();
        Ledger ledger = new Ledger();
        Listener ears = metrics.and(Logs.to(lines.logger())).and(ledger);
        try (Field field = new Field(!args.contains("--without-failover"), ears)) {
            metrics.bind(field.understudy());
            ChatProvider provider = ResumingProvider.over(field.understudy());
            provider.warmup().block(Duration.ofSeconds(10));
            Mono<Void> day = Flux.range(0, rounds)
                    .concatMap(round -> Flux.fromIterable(storms))
                    .concatMap(storm -> turn(field, storm, STORM).then(turn(field, Weather.CALM, CALM)))
                    .then();
            Flux.interval(EVERY)
                    .onBackpressureDrop()
                    .takeUntilOther(day)
                    .flatMap(number -> call(provider, Task.number(number), ledger), Integer.MAX_VALUE)
                    .blockLast(Duration.ofMinutes(5));
            return new Verdict(field, ledger, registry, lines, storms, rounds).tell(out);
        }
    }

    private static String value(List<String> args, String option, String usual) {
        int at = args.indexOf(option);
        return at < 0 || at + 1 == args.size() ? usual : args.get(at + 1);
    }

    private static List<Weather> storms(String names) {
        return Arrays.stream(Weather.values())
                .filter(weather -> weather != Weather.CALM)
                .filter(weather -> names.isEmpty() || List.of(names.split(",")).contains(weather.name()))
                .toList();
    }

    private static Mono<Void> turn(Field field, Weather weather, Duration forHowLong) {
        return Mono.fromRunnable(() -> field.turn(weather))
                .then(Mono.delay(forHowLong))
                .then();
    }

    private static Mono<Void> call(ChatProvider provider, Task task, Ledger ledger) {
        return (ledger.begin() % 2 == 0
                        ? provider.chat(task.request())
                        : ChatResponseAggregator.collect(provider.stream(task.request())))
                .doOnNext(answer -> {
                    Served served = answer.served();
                    ledger.answered(answer.text().equals(task.answer()), served.provider());
                })
                .onErrorResume(error -> {
                    ledger.failed(error);
                    return Mono.empty();
                })
                .contextWrite(CallContext.tag(Task.KEY, task.id()))
                .contextWrite(Context.of(Task.KEY, task.id()))
                .then();
    }
}
