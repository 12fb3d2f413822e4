package dev.understudy.gateway.embedding;

import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.Message;
import dev.understudy.chat.ServedBy;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Usage;
import dev.understudy.chat.VendorData;
import dev.understudy.chat.VendorMetadata;
import dev.understudy.gateway.json.JsonFields;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientResponse;
import tools.jackson.databind.node.ObjectNode;

/**
 * Asks one server for embeddings. The request's only message is the body of the client without its model, and the
 * answer's only block the body of the server, so that embeddings fail over like any call.
 */
final class EmbeddingProvider implements ChatProvider {

    private static final String BLOCK = "embeddings";
    private static final int LARGEST = 128 << 20;
    private static final int LARGE = 64 << 10;
    private static final int CONNECT = 5_000;
    private static final Duration SILENCE = Duration.ofSeconds(60);

    private final EmbeddingRoute route;
    private final HttpClient client;

    EmbeddingProvider(EmbeddingRoute route) {
        this.route = route;
        this.client = HttpClient.create()
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT)
                .responseTimeout(SILENCE)
                .disableRetry(true)
                .headers(headers -> {
                    headers.set(HttpHeaderNames.CONTENT_TYPE, "application/json");
                    if (route.key() != null) {
                        headers.set(
                                HttpHeaderNames.AUTHORIZATION,
                                "Bearer " + route.key().reveal());
                    }
                });
    }

    @Override
    public String name() {
        return route.name();
    }

    @Override
    public Capabilities capabilities(String model) {
        Double price = route.price();
        Capabilities unpriced = Capabilities.assumed();
        return price == null ? unpriced : unpriced.withPrice(Capabilities.Price.of(price, 0));
    }

    @Override
    public Flux<StreamChunk> stream(ChatRequest request) {
        return Flux.error(new UnsupportedOperationException("embeddings are no stream"));
    }

    @Override
    public Mono<ChatResponse> chat(ChatRequest request) {
        return Mono.defer(() -> sent(body(request)));
    }

    private Mono<ChatResponse> sent(String body) {
        return client.post()
                .uri(route.url() + "/embeddings")
                .send((sent, out) -> out.sendString(Mono.just(body)))
                .response((response, content) -> isOk(response)
                        ? whole(content.asByteArray()).flatMap(this::read)
                        : start(content.asByteArray())
                                .flatMap(start -> Mono.error(EmbeddingFailure.of(route, response, start, body))))
                .single();
    }

    private static boolean isOk(HttpClientResponse response) {
        return response.status().code() == 200;
    }

    private static Mono<byte[]> whole(Flux<byte[]> pieces) {
        return pieces.collect(ByteArrayOutputStream::new, EmbeddingProvider::add)
                .map(ByteArrayOutputStream::toByteArray);
    }

    /** Returns the beginning of the body of an error, and reads no further. */
    private static Mono<byte[]> start(Flux<byte[]> pieces) {
        return pieces.scanWith(ByteArrayOutputStream::new, EmbeddingProvider::added)
                .takeUntil(start -> start.size() > EmbeddingFailure.LARGEST)
                .last()
                .map(ByteArrayOutputStream::toByteArray);
    }

    private static ByteArrayOutputStream added(ByteArrayOutputStream bytes, byte[] piece) {
        bytes.writeBytes(piece);
        return bytes;
    }

    private static void add(ByteArrayOutputStream bytes, byte[] piece) {
        if (bytes.size() + piece.length > LARGEST) {
            throw new ChatException.CallFailed(Failure.of(FailureKind.PROTOCOL, "the answer is too large"));
        }
        bytes.writeBytes(piece);
    }

    private String body(ChatRequest request) {
        Message.User asked = (Message.User) request.messages().get(0);
        ObjectNode body = (ObjectNode) JsonFields.tree(asked.text());
        return body.put("model", route.model()).toString();
    }

    /** Returns the body of a server's answer. */
    static String body(ChatResponse response) {
        return response.blocks().get(0) instanceof ContentBlock.Opaque block
                ? block.vendorData().json()
                : "{}";
    }

    /** Reads large answers on another thread than the event loop. */
    private Mono<ChatResponse> read(byte[] bytes) {
        Mono<ChatResponse> answer = Mono.fromCallable(() -> answer(bytes));
        return bytes.length > LARGE ? answer.subscribeOn(Schedulers.boundedElastic()) : answer;
    }

    private ChatResponse answer(byte[] bytes) {
        EmbeddingAnswer answer = EmbeddingAnswer.of(bytes);
        if (answer == null) {
            throw EmbeddingFailure.withoutEmbeddings(route, bytes);
        }
        String text = new String(bytes, StandardCharsets.UTF_8);
        return new ChatResponse(
                List.of(new ContentBlock.Opaque(BLOCK, new VendorData(BLOCK, text))),
                new StreamChunk.Finish(
                        FinishReason.STOP,
                        Usage.of(answer.promptTokens(), 0),
                        new VendorMetadata(null, answer.model(), null, null),
                        ServedBy.by(route.name(), route.model())));
    }
}
