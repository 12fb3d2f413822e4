package dev.understudy.provider.http;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.proxy.ProxyConnectException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Classifies errors of the transport by JDK supertypes and by the progress of the exchange; never by shaded classes.
 */
final class TransportErrors {

    /** Causes that are read; also ends circles of causes. */
    private static final int CAUSES = 8;

    private static final Pattern PROXY_STATUS = Pattern.compile("status: (\\d{3})");

    private TransportErrors() {}

    /** Classifies an error that came before the headers of the response: a lost connection is CONNECT. */
    static CallFailed beforeAnswer(Throwable error) {
        return typed(error, false);
    }

    /** Classifies an error that came after the headers of the response: a lost connection is TRUNCATED. */
    static CallFailed withinAnswer(Throwable error) {
        return typed(error, true);
    }

    private static CallFailed typed(Throwable error, boolean answered) {
        if (error instanceof CallFailed typed) {
            return typed;
        }
        return new CallFailed(failure(error, answered), error);
    }

    private static Failure failure(Throwable error, boolean answered) {
        String proxy = proxyRefusal(error);
        if (proxy != null) {
            return connect(proxy);
        }
        if (error instanceof UnknownHostException) {
            return connect("unknown host");
        }
        if (error instanceof AddressCheck.Refused refused) {
            return connect(String.valueOf(refused.getMessage()));
        }
        if (error instanceof NoRouteToHostException) {
            return connect("no route to the host");
        }
        if (error instanceof ConnectException) {
            boolean slow = error.getClass().getSimpleName().contains("Timeout");
            return connect(slow ? "no connection in time" : "connection refused");
        }
        if (error instanceof SslHandshakeTimeoutException) {
            return connect("no connection in time");
        }
        if (error instanceof SSLException || error.getCause() instanceof SSLException) {
            return Failure.of(FailureKind.CONNECT, "no TLS connection: " + TlsFailure.reason(error));
        }
        if (error instanceof TooLongFrameException || error.getCause() instanceof TooLongFrameException) {
            return Failure.of(
                    FailureKind.PROTOCOL, "header fields or a line of the response exceed their limit of 16 KiB");
        }
        if (error instanceof DecoderException || error instanceof IllegalArgumentException) {
            return Failure.of(
                    FailureKind.PROTOCOL,
                    "the response is not HTTP: " + error.getClass().getSimpleName());
        }
        boolean pool = error.getClass().getSimpleName().startsWith("PoolAcquire");
        if (pool) {
            return Failure.of(FailureKind.SKIPPED, "all connections of the provider's pool are in use");
        }
        if (error instanceof TimeoutException) {
            return Failure.of(FailureKind.TIMEOUT, "the transport timed out");
        }
        if (error instanceof IOException || error instanceof IllegalStateException) {
            return answered
                    ? Failure.of(FailureKind.TRUNCATED, "the connection was lost in the middle of the answer")
                    : Failure.of(FailureKind.CONNECT, "the connection was lost before an answer came")
                            .withPhase(Failure.Phase.HEADERS);
        }
        return Failure.of(
                FailureKind.PROTOCOL,
                "the transport failed with " + error.getClass().getName());
    }

    /** Returns the message for a connection that a proxy did not open; null for other errors. */
    private static @Nullable String proxyRefusal(Throwable error) {
        Throwable each = error;
        for (int depth = 0; each != null && depth < CAUSES; depth++) {
            if (each instanceof ProxyConnectException) {
                Matcher status = PROXY_STATUS.matcher(String.valueOf(each.getMessage()));
                return status.find()
                        ? "the proxy refused the connection with status " + status.group(1)
                        : "no connection through the proxy";
            }
            each = each.getCause();
        }
        return null;
    }

    private static Failure connect(String message) {
        return Failure.of(FailureKind.CONNECT, message).withPhase(Failure.Phase.CONNECT);
    }
}
