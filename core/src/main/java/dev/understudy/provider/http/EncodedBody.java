package dev.understudy.provider.http;

import dev.understudy.chat.CallScope;
import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.SamplingParameters;
import dev.understudy.provider.dialect.Dialect;
import dev.understudy.provider.json.Json;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Encoded body of a request, shared within a call by all providers with equal dialect, model and adaptation. The bytes
 * are kept until an answer begins, because the same request may be sent again until then. An attempt after that encodes
 * them anew. Thread-safe.
 */
final class EncodedBody {

    private final Supplier<byte[]> encoder;
    private volatile byte @Nullable [] encoded;

    private EncodedBody(Supplier<byte[]> encoder) {
        this.encoder = encoder;
    }

    /**
     * Equal for equal bytes. Copies of a request for another attempt share their large parts, so these are compared
     * by identity.
     */
    private record Key(
            Object encoding,
            String model,
            boolean stream,
            AdaptedBody adaptedBody,
            Same messages,
            Same toolbox,
            Same format,
            SamplingParameters samplingParameters,
            Map<String, Map<String, Object>> extra,
            ChatRequest.Options options) {

        /** Few of the parts tell the requests of one call apart, and hashing all of them costs more than comparing them. */
        @Override
        public int hashCode() {
            return messages.hashCode() * 31 + model.hashCode();
        }
    }

    /** Compares by identity. */
    record Same(Object thing) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Same same && same.thing == thing;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(thing);
        }
    }

    /**
     * Encodes the request, unless an earlier attempt of the call did.
     *
     * @throws CallFailed in the phase REQUEST if the request cannot be encoded, because of numbers beyond JSON or too
     *     deep nesting
     */
    static EncodedBody of(
            Dialect dialect, ChatRequest request, boolean stream, AdaptedBody adaptedBody, CallScope scope) {
        try {
            Key key = new Key(
                    dialect.encoding(),
                    request.model(),
                    stream,
                    adaptedBody,
                    new Same(request.messages()),
                    new Same(request.toolSet()),
                    new Same(request.format()),
                    request.sampling(),
                    request.extra(),
                    request.options());
            EncodedBody body = scope.computeOnce(
                    key,
                    EncodedBody.class,
                    () -> new EncodedBody(() -> Json.write(adaptedBody.of(dialect.body(request, stream)))));
            body.bytes();
            return body;
        } catch (CallFailed typed) {
            throw typed;
        } catch (RuntimeException | StackOverflowError thrown) { // a value that contains itself
            String reason = thrown instanceof IllegalArgumentException
                    ? String.valueOf(thrown.getMessage())
                    : thrown.getClass().getName();
            throw new CallFailed(
                    Failure.of(FailureKind.INVALID_REQUEST, "the request cannot be written: " + reason)
                            .withPhase(Failure.Phase.REQUEST),
                    thrown);
        }
    }

    /** Returns the bytes, which must not be modified. */
    byte[] bytes() {
        byte[] bytes = encoded;
        if (bytes == null) {
            bytes = encoder.get();
            encoded = bytes;
        }
        return bytes;
    }

    /** Drops the bytes. Called when an answer begins. */
    void release() {
        encoded = null;
    }
}
