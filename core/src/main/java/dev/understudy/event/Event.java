package dev.understudy.event;

import dev.understudy.CallContext;
import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.Failure;
import dev.understudy.chat.ProviderEvent;
import dev.understudy.chat.ServedBy;
import dev.understudy.chat.Usage;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One step of a call, or a change of a provider. {@code toString} gives one readable line. Never holds a secret or a
 * prompt.
 */
public sealed interface Event {

    /**
     * Returns the call of the event.
     *
     * @return the call; {@code null} for an event of a provider
     */
    default @Nullable CallId call() {
        return null;
    }

    /**
     * Returns the name of the understudy that reports the event.
     *
     * @return the name
     */
    default String understudy() {
        CallId call = call();
        if (call == null) {
            throw new IllegalStateException("An event without a call must override understudy()");
        }
        return call.understudy();
    }

    /**
     * Which call.
     *
     * @param number counted from 1 in each door
     * @param understudy name of the understudy
     * @param model the model the caller named
     * @param stream whether tokens were asked for
     * @param tags what the caller attached with {@link CallContext#tag}
     */
    record CallId(long number, String understudy, String model, boolean stream, Map<String, String> tags) {
        @Override
        public String toString() {
            return "#" + number;
        }
    }

    /** A route was not asked. */
    record RouteSkipped(CallId call, AttemptLog.Attempt attempt) implements Event {
        @Override
        public String toString() {
            Failure failure = attempt.failure();
            return call + " skips " + attempt.provider() + "/" + attempt.model() + ": "
                    + (failure == null ? "" : failure.message());
        }
    }

    /** A provider is asked now. */
    record AttemptStarted(CallId call, String provider, String model, int attempt, int of) implements Event {
        @Override
        public String toString() {
            return call + " asks " + provider + "/" + model + ", attempt " + attempt + " of " + of;
        }
    }

    /** The first content of a stream arrived: from here on the stream belongs to this provider. */
    record FirstContent(CallId call, String provider, String model, Duration after) implements Event {
        @Override
        public String toString() {
            return call + " first content from " + provider + "/" + model + " after " + EventFormat.millis(after);
        }
    }

    /** An attempt gave no whole answer. What follows is the next event. */
    record AttemptFailed(CallId call, AttemptLog.Attempt attempt) implements Event {
        @Override
        public String toString() {
            return call + " " + attempt.provider() + "/" + attempt.model() + " failed after "
                    + EventFormat.millis(attempt.timing().took()) + ": " + attempt.failure();
        }
    }

    /** An attempt was given up: another one was faster, or the caller left. What it cost is estimated. */
    record AttemptAbandoned(CallId call, AttemptLog.Attempt attempt) implements Event {
        @Override
        public String toString() {
            return call + " leaves " + attempt.provider() + "/" + attempt.model() + " after "
                    + EventFormat.millis(attempt.timing().took())
                    + (attempt.outcome() == AttemptLog.Outcome.WASTED ? ": another one was faster" : "");
        }
    }

    /** The same provider is asked again after a wait. */
    record Retrying(CallId call, String provider, String model, Duration after, Failure failure) implements Event {
        @Override
        public String toString() {
            return call + " asks " + provider + "/" + model + " again " + EventFormat.in(after) + " because of "
                    + failure.kind().label();
        }
    }

    /** Another provider or model is asked, usually at once. */
    record FailedOver(
            CallId call, String from, String fromModel, String to, String toModel, Duration after, Failure failure)
            implements Event {
        @Override
        public String toString() {
            return call + " fails over from " + from + "/" + fromModel + " to " + to + "/" + toModel
                    + (after.isZero() ? "" : " " + EventFormat.in(after)) + " because of "
                    + failure.kind().label();
        }
    }

    /** A second provider is asked because the first is slower than usual. */
    record Hedged(CallId call, String provider, String model, String with, String withModel, Duration after)
            implements Event {
        @Override
        public String toString() {
            return call + " hedges " + provider + "/" + model + " with " + with + "/" + withModel + " after "
                    + EventFormat.millis(after);
        }
    }

    /**
     * A stream died behind its first content, and somebody else goes on with the answer. Told by a decorator that keeps
     * streams alive, just before the first word of the one who takes over.
     *
     * @param understudy name of the understudy within, or of the provider that stands in its place
     * @param call the call that takes over, as far as the decorator knows it
     * @param from whose stream died
     * @param fromModel for which model
     * @param to who goes on; the same provider where the vendor gives the same answer once more
     * @param toModel for which model
     * @param strategy how: {@code "prefill"}, {@code "replay"}, …; {@code "afresh"} when nothing had been shown
     * @param offset characters of text that had been shown
     * @param gap from the failure until this word; the silence before a failure is noticed is not in it
     * @param failure what the stream died of
     */
    record StreamTakenOver(
            String understudy,
            @Nullable CallId call,
            String from,
            String fromModel,
            String to,
            String toModel,
            String strategy,
            int offset,
            Duration gap,
            Failure failure)
            implements Event {
        @Override
        public String toString() {
            return prefix(call) + to + "/" + toModel + " takes over from " + from + "/" + fromModel + " (" + strategy
                    + ") behind " + offset + " characters after " + EventFormat.millis(gap) + " because of "
                    + failure.kind().label();
        }
    }

