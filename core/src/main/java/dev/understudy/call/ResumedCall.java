package dev.understudy.call;

import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.ServedBy;
import dev.understudy.chat.Usage;
import dev.understudy.event.Event;
import dev.understudy.event.Listener;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * Call of a subscriber that consists of several calls of one understudy, because an interrupted stream is continued. All of
 * them have the id of the first one; the owner of this object publishes the only last event, and theirs are dropped.
 * Thread-safe; never blocks.
 */
public final class ResumedCall {

    private record Joined(Event.CallId id, Listener listener, LongSupplier nanos, long started) {}

    private final AtomicReference<@Nullable Joined> joined = new AtomicReference<>();
    private final AtomicReference<AttemptLog.@Nullable Attempt> completed = new AtomicReference<>();
    private final AtomicBoolean ended = new AtomicBoolean();

    static @Nullable ResumedCall of(ContextView context) {
        return context.getOrDefault(ResumedCall.class, null);
    }

    /** Returns true if a Context belongs to such a call. */
    public static boolean isIn(ContextView context) {
        return context.hasKey(ResumedCall.class);
    }

    /** Returns true if a call of the understudy was added, so that the next one continues its answer. */
    boolean isBegun() {
        return joined.get() != null;
    }

    /** Adds this call to the Context of the calls of the understudy. */
    public Context in(Context context) {
        return context.put(ResumedCall.class, this);
    }

    /**
     * Adds a call of the understudy.
     *
     * @param id makes the id of the first call
     * @param listener listeners of the understudy and of the subscriber
     * @param nanos clock of the understudy
     * @return the id of the first call
     */
    Event.CallId join(Supplier<Event.CallId> id, Listener listener, LongSupplier nanos) {
        Joined first = joined.get();
        if (first == null) {
            Joined mine = new Joined(id.get(), listener, nanos, nanos.getAsLong());
            Joined earlier = joined.compareAndExchange(null, mine);
            first = earlier == null ? mine : earlier;
        } else {
            discardCompleted(first);
        }
        return first.id;
    }

    /** Takes the last event of a call of the understudy. A complete answer may still turn out to be no continuation. */
    void partEnded(Event event) {
        if (event instanceof Event.CallSucceeded success) {
            List<AttemptLog.Attempt> attempts = success.servedBy().attemptLog().attempts();
            completed.set(attempts.get(attempts.size() - 1));
        }
    }

    /** Publishes that the last complete answer of the understudy was not used. */
    private void discardCompleted(Joined call) {
        AttemptLog.Attempt attempt = completed.getAndSet(null);
        if (attempt != null) {
            AttemptLog.Attempt wasted = AttemptLog.Attempt.of(
                            attempt.provider(), attempt.model(), AttemptLog.Outcome.WASTED)
                    .withNumber(attempt.attempt(), attempt.maxAttempts())
                    .withTiming(attempt.timing())
                    .withUsage(attempt.usage())
                    .withKeyFingerprint(attempt.keyFingerprint())
                    .withDropped(attempt.dropped());
            Listener.safely(call.listener, new Event.AttemptAbandoned(call.id, wasted));
        }
    }

    /**
     * Publishes that the answer is complete.
     *
     * @param servedBy the route that ended the answer, with the log of all attempts
     * @param usage tokens of all attempts
     */
    public void succeeded(ServedBy servedBy, Usage usage) {
        completed.set(null);
        end(call -> new Event.CallSucceeded(call.id, servedBy, usage, took(call)));
    }

    /** Publishes that the answer could not be given or was cut. */
    public void failed(Throwable error) {
        end(call -> new Event.CallFailed(call.id, CallerCode.typed(error), took(call)));
    }

    /** Publishes that the subscriber cancelled. */
    public void cancelled() {
        end(call -> new Event.CallCancelled(call.id, took(call)));
    }

    private void end(Function<Joined, Event> event) {
        Joined call = joined.get();
        if (call != null && ended.compareAndSet(false, true)) {
            discardCompleted(call);
            Listener.safely(call.listener, event.apply(call));
        }
    }

    private static Duration took(Joined call) {
        return Duration.ofNanos(call.nanos.getAsLong() - call.started);
    }
}
