package dev.understudy.streaming;

import dev.understudy.CallContext;
import dev.understudy.Event;
import dev.understudy.Listener;
import dev.understudy.chat.CallScope;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Failure;
import dev.understudy.chat.Notice;
import dev.understudy.chat.ResponseFormat;
import dev.understudy.chat.ResumeToken;
import dev.understudy.chat.Served;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Trail;
import dev.understudy.chat.Usage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
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
    private final Assembler shown = new Assembler();

    private final long started;

    private Take take;
    private long began;
    private Notice.@Nullable Answering answering;
    private Event.@Nullable CallId call; // of the attempt to take over, where a door counts its calls
    private Trail trail = Trail.empty();
    private @Nullable Served first;
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
        this.started = now();
    }

    Flux<StreamChunk> play() {
        return Flux.defer(this::attempt).retryWhen(Retry.from(cuts -> cuts.concatMap(cut -> next(cut.failure()))));
    }

    private Flux<StreamChunk> attempt() {
        Take now = take;
        if (now.end() != null) {
            return Flux.just(now.end());
        }
        began = now();
        answering = null;
        if (!now.isTakeover()) {
            return relay(company.stream(request), now);
        }
        return relay(Flux.defer(() -> company.stream(now.request())).contextWrite(this::context), now);
    }

    private Flux<StreamChunk> relay(Flux<StreamChunk> answer, Take now) {
        return new Relay<>(answer, () -> new Scene(this, now), Schedulers::parallel);
    }

    private Context context(Context below) {
        CallScope outer = CallScope.of(context);
        CallScope scope = CallScope.hearing(notice -> {
            if (notice instanceof Notice.Answering one) {
                answering = answering == null ? one : answering;
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
        if (first == null) {
            first = cut.served;
        }
        trail = joined(cut.sort == Cut.Sort.BROKEN ? paidOnce(take) : trail, cut.trail());
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
            rescue = new Rescue(this, company, refusals, CallContext.from(context), started);
        }
        return rescue;
    }

    // What a scene asks.

    ResumePolicy policy() {
        return policy;
    }

    ChatRequest request() {
        return request;
    }

    Assembler shown() {
        return shown;
    }

    @Nullable
    Hold hold() {
        if (policy.wholeStructured() && !(request.format() instanceof ResponseFormat.Text)) {
            return new Hold(Integer.MAX_VALUE);
        }
        return policy.buffer().isNone() ? null : new Hold(policy.buffer().tokens());
    }

    boolean isHoldTimed() {
        boolean structured = policy.wholeStructured() && !(request.format() instanceof ResponseFormat.Text);
        return !structured && policy.buffer().time() != null;
    }

    Duration holdTime() {
        return Objects.requireNonNull(policy.buffer().time());
    }

    /** What the audience is told before the first word of a takeover. */
    List<StreamChunk> announce(Take next) {
        Cut blow = rescue().blow();
        List<StreamChunk> news = new ArrayList<>(2);
        Notice.Answering by = answering == null ? new Notice.Answering(company.name(), request.model()) : answering;
        herald().tookOver(blow, by, next, shown.length(), rescue().sinceBlow());
        news.add(new StreamChunk.Switched(blow.served.provider(), by.provider(), blow.failure.kind(), shown.length()));
        if (next.takesBack()) {
            news.add(new StreamChunk.Reset(0, blow.failure.kind()));
            trail = new Trail(
                    trail.entries().stream().map(Performance::takenBack).toList());
        }
        news.forEach(shown::add);
        return news;
    }

    private static Trail.Entry takenBack(Trail.Entry entry) {
        return entry.outcome() == Trail.Outcome.PARTIAL ? with(entry, Trail.Outcome.WASTED, entry.usage()) : entry;
    }

    /** The finish of the last attempt, as the finish of the whole. */
    StreamChunk.Finish finish(StreamChunk.Finish finish) {
        if (trail.entries().isEmpty()) {
            return finish;
        }
        Served last = finish.served();
        Trail theirs = last.trail();
        if (theirs.entries().isEmpty()) {
            theirs = theirs.plus(entry(last.provider(), last.model(), Trail.Outcome.SERVED, null, finish.usage()));
        }
        Trail whole = joined(paidOnce(take), theirs);
        return finish.withServed(served(last.provider(), last.model(), whole)).withUsage(whole.usage());
    }

    /** An answer that is told again is paid for once: what it cost stands at the attempt that told it last. */
    private Trail paidOnce(Take now) {
        ResumeToken kept = now.kept();
        List<Trail.Entry> all = new ArrayList<>(trail.entries());
        for (int i = all.size() - 1; kept != null && i >= 0; i--) {
            Trail.Entry entry = all.get(i);
            boolean began = entry.outcome() == Trail.Outcome.PARTIAL || entry.outcome() == Trail.Outcome.WASTED;
            if (began
                    && entry.provider().equals(kept.provider())
                    && entry.model().equals(kept.model())) {
                all.set(i, with(entry, entry.outcome(), Usage.none()));
                return new Trail(all);
            }
        }
        return trail;
    }

    /** One behind the other. That a route is not asked again after its attempt needs no line of its own. */
    private static Trail joined(Trail before, Trail after) {
        List<Trail.Entry> all = new ArrayList<>(before.entries());
        for (Trail.Entry entry : after.entries()) {
            boolean known = entry.outcome() == Trail.Outcome.SKIPPED
                    && before.entries().stream()
                            .anyMatch(earlier -> earlier.provider().equals(entry.provider())
                                    && earlier.model().equals(entry.model()));
            if (!known) {
                all.add(entry);
            }
        }
        return new Trail(all);
    }

    /** The whole trail, as served by this route. */
    Served served(String provider, String model) {
        return served(provider, model, trail);
    }

    private Served served(String provider, String model, Trail whole) {
        String firstProvider = first == null ? company.name() : first.requestedProvider();
        String firstModel = first == null ? request.model() : first.requestedModel();
        boolean fallback = first != null
                && (first.fallback()
                        || !first.provider().equals(provider)
                        || !first.model().equals(model));
        return new Served(firstProvider, firstModel, provider, model, fallback, whole);
    }

    /** Nobody was asked, or nobody who was asked has a name here. */
    Served nobody(Trail theirs) {
        return new Served(company.name(), request.model(), company.name(), request.model(), false, theirs);
    }

    /** An attempt whose provider tells no trail. */
    Served entry(Take which, Trail.Outcome outcome, Failure failure, int told) {
        String provider = answering == null ? company.name() : answering.provider();
        String model = answering == null ? request.model() : answering.model();
        Usage usage = outcome == Trail.Outcome.FAILED ? Usage.none() : Tokens.spent(which.request(), told);
        Trail.Entry entry = entry(provider, model, outcome, failure, usage);
        return new Served(
                provider, request.model(), provider, model, false, Trail.empty().plus(entry));
    }

    /** The trail of an attempt that was cut, with an estimate of what it cost, and judged by whether it was of any use. */
    Served judged(ChatResponse partial, Take which, boolean visible) {
        Served by = partial.served();
        int told = Tokens.of(partial.text()) + Tokens.of(partial.reasoning());
        Trail.Outcome outcome = visible ? Trail.Outcome.PARTIAL : Trail.Outcome.WASTED;
        Trail judged = new Trail(by.trail().entries().stream()
                .map(entry -> entry.outcome() == Trail.Outcome.PARTIAL
                        ? with(entry, outcome, usage(entry, which, told))
                        : entry)
                .toList());
        return new Served(
                by.requestedProvider(), by.requestedModel(), by.provider(), by.model(), by.fallback(), judged);
    }

    private static Usage usage(Trail.Entry entry, Take which, int told) {
        return entry.usage().total() > 0 ? entry.usage() : Tokens.spent(which.request(), told);
    }

    private Trail.Entry entry(
            String provider, String model, Trail.Outcome outcome, @Nullable Failure failure, Usage usage) {
        Trail.Timing timing = new Trail.Timing(Duration.ZERO, Duration.ofNanos(now() - began), null);
        return new Trail.Entry(provider, model, 1, 1, outcome, failure, timing, usage, null, 0);
    }

    private static Trail.Entry with(Trail.Entry entry, Trail.Outcome outcome, Usage usage) {
        return new Trail.Entry(
                entry.provider(),
                entry.model(),
                entry.attempt(),
                entry.of(),
                outcome,
                entry.failure(),
                entry.timing(),
                usage,
                entry.keyFingerprint(),
                entry.dropped());
    }

    Usage spent() {
        return trail.usage();
    }

    static long now() {
        return Schedulers.parallel().now(TimeUnit.NANOSECONDS);
    }
}
