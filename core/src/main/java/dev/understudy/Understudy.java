package dev.understudy;

import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Failure;
import dev.understudy.chat.StreamChunk;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Signal;

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
    private final UnderstudyControl control;

    Understudy(UnderstudyBuilder builder) {
        this.name = builder.name;
        this.policies = builder.policies();
        long now = policies.time().nanos();
        Voice voice = policies.voice();
        Time time = policies.time();
        PoolEvents events = new PoolEvents(name, policies.listener());
        Member.Factory factory =
                new Member.Factory(policies.retryBudget(), policies.circuit(), events, voice, time, policies.dice());
        List<Member> members = builder.cast.stream()
                .map(cast -> factory.member(cast.provider(), cast.seat(), now))
                .toList();
        this.roster = new Roster(members, policies.failover(), events, voice, now);
        Map<String, List<String>> fallbacks = Collections.unmodifiableMap(new LinkedHashMap<>(builder.fallbacks));
        Gates gates = new Gates(voice);
        Planner planner = new Planner(
                roster,
                fallbacks,
                gates,
                policies.selection(),
                policies.limits().maxCost(),
                policies.dice());
        this.overview = new Overview(roster, fallbacks, policies.described(), time);
        this.engine = new Engine(
                name, planner, new Call.Memory(roster, gates, new Windows()), policies, context -> CallContext.from(
                                context)
                        .options(time.nanos()));
        this.prober = new Prober(members, policies.probes(), events, time, policies.dice());
        this.hearsay = new Hearsay(roster, gates, voice, time);
        this.control = new UnderstudyControl(roster, overview, policies);
    }

    /** These providers in this order, each asked for the model that the caller names, with all defaults. */
    public static Understudy over(ChatProvider... providers) {
        UnderstudyBuilder builder = builder();
        for (ChatProvider provider : providers) {
            builder.provider(provider);
        }
        return builder.build();
    }

    public static UnderstudyBuilder builder() {
        return new UnderstudyBuilder();
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
        return engine.run(request, CallMode.CHAT).singleOrEmpty();
    }

    @Override
    public Flux<StreamChunk> stream(ChatRequest request) {
        return engine.run(request, CallMode.STREAM);
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
                    Failure why = FailureClassifier.failure(error);
                    new PoolEvents(name, policies.listener()).warmupFailed(member.name(), why);
                    return Mono.empty();
                }))
                .then();
    }

    /** Status of the providers and what operators may do with them, at run time. */
    public UnderstudyControl control() {
        return control;
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
}
