package dev.understudy.streaming;

import dev.understudy.CallContext;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import reactor.util.context.Context;

/**
 * How long the caller waits for an answer, however many attempts it takes.
 *
 * @param wishes what the caller said
 * @param since when the answer was asked for
 */
record TimeBudget(CallContext wishes, long since) {

    boolean isOver() {
        CallContext.Deadline deadline = wishes.deadline();
        Duration left = left();
        return (left != null && left.isNegative()) || (deadline != null && deadline.isOver());
    }

    /** The Context of an attempt that may take as long as is left. */
    Context in(Context context) {
        Duration left = left();
        return left == null || left.isNegative()
                ? context
                : CallContext.timeout(left).apply(context);
    }

    private @Nullable Duration left() {
        Duration timeout = wishes.timeout();
        return timeout == null ? null : timeout.minusNanos(Clock.now() - since + 1);
    }
}
