package dev.understudy.provider.error;

import static dev.understudy.chat.FailureKind.AUTH;
import static dev.understudy.chat.FailureKind.CONNECT;
import static dev.understudy.chat.FailureKind.CONTENT_FILTERED;
import static dev.understudy.chat.FailureKind.INVALID_REQUEST;
import static dev.understudy.chat.FailureKind.MODEL_NOT_FOUND;
import static dev.understudy.chat.FailureKind.RATE_LIMITED;
import static dev.understudy.chat.FailureKind.SERVER;
import static dev.understudy.chat.FailureKind.SKIPPED;
import static dev.understudy.chat.FailureKind.TIMEOUT;
import static dev.understudy.chat.FailureKind.TRUNCATED;
import static dev.understudy.chat.FailureKind.UNSUPPORTED;

import dev.understudy.chat.FailureKind;
import java.io.IOException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Kinds of failure by the name of an exception's class or of a superclass, the most specific first. */
final class ExceptionTypes {

    private static final Map<String, FailureKind> TABLE = new HashMap<>();

    static {
        add(TIMEOUT, """
                java.util.concurrent.TimeoutException java.net.SocketTimeoutException
                java.net.http.HttpTimeoutException io.netty.handler.timeout.TimeoutException
                software.amazon.awssdk.core.exception.ApiCallTimeoutException
                software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException
                dev.langchain4j.exception.TimeoutException
                """);
        add(CONNECT, """
                java.net.ConnectException java.net.UnknownHostException java.net.NoRouteToHostException
                java.net.PortUnreachableException java.net.http.HttpConnectTimeoutException
                java.nio.channels.UnresolvedAddressException javax.net.ssl.SSLException
                org.apache.hc.client5.http.ConnectTimeoutException org.apache.http.conn.ConnectTimeoutException
                org.apache.hc.core5.http.NoHttpResponseException org.apache.http.NoHttpResponseException
                dev.langchain4j.exception.UnresolvedModelServerException
                """);
        add(TRUNCATED, """
                java.io.EOFException org.apache.hc.core5.http.ConnectionClosedException
                org.apache.http.ConnectionClosedException okhttp3.internal.http2.StreamResetException
                com.fasterxml.jackson.core.io.JsonEOFException tools.jackson.core.exc.UnexpectedEndOfInputException
                """);
        // Refused on this side, or cancelled: no failure of the vendor.
        add(SKIPPED, """
                java.util.concurrent.CancellationException java.lang.InterruptedException
                PoolAcquireTimeoutException PoolAcquirePendingLimitException
                io.github.resilience4j.circuitbreaker.CallNotPermittedException
                io.github.resilience4j.ratelimiter.RequestNotPermitted
                io.github.resilience4j.bulkhead.BulkheadFullException
                """);
        add(AUTH, "dev.langchain4j.exception.AuthenticationException");
        add(RATE_LIMITED, "dev.langchain4j.exception.RateLimitException");
        add(MODEL_NOT_FOUND, "dev.langchain4j.exception.ModelNotFoundException");
        add(CONTENT_FILTERED, "dev.langchain4j.exception.ContentFilteredException");
        add(UNSUPPORTED, "dev.langchain4j.exception.UnsupportedFeatureException");
        add(INVALID_REQUEST, "dev.langchain4j.exception.InvalidRequestException");
        add(SERVER, "dev.langchain4j.exception.InternalServerException");
    }

    private ExceptionTypes() {}

    /** Returns the kind of an exception, without its causes; {@code null} if its type says nothing. */
    static @Nullable FailureKind kind(Throwable error) {
        FailureKind byText = byText(error);
        if (byText != null) {
            return byText;
        }
        for (Class<?> type = error.getClass(); type != null && type != Object.class; type = type.getSuperclass()) {
            FailureKind kind = TABLE.get(type.getName());
            kind = kind != null ? kind : TABLE.get(type.getSimpleName());
            if (kind != null) {
                return kind;
            }
        }
        return null;
    }

    /** Returns the kind of exceptions whose type leaves open when they happened; their text tells it. */
    private static @Nullable FailureKind byText(Throwable error) {
        String text = error.getMessage() == null ? "" : error.getMessage().toLowerCase(Locale.ROOT);
        return switch (error.getClass().getName()) {
            case "reactor.netty.http.client.PrematureCloseException" ->
                text.contains("during response") ? TRUNCATED : CONNECT;
            case "java.net.SocketTimeoutException" -> text.startsWith("connect") ? CONNECT : TIMEOUT;
            case "java.io.InterruptedIOException" -> text.contains("timeout") ? TIMEOUT : SKIPPED;
            case "io.grpc.StatusRuntimeException", "io.grpc.StatusException" ->
                text.startsWith("cancelled") ? SKIPPED : text.startsWith("deadline_exceeded") ? TIMEOUT : null;
            case "java.net.ProtocolException" -> text.equals("unexpected end of stream") ? TRUNCATED : null;
            // Clients of the JDK and of OkHttp report a connection that was closed before the response by its end.
            case "java.io.IOException" ->
                text.contains("header parser received no bytes") || text.startsWith("unexpected end of stream on")
                        ? CONNECT
                        : null;
            default -> null;
        };
    }

    /** Returns the kind of an exception that says little and counts only if its causes say nothing either. */
    static @Nullable FailureKind vague(Throwable error) {
        String name = error.getClass().getSimpleName();
        boolean transport = error instanceof IOException || name.matches("\\w+(IoException|IOException)");
        if (transport) {
            return CONNECT;
        }
        return switch (name) {
            case "WebClientRequestException", "ResourceAccessException", "SdkClientException" -> CONNECT;
            case "TransientAiException", "RetriableException" -> SERVER;
            case "NonTransientAiException", "NonRetriableException" -> INVALID_REQUEST;
            default -> null;
        };
    }

    private static void add(FailureKind kind, String names) {
        for (String name : names.strip().split("\\s+", -1)) {
            TABLE.put(name, kind);
        }
    }
}
