package dev.understudy.guard;

import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import reactor.util.context.ContextView;

/**
 * Connection between an attempt and the transport of its provider. Passed in the Reactor context under its class, as one
 * value, because each further key makes every context of the attempt larger. Thread-safe; never blocks.
 *
 * @param finishWait limits the wait for the end of a body
 * @param responseStart receives the arrival of the headers; null if no limit depends on it
 * @param mayBeResent returns true if a request may be sent once more: not before a time that the vendor named meanwhile, and
 *     not while an operator holds the provider
 */
public record AttemptLink(
        @Nullable FinishWait finishWait, @Nullable ResponseStart responseStart, BooleanSupplier mayBeResent) {

    private static final AttemptLink NONE = new AttemptLink(null, null, () -> true);

    /** Returns the link of the attempt in progress; without an attempt, one that permits everything. */
    public static AttemptLink of(ContextView context) {
        return context.hasKey(AttemptLink.class) ? context.get(AttemptLink.class) : NONE;
    }
}
