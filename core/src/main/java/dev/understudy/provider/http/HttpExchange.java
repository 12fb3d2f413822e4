package dev.understudy.provider.http;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.ToolCall;
import dev.understudy.provider.dialect.Dialect;
import dev.understudy.provider.dialect.StoredAnswer;
import dev.understudy.provider.dialect.StreamDecoder;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.provider.error.CallerText;
import dev.understudy.provider.error.InBandError;
import dev.understudy.provider.json.JsonErrors;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;
import reactor.netty.ByteBufFlux;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientResponse;

/** One HTTP request and its answer. Bytes leave Netty's buffers where they arrive. */
final class HttpExchange {

    private static final int MAX_BODY = 16 << 20;
    private static final int MAX_ERROR_BODY = 64 << 10;
    private static final byte[] NOTHING = new byte[0];
    private static final Pattern ENCODING = Pattern.compile("[\\w-]{1,20}");

    private final Endpoint endpoint;
    private final Dialect dialect;
    private final HttpRequests httpRequests;
    private final HttpConnections httpConnections;

    HttpExchange(
            Endpoint endpoint, Dialect dialect, Endpoint.@Nullable Signer signer, HttpConnections httpConnections) {
        this.endpoint = endpoint;
        this.dialect = dialect;
        this.httpConnections = httpConnections;
        this.httpRequests = new HttpRequests(endpoint, dialect, signer, httpConnections::client);
    }

    /**
     * The body of a successful answer.
     *
     * @param caller text of the request, which decides nothing in an error
     * @param gauge hears how long the key should be left alone because one of its buckets is empty
     */
    Mono<byte[]> whole(byte[] body, String path, CallerText caller, KeyRing.Lease lease, Consumer<Duration> gauge) {
        return new HttpAnswer<byte[]>(
                        httpConnections,
                        progress -> httpRequests
                                .post(body, path, lease, "application/json", progress)
                                .response((response, content) -> {
                                    progress.begun();
                                    if (!ok(response)) {
                                        progress.answered();
                                        return refused(response, content, caller, gauge);
                                    }
                                    read(response, gauge);
                                    return isEncoded(response)
                                            ? encoded(response)
                                            : BoundedBody.whole(content, MAX_BODY)
                                                    .doOnNext(whole -> progress.answered());
                                }),
                        UnaryOperator.identity())
                .single();
    }

    /**
     * The chunks of a streamed answer. Errors before the body are those of the transport, not typed yet.
     *
     * @param decoder asked for when the answer begins
     * @param mark applied to every chunk
     */
    Flux<StreamChunk> streamed(
            byte[] body,
            ChatRequest request,
            CallerText caller,
            Supplier<StreamDecoder> decoder,
            KeyRing.Lease lease,
            Consumer<Duration> gauge,
            UnaryOperator<StreamChunk> mark) {
        return streamed(
                progress -> httpRequests.post(body, dialect.path(request, true), lease, dialect.streamType(), progress),
                request,
                caller,
                decoder,
                gauge,
                mark);
    }

    /** The chunks of an answer that the vendor keeps: those that were told before, then those behind them. */
    Flux<StreamChunk> again(
            StoredAnswer kept,
            ChatRequest request,
            CallerText caller,
            KeyRing.Lease lease,
            Consumer<Duration> gauge,
            UnaryOperator<StreamChunk> mark) {
        return streamed(
                progress -> httpRequests.get(kept.rest(), lease, dialect.streamType(), progress),
                request,
                caller,
                kept::connect,
                gauge,
                mark);
    }

    private Flux<StreamChunk> streamed(
            Function<RequestProgress, HttpClient.ResponseReceiver<?>> asked,
            ChatRequest request,
            CallerText caller,
            Supplier<StreamDecoder> decoder,
            Consumer<Duration> gauge,
            UnaryOperator<StreamChunk> mark) {
        return new HttpAnswer<>(
                httpConnections,
                progress -> asked.apply(progress).response((response, content) -> {
                    progress.begun();
                    if (!ok(response)) {
                        progress.answered();
                        return refused(response, content, caller, gauge);
                    }
                    read(response, gauge);
                    if (isEncoded(response)) {
                        return encoded(response);
                    }
                    return streams(response)
                            ? chunks(decoder.get(), content, mark, progress)
                            : unasked(request, content, progress).map(mark);
                }),
                failed -> InBandError.typed(failed, caller));
    }

    /** Completes when a cheap GET succeeds. */
    Mono<Void> probe(KeyRing.Lease lease, String path) {
        return new HttpAnswer<Void>(
                        httpConnections,
                        progress -> httpRequests
                                .get(path, lease, "application/json", progress)
                                .response((response, content) -> {
                                    progress.begun();
                                    progress.answered();
                                    return ok(response)
                                            ? content.then().flux()
                                            : refused(response, content, CallerText.NONE, wait -> {});
                                }),
                        UnaryOperator.identity())
                .then();
    }

