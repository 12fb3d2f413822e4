package dev.understudy.call;

import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponseAggregator;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.ProviderEvent;
import dev.understudy.chat.ServedBy;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Usage;
import dev.understudy.event.Event;
import dev.understudy.event.Listener;
import dev.understudy.guard.AttemptLink;
import dev.understudy.guard.ConcurrencyLimit;
import dev.understudy.guard.FinishWait;
import dev.understudy.guard.ResponseStart;
import dev.understudy.policy.TimeoutPolicy;
import dev.understudy.policy.TokenCounter;
import dev.understudy.pool.Route;
import dev.understudy.trim.ConversationTrimmer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.util.context.Context;

/** One attempt at one route. Created and run at most once; its operators call back on the thread of the signal. */
final class Attempt implements AttemptBoundary.Ends {

    private final Call call;
    private final Cursor cursor;
    private final Route route;
    private final @Nullable Race race;
    private final AttemptPermit attemptPermit;
    private long started;
    private Duration queued = Duration.ZERO;
    private final FinishWait finishWait = new FinishWait();
    private final ResponseStart responseStart = new ResponseStart();
    private ChatRequest sent;
    private @Nullable ChatResponseAggregator delivered;
    private int dropped;
    private @Nullable Duration firstContent;

    /** @param race the race with a hedged attempt, {@code null} without one */
    Attempt(Call call, Cursor cursor, @Nullable Race race) {
        this.race = race;
        this.call = call;
        this.sent = call.request();
        this.cursor = cursor;
        this.route = call.plan().route(cursor.route());
        this.started = call.now();
        this.attemptPermit = new AttemptPermit(
                route,
                call.plan().isLastResort(cursor.route()),
                cursor.routeState().access() == Cursor.Access.RECONNECTING,
                call);
    }

    /** Runs the attempt behind its guards: permit, trimming, time limits, commit. Never throws. */
    <T> Flux<T> run(CallMode<T> mode) {
        return cursor.routeState().access() == Cursor.Access.QUEUE
                ? SlotWait.of(call, route)
                        .onErrorMap(ChatException.CallFailed.class, failed -> failed(failed, Usage.none()))
                        .flatMapMany(slot -> admitted(slot, mode))
                : admitted(attemptPermit.acquire(started), mode);
    }

    /** Begins with the slot that it waited for. */
    private <T> Flux<T> admitted(ConcurrencyLimit.Waiter slot, CallMode<T> mode) {
        long now = call.now();
        queued = Duration.ofNanos(now - started);
        started = now;
        return admitted(attemptPermit.acquire(slot, now), mode);
    }

    private <T> Flux<T> admitted(@Nullable SkipReason denied, CallMode<T> mode) {
        if (denied != null) {
            AttemptFailure skipped = failed(denied.failure(), Usage.none());
            boolean full = denied instanceof SkipReason.AtCapacity;
            return Flux.error(full ? new AttemptFailure(skipped.cursor().atCapacity(), skipped.failed()) : skipped);
        }
        try {
            return request(mode);
        } catch (Throwable thrown) { // thrown by the caller's token counter: not the provider's failure
            attemptPermit.release(call.now());
            return Flux.error(CallerCode.rejected("The request could not be made to fit", thrown));
        }
    }

    private <T> Flux<T> request(CallMode<T> mode) {
        if (cursor.attempt() == 1) {
            route.pooledProvider().retryTokens().earn(started);
        }
        ChatRequest trimmed = trimmed();
        Event.AttemptStarted event =
                new Event.AttemptStarted(call.id(), route.name(), route.model(), cursor.attempt(), maxAttempts());
        call.publish(event);
        route.pooledProvider().asked(route.model(), route.capabilities());
        Flux<T> answer = limited(
                Flux.from(CallerCode.answer(
                        () -> mode.call(route, trimmed), call.policies().failureTyping())),
                mode);
        return new AttemptBoundary<>(mode.commit(answer, this), this, context -> contextFor(event, context));
    }

    @Override
    public Throwable failed(Throwable error) {
        Throwable reported = error instanceof ChatException.CallFailed failed ? failed(failed, Usage.none()) : error;
        attemptPermit.release(call.now()); // unless that was done before
        return reported;
    }

    /** Hides the listener and the owner of this call from an understudy that is used as a provider. */
    private Context contextFor(Event.AttemptStarted event, Context context) {
        boolean limited = call.policies().timeoutsOf(route.capabilities()).headers() != null;
        ResponseStart headers = limited ? responseStart : null;
        Context inner = call.scope()
                .in(context.delete(Listener.class).delete(ResumedCall.class))
                .put(AttemptLink.class, new AttemptLink(finishWait, headers, attemptPermit::mayBeResent));
        return Listener.contextFor(call.listener(), event, inner);
    }

