package dev.understudy.streaming;

import dev.understudy.chat.StreamChunk;
import org.jspecify.annotations.Nullable;

/**
 * What of one attempt reaches the audience: its beginning is held as long as the policy wants it held, and before the
 * first chunk of a takeover the audience is told who took over.
 */
final class Delivery {

    private final Performance performance;
    private final Take take;
    private @Nullable Hold hold;
    private boolean visible;

    Delivery(Performance performance, Take take) {
        this.performance = performance;
        this.take = take;
        this.hold = take.fresh() ? performance.hold() : null;
    }

    /** Whether anything was let out. */
    boolean isVisible() {
        return visible;
    }

    /** Whether it waits for a moment to let out what it holds. */
    boolean isTimed() {
        return hold != null && performance.isHoldTimed();
    }

    void say(StreamChunk chunk, Relay.Out<StreamChunk> out) {
        Hold holding = hold;
        if (holding == null) {
            deliver(chunk, out);
            return;
        }
        boolean first = !holding.isBegun();
        holding.add(chunk);
        if (holding.isFull()) {
            open(out);
        } else if (first && holding.isBegun() && isTimed()) {
            out.wake(performance.holdTime());
        }
    }

    /** Lets out what is held, and holds nothing from now on. */
    void open(Relay.Out<StreamChunk> out) {
        Hold holding = hold;
        if (holding != null) {
            hold = null;
            holding.all().forEach(chunk -> deliver(chunk, out));
        }
    }

    private void deliver(StreamChunk chunk, Relay.Out<StreamChunk> out) {
        if (!visible) {
            visible = true;
            if (take.isTakeover()) {
                performance.announce(take).forEach(out::emit);
            }
        }
        performance.shown().add(chunk);
        out.emit(chunk);
    }
}
