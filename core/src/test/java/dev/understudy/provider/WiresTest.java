package dev.understudy.provider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.Message;
import dev.understudy.chat.StreamChunk;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.provider.endpoint.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.Http2SslContextSpec;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.server.HttpServer;
import reactor.netty.tcp.SslProvider;
import reactor.test.StepVerifier;

/** What the providers of Gemini, Ollama and Cohere send over a real socket, and how they take what comes back. */
@ParameterizedClass
@EnumSource(
        value = Transport.Wire.class,
        names = {"HTTP1", "HTTP2"})
class WiresTest {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final String ELEMENT = "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"%s\"}]}%s}]}";
    private static final String STOP = ",\"finishReason\":\"STOP\"";

    @Parameter
    private Transport.Wire wire = Transport.Wire.HTTP2;

    private final ConcurrentLinkedQueue<String> protocols = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<String> asked = new ConcurrentLinkedQueue<>();
    private final List<DisposableServer> servers = new ArrayList<>();

    @AfterEach
    void close() {
        servers.forEach(DisposableServer::disposeNow);
        assertThat(protocols)
                .allMatch(protocol -> protocol.startsWith(wire == Transport.Wire.HTTP2 ? "HTTP/2" : "HTTP/1"));
    }

    @Test
    void geminiIsAskedByPathAndKeyAndAnswersInEvents() {
        String url = serve(
                200,
                "text/event-stream",
                "data: " + ELEMENT.formatted("Hel", "") + "\r\n\r\n",
                "data: " + ELEMENT.formatted("lo", STOP) + "\r\n\r\n");
        try (ChatProvider gemini = Providers.gemini(endpoint("g", url, "AIza-k"))) {
            says(gemini, "gemini-2.5-flash", "Hello");
            assertThat(asked).containsExactly("POST /models/gemini-2.5-flash:streamGenerateContent?alt=sse AIza-k");
        }
    }

    @Test
    void geminiMayAnswerInAnArrayThatGrows() {
        String url = serve(
                200,
                "application/json; charset=UTF-8",
                "[" + ELEMENT.formatted("Hel", ""),
                "\n,\r\n" + ELEMENT.formatted("lo", STOP),
                "\n]");
        try (ChatProvider gemini = Providers.gemini(endpoint("g", url, "AIza-k"))) {
            says(gemini, "m", "Hello");
        }
    }

    @Test
    void geminiThatAnswersWithWholeAnswersIsUnderstoodBothWays() {
        String url =
                serve(200, "application/json", ELEMENT.formatted("Hello", STOP).replace(",", ",\n"));
        try (ChatProvider gemini = Providers.gemini(endpoint("g", url, "AIza-k"))) {
            says(gemini, "m", "Hello");
            StepVerifier.create(gemini.chat(ChatRequest.of("m", "hi")))
                    .assertNext(answer -> assertThat(answer.text()).isEqualTo("Hello"))
                    .expectComplete()
                    .verify(SOON);
            assertThat(asked).endsWith("POST /models/m:generateContent AIza-k");
        }
    }

    @Test
    void geminiIsReadToItsEndThoughEveryChunkSaysStop() {
        Flux<String> slow = Flux.range(0, 6)
                .delayElements(Duration.ofMillis(60))
                .map(i -> "data: " + ELEMENT.formatted(i, STOP) + "\r\n\r\n");
        String url = serve(200, "text/event-stream", slow);
        Endpoint hasty = endpoint("g", url, "AIza-k").withTransport(transport().withDrain(Duration.ofMillis(200)));
        try (ChatProvider gemini = Providers.gemini(hasty)) {
            says(gemini, "m", "012345");
        }
    }

    @Test
    void ollamaAnswersInLines() {
        String url = serve(
                200,
                "application/x-ndjson",
                "{\"message\":{\"content\":\"Hel\"},\"done\":false}\n{\"mess",
                "age\":{\"content\":\"lo\"},\"done\":false}\n",
                "{\"done\":true,\"done_reason\":\"stop\"}\n");
        try (ChatProvider ollama = Providers.ollama(endpoint("ollama", url))) {
            says(ollama, "tiny", "Hello");
            assertThat(asked).containsExactly("POST /api/chat -");
            assertThat(ollama.name()).isEqualTo("ollama");
        }
    }

    @Test
    void ollamaFailsInsideAStreamAndBefore() {
        fails(
                serve(
                        200,
                        "application/x-ndjson",
                        "{\"error\":\"an error was encountered while running the model\"}\n"),
                FailureKind.SERVER);
        fails(serve(404, "application/json", "{\"error\":\"model 'tiny' not found\"}"), FailureKind.MODEL_NOT_FOUND);
        fails(
                serve(
                        503,
                        "application/json",
                        "{\"error\":\"server busy, please try again.  maximum pending requests exceeded\"}"),
                FailureKind.OVERLOADED);
        fails(serve(200, "text/html", "<!doctype html><title>Sign in</title>"), FailureKind.PROTOCOL);
        assertThat(asked).hasSize(4);
    }

