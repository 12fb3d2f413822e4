package dev.understudy.simulation;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.AbstractEventExecutorGroup;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import reactor.netty.resources.LoopResources;

/** Event loops whose channels belong to a simulated network. */
final class SimulatedLoops extends AbstractEventExecutorGroup implements EventLoopGroup, LoopResources {

    private final Network network;
    private final List<SimulatedEventLoop> loops;
    private int next;

    SimulatedLoops(Tasks tasks, Network network) {
        this.network = network;
        this.loops =
                List.of(new SimulatedEventLoop(tasks, "loop-1", this), new SimulatedEventLoop(tasks, "loop-2", this));
    }

    @Override
    public EventLoopGroup onClient(boolean useNative) {
        return this;
    }

    @Override
    public EventLoopGroup onServer(boolean useNative) {
        throw new UnsupportedOperationException("clients only");
    }

    @Override
    public <C extends Channel> C onChannel(Class<C> type, EventLoopGroup group) {
        @SuppressWarnings("unchecked") // the transport asks for some channel and does not use its class
        C channel = (C) new SimulatedChannel(network);
        return channel;
    }

    @Override
    public EventLoop next() {
        return loops.get(next++ % loops.size());
    }

    @Override
    public Iterator<EventExecutor> iterator() {
        return List.<EventExecutor>copyOf(loops).iterator();
    }

    @Override
    public ChannelFuture register(Channel channel) {
        return next().register(channel);
    }

    @Override
    public ChannelFuture register(ChannelPromise promise) {
        return next().register(promise);
    }

    @Override
    @Deprecated
    public ChannelFuture register(Channel channel, ChannelPromise promise) {
        return next().register(channel, promise);
    }

    @Override
    public boolean isShuttingDown() {
        return false;
    }

    @Override
    public Future<?> shutdownGracefully(long quietPeriod, long timeout, TimeUnit unit) {
        return loops.get(0).terminationFuture();
    }

    @Override
    public Future<?> terminationFuture() {
        return loops.get(0).terminationFuture();
    }

    @Override
    @Deprecated
    public void shutdown() {}

    @Override
    public boolean isShutdown() {
        return false;
    }

    @Override
    public boolean isTerminated() {
        return false;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        return false;
    }
}
