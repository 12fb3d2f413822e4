package dev.understudy.examples.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
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

    private static final Duration LINGER = Duration.ofSeconds(2);
    private static final Scheduler PARSER = Schedulers.newBoundedElastic(2, 1_000, "gateway-parse", 30, true);
    private static final String LOOPBACK_NAME = "localhost|127(\\.\\d{1,3}){3}|\\[::1]";

    /** Group of clients that may use a route. */
    enum Access {
        /** Anybody: health. */
        OPEN,
        /** Clients with the gateway's token. */
        CLIENTS,
        /** Operators with a token of the admin routes, if there is one. */
        OPERATORS
    }

    private final @Nullable String token;
    private final OperatorTokens operators;
    private final GatewayLimits limits;
    private final IntConsumer refused;
    private final RefusalThrottle throttle;
    private final ConnectionGuard connections;
    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();
    private volatile boolean draining;

    /**
     * Tokens of operators.
     *
     * @param read {@code null} for none
     * @param write {@code null} for none
     */
    record OperatorTokens(@Nullable String read, @Nullable String write) {
        static final OperatorTokens NONE = new OperatorTokens(null, null);
    }

    /** @param refused receives the status of each refusal */
    Admission(@Nullable String token, OperatorTokens operators, GatewayLimits limits, IntConsumer refused) {
        this.token = token;
        this.operators = operators;
        this.limits = limits;
        this.refused = refused;
        this.throttle = new RefusalThrottle(limits.refusals());
        this.connections = new ConnectionGuard(limits, refused);
    }

    void install(Channel channel) {
        connections.install(channel);
    }

    boolean isDraining() {
        return draining;
    }

    int calls() {
        return calls.get();
    }

    /** Refuses new calls from now on. Waits until those in flight have ended, for a limited time; blocks. */
    void drain() {
        draining = true;
        long end = System.nanoTime() + limits.drain().toNanos();
        synchronized (calls) {
            while (calls.get() > 0 && end - System.nanoTime() > 0) {
                try {
                    calls.wait(Math.max(1, Math.min(1_000, (end - System.nanoTime()) / 1_000_000)));
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                }
            }
        }
    }

    /** Returns the handler of a route. */
    BiFunction<HttpServerRequest, HttpServerResponse, Publisher<Void>> route(Access access, HttpBodies.Route route) {
        return (request, response) -> Mono.defer(() -> {
            AtomicReference<@Nullable Channel> channel = new AtomicReference<>(); // is not told after the end
            request.withConnection(connection -> channel.set(connection.channel()));
            connections.serving(channel.get());
            return Mono.defer(() -> admitted(access, route, request, response))
                    .onErrorResume(
                            error -> response.hasSentHeaders() ? Mono.error(error) : refuse(request, response, error))
                    .doFinally(signal -> connections.served(channel.get()));
        });
    }

    private Mono<Void> admitted(
            Access access, HttpBodies.Route route, HttpServerRequest request, HttpServerResponse response) {
        check(access, request, response);
        boolean call = access == Access.CLIENTS && request.method().equals(HttpMethod.POST);
        if (call && (draining || calls.incrementAndGet() > limits.calls())) {
            if (!draining) {
                ended();
            }
            throw overloaded(draining ? "The gateway is shutting down" : "Too many calls at once");
        }
        AtomicLong taken = new AtomicLong();
        return body(request, taken)
                .flatMap(body -> {
                    Mono<Void> answer = Mono.defer(() -> Mono.from(route.answer(body, request, response)));
                    return body.length > SMALL ? answer.subscribeOn(PARSER) : answer;
                })
                .doFinally(signal -> {
                    bytes.addAndGet(-taken.get());
                    if (call) {
                        ended();
                    }
                });
    }

    private void ended() {
        if (calls.decrementAndGet() == 0) {
            synchronized (calls) {
                calls.notifyAll();
            }
        }
    }

    private void check(Access access, HttpServerRequest request, HttpServerResponse response) {
        HttpHeaders headers = request.requestHeaders();
        if (access == Access.OPEN) {
            return;
        }
        if (token == null) {
            checkPage(request, headers);
        }
        boolean admitted = access == Access.CLIENTS
                ? token == null || isToken(headers, token)
                : (operators.read() == null && operators.write() == null)
                        || isToken(headers, operators.read())
                        || isToken(headers, operators.write());
        if (!admitted) {
            if (throttle.isThrottled(address(request))) {
                throw BadRequest.request(429, "too_many_refusals", "Too many requests with a wrong token");
            }
            response.header(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer");
            throw BadRequest.request(401, "invalid_api_key", "Send the gateway's token as \"Authorization: Bearer …\"");
        }
        long length = headers.getInt(HttpHeaderNames.CONTENT_LENGTH, 0);
        if (length > GatewayLimits.BODY) {
            throw tooLarge();
        }
    }

    /** Refuses requests that a web page can make: of another host name, of another origin, or with a form's type. */
    private static void checkPage(HttpServerRequest request, HttpHeaders headers) {
        String host = headers.get(HttpHeaderNames.HOST, "").toLowerCase(Locale.ROOT);
        if (headers.getAll(HttpHeaderNames.HOST).size() > 1
                || !host.replaceFirst(":\\d*$", "").matches(LOOPBACK_NAME)) {
            throw BadRequest.request(421, "unknown_host", "Without a token only this machine is served, by its name");
        }
        String origin = headers.get(HttpHeaderNames.ORIGIN);
        if (origin != null && !origin.equalsIgnoreCase("http://" + host)) {
            throw BadRequest.request(403, "forbidden_origin", "Without a token no web page is served");
        }
        String type = headers.get(HttpHeaderNames.CONTENT_TYPE, "")
                .replaceFirst(";.*", "")
                .strip();
        if (request.method().equals(HttpMethod.POST) && !type.equalsIgnoreCase("application/json")) {
            throw BadRequest.request(415, "unsupported_media_type", "The body has to be application/json");
        }
    }

    /** Compares in constant time. */
    private static boolean isToken(HttpHeaders headers, @Nullable String expected) {
        String shown = headers.get(HttpHeaderNames.AUTHORIZATION);
        return expected != null && shown != null && MessageDigest.isEqual(digest("Bearer " + expected), digest(shown));
    }

    private static byte[] digest(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }

    /**
     * Reads the whole body. A response before the end of its request could make reactor-netty stop reading a connection
     * whose client pipelines, so a refusal closes the connection.
     */
    private Mono<byte[]> body(HttpServerRequest request, AtomicLong taken) {
        return request.receive()
                .collect(ByteArrayOutputStream::new, (body, piece) -> add(body, piece, taken))
                .map(ByteArrayOutputStream::toByteArray)
                .timeout(limits.body(), Schedulers.parallel());
    }

    private void add(ByteArrayOutputStream body, ByteBuf piece, AtomicLong taken) {
        int size = piece.readableBytes();
        if (body.size() + size > GatewayLimits.BODY) {
            throw tooLarge();
        }
        taken.addAndGet(size);
        if (bytes.addAndGet(size) > limits.bodies()) {
            throw overloaded("Too many large requests at once");
        }
        byte[] read = new byte[size];
        piece.readBytes(read);
        body.writeBytes(read);
    }

    private static BadRequest tooLarge() {
        return BadRequest.request(413, "too_large", "A request may have " + (GatewayLimits.BODY >> 20) + " MiB");
    }

    private static BadRequest overloaded(String message) {
        return BadRequest.request(503, "overloaded", message);
    }

    private Mono<Void> refuse(HttpServerRequest request, HttpServerResponse response, Throwable error) {
        Throwable told = error instanceof TimeoutException
                ? BadRequest.request(408, "request_timeout", "The body took too long")
                : error;
        if (!(told instanceof BadRequest bad)) {
            return HttpBodies.problem(response, told);
        }
        refused.accept(bad.status());
        if (bad.status() == 401) {
            throttle.refused(address(request));
        }
        if (bad.status() == 429 || bad.status() == 503) {
            response.header(HttpHeaderNames.RETRY_AFTER, "1");
        }
        if (!bad.endsConnection()) {
            return HttpBodies.problem(response, told);
        }
        if (request.method().equals(HttpMethod.GET)) {
            return rest(request).then(Mono.defer(() -> HttpBodies.problem(response, told)));
        }
        return HttpBodies.lastProblem(response, told).then(rest(request));
    }

    /** Discards what is left of a body for a short time: a client that still sends would not see the response. */
    private static Mono<Void> rest(HttpServerRequest request) {
        return request.receive().then().timeout(LINGER, Schedulers.parallel()).onErrorComplete();
    }

    private static String address(HttpServerRequest request) {
        InetSocketAddress remote = request.remoteAddress();
        return remote == null || remote.getAddress() == null
                ? ""
                : remote.getAddress().getHostAddress();
    }
}
