package dev.understudy.gateway;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.Future;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import reactor.netty.NettyPipeline;

/**
 * Bounds the number of connections, and the time that each may wait for a request. Sees the requests themselves, so that
 * they need not be reported by their routes. Thread-safe.
 */
final class ConnectionGuard {

    private static final AttributeKey<Watch> KEY = AttributeKey.valueOf("understudy.gateway.watch");

    private final GatewayLimits limits;
    private final IntConsumer refused;
    private final Set<Watch> refusals = new LinkedHashSet<>(); // guarded by this, as the two below
    private final Set<Watch> waiting = new LinkedHashSet<>();
    private final Set<Watch> serving = new HashSet<>();
    private int open;

    /** @param refused receives the status of each refusal */
    ConnectionGuard(GatewayLimits limits, IntConsumer refused) {
        this.limits = limits;
        this.refused = refused;
    }

    /** Watches a new connection. */
    void install(Channel channel) {
        Watch watch = new Watch(channel);
        channel.attr(KEY).set(watch);
        channel.pipeline().addFirst(watch).addFirst(new StalledWrites(limits.write()));
        channel.pipeline()
                .addAfter(
                        NettyPipeline.HttpCodec,
                        "understudy.gateway.requests",
                        new RequestsInFlight(() -> serving(watch), () -> served(watch)));
        UndecodableRequests.install(channel, refused);
    }

    /** Records that a request was refused and its connection is kept only until the client has read why. */
    void refusing(@Nullable Channel channel) {
        Watch watch = channel == null ? null : channel.attr(KEY).get();
        if (watch != null && watch.channel.isActive()) {
            synchronized (this) {
                refusals.add(watch);
            }
        }
    }

    /** Records that a request of the connection has arrived. */
    private void serving(Watch watch) {
        synchronized (this) {
            waiting.remove(watch);
            refusals.remove(watch);
            serving.add(watch);
        }
        watch.cancel();
    }

    /** Records that all requests of the connection were answered. */
    private void served(Watch watch) {
        answered(watch);
        if (watch.channel.isActive()) {
            waits(watch);
            watch.start(limits.idle(), false);
        }
    }

    private synchronized void answered(Watch watch) {
        if (serving.remove(watch) && serving.isEmpty()) {
            notifyAll();
        }
    }

    /**
     * Waits until the last byte of each response was written: a call has ended when its answer has, which is before that.
     * Returns false if some are not after this time, or on an interrupt. Blocks.
     */
    synchronized boolean isAnsweredWithin(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        for (long left = time.toMillis();
                !serving.isEmpty() && left > 0;
                left = (end - System.nanoTime()) / 1_000_000) {
            try {
                wait(left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return serving.isEmpty();
    }

    private synchronized void waits(Watch watch) {
        waiting.add(watch);
    }

    /**
     * Counts a connection; returns the one to close for it, or {@code null}: one whose request was refused, else the one that
     * has waited longest, else the new one.
     */
    private synchronized @Nullable Watch opened(Watch watch) {
        open++;
        if (open <= limits.connections()) {
            waiting.add(watch);
            return null;
        }
        if (!refusals.isEmpty()) {
            Watch refusal = refusals.iterator().next();
            refusals.remove(refusal);
            waiting.add(watch);
            refusal.isAnswered = true;
            return refusal;
        }
        Watch longest = waiting.isEmpty() ? watch : waiting.iterator().next();
        waiting.remove(longest);
        if (longest != watch) {
            waiting.add(watch);
        }
        return longest;
    }

    /** Returns the number of open connections. */
    synchronized int count() {
        return open;
    }

    private synchronized void closed(Watch watch) {
        open--;
        waiting.remove(watch);
        refusals.remove(watch);
        answered(watch);
    }

    private final class Watch extends ChannelInboundHandlerAdapter {

        private final Channel channel;
        private @Nullable Future<?> timer; // used on the event loop only
        private boolean idle;
        private volatile boolean isAnswered;

        Watch(Channel channel) {
            this.channel = channel;
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            Watch surplus = opened(this);
            if (surplus != null) {
                surplus.refuse(503, "Service Unavailable");
            }
            start(limits.head(), true);
            context.fireChannelActive();
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            closed(this);
            cancel();
            context.fireChannelInactive();
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (idle) {
                start(limits.head(), true);
            }
            context.fireChannelRead(message);
        }

        /** @param begun true if a request may have begun, which is answered with 408 when the time is over */
        void start(Duration limit, boolean begun) {
            cancel();
            idle = !begun;
            timer = channel.eventLoop()
                    .schedule(
                            () -> {
                                if (begun) {
                                    refuse(408, "Request Timeout");
                                } else {
                                    channel.close();
                                }
                            },
                            limit.toMillis(),
                            TimeUnit.MILLISECONDS);
        }

        void cancel() {
            idle = false;
            if (timer != null) {
                timer.cancel(false);
                timer = null;
            }
        }

        /** Answers below the HTTP codec, which has no request to answer. */
        private void refuse(int status, String phrase) {
            if (isAnswered) {
                channel.close();
                return;
            }
            refused.accept(status);
            String head = "HTTP/1.1 " + status + " " + phrase
                    + "\r\nconnection: close\r\nretry-after: 1\r\ncontent-length: 0\r\n\r\n";
            ChannelHandlerContext context = channel.pipeline().context(this);
            // below TLS, a client could not read it
            if (context == null || channel.pipeline().get(SslHandler.class) != null) {
                channel.close();
                return;
            }
            context.writeAndFlush(Unpooled.copiedBuffer(head, StandardCharsets.US_ASCII))
                    .addListener(ChannelFutureListener.CLOSE);
        }
    }
}
