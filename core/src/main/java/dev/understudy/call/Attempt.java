package dev.understudy.call;

import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.CallScope;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponseAggregator;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Feature;
import dev.understudy.chat.ProviderEvent;
import dev.understudy.chat.ServedBy;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Usage;
import dev.understudy.event.Event;
import dev.understudy.event.Listener;
import dev.understudy.guard.FailureClassifier;
import dev.understudy.policy.TimeoutPolicy;
import dev.understudy.policy.UsageEstimate;
import dev.understudy.pool.Route;
import dev.understudy.trim.ConversationTrimmer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.util.context.Context;

/** One route asked once. */
final class Attempt {

    private final Call call;
    private final Cursor cursor;
    private final Route route;
    private final @Nullable Race race;
    private final AttemptPermit attemptPermit;
    private final long started;
    private ChatRequest sent;
    private @Nullable ChatResponseAggregator delivered;
    private int dropped;
    private @Nullable Duration firstContent;

    /** @param race against whom it runs, {@code null} when it runs alone */
    Attempt(Call call, Cursor cursor, @Nullable Race race) {
        this.race = race;
        this.call = call;
        this.sent = call.request();
        this.cursor = cursor;
        this.route = call.plan().route(cursor.route());
        this.started = call.now();
        this.attemptPermit = new AttemptPermit(route, call.plan().isEarly(cursor.route()), call);
    }

    /** All guards of a call, from the first to the last; operators from the inside out. Never throws. */
    <T> Flux<T> through(CallMode<T> mode) {
        Failure denied = attemptPermit.take(started); // circuit and rate limits: a place, or the reason why not
        if (denied != null) {
            return Flux.error(failed(denied, Usage.none()));
        }
        try {
            return asking(mode);
        } catch (Throwable thrown) { // the caller's token counter: no provider's failure, and it keeps no place
            attemptPermit.leave(call.now());
            return Flux.error(CallerCode.rejected("The request could not be made to fit", thrown));
        }
    }

    private <T> Flux<T> asking(CallMode<T> mode) {
        if (cursor.attempt() == 1) {
            route.pooledProvider().retryTokens().earn(started);
        }
        ChatRequest fitted = fitted(); // no longer than the context window
        Event.AttemptStarted asked =
                new Event.AttemptStarted(call.id(), route.name(), route.model(), cursor.attempt(), tries());
        call.tell(asked);
        return Flux.defer(() -> CallerCode.answer(() -> mode.ask(route, fitted))) // a throw becomes a signal
                .switchIfEmpty(Flux.error(Attempt::empty)) // silence is not success
                .transform(answer -> watched(answer, mode)) // no silence for ever
                .onErrorMap(FailureClassifier::typed) // whatever it is, it has a kind
                .transform(answer -> mode.commit(answer, this)) // the first content decides, and all is reported
                .onErrorMap(ChatException.CallFailed.class, failed -> failed(failed, Usage.none()))
                .doOnCancel(this::left)
                .doOnError(error -> attemptPermit.leave(call.now()))
                .contextWrite(context -> within(asked, context));
    }

    /** An understudy inside reads the Context too: our cursor, and who hears us, are none of its business. */
    private Context within(Event.AttemptStarted asked, Context context) {
        Context theirs = scope().in(context.delete(Cursor.class).delete(Listener.class));
        return Listener.contextFor(call.listener(), asked, theirs);
    }

    /** Who waited for as long as it ever waits asks then, whatever time the vendor had named. */
    private CallScope scope() {
        Duration longest = call.policies().options().retry().maxWait();
        boolean waited = !longest.isZero() && cursor.waited().compareTo(longest) >= 0;
        return waited ? call.scope().ignoringRetryAfter() : call.scope();
    }

    private ChatRequest fitted() {
        ConversationTrimmer.Outcome outcome = call.fitted(route, cursor);
        if (outcome instanceof ConversationTrimmer.Shorter shorter) {
            dropped = shorter.messages();
            call.tell(new Event.Trimmed(call.id(), route.name(), route.model(), shorter.messages(), shorter.tokens()));
        }
        sent = outcome.request();
        return sent;
    }

    private <T> Flux<T> watched(Flux<T> answer, CallMode<T> mode) {
        TimeoutPolicy limits = route.capabilities().has(Feature.REASONING)
                ? call.policies().reasoning()
                : call.policies().timeoutPolicy();
        return new Watchdog<>(
                answer,
                new Watchdog.Limits(
                        mode.first(limits), mode.firstPhase(), limits.idle(), limits.total(), call.deadline()),
                call.policies().timeSource());
    }

    private static ChatException.CallFailed empty() {
        return new ChatException.CallFailed(Failure.of(FailureKind.EMPTY, "the provider completed without an answer"));
    }

    /** Whether the call belongs to this attempt, now that it has something to say. If not, it is over. */
    boolean claims() {
        boolean claimed = race == null || race.claimedBy(this);
        if (!claimed) {
            left();
        }
        return claimed;
    }

