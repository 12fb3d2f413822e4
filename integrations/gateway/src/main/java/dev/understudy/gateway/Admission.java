package dev.understudy.gateway;

import dev.understudy.CallContext;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.gateway.json.BadRequest;
import dev.understudy.gateway.key.ClientKey;
import dev.understudy.gateway.key.ClientKeys;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/**
 * Decides which requests are read and answered: host, token and limits are checked before the body is read. Refusals are
 * counted; an address with many of them gets 429. Thread-safe.
 */
final class Admission {

    /** Larger bodies are parsed on another thread than the event loop. */
    private static final int SMALL = 16 << 10;

    private static final Duration RETRY = Duration.ofSeconds(1);

    /** Time for the error events of calls that were cut at the end of a shutdown. */
    private static final Duration LAST = Duration.ofSeconds(2);

    private static final Duration LINGER = Duration.ofSeconds(2);
    private static final Scheduler PARSER = Schedulers.newBoundedElastic(2, 1_000, "gateway-parse", 30, true);

    private final AccessCheck accessCheck;
    private final Cors cors;
    private final KeyAccounts accounts;
    private final GatewayLimits limits;
    private final IntConsumer refused;
    private final ConnectionGuard connections;
    private final CallsInFlight calls;
    private final AtomicLong bytes = new AtomicLong();
    private final Sinks.Empty<Void> cut = Sinks.empty();

    /**
     * @param keys keys of clients
     * @param accounts limits and usage of keys
     * @param refused receives the status of each refusal
     */
    Admission(
            ClientKeys keys,
            OperatorTokens operators,
            Cors cors,
            KeyAccounts accounts,
            GatewayLimits limits,
            IntConsumer refused) {
        this.accessCheck = new AccessCheck(keys, operators, cors, limits);
        this.cors = cors;
        this.accounts = accounts;
        this.limits = limits;
        this.calls = new CallsInFlight(limits.calls());
        this.refused = refused;
        this.connections = new ConnectionGuard(limits, refused);
    }

    void install(Channel channel) {
        connections.install(channel);
    }

    boolean isDraining() {
        return calls.isDraining();
    }

    int calls() {
        return calls.count();
    }

    /** Returns the counter of calls, also for generations without a connection. */
    CallsInFlight callsInFlight() {
        return calls;
    }

    int connections() {
        return connections.count();
    }

    /** Fails when the time for calls in flight is over during a shutdown; never completes otherwise. */
    Mono<Void> cut() {
        return cut.asMono();
    }

    /**
     * Refuses new calls from now on. Waits until those in flight have ended, for a limited time; then they fail, and a short
     * time is left to send that, and what was not written yet. Blocks.
     */
    void drain() {
        calls.drain();
        if (!calls.isEmptyWithin(limits.drain())) {
            cut.tryEmitError(
                    new ChatException.CallFailed(Failure.of(FailureKind.OVERLOADED, "the gateway is shutting down")));
            calls.isEmptyWithin(LAST);
        }
        connections.isAnsweredWithin(LAST);
    }

    /** Returns the handler of a route. */
    BiFunction<HttpServerRequest, HttpServerResponse, Publisher<Void>> route(Access access, HttpBodies.Route route) {
        return (request, response) -> Mono.defer(() -> {
            AtomicReference<@Nullable Channel> channel = new AtomicReference<>(); // is not told after the end
            request.withConnection(connection -> channel.set(connection.channel()));
            String id = RequestId.of(request.requestHeaders());
            response.header(RequestId.HEADER, id);
            cors.apply(request, response);
            return Mono.defer(() -> cors.isPreflight(request)
                            ? cors.preflight(request, response)
                            : admitted(access, route, request, response))
                    .contextWrite(CallContext.tag("request_id", id))
                    .onErrorResume(error -> response.hasSentHeaders()
                            ? Mono.error(error)
                            : refuse(access, request, response, channel.get(), error));
        });
    }

    private Mono<Void> admitted(
            Access access, HttpBodies.Route route, HttpServerRequest request, HttpServerResponse response) {
        ClientKey key = accessCheck.check(access, request, response);
        HttpBodies.Use use = access == Access.CLIENTS ? route.use(request) : HttpBodies.Use.NOTHING;
        checkLength(request, access == Access.CLIENTS && request.method().equals(HttpMethod.POST));
        if (use == HttpBodies.Use.NOTHING) {
            return answered(route, request, response);
        }
        ClientKey counted = use == HttpBodies.Use.CALL ? key : null;
        begin(counted);
        CallSlot slot = new CallSlot(calls, key, counted);
        Mono<Void> answer = answered(route, request, response)
                .doFinally(signal -> slot.left())
                .contextWrite(context -> context.put(CallSlot.class, slot));
        return key == null
                ? answer
                : answer.contextWrite(CallContext.listener(accounts.listener(key)))
                        .contextWrite(CallContext.tag("key", key.name()));
    }

