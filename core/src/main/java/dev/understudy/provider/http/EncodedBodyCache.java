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

/** Encoded body of a request, shared within a call by all providers with equal dialect, model and adaptation. */
final class EncodedBodyCache {

    private EncodedBodyCache() {}

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
            ChatRequest.Options options) {}

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
     * @throws CallFailed in the phase REQUEST if the request cannot be encoded, because of numbers beyond JSON or too
     *     deep nesting
     */
    static byte[] of(Dialect dialect, ChatRequest request, boolean stream, AdaptedBody adaptedBody, CallScope scope) {
        try {
            return written(dialect, request, stream, adaptedBody, scope);
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

    private static byte[] written(
            Dialect dialect, ChatRequest request, boolean stream, AdaptedBody adaptedBody, CallScope scope) {
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
        return scope.computeOnce(key, byte[].class, () -> Json.write(adaptedBody.of(dialect.body(request, stream))));
    }
}
