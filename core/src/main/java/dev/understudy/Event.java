package dev.understudy;

import dev.understudy.chat.ChatException;
import dev.understudy.chat.Failure;
import dev.understudy.chat.Notice;
import dev.understudy.chat.Served;
import dev.understudy.chat.Trail;
import dev.understudy.chat.Usage;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One step of one call, or something that happened to a provider. Its {@code toString} is one readable line. Never holds a secret or a prompt. */
public sealed interface Event {

    /** The call it belongs to; {@code null} when it belongs to none. */
    default @Nullable CallId call() {
        return null;
    }

    /** Name of the understudy where it happened. */
    default String door() {
        CallId call = call();
        if (call == null) {
            throw new IllegalStateException("An event of no call names its door itself");
        }
        return call.door();
    }

    /**
     * Which call.
     *
     * @param number counted from 1 in each door
     * @param door name of the understudy
     * @param model the model the caller named
     * @param stream whether tokens were asked for
     * @param tags what the caller attached with {@link CallContext#tag}
     */
    record CallId(long number, String door, String model, boolean stream, Map<String, String> tags) {
        @Override
        public String toString() {
            return "#" + number;
        }
    }

    /** A route was not asked. */
    record RouteSkipped(CallId call, Trail.Entry entry) implements Event {
        @Override
        public String toString() {
            Failure failure = entry.failure();
            return call + " skips " + entry.provider() + "/" + entry.model() + ": "
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
            return call + " first content from " + provider + "/" + model + " after " + Line.millis(after);
        }
    }

    /** An attempt gave no whole answer. What follows is the next event. */
    record AttemptFailed(CallId call, Trail.Entry entry) implements Event {
        @Override
        public String toString() {
            return call + " " + entry.provider() + "/" + entry.model() + " failed after "
                    + Line.millis(entry.timing().took()) + ": " + entry.failure();
        }
    }

    /** An attempt was given up: another one was faster, or the caller left. What it cost is estimated. */
    record AttemptLeft(CallId call, Trail.Entry entry) implements Event {
        @Override
        public String toString() {
            return call + " leaves " + entry.provider() + "/" + entry.model() + " after "
                    + Line.millis(entry.timing().took())
                    + (entry.outcome() == Trail.Outcome.WASTED ? ": another one was faster" : "");
        }
    }

    /** The same provider is asked again after a wait. */
    record Retrying(CallId call, String provider, String model, Duration after, Failure why) implements Event {
        @Override
        public String toString() {
            return call + " asks " + provider + "/" + model + " again " + Line.in(after) + " because of "
                    + why.kind().label();
        }
    }

    /** Another provider or model is asked, usually at once. */
    record FailedOver(
            CallId call, String from, String fromModel, String to, String toModel, Duration after, Failure why)
            implements Event {
        @Override
        public String toString() {
            return call + " fails over from " + from + "/" + fromModel + " to " + to + "/" + toModel
                    + (after.isZero() ? "" : " " + Line.in(after)) + " because of "
                    + why.kind().label();
        }
    }

    /** A second provider is asked because the first is slower than usual. */
    record Hedged(CallId call, String provider, String model, String with, String withModel, Duration after)
            implements Event {
        @Override
        public String toString() {
            return call + " hedges " + provider + "/" + model + " with " + with + "/" + withModel + " after "
                    + Line.millis(after);
        }
    }

    /**
     * A stream died behind its first content, and somebody else goes on with the answer. Told by a decorator that keeps
     * streams alive, just before the first word of the one who takes over.
     *
     * @param door name of the understudy within, or of the provider that stands in its place
     * @param call the call that takes over, as far as the decorator knows it
     * @param from whose stream died
     * @param fromModel for which model
     * @param to who goes on; the same provider where the vendor gives the same answer once more
     * @param toModel for which model
     * @param way how: {@code "prefill"}, {@code "replay"}, …; {@code "afresh"} when nothing had been shown
     * @param offset characters of text that had been shown
     * @param gap from the failure until this word; the silence before a failure is noticed is not in it
     * @param why what the stream died of
     */
    record TookOver(
            String door,
            @Nullable CallId call,
            String from,
            String fromModel,
            String to,
            String toModel,
            String way,
            int offset,
            Duration gap,
            Failure why)
            implements Event {
        @Override
        public String toString() {
            return prefix(call) + to + "/" + toModel + " takes over from " + from + "/" + fromModel + " (" + way
                    + ") behind " + offset + " characters after " + Line.millis(gap) + " because of "
                    + why.kind().label();
        }
    }

