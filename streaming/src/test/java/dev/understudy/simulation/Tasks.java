package dev.understudy.simulation;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;

/**
 * Virtual time, and the tasks of all executors in one order. Tasks of one lane run one after another as they were
 * submitted; between lanes the order follows from delays that are drawn for each hand-over.
 */
final class Tasks {

    /** Instant of the start, far from zero as that of a real clock. */
    static final long START = Instant.parse("2026-01-05T00:00:00Z").getEpochSecond() * 1_000_000_000L;

    private static final long HOP = 20_000;
    private static final long LATE = 200_000;

    /** A serial executor. */
    static final class Lane {

        final String name;
        private long last;

        Lane(String name) {
            this.name = name;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /** A task that was submitted. */
    final class Task implements Comparable<Task>, Disposable {

        final Lane lane;
        final Runnable work;
        private final long period;
        private long at;
        private long order;
        private boolean over;

        private Task(Lane lane, Runnable work, long period) {
            this.lane = lane;
            this.work = work;
            this.period = period;
        }

        private void at(long at) {
            this.at = at;
            this.order = ++submitted;
            queue.add(this);
        }

        @Override
        public int compareTo(Task other) {
            int times = Long.compare(at, other.at);
            return times != 0 ? times : Long.compare(order, other.order);
        }

        @Override
        public void dispose() {
            over = true;
        }

        @Override
        public boolean isDisposed() {
            return over;
        }
    }

    private final PriorityQueue<Task> queue = new PriorityQueue<>();
    private final Chance chance;
    private long now = START;
    private long submitted;
    private long steps;
    private @Nullable Lane running;

    Tasks(Chance chance) {
        this.chance = chance;
    }

    long now() {
        return now;
    }

    long steps() {
        return steps;
    }

    /** The lane whose task runs. */
    @Nullable
    Lane running() {
        return running;
    }

    /** Runs the work after what was submitted to the lane before. */
    Task execute(Lane lane, Runnable work) {
        Task task = new Task(lane, work, 0);
        lane.last = Math.max(lane.last, now + 1 + chance.jitter(HOP));
        task.at(lane.last);
        return task;
    }

    /** Runs the work after a delay, and a little later as timers do. */
    Task schedule(Lane lane, long delay, Runnable work) {
        return periodic(lane, delay, 0, work);
    }

    Task periodic(Lane lane, long delay, long period, Runnable work) {
        Task task = new Task(lane, work, period);
        long wait = Math.max(0, Math.min(delay, Long.MAX_VALUE / 4));
        task.at(now + wait + 1 + chance.jitter(LATE));
        return task;
    }

    /** Runs the work after a delay, but not before what was submitted so to the lane before. */
    Task inOrder(Lane lane, long delay, Runnable work) {
        Task task = new Task(lane, work, 0);
        lane.last = Math.max(lane.last, now + delay + 1 + chance.jitter(HOP));
        task.at(lane.last);
        return task;
    }

    /** Runs the next task; returns false when there is none until the instant, which is then the present one. */
    boolean step(long until) {
        while (true) {
            Task next = queue.peek();
            if (next == null || next.at > until) {
                now = Math.max(now, until);
                return false;
            }
            queue.poll();
            if (next.over) {
                continue;
            }
            now = Math.max(now, next.at);
            steps++;
            if (next.period == 0) {
                next.over = true;
            } else {
                next.at(now + next.period);
            }
            running = next.lane;
            try {
                next.work.run();
            } finally {
                running = null;
            }
            return true;
        }
    }

    /** Lanes of the tasks that are left. */
    List<String> left() {
        List<String> left = new ArrayList<>();
        for (Task task : queue) {
            if (!task.over) {
                left.add(task.lane + " in " + (task.at - now) / 1_000_000 + " ms: "
                        + task.work.getClass().getName().replaceAll("0x\\w+", ""));
            }
        }
        return left;
    }
}
