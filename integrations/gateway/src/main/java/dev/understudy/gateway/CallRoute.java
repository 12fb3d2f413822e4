package dev.understudy.gateway;

import dev.understudy.CallContext;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.ServedBy;
import dev.understudy.chat.StreamChunk;
import dev.understudy.gateway.json.JsonFields;
import dev.understudy.gateway.protocol.AnswerHead;
import dev.understudy.gateway.protocol.CallError;
import dev.understudy.gateway.protocol.ClientCall;
import dev.understudy.gateway.protocol.ClientProtocol;
import dev.understudy.streaming.SseWriter;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Signal;
import reactor.netty.NettyOutbound;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** Answers calls of one protocol: whole answers and streams. A client that disconnects cancels its call. */
final class CallRoute implements HttpBodies.Route {

    private static final Duration KEEP_ALIVE = Duration.ofSeconds(15);

    private final ClientProtocol protocol;
    private final ModelDirectory modelDirectory;
    private final Mono<Void> cut;

    /** @param cut ends all calls with its error */
    CallRoute(ClientProtocol protocol, ModelDirectory modelDirectory, Mono<Void> cut) {
        this.protocol = protocol;
        this.modelDirectory = modelDirectory;
        this.cut = cut;
    }

    @Override
    public Publisher<Void> answer(byte[] body, HttpServerRequest http, HttpServerResponse response) {
        ClientCall call = protocol.read(JsonFields.of(body), http.requestHeaders());
        ModelDirectory.Choice choice = modelDirectory.choose(call.request().model());
        ChatRequest request = call.request().withModel(choice.model());
        ServedByListener servedByListener = new ServedByListener(request);
        return call.isStream()
                ? stream(choice, call, request, servedByListener, response)
                : whole(choice, call, request, servedByListener, response);
    }

    private Mono<Void> whole(
            ModelDirectory.Choice choice,
            ClientCall call,
            ChatRequest request,
            ServedByListener servedByListener,
            HttpServerResponse response) {
        return choice.provider()
                .chat(request)
                .contextWrite(CallContext.listener(servedByListener))
                .takeUntilOther(cut)
                .takeUntilOther(servedByListener.refusal())
                .flatMap(answer -> {
                    ServedBy servedBy = answer.servedBy();
                    String body = call.answer(answer, AnswerHead.of(() -> model(answer, servedBy)));
                    head(
                            response,
                            servedBy.provider(),
                            servedBy.model(),
                            servedBy.attemptLog().attemptCount());
                    return HttpBodies.json(response, 200, body);
                });
    }

    /** Prefers the model name that the vendor reported. */
    private static String model(ChatResponse answer, ServedBy servedBy) {
        String exact = answer.vendorMetadata().model();
        return exact == null ? servedBy.model() : exact;
    }

    /**
     * Sends the response head with the first chunk: until then a failure has its own status, and the head names the
     * provider. A later failure is an error event, after which the body ends without its terminator.
     */
    private Flux<Void> stream(
            ModelDirectory.Choice choice,
            ClientCall call,
            ChatRequest request,
            ServedByListener servedByListener,
            HttpServerResponse response) {
        return choice.provider().stream(request)
                .contextWrite(CallContext.listener(servedByListener))
                .takeUntilOther(cut)
                .takeUntilOther(servedByListener.refusal())
                .<Void>switchOnFirst((first, chunks) -> first.isOnError()
                        ? Flux.error(failure(first))
                        : events(chunks, call, servedByListener, response));
    }

    private static Throwable failure(Signal<?> signal) {
        return signal.getThrowable() == null ? new IllegalStateException("no answer") : signal.getThrowable();
    }

    private static Publisher<Void> events(
            Flux<StreamChunk> chunks, ClientCall call, ServedByListener servedByListener, HttpServerResponse response) {
        head(response, servedByListener.provider(), servedByListener.firstModel(), servedByListener.attempts());
        response.header("x-accel-buffering", "no").header(HttpHeaderNames.CACHE_CONTROL, "no-cache");
        ClientCall.Events encoder = call.events(AnswerHead.of(servedByListener::model));
        return sent(SseWriter.keptAlive(encoded(chunks, encoder), KEEP_ALIVE, encoder.keepAlive()), response);
    }

    /** Encodes a stream. One that fails ends with the event of its error, and then with the error itself. */
    static Flux<String> encoded(Flux<StreamChunk> chunks, ClientCall.Events encoder) {
        return chunks.<String>handle((chunk, sink) -> {
                    String events = encoder.of(chunk);
                    if (!events.isEmpty()) {
                        sink.next(events);
                    }
                })
                .concatWith(Flux.defer(() -> encoder.isFinished() ? Flux.empty() : Flux.error(unfinished())))
                // an error after the finish is not a part of the answer
                .onErrorResume(error -> encoder.isFinished()
                        ? Flux.empty()
                        : Flux.concat(Flux.just(encoder.failed(CallError.of(error))), Flux.error(error)));
    }

    private static ChatException unfinished() {
        return new ChatException.CallFailed(
                Failure.of(FailureKind.TRUNCATED, "the stream ended without a finish reason"));
    }

    /**
     * Writes one event at a time, because reactor-netty would take 128 of them from the call before the client has received
     * one. Signals an error only after the events before it are on their way: it closes the connection at once.
     */
    private static Mono<Void> sent(Flux<String> events, HttpServerResponse response) {
        AtomicReference<@Nullable Throwable> error = new AtomicReference<>();
        Flux<String> all = events.onErrorResume(failed -> {
            error.set(failed);
            return Flux.empty();
        });
        Mono<Void> end = Mono.defer(() -> {
            Throwable failed = error.get();
            return failed == null ? Mono.empty() : Mono.error(failed);
        });
        NettyOutbound out = response.sse();
        // hidden: reactor-netty would write a single known value as a whole response
        return all.concatMap(event -> out.sendString(Flux.just(event).hide()).then(), 1)
                .then(end);
    }

    static void head(HttpServerResponse response, @Nullable String provider, @Nullable String model, int attempts) {
        if (provider != null && model != null) {
            response.header("x-understudy-provider", HttpBodies.printable(provider));
            response.header("x-understudy-model", HttpBodies.printable(model));
        }
        response.header("x-understudy-attempts", Integer.toString(attempts));
    }
}
