package dev.understudy.ops.metrics;

import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ForwardingChatProvider;
import dev.understudy.chat.StreamChunk;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import reactor.core.publisher.Flux;

/** Times the chunks of one vendor's streams behind the first one. Chunks without content do not count. */
final class ChunkTimingProvider extends ForwardingChatProvider {

    private final MeterRegistry registry;
    private final UnaryOperator<String> model;

    /** @param model returns the value of the tag for the name of a model */
    ChunkTimingProvider(ChatProvider delegate, MeterRegistry registry, UnaryOperator<String> model) {
        super(delegate);
        this.registry = registry;
        this.model = model;
    }

    @Override
    public Flux<StreamChunk> stream(ChatRequest request) {
        return Flux.defer(() -> {
            Timer timer = Meters.GEN_AI_CHUNK.timer(
                    registry, GenAiMeters.OPERATION, ProviderNames.wellKnown(name()), model.apply(request.model()));
            return delegate().stream(request)
                    .doOnNext(new Chunks(timer, registry.config().clock()));
        });
    }

    /** The chunks of one stream, which come one after the other. */
    private static final class Chunks implements Consumer<StreamChunk> {

        private final Timer timer;
        private final Clock clock;
        private boolean begun;
        private long last;

        Chunks(Timer timer, Clock clock) {
            this.timer = timer;
            this.clock = clock;
        }

        @Override
        public void accept(StreamChunk chunk) {
            if (!chunk.isContent()) {
                return;
            }
            long now = clock.monotonicTime();
            if (begun) {
                timer.record(now - last, TimeUnit.NANOSECONDS);
            }
            begun = true;
            last = now;
        }
    }
}