    /**
     * A takeover was tried and gave nothing that was shown. Another one may follow.
     *
     * @param door name of the understudy within, or of the provider that stands in its place
     * @param call the call that was to take over, as far as the decorator knows it
     * @param from whose stream had died
     * @param fromModel for which model
     * @param way what was tried, as in {@link TookOver}
     * @param offset characters of text that had been shown
     * @param why why it gave nothing
     */
    record TakeoverFailed(
            String door, @Nullable CallId call, String from, String fromModel, String way, int offset, Failure why)
            implements Event {
        @Override
        public String toString() {
            return prefix(call) + "nobody takes over from " + from + "/" + fromModel + " (" + way + ") behind " + offset
                    + " characters: " + why;
        }
    }

    /**
     * A stream that died could not be saved: it ends with what was shown.
     *
     * @param door name of the understudy within, or of the provider that stands in its place
     * @param call the call that died, as far as the decorator knows it
     * @param provider whose stream died
     * @param model for which model
     * @param offset characters of text that had been shown
     * @param why what it died of
     */
    record AnswerLost(String door, @Nullable CallId call, String provider, String model, int offset, Failure why)
            implements Event {
        @Override
        public String toString() {
            return prefix(call) + "answer of " + provider + "/" + model + " is lost behind " + offset
                    + " characters because of " + why.kind().label();
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
    record ProviderNotice(CallId call, Notice notice) implements Event {
        @Override
        public String toString() {
            return call + " " + notice;
        }
    }

    /** The whole answer was given. */
    record CallServed(CallId call, Served served, Usage usage, Duration took) implements Event {
        @Override
        public String toString() {
            return call + " served by " + served.provider() + "/" + served.model() + " in " + Line.millis(took)
                    + (served.fallback() ? " (stood in for " + served.requestedProvider() + ")" : "");
        }
    }

    /** No (whole) answer could be given. */
    record CallFailed(CallId call, ChatException why, Duration took) implements Event {
        @Override
        public String toString() {
            return call + " failed after " + Line.millis(took) + ": "
                    + (why instanceof ChatException.Exhausted exhausted ? exhausted.why() : why.getMessage());
        }
    }

    /** The caller left. */
    record CallCancelled(CallId call, Duration took) implements Event {
        @Override
        public String toString() {
            return call + " cancelled by the caller after " + Line.millis(took);
        }
    }

    /** A circuit opened, closed or lets a trial through. */
    record CircuitMoved(
            String door,
            String provider,
            String model,
            CircuitState from,
            CircuitState to,
            @Nullable String why) implements Event {
        @Override
        public String toString() {
            return "circuit of " + provider + "/" + model + ": " + from + " to " + to
                    + (why == null ? "" : " because of " + why);
        }
    }

    /** Probes took a provider out of rotation, or put it back. */
    record HealthChanged(
            String door,
            String provider,
            Standing.Status status,
            @Nullable String why) implements Event {
        @Override
        public String toString() {
            return provider + " is " + status + (why == null ? "" : " because of " + why);
        }
    }

    /** Another provider is asked first from now on. */
    record ActiveMoved(String door, String from, String to, String why) implements Event {
        @Override
        public String toString() {
            return "active provider: " + to + " instead of " + from + ", " + why;
        }
    }

    /** A provider could not be warmed up. Calls may still succeed. */
    record WarmupFailed(String door, String provider, Failure why) implements Event {
        @Override
        public String toString() {
            return "warm-up of " + provider + " failed: " + why;
        }
    }

    /**
     * An operator changed something.
     *
     * @param door name of the understudy it was done to
     * @param by what the operator was allowed to do, never who or with which token
     * @param action {@code configure}, {@code switch}, {@code hold} or {@code release}
     * @param provider which provider it was about; {@code null} when it was about the whole chain
     * @param what in words, without secrets
     */
    record Administered(
            String door, String by, String action, @Nullable String provider, String what) implements Event {
        @Override
        public String toString() {
            return "operator (" + by + ") at " + door + ": " + what;
        }
    }

    /** Returns the beginning of a line that belongs to a call, or nothing for an event without a call. */
    private static String prefix(@Nullable CallId call) {
        return call == null ? "" : call + " ";
    }
}
