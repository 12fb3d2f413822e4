package dev.understudy.simulation;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** Virtual clock of a connection pool. */
final class PoolClock extends Clock {

    private final Tasks tasks;

    PoolClock(Tasks tasks) {
        this.tasks = tasks;
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return this;
    }

    @Override
    public Instant instant() {
        return Instant.ofEpochSecond(tasks.now() / 1_000_000_000L, tasks.now() % 1_000_000_000L);
    }

    @Override
    public long millis() {
        return tasks.now() / 1_000_000;
    }
}
