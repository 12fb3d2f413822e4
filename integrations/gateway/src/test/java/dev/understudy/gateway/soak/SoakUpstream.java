package dev.understudy.gateway.soak;

import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.Http2SslContextSpec;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.tcp.SslProvider.GenericSslContextSpec;

/** A server of Chat Completions that fails a share of its requests, each in one of several ways. */
final class SoakUpstream implements AutoCloseable {

    private static final double FAULTS = 0.05;
    private static final Duration PACE = Duration.ofMillis(2);

    /** Way in which a request fails. */
    private enum Fault {
        STATUS_500,
        STATUS_503,
        STATUS_429,
        NO_ANSWER,
        RESET,
        CUT,
        SILENT,
        EMPTY
    }

    private final DisposableServer server;
    private final boolean tls;
    private final Duration pace;
    private final SplittableRandom random;
    private final AtomicLong requests = new AtomicLong();
    private final AtomicLong faults = new AtomicLong();
    private final AtomicInteger inFlight = new AtomicInteger();

    /** @param certificate for HTTP/2 over TLS; null for HTTP/1.1 */
    SoakUpstream(@Nullable X509Bundle certificate, long seed) {
        this(certificate, seed, PACE);
    }

    /** @param pace time between two words of a stream */
    SoakUpstream(@Nullable X509Bundle certificate, long seed, Duration pace) {
        this.pace = pace;
        this.random = new SplittableRandom(seed);
        this.tls = certificate != null;
        HttpServer http = HttpServer.create().host("127.0.0.1").port(0);
        if (certificate != null) {
            http = http.protocol(HttpProtocol.H2).secure(spec -> spec.sslContext(context(certificate)));
        }
        this.server = http.handle(this::answer).bindNow();
    }

    private static GenericSslContextSpec<?> context(X509Bundle certificate) {
        return Http2SslContextSpec.forServer(certificate.getKeyPair().getPrivate(), certificate.getCertificate());
    }

    String url() {
        return (tls ? "https" : "http") + "://127.0.0.1:" + server.port() + "/v1";
    }

    long requests() {
        return requests.get();
    }

    long faults() {
        return faults.get();
    }

    int inFlight() {
        return inFlight.get();
    }

    private synchronized @Nullable Fault fault() {
        Fault[] all = Fault.values();
        return random.nextDouble() < FAULTS ? all[random.nextInt(all.length)] : null;
    }

    private Publisher<Void> answer(HttpServerRequest request, HttpServerResponse response) {
        if (!request.path().endsWith("chat/completions")) {
            return response.sendString(Mono.just("{\"data\":[]}")).then();
        }
        requests.incrementAndGet();
        inFlight.incrementAndGet();
        return request.receive()
                .aggregate()
                .asString()
                .flatMap(body -> answer(body, response))
                .doFinally(end -> inFlight.decrementAndGet());
    }

    private Mono<Void> answer(String body, HttpServerResponse response) {
        long call = SoakAnswers.call(body);
        Fault fault = fault();
        if (fault != null) {
            faults.incrementAndGet();
        }
        response.header("content-type", "application/json");
        if (fault == Fault.NO_ANSWER) {
            return Mono.never();
        }
        if (fault == Fault.RESET) {
            return response.withConnection(connection -> connection.channel().close())
                    .sendString(Mono.never())
                    .then();
        }
        if (fault == Fault.STATUS_500 || fault == Fault.STATUS_503) {
            return refusal(response, fault == Fault.STATUS_500 ? 500 : 503);
        }
        if (fault == Fault.STATUS_429) {
            return refusal(response.header("retry-after", "1"), 429);
        }
        return body.contains("\"stream\":true") ? stream(call, fault, response) : whole(call, fault, response);
    }

    private static Mono<Void> refusal(HttpServerResponse response, int status) {
        return response.status(status)
                .sendString(Mono.just("{\"error\":{\"message\":\"The request failed\",\"type\":\"api_error\"}}"))
                .then();
    }

    private static Mono<Void> whole(long call, @Nullable Fault fault, HttpServerResponse response) {
        String text = fault == Fault.EMPTY ? "" : SoakAnswers.text(call);
        String body =
                "{\"id\":\"c\",\"object\":\"chat.completion\",\"model\":\"m\",\"choices\":[{\"index\":0,\"message\":"
                        + "{\"role\":\"assistant\",\"content\":\"" + text + "\"},\"finish_reason\":\"stop\"}]}";
        Flux<String> sent = fault == Fault.CUT
                ? Flux.concat(Mono.just(body.substring(0, body.length() / 2)), failing())
                : fault == Fault.SILENT ? Flux.concat(Mono.just(body.substring(0, 20)), Flux.never()) : Flux.just(body);
        return response.sendString(sent).then();
    }

    private Mono<Void> stream(long call, @Nullable Fault fault, HttpServerResponse response) {
        List<String> events = new ArrayList<>();
        if (fault != Fault.EMPTY) {
            SoakAnswers.pieces(call).forEach(piece -> events.add(event("{\"content\":\"" + piece + "\"}", "null")));
        }
        events.add(event("{}", "\"stop\""));
        events.add("data: [DONE]\n\n");
        int cut = events.size() / 2;
        Flux<String> all = Flux.fromIterable(events).delayElements(pace);
        Flux<String> sent = fault == Fault.CUT
                ? all.take(cut).concatWith(failing())
                : fault == Fault.SILENT ? all.take(cut).concatWith(Flux.never()) : all;
        return response.sse().sendString(sent).then();
    }

    private static Mono<String> failing() {
        return Mono.error(new IOException("cut"));
    }

    private static String event(String delta, String finish) {
        return "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":"
                + delta + ",\"finish_reason\":" + finish + "}]}\n\n";
    }

    @Override
    public void close() {
        server.disposeNow();
    }
}
