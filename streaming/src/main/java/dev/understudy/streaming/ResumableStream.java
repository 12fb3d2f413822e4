package dev.understudy.streaming;

import dev.understudy.CallContext;
import dev.understudy.chat.CallScope;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponseAggregator;
import dev.understudy.chat.ProviderEvent;
import dev.understudy.chat.ResponseFormat;
import dev.understudy.chat.StreamChunk;
import dev.understudy.event.Event;
import dev.understudy.event.Listener;
import dev.understudy.operator.Attempts;
import dev.understudy.streaming.operator.StatefulOperator;
import dev.understudy.streaming.seam.PieceBoundaries;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * One answer from its first request to its last chunk, with its delivered content, attempts and takeovers. One per
 * subscriber.
 */
final class ResumableStream {

    private final ChatProvider inner;
    private final ResumePolicy policy;
    private final ChatRequest request;
    private final PrefillRefusals prefillRefusals;
    private final TakeoverEvents takeoverEvents;
    private final ContextView context;
    private final HedgingBudget hedgingBudget;
    private final @Nullable HedgedTakeover silent; // the attempt beside which this stream runs
    private final @Nullable ResumableStream original; // the stream of that attempt
    private final ChatResponseAggregator shown;
    private final AttemptAccount attemptAccount;
    private final @Nullable DeliveredBefore deliveredBefore; // by a stream that ended without this one

    private final long started;

    private AttemptSpec attemptSpec;
    private Event.@Nullable CallId call; // of the attempt to take over, where an understudy numbers its calls
    private @Nullable TakeoverPlanner takeoverPlanner; // most answers need none
    private ProviderEvent.@Nullable FirstContentFrom asked; // the route of the attempt to take over
    private int before; // attempts of the stream beside which this one began
    private boolean over; // nothing is left to try
    private @Nullable HedgedTakeover hedge; // of the current attempt

    ResumableStream(
            ChatProvider inner,
            ResumePolicy policy,
            ChatRequest request,
            PrefillRefusals prefillRefusals,
            HedgingBudget hedgingBudget,
            TakeoverEvents takeoverEvents,
            @Nullable DeliveredBefore deliveredBefore,
            ContextView context) {
        this.inner = inner;
        this.prefillRefusals = prefillRefusals;
        this.takeoverEvents = takeoverEvents;
        this.policy = policy;
        this.request = request;
        this.context = context;
        this.attemptSpec = AttemptSpec.first(request);
        this.attemptAccount = new AttemptAccount(inner.name(), request);
        this.started = Clock.now();
        this.hedgingBudget = hedgingBudget;
        this.deliveredBefore = deliveredBefore;
        this.shown = deliveredBefore == null ? new ChatResponseAggregator() : deliveredBefore.content();
        this.silent = null;
        this.original = null;
    }

    /** Continues a stream with another attempt, beside a silent one. */
    private ResumableStream(ResumableStream original, HedgedTakeover silent) {
        this.inner = original.inner;
        this.policy = original.policy;
        this.request = original.request;
        this.prefillRefusals = original.prefillRefusals;
        this.hedgingBudget = original.hedgingBudget;
        this.takeoverEvents = original.takeoverEvents;
        this.context = original.context;
        this.shown = original.shown;
        this.deliveredBefore = null;
        this.attemptAccount = original.attemptAccount.fork();
        this.started = original.started;
        this.attemptSpec = original.attemptSpec;
        this.call = original.call;
        this.takeoverPlanner = original.planner().fork(attemptAccount);
        this.silent = silent;
        this.original = original;
    }

    Flux<StreamChunk> run() {
        return new Attempts<Boolean, StreamChunk>(again -> again == null ? first() : attempt(), this::next);
    }

    /** The first attempt; one whose content was delivered before is over already. */
    private Flux<StreamChunk> first() {
        if (deliveredBefore == null || silent != null) {
            return attempt();
        }
        attemptAccount.begin();
        return Flux.error(deliveredBefore.interruption(attemptAccount, attemptSpec));
    }

    private Flux<StreamChunk> attempt() {
        AttemptSpec now = attemptSpec;
        attemptAccount.begin();
        if (now.isTakeover()) {
            return relay(Flux.defer(() -> inner.stream(now.request())).contextWrite(this::context), now);
        }
        Flux<StreamChunk> answer = inner.stream(request);
        return relay(policy.hedging().enabled() ? answer.contextWrite(this::observed) : answer, now);
    }

    private Flux<StreamChunk> relay(Flux<StreamChunk> answer, AttemptSpec now) {
        HedgedTakeover hedgedTakeover =
                policy.hedging().enabled() ? new HedgedTakeover(policy.hedging(), hedgingBudget, this::fork) : null;
        hedge = hedgedTakeover;
        Flux<StreamChunk> attempt =
                new StatefulOperator<>(answer, () -> stage(now, hedgedTakeover), Schedulers::parallel);
        return hedgedTakeover == null ? attempt : hedgedTakeover.race(attempt);
    }

    /** Forks this stream with the attempt that would follow an interruption; null when there is none. */
    private HedgedTakeover.@Nullable Rival fork(StreamInterruption interruption, HedgedTakeover hedgedTakeover) {
        ResumableStream fork = new ResumableStream(this, hedgedTakeover);
        fork.attemptAccount.add(interruption, attemptSpec);
        AttemptSpec next = fork.planner().after(interruption, attemptSpec);
        if (next == null) {
            return null;
        }
        fork.attemptSpec = next;
        fork.before = fork.attemptAccount.size();
        return new HedgedTakeover.Rival(fork.run(), () -> wasted(fork));
    }