    /**
     * Completes at the end of the body, so that the connection can be used again; once the answer is finished and nothing
     * more is said, it waits for that end only for a while.
     */
    private Flux<StreamChunk> chunks(
            StreamDecoder decoder, ByteBufFlux content, UnaryOperator<StreamChunk> mark, RequestProgress progress) {
        Sinks.Many<Duration> rest = Sinks.many().unicast().onBackpressureBuffer();
        Flux<Long> drained = rest.asFlux().switchMap(wait -> Mono.delay(wait, Schedulers.parallel()));
        Duration drain = endpoint.transport().drain();
        StreamBodyDecoder streamBodyDecoder = new StreamBodyDecoder(
                dialect.framing(),
                decoder,
                mark,
                () -> rest.tryEmitNext(drain),
                () -> rest.tryEmitNext(Duration.ZERO),
                progress::answered);
        return content.asByteArray()
                .takeUntilOther(drained)
                .materialize() // the end and its error are decoded like the pieces before them
                .flatMapIterable(streamBodyDecoder::read, 1);
    }

    /** A server that was asked for a stream and sent the whole answer at once. */
    private Flux<StreamChunk> unasked(ChatRequest request, ByteBufFlux content, RequestProgress progress) {
        return BoundedBody.whole(content, MAX_BODY)
                .doOnNext(whole -> progress.answered())
                .map(body -> dialect.decode(endpoint.name(), request, body))
                .flatMapIterable(HttpExchange::chunks);
    }

    private static List<StreamChunk> chunks(ChatResponse response) {
        List<StreamChunk> chunks = new ArrayList<>();
        response.reasoningBlocks()
                .forEach(reasoningBlock ->
                        chunks.add(new StreamChunk.Reasoning(reasoningBlock.text(), reasoningBlock.signature())));
        if (!response.refusal().isEmpty()) {
            chunks.add(new StreamChunk.Refusal(response.refusal()));
        }
        if (!response.text().isEmpty()) {
            chunks.add(new StreamChunk.Text(response.text()));
        }
        int index = 0;
        for (ToolCall call : response.toolCalls()) {
            chunks.add(new StreamChunk.ToolCallDone(index++, call));
        }
        chunks.add(response.finish());
        return chunks;
    }

    private <T> Flux<T> refused(
            HttpClientResponse response, ByteBufFlux content, CallerText caller, Consumer<Duration> gauge) {
        int status = response.status().code();
        return BoundedBody.upTo(content, MAX_ERROR_BODY, endpoint.transport().drain())
                .map(body -> isEncoded(response) ? NOTHING : body)
                .flatMapMany(body -> Flux.error(new CallFailed(
                        status >= 300 && status < 400
                                ? Failure.of(FailureKind.PROTOCOL, "a redirect, which is not followed")
                                        .withStatus(status, null)
                                : limited(dialect.failure(status, field(response), body, caller), response, gauge)
                                        .withPhase(Failure.Phase.HEADERS))));
    }

    /** A rate limit that names no time means the bucket that is empty. */
    private static Failure limited(Failure failure, HttpClientResponse response, Consumer<Duration> gauge) {
        if (failure.kind() != FailureKind.RATE_LIMITED) {
            read(response, gauge);
            return failure;
        }
        return failure.retryAfter() != null ? failure : failure.withRetryAfter(empty(response));
    }

    private static void read(HttpClientResponse response, Consumer<Duration> gauge) {
        Duration wait = empty(response);
        if (wait != null) {
            gauge.accept(wait);
        }
    }

    private static @Nullable Duration empty(HttpClientResponse response) {
        return RateLimitHeaders.untilSome(
                field(response), Instant.ofEpochMilli(Schedulers.parallel().now(TimeUnit.MILLISECONDS)));
    }

    private static Function<String, @Nullable String> field(HttpClientResponse response) {
        return name -> response.responseHeaders().get(name);
    }

    private static boolean ok(HttpClientResponse response) {
        int status = response.status().code();
        return status >= 200 && status < 300;
    }

    /** Whether the bytes of the body are others than the answer's; a few of them can become as many as one likes. */
    private static boolean isEncoded(HttpClientResponse response) {
        String encoding = response.responseHeaders().get("content-encoding");
        return encoding != null && !encoding.isBlank() && !encoding.strip().equalsIgnoreCase("identity");
    }

    private static <T> Flux<T> encoded(HttpClientResponse response) {
        String encoding = response.responseHeaders().get("content-encoding").strip();
        String name = ENCODING.matcher(encoding).matches() ? "'" + encoding + "'" : "something unknown";
        return Flux.error(JsonErrors.rejected("the answer is encoded as " + name + ", which was not asked for"));
    }

    private boolean streams(HttpClientResponse response) {
        String type = response.responseHeaders().get("content-type");
        return dialect.streams(type == null ? "" : type);
    }
}
