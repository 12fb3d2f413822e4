package dev.understudy;

import dev.understudy.call.CallOptions;
import dev.understudy.chat.Feature;
import dev.understudy.event.Listener;
import dev.understudy.guard.Nanos;
import dev.understudy.guard.TimeSource;
import dev.understudy.policy.CallLimits;
import dev.understudy.policy.ProviderOptions;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * Wishes of a caller for its calls, carried by the Reactor Context: {@code flux.contextWrite(CallContext.deadline(…))}. A
 * deadline may span many calls of a pipeline; a timeout counts anew for each call. Wishes that are written several times
 * add up; of two timeouts the one nearer to the call counts, and of two deadlines the earlier one. Immutable.
 */
public final class CallContext {

    private static final CallContext EMPTY = new CallContext(null, null, Map.of(), Set.of(), Map.of(), Set.of(), false);

    private final @Nullable Duration timeout;
    private final @Nullable Deadline deadline;
    private final Map<String, String> tags;
    private final Set<String> avoid;
    private final Map<String, String> require;
    private final Set<Feature> features;
    private final boolean withoutRetries;

    private CallContext(
            @Nullable Duration timeout,
            @Nullable Deadline deadline,
            Map<String, String> tags,
            Set<String> avoid,
            Map<String, String> require,
            Set<Feature> features,
            boolean withoutRetries) {
        this.timeout = timeout;
        this.deadline = deadline;
        this.tags = Collections.unmodifiableMap(new LinkedHashMap<>(tags));
        this.avoid = Set.copyOf(avoid);
        this.require = Map.copyOf(require);
        this.features = Set.copyOf(features);
        this.withoutRetries = withoutRetries;
    }

    /** Limit of each call, back-off included; {@code null} leaves it to {@link CallLimits#callTimeout()}. */
    public @Nullable Duration timeout() {
        return timeout;
    }

    /** Moment by which all calls must be over; {@code null} for none. */
    public @Nullable Deadline deadline() {
        return deadline;
    }

    /** Tags of the call in events: a task, a tenant. */
    public Map<String, String> tags() {
        return tags;
    }

    /** Routes that must not be asked: "provider" or "provider/model". */
    public Set<String> avoid() {
        return avoid;
    }

    /** Tags that a provider's {@link ProviderOptions} must have: a region, a data policy. */
    public Map<String, String> require() {
        return require;
    }

    /** Features that the model must have, besides those that the request itself needs. */
    public Set<Feature> features() {
        return features;
    }

    /** True when each route is asked at most once in a call. */
    public boolean isWithoutRetries() {
        return withoutRetries;
    }

    /** Every call above has to be over within this time from its subscription. */
    public static UnaryOperator<Context> timeout(Duration timeout) {
        positive("timeout", timeout);
        return write(was -> new CallContext(
                timeout, was.deadline, was.tags, was.avoid, was.require, was.features, was.withoutRetries));
    }

    /** Everything above has to be over within this time from the subscription of the whole. */
    public static UnaryOperator<Context> deadline(Duration fromSubscription) {
        positive("deadline", fromSubscription);
        return write(was -> was.withDeadline(Deadline.after(fromSubscription)));
    }

    /** Everything above has to be over by this deadline, which other pipelines may share. */
    public static UnaryOperator<Context> deadline(Deadline deadline) {
        return write(was -> was.withDeadline(deadline));
    }

    /** A word to find the call again by, in every event. */
    public static UnaryOperator<Context> tag(String name, String value) {
        return write(was -> new CallContext(
                was.timeout,
                was.deadline,
                with(was.tags, name, value),
                was.avoid,
                was.require,
                was.features,
                was.withoutRetries));
    }

    /** These providers, or models at a provider, must not be asked: {@code avoid("openai", "azure/gpt-5")}. */
    public static UnaryOperator<Context> avoid(String... routes) {
        return write(was -> {
            Set<String> more = new HashSet<>(was.avoid);
            more.addAll(List.of(routes));
            return new CallContext(
                    was.timeout, was.deadline, was.tags, more, was.require, was.features, was.withoutRetries);
        });
    }

