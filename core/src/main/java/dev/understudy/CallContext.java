package dev.understudy;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Schedulers;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * What a caller says about its calls through the Reactor Context: {@code flux.contextWrite(CallContext.deadline(…))}.
 * One deadline may span many calls of a pipeline; a timeout counts anew for each call. Inner values win, except that a
 * deadline can only get earlier.
 *
 * @param timeout how long each call may take, back-off included; {@code null} leaves it to the door's default
 * @param deadline the instant, on the nanosecond clock of {@link Schedulers#parallel()}, when all calls must be over
 * @param tags what the caller wants to find again in events: a task, a tenant
 */
public record CallContext(
        @Nullable Duration timeout, @Nullable Long deadline, Map<String, String> tags) {

    private static final CallContext EMPTY = new CallContext(null, null, Map.of());

    public CallContext {
        if (timeout != null) {
            positive("timeout", timeout);
        }
        tags = Collections.unmodifiableMap(new LinkedHashMap<>(tags));
    }

    /** Every call below has to be over within this time from its subscription. */
    public static UnaryOperator<Context> timeout(Duration timeout) {
        positive("timeout", timeout);
        return context -> write(context, was -> new CallContext(timeout, was.deadline, was.tags));
    }

    /** Everything below has to be over within this time from the subscription of the whole. */
    public static UnaryOperator<Context> deadline(Duration fromSubscription) {
        positive("deadline", fromSubscription);
        return context -> {
            long at = Schedulers.parallel().now(TimeUnit.NANOSECONDS) + fromSubscription.toNanos();
            return write(context, was -> {
                boolean earlier = was.deadline == null || at - was.deadline < 0;
                return new CallContext(was.timeout, earlier ? Long.valueOf(at) : was.deadline, was.tags);
            });
        };
    }

    /** A word to find the call again by, in every event. */
    public static UnaryOperator<Context> tag(String name, String value) {
        return context -> write(context, was -> {
            Map<String, String> more = new LinkedHashMap<>(was.tags);
            more.put(name, value);
            return new CallContext(was.timeout, was.deadline, more);
        });
    }

    /** What the Context says, or nothing. */
    public static CallContext from(ContextView context) {
        return context.hasKey(CallContext.class) ? context.get(CallContext.class) : EMPTY;
    }

    private static Context write(Context context, UnaryOperator<CallContext> change) {
        return context.put(CallContext.class, change.apply(from(context)));
    }

    private static void positive(String what, Duration duration) {
        if (duration.isZero() || duration.isNegative()) {
            throw new IllegalArgumentException(what + " is longer than zero: " + duration);
        }
    }
}