    /** The first content is here, and claimed: from now on the call belongs to this route. */
    void committed(ChatResponseAggregator delivered) {
        this.delivered = delivered;
        long now = call.now();
        Duration after = Duration.ofNanos(now - started);
        firstContent = after;
        attemptPermit.begun(now);
        route.pooledProvider().health().firstContent(now - started, now);
        call.tell(new Event.FirstContent(call.id(), route.name(), route.model(), after));
        call.around().report(new ProviderEvent.FirstContentFrom(route.name(), route.model()));
    }

    /** The answer is whole. */
    StreamChunk.Finish served(StreamChunk.Finish finish) {
        long now = call.now();
        attemptPermit.succeeded(now);
        attemptPermit.leave(finish.usage(), now);
        call.memory().cooldowns().open(route.name(), route.model());
        route.pooledProvider().health().served(now - started, firstContent == null, now);
        AttemptLog.Attempt attempt = entry(
                AttemptLog.Outcome.SERVED,
                null,
                finish.usage(),
                finish.vendorMetadata().keyFingerprint());
        AttemptLog attemptLog = trail(attempt);
        Usage usage = attemptLog.usage();
        ServedBy servedBy = served(attemptLog);
        call.end(new Event.CallSucceeded(call.id(), servedBy, usage, call.took()));
        return finish.withServed(servedBy).withUsage(usage);
    }

    /** Nothing was shown yet: the decision follows. */
    AttemptFailure failed(Failure failure, Usage usage) {
        return failed(new ChatException.CallFailed(failure), usage);
    }

    AttemptFailure failed(ChatException.CallFailed failed, Usage usage) {
        Failure failure = failed.failure();
        boolean asked = failure.kind() != FailureKind.SKIPPED;
        AttemptLog.Outcome outcome = asked ? AttemptLog.Outcome.FAILED : AttemptLog.Outcome.SKIPPED;
        AttemptLog.Attempt attempt =
                entry(outcome, failure, usage, failure.advice().keyFingerprint());
        call.tell(asked ? new Event.AttemptFailed(call.id(), attempt) : new Event.RouteSkipped(call.id(), attempt));
        settle(failed);
        return new AttemptFailure(cursor.failed(attempt, failed), failed);
    }

    /** Something was shown already: the answer ends here. */
    ChatException.PartialAnswer cut(ChatException.CallFailed failed, ChatResponseAggregator delivered) {
        Failure failure = failed.failure();
        settle(failed);
        AttemptLog.Attempt attempt = entry(
                AttemptLog.Outcome.PARTIAL, failure, spent(), failure.advice().keyFingerprint());
        call.tell(new Event.AttemptFailed(call.id(), attempt));
        ChatException.PartialAnswer why =
                new ChatException.PartialAnswer(failure, delivered.partial(served(trail(attempt))));
        call.end(new Event.CallFailed(call.id(), why, call.took()));
        return why;
    }

    private void settle(ChatException.CallFailed failed) {
        if (CallerCode.isFatal(failed.getCause()) || failed.failure().phase() == Failure.Phase.REQUEST) {
            attemptPermit.leave(call.now()); // the JVM's failure or the caller's, no provider's
        } else {
            attemptPermit.failed(failed.failure(), call.now() - started, call.now());
        }
    }

    /** The caller is gone, or another provider was faster. Neither speaks against this one. */
    private void left() {
        if (!attemptPermit.leave(call.now())) {
            return;
        }
        boolean outrun = race != null && race.isLostBy(this);
        AttemptLog.Attempt attempt =
                entry(outrun ? AttemptLog.Outcome.WASTED : AttemptLog.Outcome.CANCELLED, null, spent(), null);
        if (outrun) {
            call.wasted().add(attempt);
        }
        if (race != null && firstContent == null) {
            // Whoever was outrun takes at least as long as it took so far. (A caller who leaves says no less.)
            route.pooledProvider().health().outrun(call.now() - started, call.now());
        }
        call.tell(new Event.AttemptAbandoned(call.id(), attempt));
    }

    private Usage spent() {
        return UsageEstimate.spent(sent, delivered == null ? 0 : delivered.received());
    }

    private AttemptLog trail(AttemptLog.Attempt last) {
        AttemptLog attemptLog = cursor.attemptLog();
        for (AttemptLog.Attempt wasted : call.wasted()) {
            attemptLog = attemptLog.plus(wasted);
        }
        return attemptLog.plus(last);
    }

    private ServedBy served(AttemptLog attemptLog) {
        Route first = call.plan().first();
        return new ServedBy(
                first.name(), call.request().model(), route.name(), route.model(), !route.isSameAs(first), attemptLog);
    }

    private AttemptLog.Attempt entry(
            AttemptLog.Outcome outcome, @Nullable Failure failure, Usage usage, @Nullable String keyFingerprint) {
        boolean asked = outcome != AttemptLog.Outcome.SKIPPED;
        return new AttemptLog.Attempt(
                route.name(),
                route.model(),
                asked ? cursor.attempt() : 0,
                asked ? tries() : 0,
                outcome,
                failure,
                new AttemptLog.Timing(cursor.waited(), Duration.ofNanos(call.now() - started), firstContent),
                usage,
                keyFingerprint,
                dropped);
    }

    private int tries() {
        return call.policies().options().retry().retries() + 1;
    }
}
