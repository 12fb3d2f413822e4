package dev.understudy.gateway.key;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * Amounts that a client may spend in a period.
 *
 * @param cost cost, in the currency of the configured prices; {@code null} for no limit
 * @param tokens tokens of prompts and answers; {@code null} for no limit
 * @param period time after which the spending starts from zero
 */
public record Budget(@Nullable Double cost, @Nullable Long tokens, Period period) {

    /** Period of a budget, in UTC. */
    public enum Period {
        /** From the start of each hour. */
        HOUR,
        /** From midnight. */
        DAY,
        /** From the first day of each month. */
        MONTH;

        Instant start(Instant now) {
            ZonedDateTime utc = now.atZone(ZoneOffset.UTC);
            return switch (this) {
                case HOUR -> utc.truncatedTo(ChronoUnit.HOURS).toInstant();
                case DAY -> utc.truncatedTo(ChronoUnit.DAYS).toInstant();
                case MONTH -> utc.truncatedTo(ChronoUnit.DAYS).withDayOfMonth(1).toInstant();
            };
        }

        Duration left(Instant now) {
            ZonedDateTime start = start(now).atZone(ZoneOffset.UTC);
            ZonedDateTime end =
                    switch (this) {
                        case HOUR -> start.plusHours(1);
                        case DAY -> start.plusDays(1);
                        case MONTH -> start.plusMonths(1);
                    };
            return Duration.between(now, end.toInstant());
        }
    }

    boolean isSpent(Spending spending) {
        return (cost != null && spending.cost() >= cost) || (tokens != null && spending.tokens() >= tokens);
    }
}