    /** Only providers whose seat has this tag may be asked: {@code require("region", "eu")}. */
    public static UnaryOperator<Context> require(String tag, String value) {
        return write(was -> new CallContext(
                was.timeout,
                was.deadline,
                was.tags,
                was.avoid,
                with(was.require, tag, value),
                was.features,
                was.withoutRetries));
    }

    /** Only models that can do this may be asked. */
    public static UnaryOperator<Context> require(Feature feature) {
        return write(was -> {
            Set<Feature> more = EnumSet.of(feature);
            more.addAll(was.features);
            return new CallContext(
                    was.timeout, was.deadline, was.tags, was.avoid, was.require, more, was.withoutRetries);
        });
    }

    /** Each route is asked at most once in a call, whatever the retry policy says. */
    public static UnaryOperator<Context> withoutRetries() {
        return write(was ->
                new CallContext(was.timeout, was.deadline, was.tags, was.avoid, was.require, was.features, true));
    }

    /**
     * Hears the events of this call, after the listener of the door that is asked; of several, the one nearest to the call
     * hears first. A decorator that asks a door several times for one answer lets it hear all of these calls. It is no wish
     * for the providers behind the door: an understudy among them tells its own steps to its own listener.
     */
    public static UnaryOperator<Context> listener(Listener listener) {
        return context -> context.put(
                Listener.class, context.hasKey(Listener.class) ? listener.and(Listener.of(context)) : listener);
    }

    /** What the Context says, or nothing. */
    public static CallContext from(ContextView context) {
        return context.hasKey(CallContext.class) ? context.get(CallContext.class) : EMPTY;
    }

    /** Options of a call, the deadline on the clock that shows {@code now}. */
    CallOptions options(long now) {
        Long end = deadline == null ? null : now + deadline.nanos();
        return new CallOptions(timeout, end, tags, avoid, require, features, withoutRetries);
    }

    private CallContext withDeadline(Deadline other) {
        return new CallContext(timeout, other.earlier(deadline), tags, avoid, require, features, withoutRetries);
    }

    private static UnaryOperator<Context> write(UnaryOperator<CallContext> change) {
        return context -> context.put(CallContext.class, change.apply(from(context)));
    }

    private static Map<String, String> with(Map<String, String> some, String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(some);
        more.put(name, value);
        return more;
    }

    @Override
    public String toString() {
        return "CallContext[timeout=" + timeout + ", deadline=" + deadline + ", tags=" + tags + ", avoid=" + avoid
                + ", require=" + require + ", features=" + features
                + ", withoutRetries=" + withoutRetries + "]";
    }

    private static void positive(String what, Duration duration) {
        if (duration.isZero() || duration.isNegative()) {
            throw new IllegalArgumentException(what + " is longer than zero: " + duration);
        }
    }

    /**
     * Moment by which work has to be over, on the clock of a scheduler. May be shared by many calls of a pipeline: {@link
     * CallContext#deadline(Deadline)}. Immutable.
     */
    public static final class Deadline {

        private final TimeSource timeSource;
        private final long at;

        private Deadline(TimeSource timeSource, long at) {
            this.timeSource = timeSource;
            this.at = at;
        }

        /** Deadline after this time from now, on the clock of {@code Schedulers.parallel()}. */
        public static Deadline after(Duration duration) {
            return after(duration, TimeSource.PARALLEL);
        }

        /** Deadline after this time from now, on the clock of this scheduler. */
        public static Deadline after(Duration duration, Scheduler clock) {
            return after(duration, new TimeSource(() -> clock));
        }

        private static Deadline after(Duration duration, TimeSource timeSource) {
            if (duration.isZero() || duration.isNegative()) {
                throw new IllegalArgumentException("A deadline lies in the future: " + duration);
            }
            return new Deadline(timeSource, timeSource.nanos() + Nanos.of(duration));
        }

        /** Time that is left as of now; zero or negative when the deadline is over. */
        public Duration remaining() {
            return Duration.ofNanos(nanos());
        }

        public boolean isOver() {
            return nanos() <= 0;
        }

        /** The earlier one of this and another deadline. */
        Deadline earlier(@Nullable Deadline other) {
            return other == null || nanos() <= other.nanos() ? this : other;
        }

        long nanos() {
            return at - timeSource.nanos();
        }

        @Override
        public String toString() {
            return "Deadline[remaining=" + remaining() + "]";
        }
    }
}
