package dev.understudy.provider.http;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.StreamChunk;
import dev.understudy.guard.AttemptLink;
import dev.understudy.provider.dialect.Dialect;
import dev.understudy.provider.dialect.StoredAnswer;
import dev.understudy.provider.dialect.StreamDecoder;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.provider.endpoint.Transport;
import dev.understudy.provider.error.CallerText;
import dev.understudy.provider.error.InBandError;
import dev.understudy.provider.framing.BodyInflater;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufFlux;
import reactor.netty.http.client.HttpClientResponse;

/** One HTTP request and its response. Bytes are copied out of Netty's buffers on arrival. */
final class HttpExchange {

    private static final int MAX_PROBE = 1 << 20;

    private final Endpoint endpoint;
    private final Dialect dialect;
    private final HttpRequests httpRequests;
    private final HttpConnections httpConnections;
    private final ResponseChecks responseChecks;
    private final Predicate<KeyRing.Lease> keyInUse;

    /** @param keyInUse returns false while a key cools down */
    HttpExchange(
            Endpoint endpoint,
            Dialect dialect,
            Endpoint.@Nullable Signer signer,
            HttpConnections httpConnections,
            Predicate<KeyRing.Lease> keyInUse) {
        this.keyInUse = keyInUse;
        this.endpoint = endpoint;
        this.dialect = dialect;
        this.httpConnections = httpConnections;
        this.responseChecks = new ResponseChecks(dialect, endpoint.transport().drain());
        this.httpRequests = new HttpRequests(endpoint, dialect, signer, httpConnections::client);
    }

    /**
     * Emits the answer of a successful response.
     *
     * @param caller text of the request, which is no evidence in an error
     * @param fields receives the header fields of the response
     * @param decoder decodes the body
     */
    <T> Flux<T> whole(
            EncodedBody body,
            ChatRequest request,
            CallerText caller,
            KeyRing.Lease lease,
            ResponseFields fields,
            Function<byte[], T> decoder) {
        return new HttpAnswer<>(
                httpConnections,
                (progress, link) -> httpRequests.post(
                        body,
                        request.options(),
                        dialect.path(request, false),
                        lease,
                        "application/json",
                        progress,
                        (response, content) -> {
                            progress.begun();
                            if (!ResponseChecks.isOk(response)) {
                                progress.answered();
                                return responseChecks.failure(response, content, caller, fields.bucketListener());
                            }
                            body.release();
                            if (fields.received(response.responseHeaders())) {
                                ResponseChecks.reportEmptyBucket(response, fields.bucketListener());
                            }
                            int limit = endpoint.transport().maxAnswer();
                            return BoundedBody.whole(content, limit, whole -> {
                                progress.answered();
                                return decoder.apply(
                                        BodyInflater.whole(whole, ResponseChecks.encoding(response), limit, false));
                            });
                        }),
                UnaryOperator.identity(),
                () -> keyInUse.test(lease));
    }

    /**
     * Emits the chunks of a streamed response. Errors before the body are those of the transport, not typed yet.
     *
     * @param decoder called when the response begins
     * @param mark applied to every chunk
     */
    Flux<StreamChunk> streamed(
            EncodedBody body,
            ChatRequest request,
            CallerText caller,
            Supplier<StreamDecoder> decoder,
            KeyRing.Lease lease,
            ResponseFields fields,
            UnaryOperator<StreamChunk> mark) {
        return streamed(
                (progress, reader) -> httpRequests.post(
                        body,
                        request.options(),
                        dialect.path(request, true),
                        lease,
                        dialect.streamType(),
                        progress,
                        reader),
                body::release,
                request,
                caller,
                decoder,
                lease,
                fields,
                mark);
    }

    /** Emits the chunks of an answer stored by the vendor: those received before, then the following ones. */
    Flux<StreamChunk> resume(
            StoredAnswer stored,
            ChatRequest request,
            CallerText caller,
            KeyRing.Lease lease,
            ResponseFields fields,
            UnaryOperator<StreamChunk> mark) {
        return streamed(
                (progress, reader) -> httpRequests.get(stored.rest(), lease, dialect.streamType(), progress, reader),
                () -> {},
                request,
                caller,
                stored::connect,
                lease,
                fields,
                mark);
    }

