package dev.understudy.secret;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.provider.Http2Server;
import dev.understudy.provider.Providers;
import dev.understudy.provider.TlsCertificates;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.provider.endpoint.Transport;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

/** The wire log shows requests and responses without keys, prompts and answers. */
class WireLogTest {

    private static final String KEY = "q7Zk2VtR9xLw4NcB8hYd3MfJ6sPa1GeU";
    private static final String PROMPT = "the colour of the lighthouse";
    private static final String ANSWER = "It is striped";
    private static final Duration SOON = Duration.ofSeconds(5);

    private final List<String> lines = new CopyOnWriteArrayList<>();

    @Test
    void requestAndResponseAreLoggedWithoutContent() {
        try (ScriptedServer server = ScriptedServer.start()) {
            server.then(ScriptedReply.text(ANSWER)).then(ScriptedReply.error(429, "rate_limit_error", "bad " + KEY));
            try (ChatProvider provider =
                    provider(server.url(), Transport.defaults().withWireLog(lines::add))) {
                StepVerifier.create(provider.stream(ChatRequest.of("m", PROMPT)).last())
                        .expectNextCount(1)
                        .expectComplete()
                        .verify(SOON);
                StepVerifier.create(provider.chat(ChatRequest.of("m", PROMPT)))
                        .expectError()
                        .verify(SOON);
            }
        }
        assertThat(lines)
                .anyMatch(line -> line.matches("model \\w+ > POST /v1/chat/completions \\[.*authorization.*"))
                .anyMatch(line -> line.matches("model \\w+ > \\d+ bytes"))
                .anyMatch(line -> line.matches("model \\w+ < 200 \\[.*content-type: text/event-stream.*"))
                .anyMatch(line -> line.matches("model \\w+ < \\d+ bytes"))
                .anyMatch(line -> line.matches("model \\w+ < end"))
                .anyMatch(line -> line.matches("model \\w+ < 429 .*"));
        isDiscreet();
    }

    @Test
    void keyThatAServerRepeatsInHeadersOverHttp2IsNotLogged() {
        try (Http2Server server = new Http2Server(10, stream -> {
                    stream.write(new DefaultHttp2HeadersFrame(new DefaultHttp2Headers()
                            .status("200")
                            .set("content-type", "application/json;" + KEY)
                            .set("server", KEY)
                            .set(KEY.toLowerCase(java.util.Locale.ROOT), "1")));
                    stream.writeAndFlush(new DefaultHttp2DataFrame(
                            Unpooled.wrappedBuffer(Http2Server.ANSWER.getBytes(StandardCharsets.UTF_8)), true));
                });
                ChatProvider provider = provider(
                        "https://127.0.0.1:" + server.port() + "/v1",
                        TlsCertificates.transport().withWireLog(lines::add))) {
            StepVerifier.create(Flux.range(0, 2).concatMap(i -> provider.chat(ChatRequest.of("m", PROMPT)), 1))
                    .expectNextCount(2)
                    .expectComplete()
                    .verify(SOON);
        }
        assertThat(lines)
                .anyMatch(line -> line.matches("model \\w+/2 > POST /v1/chat/completions .*"))
                .anyMatch(line -> line.matches("model \\w+/2 < 200 .*"));
        isDiscreet();
    }

    @Test
    void exceptionOfTheReceiverDoesNotBreakTheCall() {
        try (ScriptedServer server = ScriptedServer.start()) {
            server.then(ScriptedReply.text(ANSWER));
            Transport broken = Transport.defaults().withWireLog(line -> {
                throw new IllegalStateException("full");
            });
            try (ChatProvider provider = provider(server.url(), broken)) {
                StepVerifier.create(provider.chat(ChatRequest.of("m", PROMPT)))
                        .expectNextCount(1)
                        .expectComplete()
                        .verify(SOON);
            }
        }
    }

    private static ChatProvider provider(String url, Transport transport) {
        return Providers.openAiCompatible(
                Endpoint.of("model", url, KEY).withTransport(transport), OpenAiCompatibility.defaults());
    }

    private void isDiscreet() {
        assertThat(String.join("\n", lines).toLowerCase(java.util.Locale.ROOT))
                .doesNotContain(KEY.toLowerCase(java.util.Locale.ROOT), "lighthouse", "striped", "rains");
    }
}
