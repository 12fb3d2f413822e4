package dev.understudy.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** The schedulers of Reactor in virtual time: those of the simulation that runs on this thread. */
final class SimulatedScheduler implements Scheduler {

    private static final ThreadLocal<SimulatedScheduler.Executors> CURRENT = new ThreadLocal<>();

    private final boolean elastic;

    private SimulatedScheduler(boolean elastic) {
        this.elastic = elastic;
    }

    /** Lanes of one simulation. */
    record Executors(Tasks tasks, Chance chance, Tasks.Lane[] parallel, Tasks.Lane[] elastic) {

        static Executors of(Tasks tasks, Chance chance) {
            return new Executors(tasks, chance, lanes("parallel"), lanes("elastic"));
        }

        private static Tasks.Lane[] lanes(String name) {
            return new Tasks.Lane[] {new Tasks.Lane(name + "-1"), new Tasks.Lane(name + "-2")};
        }

        Tasks.Lane any(boolean ofElastic) {
            return chance.pick(ofElastic ? elastic : parallel);
        }
    }

    /** Replaces the schedulers of Reactor until the snapshot is restored. */
    static Schedulers.Snapshot install() {
        return Schedulers.setFactoryWithSnapshot(new Schedulers.Factory() {
            @Override
            public Scheduler newParallel(int parallelism, ThreadFactory threads) {
                return new SimulatedScheduler(false);
            }

            @Override
            public Scheduler newSingle(ThreadFactory threads) {
                return new SimulatedScheduler(false);
            }

            @Override
            public Scheduler newBoundedElastic(int threads, int queued, ThreadFactory factory, int ttl) {
                return new SimulatedScheduler(true);
            }
        });
    }

    static void enter(Executors executors) {
        CURRENT.set(executors);
    }

    static void leave() {
        CURRENT.remove();
    }

    private static Executors current() {
        Executors executors = CURRENT.get();
        if (executors == null) {
            throw new RejectedExecutionException("no simulation runs on this thread");
        }
        return executors;
    }

    @Override
    public long now(TimeUnit unit) {
        return unit.convert(current().tasks.now(), TimeUnit.NANOSECONDS);
    }

    @Override
    public Disposable schedule(Runnable task) {
        return current().tasks.execute(current().any(elastic), task);
    }

    @Override
    public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
        return current().tasks.schedule(current().any(elastic), unit.toNanos(delay), task);
    }

    @Override
    public Disposable schedulePeriodically(Runnable task, long delay, long period, TimeUnit unit) {
        return current()
                .tasks
                .periodic(current().any(elastic), unit.toNanos(delay), Math.max(1, unit.toNanos(period)), task);
    }

    @Override
    public Worker createWorker() {
        return new SimulatedWorker(current(), current().any(elastic));
    }

    private static final class SimulatedWorker implements Worker {

        private final Executors executors;
        private final Tasks.Lane lane;
        private final List<Tasks.Task> mine = new ArrayList<>();
        private boolean disposed;

        SimulatedWorker(Executors executors, Tasks.Lane lane) {
            this.executors = executors;
            this.lane = lane;
        }

        private Disposable keep(Tasks.Task task) {
            mine.removeIf(Tasks.Task::isDisposed);
            mine.add(task);
            return task;
        }

        @Override
        public Disposable schedule(Runnable task) {
            if (disposed) {
                throw new RejectedExecutionException("the worker is disposed");
            }
            return keep(executors.tasks.execute(lane, task));
        }

        @Override
        public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
            if (disposed) {
                throw new RejectedExecutionException("the worker is disposed");
            }
            return keep(executors.tasks.schedule(lane, unit.toNanos(delay), task));
        }

        @Override
        public Disposable schedulePeriodically(Runnable task, long delay, long period, TimeUnit unit) {
            return keep(executors.tasks.periodic(lane, unit.toNanos(delay), Math.max(1, unit.toNanos(period)), task));
        }

        @Override
        public void dispose() {
            disposed = true;
            mine.forEach(Tasks.Task::dispose);
        }

        @Override
        public boolean isDisposed() {
            return disposed;
        }
    }
}