    private void fails(String url, FailureKind kind) {
        try (ChatProvider ollama = Providers.ollama(endpoint("ollama", url))) {
            StepVerifier.create(ollama.stream(ChatRequest.of("tiny", "hi")))
                    .expectErrorSatisfies(
                            error -> assertThat(error).isInstanceOfSatisfying(CallFailed.class, failed -> assertThat(
                                            failed.failure().kind())
                                    .isEqualTo(kind)))
                    .verify(SOON);
        }
    }

    @Test
    void aPictureThatOllamaCannotTakeIsNotSent() {
        try (ChatProvider ollama = Providers.ollama(endpoint("ollama", serve(200, "application/x-ndjson", "")))) {
            ChatRequest request =
                    ChatRequest.of("tiny", List.of(Message.user("look", Message.Image.url("https://h/p.png"))));
            for (Mono<?> call :
                    List.of(ollama.chat(request), ollama.stream(request).then())) {
                StepVerifier.create(call)
                        .expectErrorSatisfies(error -> assertThat(error)
                                .isInstanceOfSatisfying(CallFailed.class, failed -> assertThat(
                                                failed.failure().kind())
                                        .isEqualTo(FailureKind.UNSUPPORTED)))
                        .verify(SOON);
            }
        }
        assertThat(asked).isEmpty();
    }

    @Test
    void cohereAnswersInNamedEvents() {
        String url = serve(
                200,
                "text/event-stream",
                "event: message-start\ndata: {\"type\":\"message-start\",\"id\":\"a\"}\n\n",
                "event: content-delta\ndata: {\"type\":\"content-delta\",\"delta\":{\"message\":{\"content\":{\"text\":\"Hello\"}}}}\n\n",
                "event: message-end\ndata: {\"type\":\"message-end\",\"delta\":{\"finish_reason\":\"COMPLETE\"}}\n\ndata: [DONE]\n\n");
        try (ChatProvider cohere = Providers.cohere(endpoint("c", url, "co-k"))) {
            says(cohere, "command", "Hello");
            assertThat(asked).containsExactly("POST /v2/chat Bearer co-k");
            StepVerifier.create(cohere.probe()).expectComplete().verify(SOON);
            assertThat(asked).contains("GET /v1/models Bearer co-k");
        }
    }

    @Test
    void keysStandNowhereInWhatFails() {
        String url = serve(
                400,
                "application/json",
                "{\"error\":{\"code\":400,\"message\":\"API key not valid: AIza-secret-key-1234\",\"status\":\"INVALID_ARGUMENT\"}}");
        try (ChatProvider gemini = Providers.gemini(endpoint("g", url, "AIza-secret-key-1234"))) {
            StepVerifier.create(gemini.chat(ChatRequest.of("m", "hi")))
                    .expectErrorSatisfies(error -> {
                        assertThat(error).hasMessageNotContaining("secret");
                        assertThat(((CallFailed) error).failure().kind()).isEqualTo(FailureKind.AUTH);
                    })
                    .verify(SOON);
        }
    }

    private static void says(ChatProvider provider, String model, String text) {
        List<StreamChunk> chunks = provider.stream(ChatRequest.of(model, "hi"))
                .collectList()
                .blockOptional(SOON)
                .orElseThrow();
        StringBuilder said = new StringBuilder();
        chunks.forEach(chunk -> said.append(chunk.text()));
        assertThat(said).hasToString(text);
        assertThat(chunks.get(chunks.size() - 1))
                .isInstanceOfSatisfying(StreamChunk.Finish.class, finish -> assertThat(finish.reason())
                        .isEqualTo(FinishReason.STOP));
    }

    private Transport transport() {
        return TlsCertificates.transport().withWire(wire);
    }

    private Endpoint endpoint(String name, String url, String... keys) {
        return Endpoint.of(name, url, keys).withTransport(transport());
    }

    private String serve(int status, String type, String... pieces) {
        return serve(status, type, Flux.just(pieces));
    }

    private String serve(int status, String type, Flux<String> pieces) {
        DisposableServer server = HttpServer.create()
                .host("127.0.0.1")
                .port(0)
                .protocol(HttpProtocol.H2, HttpProtocol.HTTP11)
                .secure(tls -> tls.sslContext((SslProvider.GenericSslContextSpec<?>) Http2SslContextSpec.forServer(
                        TlsCertificates.LOOPBACK.getKeyPair().getPrivate(), TlsCertificates.LOOPBACK.getCertificate())))
                .handle((request, response) -> {
                    String key = request.requestHeaders()
                            .get("x-goog-api-key", request.requestHeaders().get("authorization", "-"));
                    protocols.add(request.protocol());
                    asked.add(request.method() + " " + request.uri() + " " + key);
                    return response.status(status)
                            .header("content-type", type)
                            .sendString(
                                    pieces.concatMap(piece -> Mono.just(piece)),
                                    java.nio.charset.StandardCharsets.UTF_8);
                })
                .bindNow(SOON);
        servers.add(server);
        return "https://127.0.0.1:" + server.port();
    }
}
