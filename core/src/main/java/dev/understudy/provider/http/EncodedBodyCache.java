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

/** The body of a request, encoded once in a call for each dialect, model and adaptation, however many providers are asked. */
final class EncodedBodyCache {

    private EncodedBodyCache() {}

    /** Equal when the bytes are: copies of a request for another attempt share what is long, and only that is looked at. */
    private record Key(
            Object encoding,
            String model,
            boolean stream,
            AdaptedBody adaptedBody,
            Same messages,
            Same toolbox,
            Same format,
            SamplingParameters samplingParameters,
            Map<String, Map<String, Object>> extra) {}

    private record Same(Object thing) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Same same && same.thing == thing;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(thing);
        }
    }

    /** @throws CallFailed in the phase REQUEST if it cannot be written: numbers beyond JSON, nested too deeply */
    static byte[] of(Dialect dialect, ChatRequest request, boolean stream, AdaptedBody adaptedBody, CallScope scope) {
        try {
            return written(dialect, request, stream, adaptedBody, scope);
        } catch (CallFailed typed) {
            throw typed;
        } catch (RuntimeException | StackOverflowError thrown) { // a value that holds itself has no end
            String why = thrown instanceof IllegalArgumentException
                    ? String.valueOf(thrown.getMessage())
                    : thrown.getClass().getName();
            throw new CallFailed(
                    Failure.of(FailureKind.INVALID_REQUEST, "the request cannot be written: " + why)
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
                request.extra());
        return scope.computeOnce(key, byte[].class, () -> Json.write(adaptedBody.of(dialect.body(request, stream))));
    }
}
