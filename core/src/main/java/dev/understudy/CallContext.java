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
 * Options of calls, carried by the Reactor Context: {@code flux.contextWrite(CallContext.deadline(…))}. A deadline may
 * span many calls of a pipeline; a timeout counts anew for each call. Options of several writes are combined: of two
 * timeouts the one nearer to the call applies, and of two deadlines the earlier one. Immutable.
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

    /**
     * Returns the time limit of each call, back-off included.
     *
     * @return the limit; {@code null} for {@link CallLimits#callTimeout()}
     */
    public @Nullable Duration timeout() {
        return timeout;
    }

    /**
     * Returns the moment by which all calls must be over.
     *
     * @return the deadline; {@code null} for none
     */
    public @Nullable Deadline deadline() {
        return deadline;
    }

    /**
     * Returns the tags of the call in events, such as a task or a tenant.
     *
     * @return the tags, unmodifiable
     */
    public Map<String, String> tags() {
        return tags;
    }

    /**
     * Returns the routes that must not be asked.
     *
     * @return routes, each "provider" or "provider/model"; unmodifiable
     */
    public Set<String> avoid() {
        return avoid;
    }

    /**
     * Returns the tags that a provider must have in its {@link ProviderOptions}, such as a region or a data policy.
     *
     * @return the tags, unmodifiable
     */
    public Map<String, String> require() {
        return require;
    }

    /**
     * Returns the features that the model must have in addition to those that the request needs.
     *
     * @return the features, unmodifiable
     */
    public Set<Feature> features() {
        return features;
    }

    /**
     * Returns whether each route is asked at most once in a call.
     *
     * @return {@code true} if retries are disabled
     */
    public boolean isWithoutRetries() {
        return withoutRetries;
    }

    /**
     * Limits the time of each call upstream, from its subscription to its end. Obeyed by {@link Understudy} and by resuming
     * decorators; a provider that is called without one of them does not read it.
     *
     * @param timeout longer than zero
     * @return an operator for {@code contextWrite}
     * @throws IllegalArgumentException if {@code timeout} is zero or less
     */
    public static UnaryOperator<Context> timeout(Duration timeout) {
        positive("timeout", timeout);
        return write(was -> new CallContext(
                timeout, was.deadline, was.tags, was.avoid, was.require, was.features, was.withoutRetries));
    }

    /**
     * Sets a deadline for all calls upstream, counted from the subscription of the pipeline. Obeyed by {@link Understudy}
     * and by resuming decorators; a provider that is called without one of them does not read it. A stream whose finish reason
     * has arrived completes at the deadline, or within two seconds after it as its subscriber requests the rest.
     *
     * @param fromSubscription longer than zero
     * @return an operator for {@code contextWrite}
     * @throws IllegalArgumentException if {@code fromSubscription} is zero or less
     */
    public static UnaryOperator<Context> deadline(Duration fromSubscription) {
        positive("deadline", fromSubscription);
        return write(was -> was.withDeadline(Deadline.after(fromSubscription)));
    }

    /**
     * Sets a deadline for all calls upstream; several pipelines may share one. Obeyed by {@link Understudy} and by resuming
     * decorators; a provider that is called without one of them does not read it.
     *
     * @param deadline the deadline
     * @return an operator for {@code contextWrite}
     */
    public static UnaryOperator<Context> deadline(Deadline deadline) {
        return write(was -> was.withDeadline(deadline));
    }

    /**
     * Adds a tag that every event of the calls upstream carries.
     *
     * @param name name of the tag
     * @param value value of the tag
     * @return an operator for {@code contextWrite}
     */
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

    /**
     * Excludes providers, or models of a provider, from calls: {@code avoid("openai", "azure/gpt-5.6")}.
     *
     * @param routes each "provider" or "provider/model"
     * @return an operator for {@code contextWrite}
     */
    public static UnaryOperator<Context> avoid(String... routes) {
        return write(was -> {
            Set<String> more = new HashSet<>(was.avoid);
            more.addAll(List.of(routes));
            return new CallContext(
                    was.timeout, was.deadline, was.tags, more, was.require, was.features, was.withoutRetries);
        });
    }

    /**
     * Restricts calls to providers that have a tag in their {@link ProviderOptions}: {@code require("region", "eu")}.
     *
     * @param tag name of the tag
     * @param value required value
     * @return an operator for {@code contextWrite}
     */
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

    /**
     * Restricts calls to models that have a feature.
     *
     * @param feature the feature
     * @return an operator for {@code contextWrite}
     */
    public static UnaryOperator<Context> require(Feature feature) {
        return write(was -> {
            Set<Feature> more = EnumSet.of(feature);
            more.addAll(was.features);
            return new CallContext(
                    was.timeout, was.deadline, was.tags, was.avoid, was.require, more, was.withoutRetries);
        });
    }

    /**
     * Disables retries: each route is asked at most once in a call, regardless of the retry policy. Failover is not
     * affected.
     *
     * @return an operator for {@code contextWrite}
     */
    public static UnaryOperator<Context> withoutRetries() {
        return write(was ->
                new CallContext(was.timeout, was.deadline, was.tags, was.avoid, was.require, was.features, true));
    }

    /**
     * Adds a listener for the events of calls upstream. Events go to the listener of the client first, then to those of
     * the Context, the one nearest to the call first. A decorator that makes several calls for one answer passes the
     * events of each. Not passed on to the providers of a client: a nested {@link Understudy} reports its events to its
     * own listener.
     *
     * @param listener the listener
     * @return an operator for {@code contextWrite}
     */
    public static UnaryOperator<Context> listener(Listener listener) {
        return context -> context.put(
                Listener.class, context.hasKey(Listener.class) ? listener.and(Listener.of(context)) : listener);
    }

    /**
     * Returns the options in a Reactor Context.
     *
     * @param context the Context of a call
     * @return the options; without any if none are set
     */
    public static CallContext from(ContextView context) {
        return context.hasKey(CallContext.class) ? context.get(CallContext.class) : EMPTY;
    }

    /** Returns the options of a call, with the deadline on a clock, in nanoseconds. */
    CallOptions options(TimeSource clock) {
        Long end = deadline == null ? null : clock.nanos() + deadline.nanos();
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

    private static void positive(String name, Duration duration) {
        if (duration.isZero() || duration.isNegative()) {
            throw new IllegalArgumentException(name + " is longer than zero: " + duration);
        }
    }

    /**
     * Moment by which work has to be over, on the clock of a scheduler. Many calls may share one:
     * {@link CallContext#deadline(Deadline)}. Immutable.
     */
    public static final class Deadline {

        private final TimeSource timeSource;
        private final long at;

        private Deadline(TimeSource timeSource, long at) {
            this.timeSource = timeSource;
            this.at = at;
        }

        /**
         * Creates a deadline on the clock of {@code Schedulers.parallel()}.
         *
         * @param duration time from now, above zero
         * @return the deadline
         * @throws IllegalArgumentException if {@code duration} is zero or less
         */
        public static Deadline after(Duration duration) {
            return after(duration, TimeSource.PARALLEL);
        }

        /**
         * Creates a deadline on the clock of a scheduler.
         *
         * @param duration time from now, above zero
         * @param clock the scheduler
         * @return the deadline
         * @throws IllegalArgumentException if {@code duration} is zero or less
         */
        public static Deadline after(Duration duration, Scheduler clock) {
            return after(duration, new TimeSource(() -> clock));
        }

        private static Deadline after(Duration duration, TimeSource timeSource) {
            if (duration.isZero() || duration.isNegative()) {
                throw new IllegalArgumentException("A deadline lies in the future: " + duration);
            }
            return new Deadline(timeSource, timeSource.nanos() + Nanos.of(duration));
        }

        /**
         * Returns the time left.
         *
         * @return the time; zero or negative when the deadline is over
         */
        public Duration remaining() {
            return Duration.ofNanos(nanos());
        }

        /**
         * Returns whether the deadline is over.
         *
         * @return {@code true} if no time is left
         */
        public boolean isOver() {
            return nanos() <= 0;
        }

        /** Returns the earlier one of this and another deadline. */
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
