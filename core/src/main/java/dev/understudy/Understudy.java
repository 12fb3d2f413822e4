package dev.understudy;

import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Failure;
import dev.understudy.chat.StreamChunk;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Signal;
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
    private final Roster roster;
    private final Overview overview;
    private final Engine engine;
    private final Prober prober;
    private final Hearsay hearsay;
    private final Policies policies;

    private Understudy(Builder builder) {
        this.name = builder.name;
        this.policies = builder.policies();
        long now = policies.time().nanos();
        List<Member> members = builder.cast.stream()
                .map(cast -> new Member(cast.provider, cast.seat, policies, now))
                .toList();
        this.roster = new Roster(members, policies);
        Map<String, List<String>> fallbacks = Collections.unmodifiableMap(new LinkedHashMap<>(builder.fallbacks));
        Gates gates = new Gates(policies.voice());
        Planner planner = new Planner(roster, fallbacks, gates, policies);
        this.overview = new Overview(roster, fallbacks, policies);
        this.engine = new Engine(name, planner, new Call.Memory(roster, gates, new Windows()), policies);
        this.prober = new Prober(members, policies);
        this.hearsay = new Hearsay(roster, gates, policies);
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

    /**
     * What the cast can do for this model or its fallbacks: images and streaming as soon as anybody can, all else as the
     * first provider that serves it.
     */
    @Override
    public Capabilities capabilities(String model) {
        return overview.capabilities(model);
    }

    /**
     * What one of the cast can do, in its own name for the model, and what it costs there.
     *
     * @throws IllegalArgumentException if nobody of this name is in the cast
     */
    public Capabilities capabilities(String provider, String model) {
        return roster.named(provider).provider().capabilities(model);
    }

    /** All names of models that were composed, the callers' and the providers': of seats and of fallbacks. */
    public Set<String> models() {
        return overview.models();
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
        return Flux.fromIterable(roster.all())
                .concatMap(member -> Mono.defer(member.provider()::probe).materialize(), 1)
                .takeUntil(Signal::isOnComplete)
                .last()
                .dematerialize();
    }

    /** Opens connections to all providers at once. One that fails is an {@link Event.WarmupFailed}, not an error. */
    @Override
    public Mono<Void> warmup() {
        return Flux.fromIterable(roster.all())
                .flatMap(member -> Mono.defer(member.provider()::warmup).onErrorResume(error -> {
                    Failure why = Foreign.typed(error).failure();
                    Call.tell(policies.listener(), new Event.WarmupFailed(name, member.name(), why));
                    return Mono.empty();
                }))
                .then();
    }

    /** How each provider stands now, in the order of the list. */
    public List<Standing> standings() {
        return overview.standings();
    }

    /**
     * How many retries this provider may get at once, as of now; infinite without a limit.
     *
     * @throws IllegalArgumentException if nobody of this name is in the cast
     */
    public double retryTokens(String provider) {
        return roster.named(provider).retryTokens().left(policies.time().nanos());
    }

    /**
     * Makes this provider the active one: it is asked first, and is the one that is returned to.
     *
     * @throws IllegalArgumentException if nobody of this name is in the cast
     */
    public void switchTo(String provider) {
        roster.switchTo(provider, policies.time().nanos());
    }

    /**
     * Keeps a provider from being asked, for maintenance. Calls in flight go on.
     *
     * @param forHowLong {@code null} until {@link #release}
     * @throws IllegalArgumentException if nobody of this name is in the cast
     */
    public void hold(String provider, @Nullable Duration forHowLong) {
        roster.named(provider).hold(forHowLong, policies.time().nanos());
        policies.voice().held(provider, null, forHowLong);
    }

    /** The same for one model of a provider, in the provider's name for it. */
    public void hold(String provider, String model, @Nullable Duration forHowLong) {
        roster.named(provider)
                .circuit(model)
                .forceOpen(forHowLong, policies.time().nanos());
        policies.voice().held(provider, model, forHowLong);
    }

    /** Ends {@link #hold} of a provider and of all of its models. */
    public void release(String provider) {
        Member member = roster.named(provider);
        member.release();
        policies.voice().released(provider, null);
        member.circuits().forEach((model, circuit) -> {
            circuit.release(policies.time().nanos());
            policies.voice().released(provider, model);
        });
    }

    /** Who hears what happens here, for decorators that have something of their own to tell. */
    public Listener listener() {
        return policies.listener();
    }

    /** Who is asked first, and who after a failure, as composed. */
    public Failover failover() {
        return policies.failover();
    }

    /** How its providers are looked at in the background, as composed; a provider's own way stands in its {@link Seat}. */
    public Probes probes() {
        return policies.probes();
    }

    /** What was composed, for people: providers, chains, policies. Holds no secret. */
    public String describe() {
        return overview.describe(name);
    }

    @Override
    public String toString() {
        return name + roster.all().stream().map(Member::name).toList();
    }

    /** Ends the background probes and closes all providers. What one of them throws is thrown when all are closed. */
    @Override
    public void close() {
        prober.dispose();
        hearsay.dispose();
        RuntimeException stuck = null;
        for (Member member : roster.all()) {
            try {
                member.provider().close();
            } catch (RuntimeException e) {
                if (stuck == null) {
                    stuck = e;
                } else {
                    stuck.addSuppressed(e);
                }
            }
        }
        if (stuck != null) {
            throw stuck;
        }
    }

    /** Who stands in for whom, and with what patience. Not thread-safe; build as often as you like. */
    public static final class Builder {

        private record Cast(ChatProvider provider, Seat seat) {}

        private final List<Cast> cast = new ArrayList<>();
        private final Map<String, List<String>> fallbacks = new LinkedHashMap<>();

        // The defaults. docs/defaults.md shows them, and a test compares.
        private String name = "understudy";
        private RetryPolicy retry = RetryPolicy.defaults();
        private Budget budget = Budget.defaults();
        private Timeouts timeouts = Timeouts.defaults();
        private Timeouts reasoning = Timeouts.reasoning();
        private CircuitPolicy circuit = CircuitPolicy.defaults();
        private Failover failover = Failover.defaults();
        private Selection selection = Selection.sequential();
        private Hedging hedging = Hedging.off();
        private Probes probes = Probes.off();
        private ContextWindow contextWindow = ContextWindow.auto();
        private boolean aroundFilters = false;
        private boolean invalidStops = false;
        private Listener listener = Listener.none();
        private SharedStanding sharedStanding = SharedStanding.none();
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
            return provider(provider, Seat.any());
        }

        /** The next provider in order, always asked for this model, whatever model the caller names. */
        public Builder provider(ChatProvider provider, String model) {
            return provider(provider, Seat.only(model));
        }

        /**
         * The next provider in order, asked only for these models: from the name the caller uses to the provider's own.
         */
        public Builder provider(ChatProvider provider, Map<String, String> models) {
            return provider(provider, Seat.serving(models));
        }

        /** The next provider in order, with models, weight, tags and limits of its own. */
        public Builder provider(ChatProvider provider, Seat seat) {
            if (cast.stream().anyMatch(member -> member.provider().name().equals(provider.name()))) {
                throw new IllegalArgumentException("Two providers are named '" + provider.name()
                        + "': give each a name of its own, so that trails can tell them apart");
            }
            cast.add(new Cast(provider, seat));
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

        /** What one call may use up, and how many retries all calls may add; {@link Budget#defaults()}. */
        public Builder budget(Budget budget) {
            this.budget = budget;
            return this;
        }

        /** {@link Budget#withCallTimeout}. */
        public Builder callTimeout(Duration timeout) {
            this.budget = budget.withCallTimeout(timeout);
            return this;
        }

        /** {@link Budget#withMaxAttempts}. */
        public Builder maxAttempts(int attempts) {
            this.budget = budget.withMaxAttempts(attempts);
            return this;
        }

        /** When a provider is left alone, and how it comes back; {@link CircuitPolicy#defaults()}. */
        public Builder circuit(CircuitPolicy circuit) {
            this.circuit = circuit;
            return this;
        }

        /** Who is asked first, and who after a failure; {@link Failover#defaults()}. */
        public Builder failover(Failover failover) {
            this.failover = failover;
            return this;
        }

        /** In which order providers are asked for one model; {@link Selection#sequential()}. */
        public Builder selection(Selection selection) {
            this.selection = selection;
            return this;
        }

        /** Whether a second provider is asked when the first is slow; {@link Hedging#off()}. */
        public Builder hedging(Hedging hedging) {
            this.hedging = hedging;
            return this;
        }

        /** Whether providers are looked at in the background; {@link Probes#off()}. They end with {@link Understudy#close()}. */
        public Builder probes(Probes probes) {
            this.probes = probes;
            return this;
        }

        /** How much of a long conversation is sent; {@link ContextWindow#auto()}. */
        public Builder contextWindow(ContextWindow contextWindow) {
            this.contextWindow = contextWindow;
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

        /** What other instances know of the same providers; by default each door finds out for itself. */
        public Builder sharedStanding(SharedStanding shared) {
            this.sharedStanding = shared;
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
            Rules rules = new Rules(retry, budget.maxAttempts(), aroundFilters, invalidStops);
            return new Policies(
                    name,
                    rules,
                    budget,
                    timeouts,
                    reasoning,
                    circuit,
                    failover,
                    selection,
                    hedging,
                    probes,
                    contextWindow,
                    listener,
                    Voice.of(sharedStanding, name, time),
                    time,
                    dice);
        }
    }
}
