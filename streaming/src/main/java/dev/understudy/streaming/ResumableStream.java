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
import reactor.util.retry.Retry;

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
    private final ChatResponseAggregator shown = new ChatResponseAggregator();
    private final AttemptAccount attemptAccount;

    private final long started;

    private AttemptSpec attemptSpec;
    private Event.@Nullable CallId call; // of the attempt to take over, where an understudy numbers its calls
    private @Nullable TakeoverPlanner takeoverPlanner; // most answers need none

    ResumableStream(
            ChatProvider inner,
            ResumePolicy policy,
            ChatRequest request,
            PrefillRefusals prefillRefusals,
            TakeoverEvents takeoverEvents,
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
    }

    Flux<StreamChunk> run() {
        return Flux.defer(this::attempt).retryWhen(Retry.from(cuts -> cuts.concatMap(cut -> next(cut.failure()))));
    }

    private Flux<StreamChunk> attempt() {
        AttemptSpec now = attemptSpec;
        attemptAccount.begin();
        if (!now.isTakeover()) {
            return relay(inner.stream(request), now);
        }
        return relay(Flux.defer(() -> inner.stream(now.request())).contextWrite(this::context), now);
    }

    private Flux<StreamChunk> relay(Flux<StreamChunk> answer, AttemptSpec now) {
        return new StatefulOperator<>(answer, () -> stage(now), Schedulers::parallel);
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
            events().lost(planner().interruption(), shown.length());
            return Mono.error(planner().failed());
        }
        attemptSpec = next;
        return Mono.just(true);
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

    private AttemptStage stage(AttemptSpec now) {
        ChunkBuffer chunkBuffer = now.fresh() ? hold() : null;
        Supplier<List<StreamChunk>> announcement = () -> now.isTakeover() ? announce(now) : List.of();
        ChunkDelivery chunkDelivery = new ChunkDelivery(shown, chunkBuffer, holdTime(), announcement);
        return new AttemptStage(now, policy.limits().word(), shown, pieces(now), attemptAccount, chunkDelivery);
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