    /**
     * A takeover was tried and gave nothing that was shown. Another one may follow.
     *
     * @param understudy name of the understudy within, or of the provider that stands in its place
     * @param call the call that was to take over, as far as the decorator knows it
     * @param from whose stream had died
     * @param fromModel for which model
     * @param strategy what was tried, as in {@link StreamTakenOver}
     * @param offset characters of text that had been shown
     * @param failure why it gave nothing
     */
    record TakeoverFailed(
            String understudy,
            @Nullable CallId call,
            String from,
            String fromModel,
            String strategy,
            int offset,
            Failure failure)
            implements Event {
        @Override
        public String toString() {
            return prefix(call) + "nobody takes over from " + from + "/" + fromModel + " (" + strategy + ") behind "
                    + offset + " characters: " + failure;
        }
    }

    /**
     * A stream that died could not be saved: it ends with what was shown.
     *
     * @param understudy name of the understudy within, or of the provider that stands in its place
     * @param call the call that died, as far as the decorator knows it
     * @param provider whose stream died
     * @param model for which model
     * @param offset characters of text that had been shown
     * @param failure what it died of
     */
    record StreamLost(
            String understudy, @Nullable CallId call, String provider, String model, int offset, Failure failure)
            implements Event {
        @Override
        public String toString() {
            return prefix(call) + "answer of " + provider + "/" + model + " is lost behind " + offset
                    + " characters because of " + failure.kind().label();
        }
    }

    /** The oldest messages were left out so that the conversation fits. */
    record Trimmed(CallId call, String provider, String model, int messages, int tokens) implements Event {
        @Override
        public String toString() {
            return call + " leaves out " + messages + " messages (about " + tokens + " tokens) for " + provider + "/"
                    + model;
        }
    }

    /** A provider told of something inside it. */
    record ProviderReported(CallId call, ProviderEvent providerEvent) implements Event {
        @Override
        public String toString() {
            return call + " " + providerEvent;
        }
    }

    /** The whole answer was given. */
    record CallSucceeded(CallId call, ServedBy servedBy, Usage usage, Duration took) implements Event {
        @Override
        public String toString() {
            return call + " served by " + servedBy.provider() + "/" + servedBy.model() + " in "
                    + EventFormat.millis(took)
                    + (servedBy.fallback() ? " (stood in for " + servedBy.requestedProvider() + ")" : "");
        }
    }

    /** No (whole) answer could be given. */
    record CallFailed(CallId call, ChatException error, Duration took) implements Event {
        @Override
        public String toString() {
            return call + " failed after " + EventFormat.millis(took) + ": "
                    + (error instanceof ChatException.Exhausted exhausted ? exhausted.why() : error.getMessage());
        }
    }

    /** The caller left. */
    record CallCancelled(CallId call, Duration took) implements Event {
        @Override
        public String toString() {
            return call + " cancelled by the caller after " + EventFormat.millis(took);
        }
    }

    /** A circuit opened, closed or lets a trial through. */
    record CircuitStateChanged(
            String understudy,
            String provider,
            String model,
            ProviderStatus.CircuitState from,
            ProviderStatus.CircuitState to,
            @Nullable String reason)
            implements Event {
        @Override
        public String toString() {
            return "circuit of " + provider + "/" + model + ": " + from + " to " + to
                    + (reason == null ? "" : " because of " + reason);
        }
    }

    /** Probes took a provider out of rotation, or put it back. */
    record HealthChanged(
            String understudy,
            String provider,
            ProviderStatus.Health health,
            @Nullable String reason) implements Event {
        @Override
        public String toString() {
            return provider + " is " + health + (reason == null ? "" : " because of " + reason);
        }
    }

    /** Another provider is asked first from now on. */
    record ActiveProviderChanged(String understudy, String from, String to, String reason) implements Event {
        @Override
        public String toString() {
            return "active provider: " + to + " instead of " + from + ", " + reason;
        }
    }

    /** A provider could not be warmed up. Calls may still succeed. */
    record WarmupFailed(String understudy, String provider, Failure failure) implements Event {
        @Override
        public String toString() {
            return "warm-up of " + provider + " failed: " + failure;
        }
    }

    /**
     * An operator changed something.
     *
     * @param understudy name of the understudy it was done to
     * @param by what the operator was allowed to do, never who or with which token
     * @param action {@code configure}, {@code switch}, {@code hold} or {@code release}
     * @param provider which provider it was about; {@code null} when it was about the whole chain
     * @param what in words, without secrets
     */
    record OperatorAction(
            String understudy,
            String by,
            String action,
            @Nullable String provider,
            String what) implements Event {
        @Override
        public String toString() {
            return "operator (" + by + ") at " + understudy + ": " + what;
        }
    }

    /** Returns the beginning of a line that belongs to a call, or nothing for an event without a call. */
    private static String prefix(@Nullable CallId call) {
        return call == null ? "" : call + " ";
    }
}
