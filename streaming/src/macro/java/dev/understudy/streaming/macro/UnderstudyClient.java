package dev.understudy.streaming.macro;

import dev.understudy.Understudy;
import dev.understudy.UnderstudyBuilder;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.StreamChunk;
import dev.understudy.policy.CircuitPolicy;
import dev.understudy.policy.TimeoutPolicy;
import dev.understudy.provider.Providers;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.streaming.ResumingProvider;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Two providers behind an {@link Understudy}, or that behind a {@link ResumingProvider}. */
final class UnderstudyClient implements Subject {

    private final Understudy understudy;
    private final ChatProvider client;

    UnderstudyClient(String first, String second, boolean circuits, boolean resuming) {
        UnderstudyBuilder builder = Understudy.builder()
                .provider(vendor("first", first))
                .provider(vendor("second", second))
                .timeouts(TimeoutPolicy.defaults().withFirstContent(Subject.patience(first)));
        this.understudy = (circuits ? builder : builder.circuit(CircuitPolicy.none())).build();
        this.client = resuming ? ResumingProvider.over(understudy) : understudy;
    }

    private static ChatProvider vendor(String name, String base) {
        Endpoint endpoint = Endpoint.of(name, base + "/v1", "key");
        return Providers.openAiCompatible(
                endpoint.withTransport(endpoint.transport().withMaxConnections(CONNECTIONS)),
                OpenAiCompatibility.defaults());
    }

    @Override
    public Mono<?> chat() {
        return client.chat(ChatRequest.of("m", QUESTION));
    }

    @Override
    public Flux<?> stream() {
        return client.stream(ChatRequest.of("m", QUESTION)).filter(StreamChunk.Text.class::isInstance);
    }

    @Override
    public void close() {
        understudy.close();
    }
}
