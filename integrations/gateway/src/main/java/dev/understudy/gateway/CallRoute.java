package dev.understudy.gateway;

import dev.understudy.CallContext;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ServedBy;
import dev.understudy.chat.StreamChunk;
import dev.understudy.gateway.json.JsonFields;
import dev.understudy.gateway.kept.EventId;
import dev.understudy.gateway.protocol.AnswerHead;
import dev.understudy.gateway.protocol.ClientCall;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Signal;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** Answers calls of one protocol: whole answers and streams. A client that disconnects cancels its call. */
final class CallRoute implements HttpBodies.Route {

    private final KeptApi api;
    private final ModelDirectory modelDirectory;
    private final @Nullable KeptCalls keptCalls;
    private final Mono<Void> cut;

    /**
     * @param keptCalls keeps streams; {@code null} if they end with their connections
     * @param cut ends all calls with its error
     */
    CallRoute(KeptApi api, ModelDirectory modelDirectory, @Nullable KeptCalls keptCalls, Mono<Void> cut) {
        this.api = api;
        this.modelDirectory = modelDirectory;
        this.keptCalls = keptCalls;
        this.cut = cut;
    }

    /** A reader that comes back pays no second call. */
    @Override
    public HttpBodies.Use use(HttpServerRequest request) {
        return keptCalls != null
                        && !request.requestHeaders()
                                .get(KeptRoute.LAST_EVENT_ID, "")
                                .isEmpty()
                ? HttpBodies.Use.CONNECTION
                : HttpBodies.Use.CALL;
    }

    @Override
    public Publisher<Void> answer(byte[] body, HttpServerRequest http, HttpServerResponse response) {
        EventId after = keptCalls == null ? null : KeptRoute.after(http);
        if (keptCalls != null && after != null) {
            return keptCalls.again(api, after, 0, http, response, cut);
        }
        ClientCall call = api.protocol().read(JsonFields.of(body), http.requestHeaders());
        ModelDirectory.Choice choice = modelDirectory.choose(call.request().model());
        ChatRequest request = call.request().withModel(choice.model());
        if (keptCalls != null && call.isStream()) {
            return keptCalls.start(api, call, response, cut);
        }
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
                    StreamResponse.head(
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
        StreamResponse.head(
                response, servedByListener.provider(), servedByListener.firstModel(), servedByListener.attempts());
        ClientCall.Events encoder = call.events(AnswerHead.of(servedByListener::model));
        return StreamResponse.send(encoded(chunks, encoder), encoder, response);
    }

    /** Encodes a stream. One that fails ends with the event of its error, and then with the error itself. */
    static Flux<String> encoded(Flux<StreamChunk> chunks, ClientCall.Events encoder) {
        Flux<String> events = chunks.handle((chunk, sink) -> {
            String some = encoder.of(chunk);
            if (!some.isEmpty()) {
                sink.next(some);
            }
        });
        return StreamResponse.ended(events, encoder);
    }
}