    private Mono<Void> answered(HttpBodies.Route route, HttpServerRequest request, HttpServerResponse response) {
        AtomicLong taken = new AtomicLong();
        return body(request, taken)
                .flatMap(body -> {
                    Mono<Void> answer = Mono.defer(() -> Mono.from(route.answer(body, request, response)));
                    return body.length > SMALL ? answer.subscribeOn(PARSER) : answer;
                })
                .doFinally(signal -> bytes.addAndGet(-large(taken.get())));
    }

    /** Counts a call, or throws if it exceeds a limit of the gateway or of its key. */
    private void begin(@Nullable ClientKey key) {
        if (!calls.begin()) {
            throw overloaded(calls.isDraining() ? "The gateway is shutting down" : "Too many calls at once");
        }
        if (key != null) {
            try {
                accounts.begin(key);
            } catch (BadRequest refused) {
                calls.end();
                throw refused;
            }
        }
    }

    /** @param call true if the route takes a body */
    private void checkLength(HttpServerRequest request, boolean call) {
        String length = length(request);
        if (!call && hasBody(request)) {
            throw BadRequest.request(413, "too_large", "This route takes no body");
        }
        if (length.length() > 9 || Integer.parseInt(length) > limits.size()) {
            throw tooLarge();
        }
    }

    private static String length(HttpServerRequest request) {
        return request.requestHeaders().get(HttpHeaderNames.CONTENT_LENGTH, "0");
    }

    private static boolean hasBody(HttpServerRequest request) {
        return !length(request).equals("0") || request.requestHeaders().contains(HttpHeaderNames.TRANSFER_ENCODING);
    }

    /**
     * Reads the whole body. A response before the end of its request could make reactor-netty stop reading a connection
     * whose client pipelines, so a refusal closes the connection.
     */
    private Mono<byte[]> body(HttpServerRequest request, AtomicLong taken) {
        return RequestBody.of(request.receive(), size -> checkTaken(taken, size))
                .timeout(limits.body(), Schedulers.parallel());
    }

    /** Counts bytes of a body, or throws if it exceeds a limit. */
    private void checkTaken(AtomicLong taken, int size) {
        long all = taken.addAndGet(size);
        long large = bytes.addAndGet(large(all) - large(all - size));
        if (all > limits.size()) {
            throw tooLarge();
        }
        if (large > limits.bodies() && all > SMALL) {
            throw overloaded("Too many large requests at once");
        }
    }

    /** Small bodies are bounded by the number of calls; large ones must not keep them out. */
    private static long large(long size) {
        return Math.max(0, size - SMALL);
    }

    private BadRequest tooLarge() {
        return BadRequest.request(413, "too_large", "A request may have " + (limits.size() >> 20) + " MiB");
    }

    private static BadRequest overloaded(String message) {
        return BadRequest.later(503, "overloaded", message, RETRY);
    }

    private Mono<Void> refuse(
            Access access,
            HttpServerRequest request,
            HttpServerResponse response,
            @Nullable Channel channel,
            Throwable error) {
        Throwable told = error instanceof TimeoutException
                ? BadRequest.request(408, "request_timeout", "The body took too long")
                : error;
        if (!(told instanceof BadRequest bad)) {
            return HttpBodies.problem(response, told);
        }
        refused.accept(bad.status());
        accessCheck.refused(access, request, bad.status());
        if (!bad.endsConnection()) {
            return HttpBodies.problem(response, told);
        }
        connections.refusing(channel);
        if (request.method().equals(HttpMethod.GET) && !hasBody(request)) {
            return rest(request).then(Mono.defer(() -> HttpBodies.problem(response, told)));
        }
        return HttpBodies.lastProblem(response, told).then(rest(request));
    }

    /** Discards what is left of a body for a short time: a client that still sends would not see the response. */
    private static Mono<Void> rest(HttpServerRequest request) {
        return request.receive().then().timeout(LINGER, Schedulers.parallel()).onErrorComplete();
    }
}
