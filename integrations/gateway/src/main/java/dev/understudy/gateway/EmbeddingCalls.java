package dev.understudy.gateway;

import dev.understudy.gateway.embedding.Embeddings;
import dev.understudy.gateway.json.JsonFields;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** Answers {@code POST /v1/embeddings}. A client that disconnects cancels its call. */
final class EmbeddingCalls implements HttpBodies.Route {

    static final String PATH = "/v1/embeddings";

    private final Embeddings embeddings;
    private final Mono<Void> cut;

    /** @param cut ends all calls with its error */
    EmbeddingCalls(Embeddings embeddings, Mono<Void> cut) {
        this.embeddings = embeddings;
        this.cut = cut;
    }

    @Override
    public Publisher<Void> answer(byte[] body, HttpServerRequest request, HttpServerResponse response) {
        return embeddings.call(JsonFields.of(body)).takeUntilOther(cut).flatMap(answer -> {
            StreamResponse.head(
                    response,
                    answer.servedBy().provider(),
                    answer.servedBy().model(),
                    answer.servedBy().attemptLog().attemptCount());
            return HttpBodies.json(response, 200, Embeddings.body(answer));
        });
    }
}
