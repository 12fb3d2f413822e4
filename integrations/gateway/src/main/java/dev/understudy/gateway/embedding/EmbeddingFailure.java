package dev.understudy.gateway.embedding;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.Failure;
import dev.understudy.gateway.json.JsonFields;
import dev.understudy.provider.endpoint.Secret;
import dev.understudy.provider.error.CallerText;
import dev.understudy.provider.error.ErrorClassifier;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.netty.http.client.HttpClientResponse;

/** Classifies what a server answers instead of embeddings, as it is done for calls. */
final class EmbeddingFailure {

    /** Bytes of a body in which an error is looked for. */
    static final int LARGEST = 64 << 10;

    private EmbeddingFailure() {}

    /**
     * Returns the failure of a response with another status than 200.
     *
     * @param body the body, or its beginning
     * @param sent the request, which a server may quote
     */
    static CallFailed of(EmbeddingRoute route, HttpClientResponse response, byte[] body, String sent) {
        CallerText caller = CallerText.of(route.model(), () -> fields(sent));
        Failure failure = ErrorClassifier.http(
                response.status().code(), name -> response.responseHeaders().get(name), body, caller);
        return new CallFailed(withoutKey(route, failure));
    }

    /** Returns the failure of a response with status 200 that holds no embeddings. */
    static CallFailed withoutEmbeddings(EmbeddingRoute route, byte[] body) {
        byte[] start = Arrays.copyOf(body, Math.min(body.length, LARGEST));
        return new CallFailed(withoutKey(route, ErrorClassifier.noAnswer(start, "the answer holds no embeddings")));
    }

    private static Map<String, Object> fields(String sent) {
        return JsonFields.of(JsonFields.tree(sent), "").plain();
    }

    private static Failure withoutKey(EmbeddingRoute route, Failure failure) {
        Secret key = route.key();
        return key == null
                ? failure
                : failure.withMessage(failure.message().replace(key.reveal(), "***"))
                        .withStatus(failure.status(), without(key, failure.code()))
                        .withRefusedParameter(without(key, failure.advice().refusedParameter()));
    }

    private static @Nullable String without(Secret key, @Nullable String word) {
        return word == null ? null : word.replace(key.reveal(), "***");
    }
}
