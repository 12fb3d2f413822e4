package dev.understudy.guard;

import java.util.concurrent.atomic.AtomicReference;

/** A token bucket: holds so many, gets so many a second, never waits. Lock-free; corrections may leave a debt. */
public final class TokenBucket {

    private static final double SECOND = 1e9;

    /** A debt is at most so many times the capacity: of a limit per minute, ten minutes. */
    private static final double DEBT = 10;

    private record Level(double tokens, long at) {}

    private final double capacity;
    private final double perSecond;
    private final AtomicReference<Level> level;

    /** Full at the beginning. */
    public TokenBucket(double capacity, double perSecond, long now) {
        this.capacity = capacity;
        this.perSecond = perSecond;
        this.level = new AtomicReference<>(new Level(capacity, now));
    }

    /** Takes so many if they are there. More than it can ever hold is granted when it is full. */
    public boolean take(double tokens, long now) {
        double needed = Math.min(tokens, capacity);
        while (true) {
            Level was = level.get();
            double have = tokens(was, now);
            if (have < needed) {
                return false;
            }
            if (level.compareAndSet(was, level(have - tokens, now))) {
                return true;
            }
        }
    }

    /** Puts back what was too much, or takes what was too little. */
    public void add(double tokens, long now) {
        level.updateAndGet(was -> level(Math.min(capacity, tokens(was, now) + tokens), now));
    }

    /** Nanoseconds until so many are there, if nobody else takes them. */
    long until(double tokens, long now) {
        double missing = Math.min(tokens, capacity) - tokens(level.get(), now);
        return missing <= 0 ? 0 : (long) Math.ceil(missing / perSecond * SECOND);
    }

    private Level level(double tokens, long now) {
        return new Level(Math.max(tokens, -DEBT * capacity), now);
    }

    double tokens(long now) {
        return tokens(level.get(), now);
    }

    private double tokens(Level was, long now) {
        return Math.min(capacity, was.tokens + Math.max(0, now - was.at) / SECOND * perSecond);
    }
}
