package dev.understudy;

import dev.understudy.chat.CallScope;
import dev.understudy.chat.ChatRequest;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One call in progress: what all of its attempts share. Made at subscription.
 *
 * @param id which call
 * @param request what the caller asked, never changed
 * @param plan who may be asked
 * @param started when it began
 * @param deadline when it must be over, {@link Long#MAX_VALUE} for never
 * @param scope what providers keep and report
 * @param door the policies
 * @param over whether its last event was told
 */
record Call(
        Event.CallId id,
        ChatRequest request,
        Plan plan,
        long started,
        long deadline,
        CallScope scope,
        Policies door,
        AtomicBoolean over) {

    void tell(Event event) {
        tell(door.listener(), event);
    }

    /** The last event of a call; whatever would end it once more is not told. */
    void end(Event event) {
        if (over.compareAndSet(false, true)) {
            tell(event);
        }
    }

    long now() {
        return door.time().nanos();
    }

    Duration took() {
        return Duration.ofNanos(now() - started);
    }

    /** A listener must not harm a call. */
    static void tell(Listener listener, Event event) {
        try {
            listener.on(event);
        } catch (RuntimeException e) {
            // Dropped, as Listener promises: there is nobody to tell whom it would not harm as well.
        }
    }
}
