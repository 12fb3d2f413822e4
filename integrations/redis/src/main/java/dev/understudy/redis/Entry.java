package dev.understudy.redis;

import dev.understudy.shared.SharedState;
import dev.understudy.shared.SharedState.ActiveProvider;
import dev.understudy.shared.SharedState.CircuitClosed;
import dev.understudy.shared.SharedState.CircuitOpened;
import dev.understudy.shared.SharedState.CooldownEnded;
import dev.understudy.shared.SharedState.CooldownStarted;
import dev.understudy.shared.SharedState.HoldEnded;
import dev.understudy.shared.SharedState.HoldStarted;
import dev.understudy.shared.SharedState.Message;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One message with its version.
 *
 * @param stamp version; the greatest of a slot is in force
 * @param after for an automatic change of the active provider, the time of the manual choice that its instance knew of; else 0
 * @param message the message
 */
record Entry(Stamp stamp, long after, Message message) {

    /** Marks an entry that is kept until another one replaces it. */
    static final long NO_END = Long.MAX_VALUE;

    /** Time for which the end of a cooldown or of an open circuit is kept, longer than any that others adopt. */
    static final Duration ENDED = Duration.ofMinutes(10);

    /** Time for which the end of a hold, and an automatic choice of the active provider, are kept. */
    static final Duration DAY = Duration.ofDays(1);

    /** Longest time for which cooldowns and open circuits are kept. */
    static final Duration LONGEST = Duration.ofHours(1);

    /**
     * A place for one entry: the key of its update, and within it who or what it is of.
     *
     * @param key key of the update
     * @param field a circuit has one for each understudy; the active provider one for manual and one for automatic choices
     */
    record Slot(String key, String field) {

        static final String MANUAL = "manual";
        static final String AUTOMATIC = "automatic";
        static final String STATE = "state";
    }

    SharedState.Update update() {
        return message.update();
    }

    Slot slot() {
        String key = Objects.requireNonNull(update().key());
        if (isOfCircuit()) {
            return new Slot(key, message.source());
        }
        if (update() instanceof ActiveProvider active) {
            return new Slot(key, active.manual() ? Slot.MANUAL : Slot.AUTOMATIC);
        }
        return new Slot(key, Slot.STATE);
    }

    /** The slot of the manual choice that overrides this automatic one unless its instance knew of it. */
    Slot manual() {
        return new Slot(slot().key(), Slot.MANUAL);
    }

    boolean isOfCircuit() {
        return update() instanceof CircuitOpened || update() instanceof CircuitClosed;
    }

    boolean isAutomaticChoice() {
        return update() instanceof ActiveProvider active && !active.manual();
    }

    /** Milliseconds for which the entry is kept from this instant, {@link #NO_END} for ever, 0 if it has ended. */
    long ttl(long wallClock) {
        long end = end();
        return end == NO_END ? NO_END : Math.max(0, end - wallClock);
    }

    private long end() {
        if (update() instanceof CooldownStarted || update() instanceof CircuitOpened) {
            return Math.min(millis(update().until()), stamp.time() + LONGEST.toMillis());
        }
        if (update() instanceof HoldStarted hold) {
            // Kept when it has ended: it replaced an earlier hold, which must not come back.
            long until = millis(hold.until());
            return until == NO_END ? NO_END : until + DAY.toMillis();
        }
        if (update() instanceof ActiveProvider active && active.manual()) {
            return NO_END;
        }
        boolean day = update() instanceof HoldEnded || update() instanceof ActiveProvider;
        return stamp.time() + (day ? DAY : ENDED).toMillis();
    }

    /** Returns the message as of an instant: a hold that has ended is a release. */
    Message asOf(long wallClock) {
        return update() instanceof HoldStarted hold && millis(hold.until()) <= wallClock
                ? new Message(message.source(), new HoldEnded(hold.provider(), hold.model()))
                : message;
    }

    private static long millis(@Nullable Instant instant) {
        try {
            return instant == null ? NO_END : instant.toEpochMilli();
        } catch (ArithmeticException far) {
            return NO_END / 2;
        }
    }

    /** Returns true for entries about models whose names callers may have invented: their number has a limit. */
    boolean isEvictable() {
        return update() instanceof CooldownStarted || update() instanceof CooldownEnded || isOfCircuit();
    }
}