    private ChatRequest trimmed() {
        ConversationTrimmer.Outcome outcome = call.trimmed(route, cursor);
        if (outcome instanceof ConversationTrimmer.Shorter shorter) {
            dropped = shorter.messages();
            call.publish(
                    new Event.Trimmed(call.id(), route.name(), route.model(), shorter.messages(), shorter.tokens()));
        }
        sent = outcome.request();
        return sent;
    }

    private <T> Flux<T> limited(Flux<T> answer, CallMode<T> mode) {
        TimeoutPolicy limits = call.policies().timeoutsOf(route.capabilities());
        Duration share = deadlineShare(limits);
        boolean shared = share != null && share.compareTo(mode.first(limits)) < 0;
        return new Watchdog<>(
                answer,
                new Watchdog.Limits(
                        limits,
                        shared && share != null ? share : mode.first(limits),
                        shared ? Failure.Phase.DEADLINE_SHARE : mode.firstPhase(),
                        mode.firstPhase() == Failure.Phase.FIRST_CONTENT ? responseStart : null,
                        call.deadline()),
                call.policies().timeSource(),
                finishWait);
    }

    /** Returns the time that this attempt may take to its first content for others to follow; {@code null} for no limit. */
    private @Nullable Duration deadlineShare(TimeoutPolicy limits) {
        if (call.deadline() == Long.MAX_VALUE
                || !cursor.leavesOthers(call.plan(), call.policies().options().maxAttempts(), started)) {
            return null;
        }
        return Duration.ofNanos((long) (limits.deadlineShare() * (call.deadline() - started)));
    }

    /** Returns the failure of an answer without any element. */
    static ChatException.CallFailed empty() {
        return new ChatException.CallFailed(Failure.of(FailureKind.EMPTY, "the provider completed without an answer"));
    }

    /** Types an error of the provider; a lost connection within an answer that has begun is a cut. */
    ChatException.CallFailed typed(Throwable error) {
        ChatException.CallFailed typed = call.policies().failureTyping().typed(error);
        boolean cut = delivered != null && typed != error && typed.failure().kind() == FailureKind.CONNECT;
        return cut
                ? typed.with(Failure.of(FailureKind.TRUNCATED, typed.failure().message()))
                : typed;
    }

    /** Returns the failure of an answer with neither text nor tool call; {@code null} if it is valid nevertheless. */
    @Nullable
    Failure unusable(FinishReason reason, String refusal) {
        return EmptyAnswer.failure(sent, reason, refusal);
    }

    /** Claims the call at the first content. Returns false if another attempt was faster; this one has then ended. */
    boolean claim() {
        boolean claimed = race == null || race.claim(this);
        if (!claimed) {
            abandoned();
        }
        return claimed;
    }

    /** Reports the first content of the attempt that claimed the call. */
    void committed(ChatResponseAggregator delivered) {
        this.delivered = delivered;
        long now = call.now();
        Duration after = Duration.ofNanos(now - started);
        firstContent = after;
        attemptPermit.begun(now);
        route.pooledProvider().health().firstContent(now - started, now);
        call.publish(new Event.FirstContent(call.id(), route.name(), route.model(), after));
        call.callerScope().report(new ProviderEvent.FirstContentFrom(route.name(), route.model()));
    }

    /** Reports content after the first one. */
    void flows() {
        attemptPermit.flows(call::now);
    }

    /** Reports a complete answer, and returns its end with attempt log and total usage. */
    StreamChunk.Finish served(StreamChunk.Finish finish) {
        long now = call.now();
        attemptPermit.succeeded(now);
        attemptPermit.release(finish.usage(), now);
        if (!finish.usage().estimated() && finish.usage().input() > 0) {
            call.memory()
                    .learnedContextWindows()
                    .served(route.name(), route.model(), finish.usage().input(), now);
        }
        call.memory().cooldowns().succeeded(route.name(), route.model());
        call.memory().providerPool().served(route.pooledProvider(), now);
        route.pooledProvider().health().served(now - started, firstContent == null, now);
        AttemptLog.Attempt attempt = logEntry(
                AttemptLog.Outcome.SERVED,
                null,
                finish.usage(),
                finish.vendorMetadata().keyFingerprint(),
                now);
        AttemptLog attemptLog = attemptLog(attempt);
        Usage usage = attemptLog.usage();
        ServedBy servedBy = servedBy(attemptLog);
        call.end(new Event.CallSucceeded(call.id(), servedBy, usage, Duration.ofNanos(now - call.started())));
        return finish.withServedBy(servedBy).withUsage(usage);
    }

    /** Reports a failure before the first content; the returned error leads to a decision. */
    AttemptFailure failed(Failure failure, Usage usage) {
        return failed(new ChatException.CallFailed(failure), usage);
    }

