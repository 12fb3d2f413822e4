package dev.understudy.examples;

import dev.understudy.Understudy;
import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Feature;
import dev.understudy.policy.ProviderOptions;
import dev.understudy.policy.Selection;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Three providers with prices and latencies, and which of them serves thirty calls under each selection strategy: one
 * is fast and expensive, one is slow and cheap, one is in between and does not support tools.
 */
public final class Strategies {

    private static final int CALLS = 30;
    /** Draws of the least-latency selection are equal in each run. */
    private static final long SEED = 7;

    private static final Duration GIVE_UP = Duration.ofMinutes(1);

    private record Story(String name, Selection selection, String expectation, Predicate<Map<String, Long>> holds) {}

    private record Result(Story story, Map<String, Long> served) {

        boolean holds() {
            return story.holds.test(served);
        }
    }

    private Strategies() {}

    /** Exits with 0 if every strategy chose as documented, 1 otherwise. */
    public static void main(String[] args) {
        Boolean good = run(ConsoleOutput.standard(), Schedulers.parallel()).block(GIVE_UP);
        if (!Boolean.TRUE.equals(good)) {
            System.exit(1);
        }
    }

    /** Plays all strategies and prints a line for each; emits whether each chose as documented. */
    static Mono<Boolean> run(ConsoleOutput consoleOutput, Scheduler scheduler) {
        return Mono.fromRunnable(() -> title(consoleOutput))
                .thenMany(Flux.fromIterable(stories()))
                .concatMap(story -> play(story.selection, scheduler).map(served -> new Result(story, served)))
                .doOnNext(result -> print(result, consoleOutput))
                .reduce(true, (good, result) -> good && result.holds());
    }

    private static void title(ConsoleOutput consoleOutput) {
        consoleOutput.line(CALLS + " calls under each strategy.");
        consoleOutput.line("  fast   answers in  10 ms, costs 10 per million tokens, weight 3");
        consoleOutput.line("  plain  answers in 100 ms, costs  3 per million tokens, weight 2, cannot call tools");
        consoleOutput.line("  cheap  answers in 200 ms, costs  1 per million tokens, weight 1");
        consoleOutput.line("");
        consoleOutput.line(
                String.format(Locale.ROOT, "%-14s %5s %6s %6s   %s", "strategy", "fast", "plain", "cheap", "expected"));
    }

    private static void print(Result result, ConsoleOutput consoleOutput) {
        consoleOutput.line(
                String.format(
                        Locale.ROOT,
                        "%-14s %5d %6d %6d   %s",
                        result.story.name,
                        count(result.served, "fast"),
                        count(result.served, "plain"),
                        count(result.served, "cheap"),
                        result.story.expectation),
                result.holds() ? ConsoleOutput.Colour.GREEN : ConsoleOutput.Colour.RED);
    }

    private static List<Story> stories() {
        return List.of(
                new Story("sequential", Selection.sequential(), "all by the first", s -> count(s, "fast") == CALLS),
                new Story(
                        "weighted",
                        Selection.weighted(),
                        "15, 10 and 5",
                        s -> count(s, "fast") == 15 && count(s, "plain") == 10 && count(s, "cheap") == 5),
                new Story(
                        "leastLatency",
                        Selection.leastLatency(),
                        "most by the fast one",
                        s -> count(s, "fast") > Math.max(count(s, "plain"), count(s, "cheap"))),
                new Story("cheapest", Selection.cheapest(), "all by the cheap one", s -> count(s, "cheap") == CALLS),
                new Story(
                        "capable",
                        Selection.capable(Set.of(Feature.TOOLS), Selection.weighted()),
                        "none by the one without tools",
                        s -> count(s, "plain") == 0));
    }

    private static Mono<Map<String, Long>> play(Selection selection, Scheduler scheduler) {
        return Mono.using(
                () -> understudy(selection, scheduler),
                understudy -> Flux.range(1, CALLS)
                        .concatMap(i -> understudy.chat(ChatRequest.of("gpt-demo", "Call " + i)))
                        .collect(
                                TreeMap::new,
                                (counts, answer) ->
                                        counts.merge(answer.servedBy().provider(), 1L, Long::sum)),
                Understudy::close);
    }

    private static Understudy understudy(Selection selection, Scheduler scheduler) {
        return Understudy.builder()
                .selection(selection)
                .random(new Random(SEED))
                .scheduler(scheduler)
                .provider(
                        answering("fast", 10, price(10), scheduler),
                        ProviderOptions.defaults().withWeight(3))
                .provider(
                        answering(
                                "plain",
                                100,
                                price(3).withoutFeature(Feature.TOOLS).withoutFeature(Feature.STREAMING_TOOLS),
                                scheduler),
                        ProviderOptions.defaults().withWeight(2))
                .provider(
                        answering("cheap", 200, price(1), scheduler),
                        ProviderOptions.defaults().withWeight(1))
                .build();
    }

    private static Capabilities price(double perMillion) {
        return Capabilities.assumed().withPrice(Capabilities.Price.of(perMillion, perMillion));
    }

    private static ChatProvider answering(String name, long millis, Capabilities capabilities, Scheduler scheduler) {
        return ScriptedProvider.named(name)
                .can(capabilities)
                .always(ScriptedAnswer.text("Here I am.")
                        .beforeFirst(Duration.ofMillis(millis))
                        .on(scheduler));
    }

    private static long count(Map<String, Long> served, String provider) {
        return served.getOrDefault(provider, 0L);
    }
}
