package dev.understudy.simulation;

import org.jspecify.annotations.Nullable;

/** Closes a connection that had no request for some time. */
final class IdleTimer {

    private final Tasks tasks;
    private final Tasks.Lane lane;
    private final long limit;
    private Tasks.@Nullable Task timer;

    IdleTimer(Tasks tasks, Tasks.Lane lane, long limit) {
        this.tasks = tasks;
        this.lane = lane;
        this.limit = limit;
    }

    void start(Runnable close) {
        stop();
        timer = tasks.schedule(lane, limit, close);
    }

    void stop() {
        if (timer != null) {
            timer.dispose();
        }
    }
}
