package dev.understudy.examples;

import dev.understudy.Event;
import dev.understudy.Understudy;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.provider.Endpoint;
import dev.understudy.provider.Providers;
import dev.understudy.provider.Quirks;
import dev.understudy.testing.Recorded;
import dev.understudy.testing.ScriptedServer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import reactor.core.publisher.Flux;

/**
 * One provider with three keys, of which one is over its limit: every call is answered, and the server tells which key
 * each request really carried.
 */
public final class KeyRotation {

    private static final Map<String, String> KEYS =
            Map.of("demo-key-a", "key A", "demo-key-b", "key B (over its limit)", "demo-key-c", "key C");
    private static final String LIMITED = "demo-key-b";
    private static final int CALLS = 7;

    private KeyRotation() {}

    /** Ends with 0 if the limited key was asked once and all calls were answered, 1 if not. */
    public static void main(String[] args) {
        int exit = run(Terminal.standard());
        if (exit != 0) {
            System.exit(exit);
        }
    }

    static int run(Terminal terminal) {
        Rehearsal.walkThrough();
        try (ScriptedServer server = ScriptedServer.start().rateLimitKey(LIMITED, Duration.ofSeconds(30));
                Understudy understudy = over(server, terminal)) {
            terminal.line(CALLS + " calls with three keys in turn.");
            List<ChatResponse> answers = Flux.range(1, CALLS)
                    .concatMap(i -> understudy.chat(ChatRequest.of("gpt-demo", "Call " + i)))
                    .collectList()
                    .block();
            terminal.line("");
            terminal.line("What the server saw:");
            List<Recorded> seen = server.calls();
            seen.forEach(asked -> terminal.line("  request " + asked.number() + " came with " + KEYS.get(asked.key())));
            terminal.line("");
            return judge(answers == null ? 0 : answers.size(), seen, terminal);
        }
    }

    private static Understudy over(ScriptedServer server, Terminal terminal) {
        Endpoint endpoint = Endpoint.of("vendor", server.url(), "demo-key-a", "demo-key-b", "demo-key-c");
        return Understudy.builder()
                .provider(Providers.openAiCompatible(endpoint, Quirks.defaults()))
                .listener(event -> {
                    if (event instanceof Event.ProviderNotice || event instanceof Event.CallServed) {
                        terminal.event(event);
                    }
                })
                .build();
    }

    private static int judge(int answered, List<Recorded> seen, Terminal terminal) {
        long limited =
                seen.stream().filter(asked -> asked.key().equals(LIMITED)).count();
        boolean good = answered == CALLS && limited == 1 && seen.size() == CALLS + 1;
        terminal.line(
                answered + " of " + CALLS + " calls were answered; the key over its limit was asked " + limited
                        + " time(s), and then left out.",
                good ? Terminal.Colour.GREEN : Terminal.Colour.RED);
        return good ? 0 : 1;
    }
}
