package dev.understudy;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What a decision may ask of the world: what is there to spend, and what can be done about an overflow. */
interface Means {

    /** Takes a token for one more try at this route; false when its retries are used up for now. */
    boolean retryToken(Route route);

    /** Whether this route may be asked again after this wait: its circuit is not open then, and nobody holds it. */
    boolean letsThrough(Route route, Duration after);

    /** Whether the call can still pay for a try at this route. */
    boolean affordable(Route route, Cursor cursor);

    /** The context window as declared or learned. */
    @Nullable
    Integer window(Route route);

    /** The request as it went to the current route, made shorter. */
    Trim.Outcome shorter(Cursor cursor);
}