    AttemptFailure failed(ChatException.CallFailed failed, Usage usage) {
        Failure failure = failed.failure();
        boolean sentRequest = failure.kind() != FailureKind.SKIPPED;
        AttemptLog.Outcome outcome = sentRequest ? AttemptLog.Outcome.FAILED : AttemptLog.Outcome.SKIPPED;
        AttemptLog.Attempt attempt =
                logEntry(outcome, failure, usage, failure.advice().keyFingerprint());
        call.publish(
                sentRequest ? new Event.AttemptFailed(call.id(), attempt) : new Event.RouteSkipped(call.id(), attempt));
        reportFailure(failed);
        return new AttemptFailure(cursor.failed(attempt, failed), failed);
    }

    /** Reports a failure after the first content, which ends the call with a partial answer. */
    ChatException.PartialAnswer interrupted(ChatException.CallFailed failed, ChatResponseAggregator delivered) {
        Failure failure = failed.failure().afterContent();
        reportFailure(failure.equals(failed.failure()) ? failed : failed.with(failure));
        ChatException.CallFailed cut = new ChatException.CallFailed(failure).withVendorText(failed::vendorText);
        AttemptLog.Attempt attempt = logEntry(
                AttemptLog.Outcome.PARTIAL,
                failure,
                spentUsage(),
                failure.advice().keyFingerprint());
        call.publish(new Event.AttemptFailed(call.id(), attempt));
        ChatException.PartialAnswer partial =
                new ChatException.PartialAnswer(cut, delivered.partial(servedBy(attemptLog(attempt))));
        call.end(new Event.CallFailed(call.id(), partial, call.took()));
        return partial;
    }

    private void reportFailure(ChatException.CallFailed failed) {
        if (CallerCode.isFatal(failed.getCause()) || failed.failure().phase() == Failure.Phase.REQUEST) {
            attemptPermit.release(call.now()); // a failure of the JVM or of the request, not of the provider
        } else {
            attemptPermit.failed(failed.failure(), call.now() - started, call.now());
        }
    }

    /** Ends the attempt after a cancellation by the caller or by a faster attempt. Neither counts against the provider. */
    @Override
    public void abandoned() {
        if (!attemptPermit.release(call.now())) {
            return;
        }
        boolean lost = race != null && race.isLostBy(this);
        AttemptLog.Attempt attempt =
                logEntry(lost ? AttemptLog.Outcome.WASTED : AttemptLog.Outcome.CANCELLED, null, spentUsage(), null);
        if (lost) {
            call.wasted().add(attempt);
        }
        if (race != null && firstContent == null) {
            // A cancelled attempt would have taken at least as long as it has so far.
            route.pooledProvider().health().outrun(call.now() - started, call.now());
        }
        call.publish(new Event.AttemptAbandoned(call.id(), attempt));
    }

    private Usage spentUsage() {
        int prompt = TokenCounter.characters().countAll(sent.messages());
        int received = delivered == null ? 0 : delivered.received();
        return Usage.of(prompt, TokenCounter.estimate(received)).withEstimated(true);
    }

    private AttemptLog attemptLog(AttemptLog.Attempt last) {
        AttemptLog attemptLog = cursor.attemptLog();
        for (AttemptLog.Attempt wasted : call.wasted()) {
            attemptLog = attemptLog.plus(wasted);
        }
        return attemptLog.plus(last);
    }

    private ServedBy servedBy(AttemptLog attemptLog) {
        Route first = call.plan().first();
        return new ServedBy(
                first.name(), call.request().model(), route.name(), route.model(), !route.isSameAs(first), attemptLog);
    }

    private AttemptLog.Attempt logEntry(
            AttemptLog.Outcome outcome, @Nullable Failure failure, Usage usage, @Nullable String keyFingerprint) {
        return logEntry(outcome, failure, usage, keyFingerprint, call.now());
    }

    private AttemptLog.Attempt logEntry(
            AttemptLog.Outcome outcome,
            @Nullable Failure failure,
            Usage usage,
            @Nullable String keyFingerprint,
            long now) {
        boolean sentRequest = outcome != AttemptLog.Outcome.SKIPPED;
        return AttemptLog.Attempt.of(route.name(), route.model(), outcome)
                .withNumber(sentRequest ? cursor.attempt() : 0, sentRequest ? maxAttempts() : 0)
                .withFailure(failure)
                .withTiming(new AttemptLog.Timing(
                        cursor.waited().plus(queued), Duration.ofNanos(now - started), firstContent))
                .withUsage(usage)
                .withKeyFingerprint(keyFingerprint)
                .withDropped(dropped);
    }

    private int maxAttempts() {
        return Math.max(cursor.attempt(), call.policies().options().retry().retries() + 1);
    }
}