    /** @param begun called when a successful response begins: the request is not sent again */
    private Flux<StreamChunk> streamed(
            BiFunction<RequestProgress, RequestProgress.ResponseReader<StreamChunk>, Flux<StreamChunk>> asked,
            Runnable begun,
            ChatRequest request,
            CallerText caller,
            Supplier<StreamDecoder> decoder,
            KeyRing.Lease lease,
            ResponseFields fields,
            UnaryOperator<StreamChunk> mark) {
        return new HttpAnswer<>(
                httpConnections,
                (progress, link) -> asked.apply(progress, (response, content) -> {
                    progress.begun();
                    if (!ResponseChecks.isOk(response)) {
                        progress.answered();
                        return responseChecks.failure(response, content, caller, fields.bucketListener());
                    }
                    begun.run();
                    if (fields.received(response.responseHeaders())) {
                        ResponseChecks.reportEmptyBucket(response, fields.bucketListener());
                    }
                    return chunks(request, decoder.get(), response, content, mark, progress, link);
                }),
                failed -> InBandError.typed(failed, caller),
                () -> keyInUse.test(lease));
    }

    /** Emits the body of a cheap GET that succeeds; an empty one if it is too long to be of interest. */
    Mono<byte[]> probe(KeyRing.Lease lease, String path) {
        return get(lease, path, (response, content) -> {
            String encoding = ResponseChecks.encoding(response);
            return BoundedBody.wholeOrNothing(content, MAX_PROBE)
                    .map(body -> body.length == 0 ? body : BodyInflater.whole(body, encoding, MAX_PROBE, false))
                    .onErrorReturn(CallFailed.class, new byte[0]);
        });
    }

    /** Emits the body of a GET; above the limit, a PROTOCOL failure. */
    Mono<byte[]> document(KeyRing.Lease lease, String path, int limit) {
        return get(
                lease,
                path,
                (response, content) -> BoundedBody.whole(
                        content,
                        limit,
                        body -> BodyInflater.whole(body, ResponseChecks.encoding(response), limit, false)));
    }

    private Mono<byte[]> get(
            KeyRing.Lease lease, String path, BiFunction<HttpClientResponse, ByteBufFlux, Flux<byte[]>> read) {
        return new HttpAnswer<byte[]>(
                        httpConnections,
                        (progress, link) ->
                                httpRequests.get(path, lease, "application/json", progress, (response, content) -> {
                                    progress.begun();
                                    progress.answered();
                                    return ResponseChecks.isOk(response)
                                            ? read.apply(response, content)
                                            : responseChecks.failure(response, content, CallerText.NONE, wait -> {});
                                }),
                        UnaryOperator.identity(),
                        () -> keyInUse.test(lease))
                .singleOrEmpty();
    }

    /**
     * Completes at the end of the body, so that the connection can be reused; after the finish reason that end is
     * awaited for a limited time.
     */
    private Flux<StreamChunk> chunks(
            ChatRequest request,
            StreamDecoder decoder,
            HttpClientResponse response,
            ByteBufFlux content,
            UnaryOperator<StreamChunk> mark,
            RequestProgress progress,
            AttemptLink link) {
        if (link.responseStart() != null) {
            link.responseStart().arrived();
        }
        Transport transport = endpoint.transport();
        BodyInflater inflater = BodyInflater.of(ResponseChecks.encoding(response));
        StreamBodyDecoder.Body body = new StreamBodyDecoder.Body(
                transport.maxAnswer(), transport.maxStream(), inflater, whole(request, response));
        BodyEndWait bodyEndWait = new BodyEndWait(transport.drain(), link.finishWait(), progress);
        StreamBodyDecoder streamBodyDecoder =
                new StreamBodyDecoder(dialect.framing(transport.maxAnswer()), decoder, mark, bodyEndWait, body);
        return new DecodedBody(content, streamBodyDecoder, bodyEndWait);
    }

    /** Returns the decoder for a whole answer that a server sent in place of a stream; null if it sends a stream. */
    private StreamBodyDecoder.@Nullable Whole whole(ChatRequest request, HttpClientResponse response) {
        String type = response.responseHeaders().get(HttpHeaderNames.CONTENT_TYPE);
        return dialect.streams(type == null ? "" : type)
                ? null
                : body -> WholeAnswer.inPlaceOfStream(dialect, endpoint.name(), request, body);
    }
}
