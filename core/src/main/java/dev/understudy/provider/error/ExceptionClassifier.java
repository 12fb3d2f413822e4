package dev.understudy.provider.error;

import dev.understudy.chat.ChatException;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Classifies exceptions of the JDK, of HTTP clients and of vendors' SDKs, without a dependency on them. Evidence is used in
 * this order: a failure of this library, an HTTP status with headers and body, the type of the exception, an HTTP status in
 * its message. Each is searched in the exception and its causes. Messages and bodies are read but not repeated, because
 * they may hold secrets.
 */
public final class ExceptionClassifier implements Failure.Classifier {

    /** Causes that are read; also ends circles of causes. */
    private static final int DEPTH = 12;

    @Override
    public @Nullable Failure classify(Throwable error) {
        List<Throwable> chain = chain(error);
        for (Throwable each : chain) {
            if (each instanceof ChatException failed) {
                return failed.failure();
            }
        }
        for (Throwable each : chain) {
            StatusReader.Response response = StatusReader.read(each);
            if (response != null) {
                return named(
                        ErrorClassifier.http(
                                response.status(),
                                response.headers(),
                                response.body().getBytes(StandardCharsets.UTF_8)),
                        each);
            }
        }
        for (Throwable each : chain) {
            FailureKind kind = ExceptionTypes.kind(each);
            if (kind != null) {
                return named(Failure.of(kind, ""), each);
            }
        }
        for (Throwable each : chain) {
            StatusText text = StatusText.in(each.getMessage());
            if (text != null) {
                byte[] body = text.rest().getBytes(StandardCharsets.UTF_8);
                return named(ErrorClassifier.http(text.status(), name -> null, body), each);
            }
        }
        for (Throwable each : chain) {
            FailureKind kind = ExceptionTypes.vague(each);
            if (kind != null) {
                return named(Failure.of(kind, ""), each);
            }
        }
        return null;
    }

    /** Returns the failure with the type of the exception as message. */
    private static Failure named(Failure failure, Throwable error) {
        return failure.withMessage(
                "the provider failed with " + error.getClass().getName());
    }

    private static List<Throwable> chain(Throwable error) {
        List<Throwable> chain = new ArrayList<>();
        for (Throwable each = error; each != null && chain.size() < DEPTH; each = each.getCause()) {
            chain.add(each);
        }
        return chain;
    }
}
