package dev.understudy.examples;

import dev.understudy.Understudy;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.event.Event;
import dev.understudy.provider.Providers;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.testing.RecordedRequest;
import dev.understudy.testing.ScriptedServer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import reactor.core.publisher.Flux;

/**
 * One provider with three API keys, one of them over its rate limit: every call is answered, and the server shows
 * which key each request carried.
 */
public final class KeyFailover {

    private static final Map<String, String> KEYS =
            Map.of("demo-key-a", "key A", "demo-key-b", "key B (over its limit)", "demo-key-c", "key C");
    private static final String LIMITED = "demo-key-b";
    private static final int CALLS = 7;

    private KeyFailover() {}

    /** Exits with 0 if the limited key was used once and all calls were answered, 1 otherwise. */
    public static void main(String[] args) {
        int exit = run(ConsoleOutput.standard());
        if (exit != 0) {
            System.exit(exit);
        }
    }

    static int run(ConsoleOutput consoleOutput) {
        DemoServers.warmUp();
        try (ScriptedServer server = ScriptedServer.start().rateLimitKey(LIMITED, Duration.ofSeconds(30));
                Understudy understudy = over(server, consoleOutput)) {
            consoleOutput.line(CALLS + " calls with three keys in turn.");
            List<ChatResponse> answers = Flux.range(1, CALLS)
                    .concatMap(i -> understudy.chat(ChatRequest.of("gpt-demo", "Call " + i)))
                    .collectList()
                    .block();
            consoleOutput.line("");
            consoleOutput.line("What the server saw:");
            List<RecordedRequest> seen = server.calls();
            seen.forEach(request ->
                    consoleOutput.line("  request " + request.number() + " came with " + KEYS.get(request.key())));
            consoleOutput.line("");
            return report(answers == null ? 0 : answers.size(), seen, consoleOutput);
        }
    }

    private static Understudy over(ScriptedServer server, ConsoleOutput consoleOutput) {
        Endpoint endpoint = Endpoint.of("vendor", server.url(), "demo-key-a", "demo-key-b", "demo-key-c");
        return Understudy.builder()
                .provider(Providers.openAiCompatible(endpoint, OpenAiCompatibility.defaults()))
                .listener(event -> {
                    if (event instanceof Event.ProviderReported || event instanceof Event.CallSucceeded) {
                        consoleOutput.event(event);
                    }
                })
                .build();
    }

    private static int report(int answered, List<RecordedRequest> seen, ConsoleOutput consoleOutput) {
        long limited =
                seen.stream().filter(request -> request.key().equals(LIMITED)).count();
        boolean good = answered == CALLS && limited == 1 && seen.size() == CALLS + 1;
        consoleOutput.line(
                answered + " of " + CALLS + " calls were answered; the key over its limit was used " + limited
                        + " time(s), and then left out.",
                good ? ConsoleOutput.Colour.GREEN : ConsoleOutput.Colour.RED);
        return good ? 0 : 1;
    }
}
