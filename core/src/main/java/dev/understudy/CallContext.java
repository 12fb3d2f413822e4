package dev.understudy;

import dev.understudy.chat.Feature;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Schedulers;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * What a caller says about its calls through the Reactor Context: {@code flux.contextWrite(CallContext.deadline(…))}.
 * One deadline may span many calls of a pipeline; a timeout counts anew for each call. What is said several times adds
 * up; of two timeouts the one nearer to the call counts, and a deadline can only get earlier.
 *
 * @param timeout how long each call may take, back-off included; {@code null} leaves it to the door's default
 * @param deadline the instant, on the nanosecond clock of {@link Schedulers#parallel()}, when all calls must be over
 * @param tags what the caller wants to find again in events: a task, a tenant
 * @param avoid routes that must not be asked: "provider" or "provider/model"
 * @param require tags that a provider's {@link Seat} must have: a region, a data policy
 * @param features what the model must be able to do, besides what the request itself needs
 */
public record CallContext(
        @Nullable Duration timeout,
        @Nullable Long deadline,
        Map<String, String> tags,
        Set<String> avoid,
        Map<String, String> require,
        Set<Feature> features) {

    private static final CallContext EMPTY = new CallContext(null, null, Map.of(), Set.of(), Map.of(), Set.of());

    public CallContext {
        if (timeout != null) {
            positive("timeout", timeout);
        }
        tags = Collections.unmodifiableMap(new LinkedHashMap<>(tags));
        avoid = Set.copyOf(avoid);
        require = Map.copyOf(require);
        features = Set.copyOf(features);
    }

    /** Every call above has to be over within this time from its subscription. */
    public static UnaryOperator<Context> timeout(Duration timeout) {
        positive("timeout", timeout);
        return write(was -> new CallContext(timeout, was.deadline, was.tags, was.avoid, was.require, was.features));
    }

    /** Everything above has to be over within this time from the subscription of the whole. */
    public static UnaryOperator<Context> deadline(Duration fromSubscription) {
        positive("deadline", fromSubscription);
        return write(was -> {
            long at = Schedulers.parallel().now(TimeUnit.NANOSECONDS) + Nanos.of(fromSubscription);
            boolean earlier = was.deadline == null || at - was.deadline < 0;
            return new CallContext(
                    was.timeout,
                    earlier ? Long.valueOf(at) : was.deadline,
                    was.tags,
                    was.avoid,
                    was.require,
                    was.features);
        });
    }

    /** A word to find the call again by, in every event. */
    public static UnaryOperator<Context> tag(String name, String value) {
        return write(was -> new CallContext(
                was.timeout, was.deadline, with(was.tags, name, value), was.avoid, was.require, was.features));
    }

    /** These providers, or models at a provider, must not be asked: {@code avoid("openai", "azure/gpt-5")}. */
    public static UnaryOperator<Context> avoid(String... routes) {
        return write(was -> {
            Set<String> more = new HashSet<>(was.avoid);
            more.addAll(List.of(routes));
            return new CallContext(was.timeout, was.deadline, was.tags, more, was.require, was.features);
        });
    }

    /** Only providers whose seat has this tag may be asked: {@code require("region", "eu")}. */
    public static UnaryOperator<Context> require(String tag, String value) {
        return write(was -> new CallContext(
                was.timeout, was.deadline, was.tags, was.avoid, with(was.require, tag, value), was.features));
    }

    /** Only models that can do this may be asked. */
    public static UnaryOperator<Context> require(Feature feature) {
        return write(was -> {
            Set<Feature> more = EnumSet.of(feature);
            more.addAll(was.features);
            return new CallContext(was.timeout, was.deadline, was.tags, was.avoid, was.require, more);
        });
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

    CallOptions options() {
        return new CallOptions(timeout, deadline, tags, avoid, require, features);
    }

    private static UnaryOperator<Context> write(UnaryOperator<CallContext> change) {
        return context -> context.put(CallContext.class, change.apply(from(context)));
    }

    private static Map<String, String> with(Map<String, String> some, String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(some);
        more.put(name, value);
        return more;
    }

    private static void positive(String what, Duration duration) {
        if (duration.isZero() || duration.isNegative()) {
            throw new IllegalArgumentException(what + " is longer than zero: " + duration);
        }
    }
}
