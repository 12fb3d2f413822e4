package dev.understudy.simulation;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.AbstractEventExecutor;
import io.netty.util.concurrent.DefaultPromise;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** An event loop of Netty in virtual time. */
final class SimulatedEventLoop extends AbstractEventExecutor implements EventLoop {

    private final Tasks tasks;
    private final Tasks.Lane lane;
    private final EventLoopGroup group;
    private final DefaultPromise<Object> termination = new DefaultPromise<>(GlobalEventExecutor.INSTANCE);

    SimulatedEventLoop(Tasks tasks, String name, EventLoopGroup group) {
        this.tasks = tasks;
        this.lane = new Tasks.Lane(name);
        this.group = group;
    }

    @Override
    public EventLoopGroup parent() {
        return group;
    }

    @Override
    public EventLoop next() {
        return this;
    }

    @Override
    public boolean inEventLoop(Thread thread) {
        return tasks.running() == lane;
    }

    @Override
    public void execute(Runnable work) {
        tasks.execute(lane, work);
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable work, long delay, TimeUnit unit) {
        return schedule(
                () -> {
                    work.run();
                    return null;
                },
                delay,
                unit);
    }

    @Override
    public <V> ScheduledFuture<V> schedule(Callable<V> work, long delay, TimeUnit unit) {
        Timer<V> timer = new Timer<>();
        timer.task = tasks.schedule(lane, unit.toNanos(delay), () -> timer.run(work));
        return timer;
    }

    private final class Timer<V> extends DefaultPromise<V> implements ScheduledFuture<V> {

        private Tasks.@Nullable Task task;

        Timer() {
            super(SimulatedEventLoop.this);
        }

        void run(Callable<V> work) {
            if (!setUncancellable()) {
                return;
            }
            try {
                setSuccess(work.call());
            } catch (Throwable thrown) {
                setFailure(thrown);
                throw new IllegalStateException(thrown);
            }
        }

        @Override
        public boolean cancel(boolean interrupt) {
            if (task != null) {
                task.dispose();
            }
            return super.cancel(interrupt);
        }

        @Override
        public long getDelay(TimeUnit unit) {
            return 0;
        }

        @Override
        public int compareTo(Delayed other) {
            return 0;
        }
    }

    @Override
    public ChannelFuture register(Channel channel) {
        return register(new DefaultChannelPromise(channel, this));
    }

    @Override
    public ChannelFuture register(ChannelPromise promise) {
        promise.channel().unsafe().register(this, promise);
        return promise;
    }

    @Override
    @Deprecated
    public ChannelFuture register(Channel channel, ChannelPromise promise) {
        channel.unsafe().register(this, promise);
        return promise;
    }

    @Override
    public boolean isShuttingDown() {
        return false;
    }

    @Override
    public Future<?> shutdownGracefully(long quietPeriod, long timeout, TimeUnit unit) {
        return termination;
    }

    @Override
    public Future<?> terminationFuture() {
        return termination;
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

    @Override
    public String toString() {
        return lane.name;
    }
}
