package dev.understudy;

import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.StreamChunk;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Several providers behind one door: when one fails, is slow or is rate limited, the next takes over. It is a provider
 * itself, so understudies can stand in understudies.
 *
 * <p>Publishers are lazy: nothing is planned or sent before subscription, and each subscription is a new call. Before the
 * first content a failover is invisible; after it a stream that dies ends with {@link
 * dev.understudy.chat.ChatException.PartialAnswer}. When nobody could answer, {@link
 * dev.understudy.chat.ChatException.Exhausted} tells of every attempt; when nobody could even be asked, {@link
 * dev.understudy.chat.ChatException.Rejected} says what is missing. Cancelling ends the live request, or the wait before
 * the next one, at once. Signals arrive on event loops and timer threads: consumers must not block.
 */
public final class Understudy implements ChatProvider {

    private final String name;
    private final List<Cast> cast;
    private final Engine engine;

    private Understudy(Builder builder) {
        this.name = builder.name;
        this.cast = List.copyOf(builder.cast);
        Gates gates = new Gates();
        Planner planner = new Planner(cast, Map.copyOf(builder.fallbacks), gates);
        this.engine = new Engine(name, planner, gates, builder.policies());
    }

    /** These providers in this order, each asked for the model that the caller names, with all defaults. */
    public static Understudy over(ChatProvider... providers) {
        Builder builder = builder();
        for (ChatProvider provider : providers) {
            builder.provider(provider);
        }
        return builder.build();
    }

    public static Builder builder() {
        return new Builder();
    }

    @Override
    public String name() {
        return name;
    }

    /** Of the first provider that serves this model. */
    @Override
    public Capabilities capabilities(String model) {
        for (Cast member : cast) {
            String theirs = member.models().apply(model);
            if (theirs != null) {
                return member.provider().capabilities(theirs);
            }
        }
        return Capabilities.of();
    }

    @Override
    public Mono<ChatResponse> chat(ChatRequest request) {
        return engine.run(request, Door.CHAT).singleOrEmpty();
    }

    @Override
    public Flux<StreamChunk> stream(ChatRequest request) {
        return engine.run(request, Door.STREAM);
    }

    /** Whether anybody can be reached: fails only if all of them fail. */
    @Override
    public Mono<Void> probe() {
        return Flux.fromIterable(cast)
                .concatMapDelayError(member -> member.provider().probe().thenReturn(true))
                .take(1)
                .then();
    }

    /** Opens connections to all providers at once; one that fails does not keep the others from it. */
    @Override
    public Mono<Void> warmup() {
        return Flux.fromIterable(cast)
                .flatMap(member -> member.provider().warmup().onErrorComplete())
                .then();
    }

    /** Closes all providers. */
    @Override
    public void close() {
        cast.forEach(member -> member.provider().close());
    }

    /** Who stands in for whom, and with what patience. Not thread-safe; build as often as you like. */
    public static final class Builder {

        private final List<Cast> cast = new ArrayList<>();
        private final Map<String, List<String>> fallbacks = new LinkedHashMap<>();

        // The defaults. docs/defaults.md shows them, and a test compares.
        private String name = "understudy";
        private RetryPolicy retry = RetryPolicy.defaults();
        private Timeouts timeouts = Timeouts.defaults();
        private Timeouts reasoning = Timeouts.reasoning();
        private @Nullable Duration callTimeout = null;
        private int maxAttempts = 0;
        private boolean aroundFilters = false;
        private boolean invalidStops = false;
        private Listener listener = Listener.none();
        private Time time = Time.PARALLEL;
        private RandomGenerator dice = Dice.PER_THREAD;

        private Builder() {}

        /** Its name in trails, events and metrics. */
        public Builder name(String name) {
            if (name.isBlank() || name.chars().anyMatch(Character::isWhitespace)) {
                throw new IllegalArgumentException("A name is one word: '" + name + "'");
            }
            this.name = name;
            return this;
        }

