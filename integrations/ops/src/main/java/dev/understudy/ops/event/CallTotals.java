package dev.understudy.ops.event;

import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ServedBy;
import dev.understudy.chat.Usage;
import java.time.Duration;
import java.util.List;

/** Pure functions from the attempt log of one call to its part of the sums. */
public final class CallTotals {

    private CallTotals() {}

    public static Totals served(ServedBy servedBy, Duration took, Prices prices) {
        List<AttemptLog.Attempt> attempts = servedBy.attemptLog().attempts();
        Saving saving = Saving.of(servedBy);
        return new Totals(
                1,
                1,
                Totals.Saved.by(saving),
                saving == Saving.NONE ? Duration.ZERO : Saving.added(servedBy.attemptLog(), took),
                spent(attempts, prices),
                wasted(attempts, prices));
    }

    static Totals failed(AttemptLog attemptLog, Prices prices) {
        List<AttemptLog.Attempt> attempts = attemptLog.attempts();
        return new Totals(1, 0, Totals.Saved.NONE, Duration.ZERO, spent(attempts, prices), wasted(attempts, prices));
    }

    /** An attempt of a call that is counted when it ends. */
    static Totals cancelled(AttemptLog.Attempt attempt, Prices prices) {
        Totals.Spending spending = spending(attempt, prices);
        return new Totals(0, 0, Totals.Saved.NONE, Duration.ZERO, spending, spending);
    }

    private static Totals.Spending spent(List<AttemptLog.Attempt> attempts, Prices prices) {
        return attempts.stream()
                .map(attempt -> spending(attempt, prices))
                .reduce(Totals.Spending.NONE, Totals.Spending::plus);
    }

    private static Totals.Spending wasted(List<AttemptLog.Attempt> attempts, Prices prices) {
        return attempts.stream()
                .filter(attempt -> !Saving.delivered(attempt))
                .map(attempt -> spending(attempt, prices))
                .reduce(Totals.Spending.NONE, Totals.Spending::plus);
    }

    private static Totals.Spending spending(AttemptLog.Attempt attempt, Prices prices) {
        Usage usage = attempt.usage();
        if (usage.total() == 0) {
            return Totals.Spending.NONE;
        }
        Capabilities.Price price = prices.price(attempt.provider(), attempt.model());
        return new Totals.Spending(
                usage.input(),
                usage.output(),
                price == null ? 0 : price.cost(usage),
                price == null ? usage.total() : 0);
    }
}
