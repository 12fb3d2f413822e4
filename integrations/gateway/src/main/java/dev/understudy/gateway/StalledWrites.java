package dev.understudy.gateway;

import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.timeout.WriteTimeoutException;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Closes a connection on which no byte of what was written has left for a time. A large answer to a slow client may take
 * longer, as long as the client receives.
 */
final class StalledWrites extends ChannelOutboundHandlerAdapter {

    private static final int CHECKS = 20;

    private final long interval;
    private long begun; // used on the event loop only, as all below
    private long completed;
    private long seenCompleted;
    private long seenProgress;
    private int stalledChecks;
    private @Nullable Future<?> timer;
    private final ChannelFutureListener completion = written -> completed++;

    /** @param limit time without progress, plus a twentieth of it at most */
    StalledWrites(Duration limit) {
        this.interval = Math.max(1, limit.toNanos() / CHECKS);
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        begun++;
        if (timer == null) {
            stalledChecks = 0;
            observe(context);
            schedule(context);
        }
        context.write(message, promise.unvoid().addListener(completion));
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        if (timer != null) {
            timer.cancel(false);
        }
    }

    private void schedule(ChannelHandlerContext context) {
        timer = context.executor().schedule(() -> check(context), interval, TimeUnit.NANOSECONDS);
    }

    private void check(ChannelHandlerContext context) {
        timer = null;
        if (completed == begun) {
            return;
        }
        stalledChecks = observe(context) ? 0 : stalledChecks + 1;
        if (stalledChecks < CHECKS) {
            schedule(context);
        } else {
            context.fireExceptionCaught(WriteTimeoutException.INSTANCE);
            context.close();
        }
    }

    /** Returns true if bytes have left since the last time. */
    private boolean observe(ChannelHandlerContext context) {
        ChannelOutboundBuffer buffer = context.channel().unsafe().outboundBuffer();
        long progress = buffer == null ? 0 : buffer.currentProgress();
        boolean moved = completed != seenCompleted || progress != seenProgress;
        seenCompleted = completed;
        seenProgress = progress;
        return moved;
    }
}
