package dev.understudy.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.StreamChunk;
import dev.understudy.ops.agent.Agents;
import dev.understudy.ops.agent.Config;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Configurations are swapped on real sockets while answers are on their way. */
class HotReloadTest {

    private static final ChatRequest REQUEST = ChatRequest.of("m", "Who is there?");
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final int SWAPS = 100;
    private static final int CALLS_BETWEEN = 6;

    @Test
    void noCallFailsOverAHundredSwaps() {
        ScriptedReply words = ScriptedReply.tokens("I", " am", " here", " all", " the", " time")
                .between(Duration.ofMillis(2));
        AtomicInteger swaps = new AtomicInteger();
        AtomicInteger ended = new AtomicInteger();
        try (ScriptedServer one = ScriptedServer.start().always(words);
                ScriptedServer other = ScriptedServer.start().always(words)) {
            List<String> answers;
            try (Agents agents = Agents.open(config(one, other, 0))) {
                ChatProvider agent = agents.provider("a");
                answers = Flux.range(0, SWAPS * CALLS_BETWEEN)
                        .flatMap(call -> call % 2 == 0 ? chat(agent) : stream(agent), 16)
                        .doOnNext(answer -> {
                            if (ended.incrementAndGet() % CALLS_BETWEEN == 0) {
                                agents.swap(config(one, other, swaps.incrementAndGet()));
                            }
                        })
                        .collectList()
                        .block(LONG);
            }
            assertThat(answers).hasSize(SWAPS * CALLS_BETWEEN).containsOnly("I am here all the time");
            assertThat(swaps).hasValue(SWAPS);
            assertThat(one.calls()).hasSizeGreaterThan(SWAPS);
            assertThat(other.calls()).hasSizeGreaterThan(SWAPS);
            // The pools of a hundred and one configurations are all closed.
            allGone(one);
            allGone(other);
        }
    }

    @Test
    void aStreamKeepsItsConnectionThoughItsConfigurationIsGone() {
        AtomicInteger swaps = new AtomicInteger();
        ScriptedReply slow = ScriptedReply.tokens("a ", "b ", "c ", "d").between(Duration.ofMillis(20));
        try (ScriptedServer one = ScriptedServer.start().always(slow);
                ScriptedServer other = ScriptedServer.start();
                Agents agents = Agents.open(config(one, other, 0))) {
            String text = agents.provider("a").stream(REQUEST)
                    .doOnNext(chunk -> {
                        if (chunk.text().startsWith("a")) {
                            agents.swap(config(one, other, 1));
                            swaps.incrementAndGet();
                        }
                    })
                    .map(StreamChunk::text)
                    .collect(Collectors.joining())
                    .block(LONG);
            assertThat(text).isEqualTo("a b c d");
            assertThat(swaps).hasValue(1);
            allGone(one);
        }
    }

    @Test
    void aCallThatIsGivenUpLetsTheOldConfigurationGo() {
        ScriptedReply endless = ScriptedReply.tokens("a ", "b ", "c ").stall(ScriptedReply.FaultPoint.tokens(2));
        try (ScriptedServer one = ScriptedServer.start().always(endless);
                ScriptedServer other = ScriptedServer.start();
                Agents agents = Agents.open(config(one, other, 0))) {
            agents.provider("a").stream(REQUEST)
                    .doOnNext(chunk -> agents.swap(config(one, other, 1)))
                    .take(1)
                    .blockLast(LONG);
            allGone(one);
        }
    }

    @Test
    void unchangedProviderKeepsItsConnections() {
        try (ScriptedServer server = ScriptedServer.start();
                Agents agents = Agents.open(same(server, "{}"))) {
            chat(agents.provider("a")).block(LONG);
            chat(agents.provider("b")).block(LONG);
            agents.swap(same(server, "{\"retry\": {\"retries\": 0}}"));
            chat(agents.provider("a")).block(LONG);
            agents.change("b", agents.failover("b").withMaxConsecutiveFailures(2));
            chat(agents.provider("b")).block(LONG);
            assertThat(server.calls()).hasSize(4);
            assertThat(server.connectionsOpened()).isEqualTo(1);
        }
    }

    /** With one connection at a time: an answer is told a moment before its connection is free again. */
    private static Config same(ScriptedServer server, String agent) {
        return Config.parse("""
                {"providers": {"p": {"dialect": "openai", "baseUrl": "%s", "transport": {"maxConnections": 1}}},
                 "agents": {"a": %s, "b": {}}}""".formatted(server.url(), agent), Map.of());
    }

    private static void allGone(ScriptedServer server) {
        server.connections().filter(open -> open == 0).blockFirst(LONG);
    }

    private static Mono<String> chat(ChatProvider agent) {
        return agent.chat(REQUEST).map(ChatResponse::text);
    }

    private static Mono<String> stream(ChatProvider agent) {
        return agent.stream(REQUEST).map(StreamChunk::text).collect(Collectors.joining());
    }

    /** Each time another server comes first, and its name and address change, so nothing of it is used again. */
    private static Config config(ScriptedServer one, ScriptedServer other, int number) {
        ScriptedServer server = number % 2 == 0 ? one : other;
        return Config.parse(
                """
                {"providers": {"p%d": {"dialect": "%s", "baseUrl": "%s"}}, "agents": {"a": {}}}""".formatted(number, number % 3 == 0 ? "anthropic" : "openai", server.url("/v1")), Map.of());
    }
}
