package dev.understudy.streaming;

import dev.understudy.CallContext;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import reactor.util.context.Context;

/**
 * Time that the caller allows for an answer, over all attempts.
 *
 * @param callContext options of the call
 * @param since start of the answer
 */
record TimeBudget(CallContext callContext, long since) {

    boolean isOver() {
        CallContext.Deadline deadline = callContext.deadline();
        Duration left = left();
        return (left != null && left.isNegative()) || (deadline != null && deadline.isOver());
    }

    /** Context of an attempt, with the remaining time as its timeout. */
    Context in(Context context) {
        Duration left = left();
        return left == null || left.isNegative()
                ? context
                : CallContext.timeout(left).apply(context);
    }

    private @Nullable Duration left() {
        Duration timeout = callContext.timeout();
        return timeout == null ? null : timeout.minusNanos(Clock.now() - since + 1);
    }
}
