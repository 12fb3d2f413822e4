package dev.understudy.ops.admin;

import dev.understudy.ops.event.JsonDocuments;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** Handles a request: checks host, token, path, method, scope and body in this order, then calls the route. */
final class AdminHandler {

    static final int MAX_BYTES = 64 << 10;
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final String JSON = "application/json";

    private final AdminAccess adminAccess;
    private final List<AdminRoute> adminRoutes;
    private final Dashboard dashboard = new Dashboard();

    AdminHandler(AdminAccess adminAccess, List<AdminRoute> adminRoutes) {
        this.adminAccess = adminAccess;
        this.adminRoutes = adminRoutes;
    }

    Publisher<Void> serve(HttpServerRequest request, HttpServerResponse response) {
        return Mono.defer(() -> {
                    Dashboard.Asset asset = asset(request);
                    return asset == null
                            ? answer(request).flatMap(answer -> send(response, answer))
                            : ended(request).then(send(response, asset));
                })
                .onErrorResume(error -> ended(request).then(send(response, request, error)));
    }

    /**
     * Waits for the end of a request without a body before it is answered. reactor-netty stops reading a connection
     * when a pipelined request arrives while the previous response is being completed on another thread, if that
     * response began before the end of its request was read.
     */
    private static Mono<Void> ended(HttpServerRequest request) {
        return request.method().equals(HttpMethod.GET)
                ? request.receive()
                        .then()
                        .timeout(TIMEOUT, Schedulers.parallel())
                        .onErrorComplete()
                : Mono.empty();
    }

    private Mono<? extends AdminRoute.Answer> answer(HttpServerRequest request) {
        HttpHeaders headers = request.requestHeaders();
        adminAccess.check(headers);
        boolean writes = adminAccess.admit(headers);
        RequestTarget requestTarget = RequestTarget.of(request.uri());
        AdminRoute adminRoute = route(request.method().name(), requestTarget);
        if (adminRoute.changes() && !writes) {
            throw AdminAccess.readOnly();
        }
        Map<String, String> path = adminRoute.match(requestTarget.segments());
        if (path == null) {
            throw new IllegalStateException("It matched a moment ago");
        }
        if (!adminRoute.changes()) {
            return ended(request).then(Mono.defer(() -> adminRoute
                    .handler()
                    .answer(new AdminRoute.Request(
                            path, requestTarget.query(), Map.of(), writes, headers.get("last-event-id", "")))));
        }
        return body(request).flatMap(body -> adminRoute
                .handler()
                .answer(new AdminRoute.Request(path, requestTarget.query(), body, writes, "")));
    }

    /** Returns the file of the dashboard that is requested; {@code null} for other paths. The host is checked first. */
    private Dashboard.@Nullable Asset asset(HttpServerRequest request) {
        String path = request.uri().replaceFirst("[?#].*", "");
        if (!request.method().equals(HttpMethod.GET)) {
            return null;
        }
        Dashboard.Asset asset = dashboard.find(path);
        if (asset != null) {
            adminAccess.check(request.requestHeaders());
        }
        return asset;
    }

    private AdminRoute route(String method, RequestTarget requestTarget) {
        TreeSet<String> allowed = new TreeSet<>();
        for (AdminRoute adminRoute : adminRoutes) {
            if (adminRoute.match(requestTarget.segments()) != null) {
                if (adminRoute.method().equals(method)) {
                    return adminRoute;
                }
                allowed.add(adminRoute.method());
            }
        }
        if (allowed.isEmpty()) {
            throw Problem.of(404, "unknown-path", "Unknown path", "There is nothing at this path");
        }
        String allow = String.join(", ", allowed);
        throw Problem.of(405, "method-not-allowed", "Method not allowed", "This path answers to " + allow)
                .with("allow", allow);
    }

    private static Mono<Map<String, @Nullable Object>> body(HttpServerRequest request) {
        HttpHeaders headers = request.requestHeaders();
        String length = headers.get("content-length", "0");
        if (!length.matches("\\d{1,9}") || Long.parseLong(length) > MAX_BYTES) {
            throw tooLarge();
        }
        boolean none = length.equals("0") && !headers.contains("transfer-encoding");
        String type = headers.get("content-type", "").replaceFirst(";.*", "").strip();
        if (!none && !type.equalsIgnoreCase(JSON)) {
            throw Problem.of(415, "unsupported-media-type", "Unsupported media type", "A body is " + JSON)
                    .with("accept", JSON);
        }
        return request.receive()
                .asByteArray()
                .collect(ByteArrayOutputStream::new, AdminHandler::take)
                .timeout(TIMEOUT, Schedulers.parallel())
                .map(bytes -> bytes.size() == 0 ? Map.of() : JsonDocuments.object(bytes.toByteArray()));
    }

    private static void take(ByteArrayOutputStream taken, byte[] piece) {
        if (taken.size() + piece.length > MAX_BYTES) {
            throw tooLarge();
        }
        taken.write(piece, 0, piece.length);
    }

    private static Problem tooLarge() {
        return Problem.of(413, "too-large", "Too large", "A body has " + MAX_BYTES + " bytes at most");
    }

    private static Mono<Void> send(HttpServerResponse response, AdminRoute.Answer answer) {
        if (answer instanceof AdminRoute.Events events) {
            return guarded(response)
                    .header("content-type", "text/event-stream")
                    .send(events.events().map(Unpooled::wrappedBuffer), each -> true)
                    .then()
                    .doFinally(signal -> events.end().run());
        }
        byte[] json = answer instanceof AdminRoute.Document document
                ? JsonDocuments.write(document.body())
                : ((AdminRoute.Bytes) answer).json();
        return send(response, JSON, json);
    }

    private static Mono<Void> send(HttpServerResponse response, Dashboard.Asset asset) {
        Dashboard.HEADERS.forEach(response::header);
        return send(response, asset.type(), asset.bytes());
    }

    private static Mono<Void> send(HttpServerResponse response, HttpServerRequest request, Throwable error) {
        Problem problem = problem(error);
        response.status(problem.status());
        problem.headers().forEach(response::header);
        if (problem.status() != 422 && !request.method().equals(HttpMethod.GET)) {
            response.keepAlive(false); // the rest of the body is not read
        }
        return send(
                response, "application/problem+json", problem.body(request.uri().replaceFirst("[?#].*", "")));
    }

    private static Mono<Void> send(HttpServerResponse response, String type, byte[] json) {
        return guarded(response)
                .header("content-type", type)
                .header("content-length", String.valueOf(json.length))
                .sendByteArray(Mono.just(json))
                .then();
    }

    private static HttpServerResponse guarded(HttpServerResponse response) {
        return response.header("cache-control", "no-store").header("x-content-type-options", "nosniff");
    }

    private static Problem problem(Throwable error) {
        if (error instanceof Problem problem) {
            return problem;
        }
        if (error instanceof JsonDocuments.Malformed malformed) {
            return Problem.of(400, "malformed-json", "Malformed JSON", String.valueOf(malformed.getMessage()));
        }
        return error instanceof TimeoutException
                ? Problem.of(408, "too-slow", "Too slow", "The body took longer than " + TIMEOUT.toSeconds() + " s")
                : Problem.of(500, "internal", "Internal error", "That should not have happened");
    }
}
