package dev.understudy.gateway;

import dev.understudy.CallContext;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ServedBy;
import dev.understudy.chat.StreamChunk;
import dev.understudy.gateway.completions.CompletionRequest;
import dev.understudy.gateway.completions.CompletionResponse;
import dev.understudy.streaming.SseWriter;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.time.Instant;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Signal;
import reactor.netty.NettyOutbound;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** {@code POST /v1/chat/completions}: unary answers and streams. A client that disconnects cancels its call. */
final class ChatRoute implements HttpBodies.Route {

    private final ModelDirectory modelDirectory;
    private final Mono<Void> cut;

    /** @param cut ends all calls with its error */
    ChatRoute(ModelDirectory modelDirectory, Mono<Void> cut) {
        this.modelDirectory = modelDirectory;
        this.cut = cut;
    }

    @Override
    public Publisher<Void> answer(byte[] body, HttpServerRequest http, HttpServerResponse response) {
        CompletionRequest completionRequest = CompletionRequest.of(body);
        ModelDirectory.Choice choice =
                modelDirectory.choose(completionRequest.request().model());
        ChatRequest request = completionRequest.request().withModel(choice.model());
        return completionRequest.stream()
                ? stream(choice, request, completionRequest.usage(), response)
                : whole(choice, request, response);
    }

    private Mono<Void> whole(ModelDirectory.Choice choice, ChatRequest request, HttpServerResponse response) {
        return choice.provider().chat(request).takeUntilOther(cut).flatMap(answer -> {
            ServedBy servedBy = answer.servedBy();
            // UUID.randomUUID reads the system's entropy device, which blocks an event loop
            ThreadLocalRandom random = ThreadLocalRandom.current();
            String id = "chatcmpl-" + HexFormat.of().toHexDigits(random.nextLong())
                    + HexFormat.of().toHexDigits(random.nextLong());
            String body = CompletionResponse.of(answer, id, Instant.now(), model(answer, servedBy));
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
            ModelDirectory.Choice choice, ChatRequest request, boolean usage, HttpServerResponse response) {
        ServedByListener servedByListener = new ServedByListener();
        return choice.provider().stream(request)
                .contextWrite(CallContext.listener(servedByListener))
                .takeUntilOther(cut)
                .<Void>switchOnFirst((first, chunks) -> first.isOnError()
                        ? Flux.error(failure(first))
                        : events(chunks, request, servedByListener, usage, response));
    }

    private static Throwable failure(Signal<?> signal) {
        return signal.getThrowable() == null ? new IllegalStateException("no answer") : signal.getThrowable();
    }

    private static Publisher<Void> events(
            Flux<StreamChunk> chunks,
            ChatRequest request,
            ServedByListener servedByListener,
            boolean usage,
            HttpServerResponse response) {
        String model = servedByListener.model();
        head(response, servedByListener.provider(), model, servedByListener.attempts());
        response.header("x-accel-buffering", "no").header(HttpHeaderNames.CACHE_CONTROL, "no-cache");
        SseWriter writer = SseWriter.of(model == null ? request.model() : model).withUsage(usage);
        return sent(writer.write(chunks), response);
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

    private static void head(
            HttpServerResponse response, @Nullable String provider, @Nullable String model, int attempts) {
        if (provider != null && model != null) {
            response.header("x-understudy-provider", HttpBodies.printable(provider));
            response.header("x-understudy-model", HttpBodies.printable(model));
        }
        response.header("x-understudy-attempts", Integer.toString(attempts));
    }
}