    /** Records the attempts of a stream that ran beside this one and was slower, or failed. */
    private void wasted(ResumableStream other) {
        HedgedTakeover beside = other.hedge;
        if (beside != null) {
            beside.abandon();
        }
        attemptAccount.addAttemptsOf(other.attemptAccount, other.before);
        ProviderEvent.FirstContentFrom asked = other.asked;
        if (!other.over && asked != null) {
            attemptAccount.wasted(other.attemptSpec, asked);
        }
    }

    /** Context of the first attempt that records which route answers. */
    private Context observed(Context below) {
        CallScope outer = CallScope.of(context);
        CallScope scope = CallScope.reportingTo(providerEvent -> {
            if (providerEvent instanceof ProviderEvent.FirstContentFrom one) {
                attemptAccount.answers(one);
            }
            outer.report(providerEvent);
        });
        return scope.in(below);
    }

    private Context context(Context below) {
        CallScope outer = CallScope.of(context);
        CallScope scope = CallScope.reportingTo(providerEvent -> {
            if (providerEvent instanceof ProviderEvent.FirstContentFrom one) {
                attemptAccount.answers(one);
                planner().answers(one, attemptSpec);
            } else {
                outer.report(providerEvent);
            }
        });
        return scope.in(CallContext.listener(this::received).apply(planner().contextOf(attemptSpec, below)));
    }

    private void received(Event event) {
        call = event.call() == null ? call : event.call();
        if (event instanceof Event.AttemptStarted started) {
            asked = new ProviderEvent.FirstContentFrom(started.provider(), started.model());
        }
    }

    private Publisher<Boolean> next(Throwable error) {
        if (!(error instanceof StreamInterruption streamInterruption)) {
            return Mono.error(error);
        }
        attemptAccount.add(streamInterruption, attemptSpec);
        AttemptSpec next = planner().after(streamInterruption, attemptSpec);
        if (attemptSpec.isTakeover()
                && !streamInterruption.visible
                && streamInterruption.sort != StreamInterruption.Sort.REJECTED) {
            events().takeoverFailed(planner().interruption(), streamInterruption, attemptSpec, shown.length());
        }
        if (next == null) {
            over = true;
            if (!mayOthersGoOn()) {
                events().lost(planner().interruption(), shown.length());
            }
            return Mono.error(planner().failed());
        }
        attemptSpec = next;
        return Mono.just(true);
    }

    /** Claims the answer; false if a silent attempt sent a chunk before, which may be one that another hedge runs beside. */
    private boolean claims() {
        return silent == null || original == null || (silent.otherClaims() && original.claims());
    }

    /** Returns true if one of the silent attempts beside which this stream runs may still go on. */
    private boolean mayOthersGoOn() {
        return silent != null && original != null && (silent.isOpen() || original.mayOthersGoOn());
    }

    private TakeoverEvents events() {
        return takeoverEvents.of(call, Listener.of(context));
    }

    private TakeoverPlanner planner() {
        if (takeoverPlanner == null) {
            TimeBudget timeBudget = new TimeBudget(CallContext.from(context), started);
            takeoverPlanner = new TakeoverPlanner(
                    policy, request, shown, attemptAccount, new TakeoverCandidates(inner, prefillRefusals), timeBudget);
        }
        return takeoverPlanner;
    }

    private AttemptStage stage(AttemptSpec now, @Nullable HedgedTakeover hedgedTakeover) {
        ChunkBuffer chunkBuffer = now.fresh() ? hold() : null;
        Supplier<List<StreamChunk>> announcement = () -> now.isTakeover() ? announce(now) : List.of();
        ChunkDelivery chunkDelivery = new ChunkDelivery(shown, chunkBuffer, holdTime(), announcement, this::claims);
        return new AttemptStage(
                now, policy.limits().word(), shown, pieces(now), attemptAccount, chunkDelivery, hedgedTakeover);
    }

    private PieceBoundaries pieces(AttemptSpec now) {
        return now.continues() ? planner().pieces().upTo(shown.length()) : new PieceBoundaries();
    }

    private boolean isHeldWhole() {
        return policy.wholeStructured() && !(request.format() instanceof ResponseFormat.Text);
    }

    private @Nullable ChunkBuffer hold() {
        if (isHeldWhole()) {
            return new ChunkBuffer(Integer.MAX_VALUE);
        }
        return policy.buffer().isNone() ? null : new ChunkBuffer(policy.buffer().tokens());
    }

    private @Nullable Duration holdTime() {
        return isHeldWhole() ? null : policy.buffer().time();
    }

    /** Chunks before the first content of a takeover. */
    private List<StreamChunk> announce(AttemptSpec next) {
        StreamInterruption interruption = planner().interruption();
        List<StreamChunk> chunks = new ArrayList<>(2);
        ProviderEvent.FirstContentFrom by = attemptAccount.answering();
        events().takenOver(interruption, by, next, shown.length(), planner().sinceInterruption());
        chunks.add(new StreamChunk.Switched(
                interruption.servedBy.provider(), by.provider(), interruption.failure.kind(), shown.length()));
        if (next.takesBack()) {
            chunks.add(new StreamChunk.Reset(0, interruption.failure.kind()));
            attemptAccount.takeBack();
        }
        chunks.forEach(shown::add);
        return chunks;
    }
}
