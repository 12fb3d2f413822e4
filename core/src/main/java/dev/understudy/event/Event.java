package dev.understudy.event;

import dev.understudy.CallContext;
import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.Failure;
import dev.understudy.chat.ProviderEvent;
import dev.understudy.chat.ServedBy;
import dev.understudy.chat.Usage;
import java.time.Duration;
import java.time.LocalDate;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A step of a call, or a change of a provider. {@code toString} gives one readable line. Contains no secret and no
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
     * Identification of a call.
     *
     * @param number number of the call, counted from 1 for each understudy
     * @param understudy name of the understudy
     * @param model the model in the request
     * @param stream {@code true} if the call is streamed
     * @param tags tags of the caller, from {@link CallContext#tag}
     */
    record CallId(long number, String understudy, String model, boolean stream, Map<String, String> tags) {
        @Override
        public String toString() {
            return "#" + number;
        }
    }

    /**
     * A provider together with one of its models.
     *
     * @param provider name of the provider
     * @param model the model as that provider names it
     */
    record Route(String provider, String model) {
        @Override
        public String toString() {
            return Failure.printable(provider + "/" + model);
        }
    }

    /**
     * A route was not asked.
     *
     * @param call the call
     * @param attempt the skipped route and the reason
     */
    record RouteSkipped(CallId call, AttemptLog.Attempt attempt) implements Event {
        @Override
        public String toString() {
            Failure failure = attempt.failure();
            return call + " skips " + attempt.provider() + "/" + attempt.model() + ": "
                    + (failure == null ? "" : failure.message());
        }
    }

    /**
     * An attempt starts.
     *
     * @param call the call
     * @param provider name of the provider
     * @param model the model as the provider names it
     * @param attempt number of the attempt on this route, from 1
     * @param maxAttempts attempts allowed on this route
     */
    record AttemptStarted(CallId call, String provider, String model, int attempt, int maxAttempts) implements Event {
        @Override
        public String toString() {
            return Failure.printable(
                    call + " asks " + provider + "/" + model + ", attempt " + attempt + " of " + maxAttempts);
        }
    }

    /**
     * The first content of a stream arrived, which commits the stream to this provider.
     *
     * @param call the call
     * @param provider name of the provider
     * @param model the model as the provider names it
     * @param after time since the attempt started
     */
    record FirstContent(CallId call, String provider, String model, Duration after) implements Event {
        @Override
        public String toString() {
            return Failure.printable(
                    call + " first content from " + provider + "/" + model + " after " + EventFormat.millis(after));
        }
    }

    /**
     * An attempt failed. The next event says how the call continues.
     *
     * @param call the call
     * @param attempt the attempt and its failure
     */
    record AttemptFailed(CallId call, AttemptLog.Attempt attempt) implements Event {
        @Override
        public String toString() {
            return Failure.printable(call + " " + attempt.provider() + "/" + attempt.model() + " failed after "
                    + EventFormat.millis(attempt.timing().took()) + ": " + attempt.failure());
        }
    }

    /**
     * An attempt was cancelled: another one was faster, or the caller cancelled. Its usage is estimated.
     *
     * @param call the call
     * @param attempt the attempt
     */
    record AttemptAbandoned(CallId call, AttemptLog.Attempt attempt) implements Event {
        @Override
        public String toString() {
            return Failure.printable(call + " cancels " + attempt.provider() + "/" + attempt.model() + " after "
                    + EventFormat.millis(attempt.timing().took())
                    + (attempt.outcome() == AttemptLog.Outcome.WASTED ? ": another one was faster" : ""));
        }
    }

    /**
     * A retry of one route follows after a back-off delay.
     *
     * @param call the call
     * @param provider name of the provider
     * @param model the model as the provider names it
     * @param after delay before the retry
     * @param failure failure of the last attempt
     */
    record Retrying(CallId call, String provider, String model, Duration after, Failure failure) implements Event {
        @Override
        public String toString() {
            return Failure.printable(call + " asks " + provider + "/" + model + " again " + EventFormat.in(after)
                    + " because of " + failure.kind().label());
        }
    }

    /**
     * Another route is asked, usually without delay: after a failed attempt, or at once because the first route is not
     * available or its provider is not the active one.
     *
     * @param call the call
     * @param from the route that failed or was passed over
     * @param to the next route
     * @param after delay before the next attempt
     * @param failure failure of the last attempt, or the reason why no attempt was made
     */
    record FailedOver(CallId call, Route from, Route to, Duration after, Failure failure) implements Event {
        @Override
        public String toString() {
            return Failure.printable(call + " fails over from " + from + " to " + to
                    + (after.isZero() ? "" : " " + EventFormat.in(after)) + " because of "
                    + failure.kind().label());
        }
    }

    /**
     * A second provider is asked because the first is slower than usual.
     *
     * @param call the call
     * @param slow the route of the first attempt
     * @param with the route of the second attempt
     * @param after time since the first attempt started
     */
    record Hedged(CallId call, Route slow, Route with, Duration after) implements Event {
        @Override
        public String toString() {
            return Failure.printable(
                    call + " hedges " + slow + " with " + with + " after " + EventFormat.millis(after));
        }
    }

    /**
     * A stream failed after its first content, and another attempt continues the answer. Reported by a resuming
     * decorator, just before the first content of the continuation.
     *
     * @param understudy name of the resumed understudy, or of the resumed provider
     * @param call the call that takes over; {@code null} if the decorator does not know it
     * @param from the route whose stream failed
     * @param to the route that continues; equal to {@code from} where a vendor delivers the same response again
     * @param takeover strategy, place and gap of the continuation
     * @param failure failure of the stream
     */
    record StreamTakenOver(
            String understudy, @Nullable CallId call, Route from, Route to, Takeover takeover, Failure failure)
            implements Event {
        @Override
        public String toString() {
            return Failure.printable(prefix(call) + to + " takes over from " + from + " (" + takeover.strategy()
                    + ") after "
                    + takeover.offset() + " characters and " + EventFormat.millis(takeover.gap()) + " because of "
                    + failure.kind().label());
        }
    }

    /**
     * Continuation of an interrupted answer.
     *
     * @param strategy resume strategy in lower case, such as {@code "prefill"} or {@code "replay"}; {@code "afresh"}
     *     when no text had been delivered
     * @param offset characters of text delivered before, in UTF-16 units
     * @param gap time from the failure to the continuation, without the time until the failure was detected
     */
    record Takeover(String strategy, int offset, Duration gap) {}

    /**
     * An attempt to continue a failed stream delivered nothing. Another one may follow.
     *
     * @param understudy name of the resumed understudy, or of the resumed provider
     * @param call the call that was to take over; {@code null} if the decorator does not know it
     * @param from the route whose stream failed
     * @param strategy resume strategy, as in {@link Takeover}
     * @param offset characters of text delivered before, in UTF-16 units
     * @param failure failure of the takeover
     */
    record TakeoverFailed(
            String understudy, @Nullable CallId call, Route from, String strategy, int offset, Failure failure)
            implements Event {
        @Override
        public String toString() {
            return Failure.printable(prefix(call) + "takeover from " + from + " (" + strategy + ") failed after "
                    + offset + " characters: " + failure);
        }
    }

    /**
     * A failed stream could not be resumed and ends with the text delivered so far.
     *
     * @param understudy name of the resumed understudy, or of the resumed provider
     * @param call the call of the stream; {@code null} if the decorator does not know it
     * @param provider name of the provider whose stream failed
     * @param model the model as the provider names it
     * @param offset characters of text delivered, in UTF-16 units
     * @param failure failure of the stream
     */
    record StreamLost(
            String understudy, @Nullable CallId call, String provider, String model, int offset, Failure failure)
            implements Event {
        @Override
        public String toString() {
            return Failure.printable(prefix(call) + "stream of " + provider + "/" + model + " is lost after " + offset
                    + " characters because of " + failure.kind().label());
        }
    }

    /**
     * The oldest messages were left out of an attempt so that the conversation fits the context window.
     *
     * @param call the call
     * @param provider name of the provider
     * @param model the model as the provider names it
     * @param messages number of messages left out
     * @param tokens estimated tokens left out
     */
    record Trimmed(CallId call, String provider, String model, int messages, int tokens) implements Event {
        @Override
        public String toString() {
            return Failure.printable(call + " leaves out " + messages + " messages (about " + tokens + " tokens) for "
                    + provider + "/" + model);
        }
    }

    /**
     * A provider reported an event inside it.
     *
     * @param call the call
     * @param providerEvent the event
     */
    record ProviderReported(CallId call, ProviderEvent providerEvent) implements Event {
        @Override
        public String toString() {
            return Failure.printable(call + " " + providerEvent);
        }
    }

    /**
     * A call served a complete answer.
     *
     * @param call the call
     * @param servedBy the route that served the answer, and the attempts
     * @param usage tokens, summed over all attempts
     * @param took time from the subscription to the end of the answer
     */
    record CallSucceeded(CallId call, ServedBy servedBy, Usage usage, Duration took) implements Event {
        @Override
        public String toString() {
            return Failure.printable(call + " served by " + servedBy.provider() + "/" + servedBy.model() + " in "
                    + EventFormat.millis(took)
                    + (servedBy.fallback() ? " (fallback for " + servedBy.requestedProvider() + ")" : ""));
        }
    }

    /**
     * A call failed.
     *
     * @param call the call
     * @param error the error that the subscriber receives
     * @param took time from the subscription to the failure
     */
    record CallFailed(CallId call, ChatException error, Duration took) implements Event {
        @Override
        public String toString() {
            return Failure.printable(call + " failed after " + EventFormat.millis(took) + ": "
                    + (error instanceof ChatException.Exhausted exhausted ? exhausted.reason() : error.getMessage()));
        }
    }

    /**
     * The caller cancelled a call.
     *
     * @param call the call
     * @param took time from the subscription to the cancellation
     */
    record CallCancelled(CallId call, Duration took) implements Event {
        @Override
        public String toString() {
            return Failure.printable(call + " cancelled by the caller after " + EventFormat.millis(took));
        }
    }

    /**
     * The state of a circuit changed.
     *
     * @param understudy name of the understudy
     * @param provider name of the provider
     * @param model the model as the provider names it
     * @param from previous state
     * @param to new state
     * @param reason reason in words; {@code null} if unknown
     */
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
            return Failure.printable("circuit of " + provider + "/" + model + ": " + from + " to " + to
                    + (reason == null ? "" : " because of " + reason));
        }
    }

    /**
     * Health checks, or failures of several models, took a provider out of rotation or put it back.
     *
     * @param understudy name of the understudy
     * @param provider name of the provider
     * @param health new health
     * @param reason reason in words; {@code null} if unknown
     */
    record HealthChanged(
            String understudy,
            String provider,
            ProviderStatus.Health health,
            @Nullable String reason) implements Event {
        @Override
        public String toString() {
            return Failure.printable(provider + " is " + health + (reason == null ? "" : " because of " + reason));
        }
    }

    /**
     * Another provider became the active one, which calls ask first.
     *
     * @param understudy name of the understudy
     * @param from name of the previous active provider
     * @param to name of the new active provider
     * @param reason reason in words
     */
    record ActiveProviderChanged(String understudy, String from, String to, String reason) implements Event {
        @Override
        public String toString() {
            return Failure.printable("active provider: " + to + " instead of " + from + ", " + reason);
        }
    }

    /**
     * A provider was held, so that calls do not ask it, or released. A hold of one model is a change of its circuit.
     *
     * @param understudy name of the understudy
     * @param provider name of the provider
     * @param held {@code true} if a hold began, {@code false} if it was released
     * @param duration time of the hold; {@code null} until it is released
     * @param reason reason in words
     */
    record HoldChanged(
            String understudy,
            String provider,
            boolean held,
            @Nullable Duration duration,
            String reason) implements Event {
        @Override
        public String toString() {
            return Failure.printable(provider + (held ? " is held" : " is released")
                    + (duration == null ? "" : " for " + EventFormat.millis(duration)) + ", " + reason);
        }
    }

    /**
     * The connections of a provider could not be opened in advance. Calls may still succeed.
     *
     * @param understudy name of the understudy
     * @param provider name of the provider
     * @param failure the failure
     */
    record WarmupFailed(String understudy, String provider, Failure failure) implements Event {
        @Override
        public String toString() {
            return Failure.printable("warm-up of " + provider + " failed: " + failure);
        }
    }

    /**
     * A vendor turns a model off within 30 days, or did so. Published at most once a day for each model of a provider,
     * when the model is asked or its provider is probed.
     *
     * @param understudy name of the understudy
     * @param provider name of the provider
     * @param model the model as the provider names it
     * @param day announced day, from the vendor's list of models or from the catalog
     */
    record ModelRetiring(String understudy, String provider, String model, LocalDate day) implements Event {
        @Override
        public String toString() {
            return Failure.printable(model + " at " + provider + " is turned off on " + day);
        }
    }

    /**
     * An operator changed the configuration or the state of providers.
     *
     * @param understudy name of the understudy
     * @param by permission of the operator; contains neither a person nor a token
     * @param action {@code configure}, {@code switch}, {@code hold} or {@code release}
     * @param provider name of the provider; {@code null} when the action concerns all providers
     * @param description description of the action, without secrets
     */
    record OperatorAction(
            String understudy,
            String by,
            String action,
            @Nullable String provider,
            String description) implements Event {
        @Override
        public String toString() {
            return Failure.printable("operator (" + by + ") at " + understudy + ": " + description);
        }
    }

    /** Returns the call as the beginning of a line; "" without a call. */
    private static String prefix(@Nullable CallId call) {
        return call == null ? "" : call + " ";
    }
}
