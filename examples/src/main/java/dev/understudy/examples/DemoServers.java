package dev.understudy.examples;

import dev.understudy.Understudy;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.event.Listener;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.policy.TimeoutPolicy;
import dev.understudy.provider.Providers;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import java.time.Duration;

/**
 * Three scripted servers on loopback with real sockets and two vendors' dialects: two that fail, and one that
 * answers.
 */
final class DemoServers implements AutoCloseable {

    static final String PROMPT = "What does an understudy do?";

    private static final String ANSWER = "The lead lost her voice in the second act, and the second cast was stuck in"
            + " traffic. The understudy stood in the wings, knew every line, and walked on. The audience heard the"
            + " whole play.";

    private final ScriptedServer lead = ScriptedServer.start();
    private final ScriptedServer second = ScriptedServer.start();
    private final ScriptedServer third = ScriptedServer.start();

    private DemoServers() {}

    static DemoServers open() {
        warmUp();
        DemoServers servers = new DemoServers();
        // overloaded, then silent
        servers.lead.then(
                ScriptedReply.error(503, "server_error", "The engine is overloaded, try again later"),
                ScriptedReply.text("never heard").withPings(1).stall(ScriptedReply.FaultPoint.tokens(0)));
        // one key over its rate limit; with the other key the stream breaks before its first token, then the server is
        // full
        servers.second.then(
                ScriptedReply.rateLimited(Duration.ofSeconds(20)),
                ScriptedReply.text("never heard").cut(ScriptedReply.FaultPoint.tokens(0)),
                ScriptedReply.error(503, "server_error", "No capacity left").withRetryAfter(Duration.ofSeconds(20)));
        servers.third.always(ScriptedReply.text(ANSWER).between(Duration.ofMillis(40)));
        return servers;
    }

    /** Warms up the JVM with two calls, so that class loading does not look like a slow provider. */
    static void warmUp() {
        ScriptedReply refusal = ScriptedReply.status(503);
        ScriptedReply answer = ScriptedReply.text("Ready.");
        try (ScriptedServer server = ScriptedServer.start().then(refusal, answer, refusal, answer);
                Understudy understudy = Understudy.builder()
                        .provider(openAi(Endpoint.of("one", server.url())))
                        .provider(Providers.anthropic(Endpoint.of("two", server.url())))
                        .retry(RetryPolicy.none())
                        .build()) {
            ChatRequest request = ChatRequest.of("gpt-demo", PROMPT);
            understudy.chat(request).thenMany(understudy.stream(request)).blockLast();
        }
    }

    /** Timeouts are shorter than the defaults of docs/defaults.md, so that the demo takes seconds. */
    Understudy understudy(Listener listener) {
        return Understudy.builder()
                .provider(openAi(Endpoint.of("lead", lead.url(), "lead-key")), "gpt-demo")
                .provider(openAi(Endpoint.of("second", second.url(), "evening-key", "matinee-key")), "gpt-demo")
                .provider(Providers.anthropic(Endpoint.of("third", third.url(), "third-key")), "claude-demo")
                .retry(RetryPolicy.defaults().withRetries(1).withBackoff(Duration.ofMillis(200), Duration.ofSeconds(1)))
                .timeouts(TimeoutPolicy.defaults().withFirstContent(Duration.ofMillis(1500)))
                .listener(listener)
                .build();
    }

    private static ChatProvider openAi(Endpoint endpoint) {
        return Providers.openAiCompatible(endpoint, OpenAiCompatibility.defaults());
    }

    @Override
    public void close() {
        lead.close();
        second.close();
        third.close();
    }
}
