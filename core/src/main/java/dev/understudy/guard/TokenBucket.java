package dev.understudy.guard;

import java.util.concurrent.atomic.AtomicReference;

/** Token bucket with a capacity and a rate of refill. Lock-free; never blocks. Corrections may leave it in debt. */
public final class TokenBucket {

    private static final double SECOND = 1e9;

    /** Limit of the debt in multiples of the capacity: ten minutes for a limit per minute. */
    private static final double MAX_DEBT = 10;

    private record Level(double tokens, long at) {}

    private final double capacity;
    private final double perSecond;
    private final AtomicReference<Level> level;

    /** Creates a full bucket. */
    public TokenBucket(double capacity, double perSecond, long now) {
        this.capacity = capacity;
        this.perSecond = perSecond;
        this.level = new AtomicReference<>(new Level(capacity, now));
    }

    /** Takes tokens if there are enough, and returns whether. A request above the capacity is granted when the bucket is full. */
    public boolean take(double tokens, long now) {
        double needed = Math.min(tokens, capacity);
        while (true) {
            Level was = level.get();
            double available = tokens(was, now);
            if (available < needed) {
                return false;
            }
            if (level.compareAndSet(was, level(available - tokens, now))) {
                return true;
            }
        }
    }

    /** Corrects an estimate: returns tokens, or takes more with a negative number. */
    public void add(double tokens, long now) {
        level.updateAndGet(was -> level(Math.min(capacity, tokens(was, now) + tokens), now));
    }

    void fill(long now) {
        level.set(new Level(capacity, now));
    }

    /** Returns the nanoseconds until there are enough tokens, unless other calls take them. */
    long until(double tokens, long now) {
        double missing = Math.min(tokens, capacity) - tokens(level.get(), now);
        return missing <= 0 ? 0 : (long) Math.ceil(missing / perSecond * SECOND);
    }

    private Level level(double tokens, long now) {
        return new Level(Math.max(tokens, -MAX_DEBT * capacity), now);
    }

    double tokens(long now) {
        return tokens(level.get(), now);
    }

    private double tokens(Level was, long now) {
        return Math.min(capacity, was.tokens + Math.max(0, now - was.at) / SECOND * perSecond);
    }
}
