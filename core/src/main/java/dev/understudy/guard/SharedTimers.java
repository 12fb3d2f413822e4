package dev.understudy.guard;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.Scannable;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Scheduler that keeps its timers in a queue of its own, and one timer of another scheduler for all of them. That timer
 * stays when the one it was set for is cancelled, and is set again only for an earlier one: time limits, nearly all of
 * which are cancelled, then wake no thread. Tasks without a delay, and workers, are those of the other scheduler.
 * Thread-safe.
 */
public final class SharedTimers implements Scheduler {

    private static final Scheduler PARALLEL = new SharedTimers(Schedulers::parallel);

    /** Longest delay, so that the instants of any two timers can be compared. */
    private static final long LONGEST = Long.MAX_VALUE / 4;

    private final Supplier<Scheduler> lookup;
    private volatile TimerQueue queue;

    /** @param lookup returns the other scheduler; looked up at each use, so that virtual time may be installed */
    public SharedTimers(Supplier<Scheduler> lookup) {
        this.lookup = lookup;
        this.queue = new TimerQueue(lookup.get());
    }

    /**
     * Returns {@link Schedulers#parallel()} with shared timers; without where a test has replaced it, because one
     * scheduler may then have several clocks. Reactor's own is told by the capacity that it reports.
     */
    public static Scheduler parallel() {
        Scheduler parallel = Schedulers.parallel();
        return Scannable.from(parallel).scanOrDefault(Scannable.Attr.CAPACITY, 0) > 0 ? PARALLEL : parallel;
    }

    @Override
    public long now(TimeUnit unit) {
        return lookup.get().now(unit);
    }

    @Override
    public Disposable schedule(Runnable task) {
        return lookup.get().schedule(task);
    }

    @Override
    public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
        return queue().add(task, Math.min(LONGEST, unit.toNanos(Math.max(0, delay))));
    }

    @Override
    public Disposable schedulePeriodically(Runnable task, long initialDelay, long period, TimeUnit unit) {
        return lookup.get().schedulePeriodically(task, initialDelay, period, unit);
    }

    @Override
    public Worker createWorker() {
        return lookup.get().createWorker();
    }

    @SuppressWarnings("ReferenceEquality") // another scheduler has another clock, also one that calls itself equal
    private TimerQueue queue() {
        Scheduler scheduler = lookup.get();
        TimerQueue current = queue;
        if (current.scheduler != scheduler) {
            current = new TimerQueue(scheduler);
            queue = current;
        }
        return current;
    }

    /** Timers of one scheduler: a binary heap in which each knows its place. */
    private static final class TimerQueue {

        private final Scheduler scheduler;
        private @Nullable Timer[] heap = new Timer[16]; // with those below guarded by this
        private int size;
        private Disposable.@Nullable Swap wakeUp;
        private long wakesAt;

        TimerQueue(Scheduler scheduler) {
            this.scheduler = scheduler;
        }

        Timer add(Runnable task, long nanos) {
            long now = scheduler.now(TimeUnit.NANOSECONDS);
            Timer timer = new Timer(this, task, now + nanos);
            Disposable.Swap next = null;
            Disposable was = null;
            synchronized (this) {
                push(timer);
                if (wakeUp == null || timer.due - wakesAt < 0) {
                    was = wakeUp;
                    next = wakeUpAt(timer.due);
                }
            }
            if (was != null) {
                was.dispose();
            }
            if (next != null) {
                try {
                    set(next, nanos);
                } catch (RuntimeException rejected) {
                    timer.dispose();
                    throw rejected;
                }
            }
            return timer;
        }

        private Disposable.Swap wakeUpAt(long instant) {
            Disposable.Swap next = Disposables.swap();
            wakeUp = next;
            wakesAt = instant;
            return next;
        }

        private void set(Disposable.Swap next, long nanos) {
            try {
                next.replace(scheduler.schedule(() -> run(next), nanos, TimeUnit.NANOSECONDS));
            } catch (RuntimeException rejected) {
                synchronized (this) {
                    wakeUp = wakeUp == next ? null : wakeUp;
                }
                throw rejected;
            }
        }

        /** Runs what is due. The first task runs on this thread, and the others on those of the scheduler. */
        private void run(Disposable.Swap fired) {
            long now = scheduler.now(TimeUnit.NANOSECONDS);
            List<Runnable> due = new ArrayList<>(1);
            Disposable.Swap next = null;
            long nanos = 0;
            synchronized (this) {
                if (wakeUp != fired) {
                    return; // an earlier one has taken its place
                }
                wakeUp = null;
                Timer first = heap[0];
                while (first != null && first.due - now <= 0) {
                    due.add(first.task);
                    remove(first);
                    first = heap[0];
                }
                if (first != null) {
                    nanos = first.due - now;
                    next = wakeUpAt(first.due);
                }
            }
            if (next != null) {
                set(next, nanos);
            }
            for (int i = 1; i < due.size(); i++) {
                scheduler.schedule(due.get(i));
            }
            if (!due.isEmpty()) {
                due.get(0).run();
            }
        }

        private void push(Timer timer) {
            if (size == heap.length) {
                heap = Arrays.copyOf(heap, 2 * size);
            }
            up(timer, size++);
        }

        private void remove(Timer timer) {
            int place = timer.place;
            if (place < 0) {
                return;
            }
            timer.place = -1;
            Timer last = heap[--size];
            heap[size] = null;
            if (last != null && last != timer) {
                up(last, place);
                if (last.place == place) {
                    down(last, place);
                }
            }
        }

        private void up(Timer timer, int from) {
            int place = from;
            while (place > 0) {
                Timer parent = heap[(place - 1) >> 1];
                if (parent == null || parent.due - timer.due <= 0) {
                    break;
                }
                put(parent, place);
                place = (place - 1) >> 1;
            }
            put(timer, place);
        }

        private void down(Timer timer, int from) {
            int place = from;
            while (true) {
                int child = 2 * place + 1;
                if (child >= size) {
                    break;
                }
                Timer earlier = heap[child];
                Timer other = child + 1 < size ? heap[child + 1] : null;
                if (earlier != null && other != null && other.due - earlier.due < 0) {
                    earlier = other;
                    child++;
                }
                if (earlier == null || timer.due - earlier.due <= 0) {
                    break;
                }
                put(earlier, place);
                place = child;
            }
            put(timer, place);
        }

        private void put(Timer timer, int place) {
            heap[place] = timer;
            timer.place = place;
        }
    }

    private static final class Timer implements Disposable {

        private final TimerQueue queue;
        private final Runnable task;
        private final long due;
        private int place = -1; // guarded by the queue; -1 outside of it
        private volatile boolean disposed;

        Timer(TimerQueue queue, Runnable task, long due) {
            this.queue = queue;
            this.task = task;
            this.due = due;
        }

        @Override
        public void dispose() {
            disposed = true;
            synchronized (queue) {
                queue.remove(this);
            }
        }

        @Override
        public boolean isDisposed() {
            return disposed;
        }
    }
}
