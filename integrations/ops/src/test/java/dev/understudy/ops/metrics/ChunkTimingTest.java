package dev.understudy.ops.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.ForwardingChatProvider;
import dev.understudy.chat.ServedBy;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Usage;
import dev.understudy.chat.VendorMetadata;
import dev.understudy.testing.ScriptedProvider;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** Time from one chunk of a vendor's stream to the next. */
class ChunkTimingTest {

    private static final String METER = "gen_ai.client.inference.time_per_output_chunk";
    private static final ChatRequest REQUEST = ChatRequest.of("gpt", "?");

    private final MockClock clock = new MockClock();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry(SimpleConfig.DEFAULT, clock);

    /** Emits two words, an empty chunk, a word and the finish; each comes after so many milliseconds. */
    private ChatProvider vendor(String name) {
        return new ForwardingChatProvider(ScriptedProvider.named(name)) {
            @Override
            public Mono<ChatResponse> chat(ChatRequest request) {
                return delegate().chat(request);
            }

            @Override
            public Flux<StreamChunk> stream(ChatRequest request) {
                return Flux.<StreamChunk>just(
                                new StreamChunk.Text("a"),
                                new StreamChunk.Text("b"),
                                new StreamChunk.Text(""),
                                new StreamChunk.Text("c"),
                                new StreamChunk.Finish(
                                        FinishReason.STOP,
                                        Usage.none(),
                                        VendorMetadata.none(),
                                        ServedBy.by(name, request.model())))
                        .doOnNext(chunk -> clock.add(Duration.ofMillis(40)));
            }
        };
    }

    @Test
    void chunksWithContentBehindTheFirstAreTimed() {
        Metrics metrics = Metrics.to(registry).addModels("gpt");
        try (Understudy understudy = Understudy.builder()
                .provider(metrics.timingChunks(vendor("openai")))
                .build()) {
            StepVerifier.create(understudy.stream(REQUEST).map(StreamChunk::text))
                    .expectNextCount(5)
                    .verifyComplete();
        }
        Timer timer = registry.get(METER)
                .tags("gen_ai.operation.name", "chat", "gen_ai.provider.name", "openai", "gen_ai.request.model", "gpt")
                .timer();
        assertThat(timer.count()).isEqualTo(2);
        assertThat(timer.totalTime(TimeUnit.MILLISECONDS)).isEqualTo(40 + 80);
    }

    @Test
    void inventedModelsAreOneValueOfTheTag() {
        ChatProvider timed = Metrics.to(registry).timingChunks(vendor("openai"));
        StepVerifier.create(timed.stream(ChatRequest.of("invented", "?")))
                .expectNextCount(5)
                .verifyComplete();
        assertThat(registry.get(METER).timer().getId().getTag("gen_ai.request.model"))
                .isEqualTo("other");
    }

    @Test
    void providersThatAreNotWrappedAreNotTimed() {
        try (Understudy understudy = Understudy.builder()
                .provider(vendor("openai"))
                .listener(Metrics.to(registry).addGenAiMeters())
                .build()) {
            StepVerifier.create(understudy.stream(REQUEST)).expectNextCount(5).verifyComplete();
        }
        assertThat(registry.find(METER).timer()).isNull();
    }
}