        /** The next provider in order, asked for whatever model the caller names. */
        public Builder provider(ChatProvider provider) {
            return add(provider, asked -> asked);
        }

        /** The next provider in order, always asked for this model, whatever model the caller names. */
        public Builder provider(ChatProvider provider, String model) {
            return add(provider, asked -> model);
        }

        /**
         * The next provider in order, asked only for these models: from the name the caller uses to the provider's own.
         */
        public Builder provider(ChatProvider provider, Map<String, String> models) {
            return add(provider, Map.copyOf(models)::get);
        }

        private Builder add(ChatProvider provider, Function<String, @Nullable String> models) {
            if (cast.stream().anyMatch(member -> member.provider().name().equals(provider.name()))) {
                throw new IllegalArgumentException("Two providers are named '" + provider.name()
                        + "': give each a name of its own, so that trails can tell them apart");
            }
            cast.add(new Cast(provider, models));
            return this;
        }

        /** Which models are asked for, in order, when all providers have failed for {@code model}. */
        public Builder fallback(String model, String... others) {
            List<String> chain = List.of(others);
            if (chain.contains(model)) {
                throw new IllegalArgumentException("Model '" + model + "' cannot be its own fallback");
            }
            fallbacks.put(model, chain);
            return this;
        }

        /** How often and how soon the same provider is asked again; {@link RetryPolicy#defaults()}. */
        public Builder retry(RetryPolicy retry) {
            this.retry = retry;
            return this;
        }

        /** How long silence is borne; {@link Timeouts#defaults()}. */
        public Builder timeouts(Timeouts timeouts) {
            this.timeouts = timeouts;
            return this;
        }

        /** How long the silence of models that declare REASONING is borne; {@link Timeouts#reasoning()}. */
        public Builder reasoningTimeouts(Timeouts timeouts) {
            this.reasoning = timeouts;
            return this;
        }

        /** How long each call may take, all attempts and waits together; no limit by default. */
        public Builder callTimeout(Duration timeout) {
            if (timeout.isZero() || timeout.isNegative()) {
                throw new IllegalArgumentException("callTimeout is longer than zero: " + timeout);
            }
            this.callTimeout = timeout;
            return this;
        }

        /** How many attempts one call may make in all; no limit by default. */
        public Builder maxAttempts(int attempts) {
            if (attempts < 1) {
                throw new IllegalArgumentException("maxAttempts is 1 or more: " + attempts);
            }
            this.maxAttempts = attempts;
            return this;
        }

        /** Whether a request that was refused by policy is sent to the next provider; it is not by default. */
        public Builder routeAroundFilters(boolean around) {
            this.aroundFilters = around;
            return this;
        }

        /** Whether a request that one vendor calls invalid fails at once; by default the next one is asked. */
        public Builder stopOnInvalidRequest(boolean stop) {
            this.invalidStops = stop;
            return this;
        }

        /** Who hears what happens. Several listeners: {@link Listener#and}. */
        public Builder listener(Listener listener) {
            this.listener = listener;
            return this;
        }

        /** Clock and timer at once; {@code Schedulers.parallel()}, looked up at each use. */
        public Builder scheduler(Scheduler scheduler) {
            this.time = new Time(() -> scheduler);
            return this;
        }

        /** Where chance comes from. */
        public Builder random(RandomGenerator dice) {
            this.dice = dice;
            return this;
        }

        /**
         * @throws IllegalStateException if no provider was named
         */
        public Understudy build() {
            if (cast.isEmpty()) {
                throw new IllegalStateException("An understudy needs at least one provider: call provider(…) first");
            }
            return new Understudy(this);
        }

        private Policies policies() {
            Rules rules = new Rules(retry, maxAttempts, aroundFilters, invalidStops);
            return new Policies(rules, timeouts, reasoning, callTimeout, listener, time, dice);
        }
    }
}
