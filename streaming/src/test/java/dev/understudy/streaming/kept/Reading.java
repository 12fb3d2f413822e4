package dev.understudy.streaming.kept;

import dev.understudy.streaming.PositionedChunk;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;

/** What one connection of a reader received. */
final class Reading extends BaseSubscriber<PositionedChunk> {

    final List<PositionedChunk> chunks = new ArrayList<>();

    @Nullable
    Throwable error;

    private final long demand;
    private boolean complete;

    Reading(long demand) {
        this.demand = demand;
    }

    @Override
    protected void hookOnSubscribe(Subscription subscription) {
        request(demand);
    }

    @Override
    protected void hookOnNext(PositionedChunk chunk) {
        chunks.add(chunk);
    }

    @Override
    protected void hookOnError(Throwable failure) {
        error = failure;
    }

    @Override
    protected void hookOnComplete() {
        complete = true;
    }

    boolean isComplete() {
        return complete;
    }

    PositionedChunk last() {
        return chunks.get(chunks.size() - 1);
    }

    String text() {
        return chunks.stream().map(one -> one.chunk().text()).collect(Collectors.joining());
    }
}
