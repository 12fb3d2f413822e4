package dev.understudy.pool;

import dev.understudy.chat.Capabilities;
import dev.understudy.guard.RecentlyUsed;
import dev.understudy.guard.TimeSource;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Announced retirements of those models of one provider that were asked. From {@value #NOTICE_DAYS} days before the day on,
 * a warning is published once a day.
 */
final class Retirements {

    static final int NOTICE_DAYS = 30;

    /** Number of models that are kept, because callers may invent names of versions. */
    private static final int MAX_MODELS = 1_000;

    private record Announced(AtomicReference<LocalDate> day, AtomicReference<LocalDate> warned) {

        Announced(LocalDate day) {
            this(new AtomicReference<>(day), new AtomicReference<>(LocalDate.MIN));
        }
    }

    private final RecentlyUsed<String, Announced> models = new RecentlyUsed<>(MAX_MODELS, announced -> false);
    private final String provider;
    private final PoolEvents events;
    private final TimeSource timeSource;

    Retirements(String provider, PoolEvents events, TimeSource timeSource) {
        this.provider = provider;
        this.events = events;
        this.timeSource = timeSource;
    }

    /** Records what is announced for a model, and publishes the warning that is due. */
    void check(String model, Capabilities capabilities) {
        @Nullable LocalDate day = capabilities.retirement();
        if (day == null) {
            if (!models.isEmpty()) {
                models.remove(model);
            }
            return;
        }
        Announced announced = models.get(model, absent -> new Announced(day));
        announced.day.set(day);
        LocalDate today = LocalDate.ofInstant(
                Instant.ofEpochMilli(timeSource.scheduler().now(TimeUnit.MILLISECONDS)), ZoneOffset.UTC);
        if (!today.isBefore(day.minusDays(NOTICE_DAYS)) && !today.equals(announced.warned.getAndSet(today))) {
            events.modelRetiring(provider, model, day);
        }
    }

    /** Returns the announced days by model. */
    Map<String, LocalDate> days() {
        Map<String, LocalDate> days = new TreeMap<>();
        models.forEach((model, announced) -> days.put(model, announced.day.get()));
        return days;
    }
}
