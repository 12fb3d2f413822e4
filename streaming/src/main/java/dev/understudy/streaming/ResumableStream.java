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

/** One answer from its first request to its last chunk: what was shown, by whom, and who is asked next. One per subscriber. */
final class ResumableStream {

    private final ChatProvider company;
    private final ResumePolicy policy;
    private final ChatRequest request;
    private final PrefillRefusals prefillRefusals;
    private final TakeoverEvents takeoverEvents;
    private final ContextView context;
    private final ChatResponseAggregator shown = new ChatResponseAggregator();
    private final AttemptAccount attemptAccount;

    private final long started;

    private AttemptSpec attemptSpec;
    private Event.@Nullable CallId call; // of the attempt to take over, where a door counts its calls
    private @Nullable TakeoverPlanner takeoverPlanner; // most answers need none

    ResumableStream(
            ChatProvider company,
            ResumePolicy policy,
            ChatRequest request,
            PrefillRefusals prefillRefusals,
            TakeoverEvents takeoverEvents,
            ContextView context) {
        this.company = company;
        this.prefillRefusals = prefillRefusals;
        this.takeoverEvents = takeoverEvents;
        this.policy = policy;
        this.request = request;
        this.context = context;
        this.attemptSpec = AttemptSpec.first(request);
        this.attemptAccount = new AttemptAccount(company.name(), request);
        this.started = Clock.now();
    }

    Flux<StreamChunk> play() {
        return Flux.defer(this::attempt).retryWhen(Retry.from(cuts -> cuts.concatMap(cut -> next(cut.failure()))));
    }

    private Flux<StreamChunk> attempt() {
        AttemptSpec now = attemptSpec;
        attemptAccount.begin();
        if (!now.isTakeover()) {
            return relay(company.stream(request), now);
        }
        return relay(Flux.defer(() -> company.stream(now.request())).contextWrite(this::context), now);
    }

    private Flux<StreamChunk> relay(Flux<StreamChunk> answer, AttemptSpec now) {
        return new StatefulOperator<>(answer, () -> scene(now), Schedulers::parallel);
    }

    private Context context(Context below) {
        CallScope outer = CallScope.of(context);
        CallScope scope = CallScope.reportingTo(providerEvent -> {
            if (providerEvent instanceof ProviderEvent.FirstContentFrom one) {
                attemptAccount.answers(one);
                rescue().answers(one, attemptSpec);
            } else {
                outer.report(providerEvent);
            }
        });
        return scope.in(CallContext.listener(this::heard).apply(rescue().wishes(attemptSpec, below)));
    }

    private void heard(Event event) {
        call = event.call() == null ? call : event.call();
    }

    private Publisher<Boolean> next(Throwable error) {
        if (!(error instanceof StreamInterruption streamInterruption)) {
            return Mono.error(error);
        }
        attemptAccount.add(streamInterruption, attemptSpec);
        AttemptSpec next = rescue().after(streamInterruption, attemptSpec);
        if (attemptSpec.isTakeover()
                && !streamInterruption.visible
                && streamInterruption.sort != StreamInterruption.Sort.REJECTED) {
            herald().inVain(rescue().blow(), streamInterruption, attemptSpec, shown.length());
        }
        if (next == null) {
            herald().lost(rescue().blow(), shown.length());
            return Mono.error(rescue().failed());
        }
        attemptSpec = next;
        return Mono.just(true);
    }

    private TakeoverEvents herald() {
        return takeoverEvents.of(call, Listener.of(context));
    }

    private TakeoverPlanner rescue() {
        if (takeoverPlanner == null) {
            TimeBudget timeBudget = new TimeBudget(CallContext.from(context), started);
            takeoverPlanner = new TakeoverPlanner(
                    policy,
                    request,
                    shown,
                    attemptAccount,
                    new TakeoverCandidates(company, prefillRefusals),
                    timeBudget);
        }
        return takeoverPlanner;
    }

    private AttemptStage scene(AttemptSpec now) {
        ChunkBuffer chunkBuffer = now.fresh() ? hold() : null;
        Supplier<List<StreamChunk>> announcement = () -> now.isTakeover() ? announce(now) : List.of();
        ChunkDelivery chunkDelivery = new ChunkDelivery(shown, chunkBuffer, holdTime(), announcement);
        return new AttemptStage(now, policy.limits().word(), shown, pieces(now), attemptAccount, chunkDelivery);
    }

    private PieceBoundaries pieces(AttemptSpec now) {
        return now.continues() ? rescue().pieces().upTo(shown.length()) : new PieceBoundaries();
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

    /** What the audience is told before the first word of a takeover. */
    private List<StreamChunk> announce(AttemptSpec next) {
        StreamInterruption blow = rescue().blow();
        List<StreamChunk> news = new ArrayList<>(2);
        ProviderEvent.FirstContentFrom by = attemptAccount.answering();
        herald().tookOver(blow, by, next, shown.length(), rescue().sinceBlow());
        news.add(
                new StreamChunk.Switched(blow.servedBy.provider(), by.provider(), blow.failure.kind(), shown.length()));
        if (next.takesBack()) {
            news.add(new StreamChunk.Reset(0, blow.failure.kind()));
            attemptAccount.takeBack();
        }
        news.forEach(shown::add);
        return news;
    }
}
