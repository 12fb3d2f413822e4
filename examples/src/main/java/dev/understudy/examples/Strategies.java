package dev.understudy.examples;

import dev.understudy.Understudy;
import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Feature;
import dev.understudy.policy.ProviderOptions;
import dev.understudy.policy.Selection;
import dev.understudy.provider.Providers;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import reactor.core.publisher.Flux;

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

    private Strategies() {}

    /** Exits with 0 if every strategy chose as documented, 1 otherwise. */
    public static void main(String[] args) {
        int exit = run(ConsoleOutput.standard());
        if (exit != 0) {
            System.exit(exit);
        }
    }

    static int run(ConsoleOutput consoleOutput) {
        try (ScriptedServer fast = answering(10);
                ScriptedServer plain = answering(100);
                ScriptedServer cheap = answering(200)) {
            List.of(fast, plain, cheap).forEach(Strategies::warm);
            consoleOutput.line(CALLS + " calls under each strategy.");
            consoleOutput.line("  fast   answers in  10 ms, costs 10 per million tokens, weight 3");
            consoleOutput.line("  plain  answers in 100 ms, costs  3 per million tokens, weight 2, cannot call tools");
            consoleOutput.line("  cheap  answers in 200 ms, costs  1 per million tokens, weight 1");
            consoleOutput.line("");
            consoleOutput.line(String.format(
                    Locale.ROOT, "%-14s %5s %6s %6s   %s", "strategy", "fast", "plain", "cheap", "expected"));
            boolean good = true;
            for (Story story : stories()) {
                Map<String, Long> served = play(story.selection, fast, plain, cheap);
                boolean holds = story.holds.test(served);
                good &= holds;
                consoleOutput.line(
                        String.format(
                                Locale.ROOT,
                                "%-14s %5d %6d %6d   %s",
                                story.name,
                                count(served, "fast"),
                                count(served, "plain"),
                                count(served, "cheap"),
                                story.expectation),
                        holds ? ConsoleOutput.Colour.GREEN : ConsoleOutput.Colour.RED);
            }
            return good ? 0 : 1;
        }
    }

    /** Warms up the JVM, whose first calls would count as the provider's latency. */
    private static void warm(ScriptedServer server) {
        try (ChatProvider provider = Providers.openAi(endpoint("warm", server, 1))) {
            Flux.range(1, 10)
                    .concatMap(i -> provider.chat(ChatRequest.of("gpt-demo", "Warm up")))
                    .blockLast(GIVE_UP);
        }
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

    private static Map<String, Long> play(
            Selection selection, ScriptedServer fast, ScriptedServer plain, ScriptedServer cheap) {
        try (Understudy understudy = Understudy.builder()
                .selection(selection)
                .random(new Random(SEED))
                .provider(
                        Providers.openAi(endpoint("fast", fast, 10)),
                        ProviderOptions.defaults().withWeight(3))
                .provider(
                        Providers.openAi(endpoint("plain", plain, 3, Feature.TOOLS, Feature.STREAMING_TOOLS)),
                        ProviderOptions.defaults().withWeight(2))
                .provider(
                        Providers.openAi(endpoint("cheap", cheap, 1)),
                        ProviderOptions.defaults().withWeight(1))
                .build()) {
            Map<String, Long> served = Flux.range(1, CALLS)
                    .concatMap(i -> understudy.chat(ChatRequest.of("gpt-demo", "Call " + i)))
                    .collect(
                            TreeMap<String, Long>::new,
                            (counts, answer) -> counts.merge(answer.servedBy().provider(), 1L, Long::sum))
                    .block(GIVE_UP);
            return served == null ? Map.of() : new LinkedHashMap<>(served);
        }
    }

    private static Endpoint endpoint(String name, ScriptedServer server, double price, Feature... lacks) {
        Capabilities capabilities = Capabilities.assumed().withPrice(Capabilities.Price.of(price, price));
        for (Feature feature : lacks) {
            capabilities = capabilities.withoutFeature(feature);
        }
        return Endpoint.of(name, server.url(), "demo-key-" + name).withModel("gpt-demo", capabilities);
    }

    private static ScriptedServer answering(long millis) {
        return ScriptedServer.start().always(ScriptedReply.text("Here I am.").beforeHeaders(Duration.ofMillis(millis)));
    }

    private static long count(Map<String, Long> served, String provider) {
        return served.getOrDefault(provider, 0L);
    }
}
