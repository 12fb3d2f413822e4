package dev.understudy.streaming;

import dev.understudy.CallContext;
import dev.understudy.Event;
import dev.understudy.Listener;
import dev.understudy.chat.CallScope;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponseAggregator;
import dev.understudy.chat.Notice;
import dev.understudy.chat.ResponseFormat;
import dev.understudy.chat.StreamChunk;
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
final class Performance {

    private final ChatProvider company;
    private final ResumePolicy policy;
    private final ChatRequest request;
    private final Refusals refusals;
    private final Herald herald;
    private final ContextView context;
    private final ChatResponseAggregator shown = new ChatResponseAggregator();
    private final Account account;

    private final long started;

    private Take take;
    private Event.@Nullable CallId call; // of the attempt to take over, where a door counts its calls
    private @Nullable Rescue rescue; // most answers need none

    Performance(
            ChatProvider company,
            ResumePolicy policy,
            ChatRequest request,
            Refusals refusals,
            Herald herald,
            ContextView context) {
        this.company = company;
        this.refusals = refusals;
        this.herald = herald;
        this.policy = policy;
        this.request = request;
        this.context = context;
        this.take = Take.first(request);
        this.account = new Account(company.name(), request);
        this.started = Clock.now();
    }

    Flux<StreamChunk> play() {
        return Flux.defer(this::attempt).retryWhen(Retry.from(cuts -> cuts.concatMap(cut -> next(cut.failure()))));
    }

    private Flux<StreamChunk> attempt() {
        Take now = take;
        account.begin();
        if (!now.isTakeover()) {
            return relay(company.stream(request), now);
        }
        return relay(Flux.defer(() -> company.stream(now.request())).contextWrite(this::context), now);
    }

    private Flux<StreamChunk> relay(Flux<StreamChunk> answer, Take now) {
        return new Relay<>(answer, () -> scene(now), Schedulers::parallel);
    }

    private Context context(Context below) {
        CallScope outer = CallScope.of(context);
        CallScope scope = CallScope.hearing(notice -> {
            if (notice instanceof Notice.Answering one) {
                account.answers(one);
            } else {
                outer.report(notice);
            }
        });
        return scope.in(CallContext.listener(this::heard).apply(rescue().wishes(take, below)));
    }

    private void heard(Event event) {
        call = event.call() == null ? call : event.call();
    }

    private Publisher<Boolean> next(Throwable error) {
        if (!(error instanceof Cut cut)) {
            return Mono.error(error);
        }
        account.add(cut, take);
        Take next = rescue().after(cut, take);
        if (take.isTakeover() && !cut.visible && cut.sort != Cut.Sort.REJECTED) {
            herald().inVain(rescue().blow(), cut, take, shown.length());
        }
        if (next == null) {
            herald().lost(rescue().blow(), shown.length());
            return Mono.error(rescue().failed());
        }
        take = next;
        return Mono.just(true);
    }

    private Herald herald() {
        return herald.of(call, Listener.of(context));
    }

    private Rescue rescue() {
        if (rescue == null) {
            Patience patience = new Patience(CallContext.from(context), started);
            rescue = new Rescue(policy, request, shown, account, new Candidates(company, refusals), patience);
        }
        return rescue;
    }

    private Scene scene(Take now) {
        Hold hold = now.fresh() ? hold() : null;
        Supplier<List<StreamChunk>> announcement = () -> now.isTakeover() ? announce(now) : List.of();
        Delivery delivery = new Delivery(shown, hold, holdTime(), announcement);
        return new Scene(now, policy.limits().word(), shown, pieces(now), account, delivery);
    }

    private PieceBoundaries pieces(Take now) {
        return now.continues() ? rescue().pieces().upTo(shown.length()) : new PieceBoundaries();
    }

    private boolean isHeldWhole() {
        return policy.wholeStructured() && !(request.format() instanceof ResponseFormat.Text);
    }

    private @Nullable Hold hold() {
        if (isHeldWhole()) {
            return new Hold(Integer.MAX_VALUE);
        }
        return policy.buffer().isNone() ? null : new Hold(policy.buffer().tokens());
    }

    private @Nullable Duration holdTime() {
        return isHeldWhole() ? null : policy.buffer().time();
    }

    /** What the audience is told before the first word of a takeover. */
    private List<StreamChunk> announce(Take next) {
        Cut blow = rescue().blow();
        List<StreamChunk> news = new ArrayList<>(2);
        Notice.Answering by = account.answering();
        herald().tookOver(blow, by, next, shown.length(), rescue().sinceBlow());
        news.add(new StreamChunk.Switched(blow.served.provider(), by.provider(), blow.failure.kind(), shown.length()));
        if (next.takesBack()) {
            news.add(new StreamChunk.Reset(0, blow.failure.kind()));
            account.takeBack();
        }
        news.forEach(shown::add);
        return news;
    }
}
