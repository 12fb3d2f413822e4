package dev.understudy.ops.event;

import dev.understudy.Understudy;
import dev.understudy.chat.AttemptLog;
import dev.understudy.event.Event;
import dev.understudy.event.Listener;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.NavigableMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Adds the attempt log of each call that ends to the sums of its day, in UTC. */
public final class ReportListener implements Listener {

    private final Supplier<Instant> clock;
    private final Function<String, @Nullable Understudy> understudies;
    private final DailyTotals dailyTotals = new DailyTotals();

    /**
     * Creates a listener without sums.
     *
     * @param clock returns the time of an event
     * @param understudies returns the understudy of a name, for its prices; {@code null} if it is not known
     */
    public ReportListener(Supplier<Instant> clock, Function<String, @Nullable Understudy> understudies) {
        this.clock = clock;
        this.understudies = understudies;
    }

    @Override
    public void on(Event event) {
        if (event instanceof Event.CallSucceeded succeeded) {
            add(event, CallTotals.served(succeeded.servedBy(), succeeded.took(), prices(event)));
        } else if (event instanceof Event.CallFailed failed) {
            add(event, CallTotals.failed(EventPayload.attemptLog(failed.error()), prices(event)));
        } else if (event instanceof Event.CallCancelled) {
            add(event, CallTotals.failed(AttemptLog.empty(), prices(event)));
        } else if (event instanceof Event.AttemptAbandoned abandoned
                && abandoned.attempt().outcome() == AttemptLog.Outcome.CANCELLED) {
            add(event, CallTotals.cancelled(abandoned.attempt(), prices(event)));
        }
    }

    private Prices prices(Event event) {
        return Prices.of(understudies.apply(event.understudy()));
    }

    private void add(Event event, Totals totals) {
        dailyTotals.add(LocalDate.ofInstant(clock.get(), ZoneOffset.UTC), event.understudy(), totals);
    }

    /** Returns the sums by day, newest first, and understudy. */
    public NavigableMap<LocalDate, Map<String, Totals>> totals() {
        return dailyTotals.newestFirst();
    }
}
