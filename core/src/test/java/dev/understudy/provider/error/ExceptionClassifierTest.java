package dev.understudy.provider.error;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.understudy.chat.ChatException;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.timeout.ReadTimeoutException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.ProtocolException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.Exceptions;
import reactor.netty.http.client.PrematureCloseException;

class ExceptionClassifierTest {

    private static final String SECRET = "sk-0123456789abcdef0123456789abcdef";

    private final ExceptionClassifier classifier = new ExceptionClassifier();

    static Stream<Arguments> types() {
        EOFException eof = new EOFException("EOF reached while reading");
        return Stream.of(
                arguments(new ConnectException("refused"), FailureKind.CONNECT),
                arguments(new ConnectTimeoutException("late"), FailureKind.CONNECT),
                arguments(new HttpConnectTimeoutException("late"), FailureKind.CONNECT),
                arguments(new SocketTimeoutException("Connect timed out"), FailureKind.CONNECT),
                arguments(new UnknownHostException("host"), FailureKind.CONNECT),
                arguments(new NoRouteToHostException(), FailureKind.CONNECT),
                arguments(new UnresolvedAddressException(), FailureKind.CONNECT),
                arguments(new SSLHandshakeException("no"), FailureKind.CONNECT),
                arguments(new SocketException("Connection reset"), FailureKind.CONNECT),
                arguments(new ClosedChannelException(), FailureKind.CONNECT),
                arguments(new IOException("HTTP/1.1 header parser received no bytes", eof), FailureKind.CONNECT),
                arguments(new IOException("unexpected end of stream on http://h/", eof), FailureKind.CONNECT),
                arguments(new TimeoutException(), FailureKind.TIMEOUT),
                arguments(new SocketTimeoutException("Read timed out"), FailureKind.TIMEOUT),
                arguments(new HttpTimeoutException("request timed out"), FailureKind.TIMEOUT),
                arguments(ReadTimeoutException.INSTANCE, FailureKind.TIMEOUT),
                arguments(new InterruptedIOException("timeout"), FailureKind.TIMEOUT),
                arguments(eof, FailureKind.TRUNCATED),
                arguments(new IOException("fixed content-length: 9, bytes received: 4", eof), FailureKind.TRUNCATED),
                arguments(
                        new IOException("chunked transfer encoding, state: READING_DATA", eof), FailureKind.TRUNCATED),
                arguments(new ProtocolException("unexpected end of stream"), FailureKind.TRUNCATED),
                arguments(new CancellationException(), FailureKind.SKIPPED),
                arguments(new InterruptedException(), FailureKind.SKIPPED));
    }

    @ParameterizedTest
    @MethodSource("types")
    void exceptionsOfJdkAndNettyAreTyped(Throwable error, FailureKind kind) {
        assertThat(kind(error)).isEqualTo(kind);
        assertThat(kind(new CompletionException(error))).isEqualTo(kind);
        assertThat(kind(new RuntimeException("the SDK failed", Exceptions.propagate(error))))
                .isEqualTo(kind);
    }

    @Test
    void prematureCloseIsACutOnlyWithinTheResponse() {
        assertThat(kind(premature("Connection prematurely closed BEFORE response")))
                .isEqualTo(FailureKind.CONNECT);
        assertThat(kind(premature("Connection prematurely closed DURING response")))
                .isEqualTo(FailureKind.TRUNCATED);
    }

    private static Throwable premature(String message) {
        try {
            var constructor = PrematureCloseException.class.getDeclaredConstructor(String.class);
            constructor.setAccessible(true);
            return constructor.newInstance(message);
        } catch (ReflectiveOperationException changed) {
            throw new AssertionError(changed);
        }
    }

    /** An exception with the accessors of vendors' SDKs. */
    public static class ServiceException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final int status;
        private final transient Map<String, List<String>> headers;
        private final transient @Nullable Object body;

        ServiceException(int status, Map<String, List<String>> headers, @Nullable Object body) {
            super("Error from the vendor " + SECRET);
            this.status = status;
            this.headers = headers;
            this.body = body;
        }

        public int statusCode() {
            return status;
        }

        public Map<String, List<String>> headers() {
            return headers;
        }

        public @Nullable Object body() {
            return body;
        }
    }

    /** An exception with the accessors of Spring's clients. */
    public static class ClientResponseException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        public record Status(int value) {}

        /** Header fields of the response. */
        public static class Fields {
            public @Nullable String getFirst(String name) {
                return name.equals("retry-after") ? "7" : null;
            }
        }

        private final int status;

        ClientResponseException(int status, @Nullable Throwable cause) {
            super(status + " from POST http://vendor/", cause);
            this.status = status;
        }

        public Status getStatusCode() {
            return new Status(status);
        }

        public Fields getHeaders() {
            return new Fields();
        }

        public String getResponseBodyAsString() {
            return "{\"error\":{\"message\":\"Overloaded\",\"type\":\"overloaded_error\"}}";
        }
    }

    /** An exception with the accessors of the AWS SDK. */
    public static class AwsException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        /** Details of the error. */
        public static class Details {
            public String errorCode() {
                return "ThrottlingException";
            }
        }

        public int statusCode() {
            return 400;
        }

        public Details awsErrorDetails() {
            return new Details();
        }
    }

    /** An exception with the accessors of gRPC. */
    public static class RpcException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        public Optional<Integer> statusCode() {
            return Optional.of(503);
        }
    }

    @Test
    void statusHeadersAndBodyAreRead() {
        Failure failure = classifier.classify(new CompletionException(new ServiceException(
                429,
                Map.of("Retry-After", List.of("12")),
                "{\"error\":{\"message\":\"slow down\",\"code\":\"rate_limit_exceeded\"}}")));
        assertThat(failure.kind()).isEqualTo(FailureKind.RATE_LIMITED);
        assertThat(failure.status()).isEqualTo(429);
        assertThat(failure.code()).isEqualTo("rate_limit_exceeded");
        assertThat(failure.retryAfter()).isEqualTo(Duration.ofSeconds(12));
    }

    @Test
    void bodyDecidesBeforeTheStatus() {
        assertThat(kind(new ServiceException(
                        400, Map.of(), "{\"error\":{\"message\":\"m\",\"code\":\"context_length_exceeded\"}}")))
                .isEqualTo(FailureKind.CONTEXT_OVERFLOW);
        assertThat(kind(new ServiceException(429, Map.of(), Map.of("error", "You exceeded your current quota"))))
                .isEqualTo(FailureKind.QUOTA);
        assertThat(kind(new ServiceException(401, Map.of(), null))).isEqualTo(FailureKind.AUTH);
        assertThat(kind(new AwsException())).isEqualTo(FailureKind.RATE_LIMITED);
        assertThat(kind(new RpcException())).isEqualTo(FailureKind.OVERLOADED);
    }

    @Test
    void objectsOfStatusAndHeadersAreRead() {
        Failure failure = classifier.classify(new ClientResponseException(503, null));
        assertThat(failure.kind()).isEqualTo(FailureKind.OVERLOADED);
        assertThat(failure.retryAfter()).isEqualTo(Duration.ofSeconds(7));
        assertThat(kind(new ClientResponseException(200, new EOFException())))
                .as("a success whose body was cut")
                .isEqualTo(FailureKind.TRUNCATED);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "HTTP 429 - {\"error\":{\"code\":\"insufficient_quota\"}} | QUOTA",
                "429 - {\"error\":{\"message\":\"slow down\"}} | RATE_LIMITED",
                "503 Service Unavailable from POST https://vendor/v1 | OVERLOADED",
                "the vendor answered with status code: 401 | AUTH",
                "Status: 500, try again | SERVER",
                "500 items were read | ",
                "context of 429 tokens | "
            })
    void statusInTheMessageIsRead(String message, @Nullable FailureKind kind) {
        assertThat(kind(new IllegalStateException(message))).isEqualTo(kind);
    }

    @Test
    void unknownExceptionsAreLeftToOthers() {
        assertThat(classifier.classify(new IllegalStateException("broken"))).isNull();
        assertThat(classifier
                        .orElse(error -> Failure.of(FailureKind.SERVER, "mine"))
                        .classify(new IllegalStateException("broken"))
                        .kind())
                .isEqualTo(FailureKind.SERVER);
    }

    @Test
    void failuresOfThisLibraryAreKept() {
        Failure failure = Failure.of(FailureKind.QUOTA, "used up");
        assertThat(classifier.classify(new RuntimeException(new ChatException.CallFailed(failure))))
                .isEqualTo(failure);
    }

    @Test
    void messagesAndBodiesAreNotRepeated() {
        Failure failure = classifier.classify(new ServiceException(
                400, Map.of("x-key", List.of(SECRET)), "{\"error\":{\"message\":\"wrong " + SECRET + "\"}}"));
        assertThat(failure.toString()).doesNotContain(SECRET).contains("ServiceException");
    }

    @Test
    void circleOfCausesEnds() {
        IllegalStateException one = new IllegalStateException("one");
        one.initCause(new IllegalStateException("two", one));
        assertThat(classifier.classify(one)).isNull();
    }

    private @Nullable FailureKind kind(Throwable error) {
        Failure failure = classifier.classify(error);
        return failure == null ? null : failure.kind();
    }
}
