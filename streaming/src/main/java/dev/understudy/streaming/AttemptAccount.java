package dev.understudy.streaming;

import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Failure;
import dev.understudy.chat.ProviderEvent;
import dev.understudy.chat.ResumeToken;
import dev.understudy.chat.ServedBy;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Usage;
import dev.understudy.policy.TokenCounter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Who tried to give one answer, what became of it, and what it cost. */
final class AttemptAccount {

    private final String company;
    private final ChatRequest request;
    private AttemptLog attemptLog = AttemptLog.empty();
    private @Nullable ServedBy first;
    private ProviderEvent.@Nullable FirstContentFrom firstContentFrom;
    private long began;

    /** @param company the name for whoever has none here */
    AttemptAccount(String company, ChatRequest request) {
        this.company = company;
        this.request = request;
    }

    /** The next attempt begins. */
    void begin() {
        began = Clock.now();
        firstContentFrom = null;
    }

    /** Who gives the answer of this attempt: the first who says so. */
    void answers(ProviderEvent.FirstContentFrom by) {
        firstContentFrom = firstContentFrom == null ? by : firstContentFrom;
    }

    ProviderEvent.FirstContentFrom answering() {
        return firstContentFrom == null
                ? new ProviderEvent.FirstContentFrom(company, request.model())
                : firstContentFrom;
    }

    /** An attempt that was cut. */
    void add(StreamInterruption streamInterruption, AttemptSpec attemptSpec) {
        if (first == null) {
            first = streamInterruption.servedBy;
        }
        attemptLog = joined(
                streamInterruption.sort == StreamInterruption.Sort.BROKEN ? paidOnce(attemptSpec) : attemptLog,
                streamInterruption.trail());
    }

    /** What was shown so far is no part of the answer any more. */
    void takeBack() {
        attemptLog = new AttemptLog(
                attemptLog.attempts().stream().map(AttemptAccount::takenBack).toList());
    }

    private static AttemptLog.Attempt takenBack(AttemptLog.Attempt attempt) {
        return attempt.outcome() == AttemptLog.Outcome.PARTIAL
                ? with(attempt, AttemptLog.Outcome.WASTED, attempt.usage())
                : attempt;
    }

    /** The finish of the last attempt, as the finish of the whole. */
    StreamChunk.Finish finish(StreamChunk.Finish finish, AttemptSpec attemptSpec) {
        if (attemptLog.attempts().isEmpty()) {
            return finish;
        }
        ServedBy last = finish.servedBy();
        AttemptLog theirs = last.attemptLog();
        if (theirs.attempts().isEmpty()) {
            theirs = theirs.plus(entry(last.provider(), last.model(), AttemptLog.Outcome.SERVED, null, finish.usage()));
        }
        AttemptLog whole = joined(paidOnce(attemptSpec), theirs);
        return finish.withServed(served(last.provider(), last.model(), whole)).withUsage(whole.usage());
    }

    /** An answer that is told again is paid for once: what it cost stands at the attempt that told it last. */
    private AttemptLog paidOnce(AttemptSpec now) {
        ResumeToken kept = now.kept();
        List<AttemptLog.Attempt> all = new ArrayList<>(attemptLog.attempts());
        for (int i = all.size() - 1; kept != null && i >= 0; i--) {
            AttemptLog.Attempt attempt = all.get(i);
            boolean began =
                    attempt.outcome() == AttemptLog.Outcome.PARTIAL || attempt.outcome() == AttemptLog.Outcome.WASTED;
            if (began
                    && attempt.provider().equals(kept.provider())
                    && attempt.model().equals(kept.model())) {
                all.set(i, with(attempt, attempt.outcome(), Usage.none()));
                return new AttemptLog(all);
            }
        }
        return attemptLog;
    }

    /** One behind the other. That a route is not asked again after its attempt needs no line of its own. */
    private static AttemptLog joined(AttemptLog before, AttemptLog after) {
        List<AttemptLog.Attempt> all = new ArrayList<>(before.attempts());
        for (AttemptLog.Attempt attempt : after.attempts()) {
            boolean known = attempt.outcome() == AttemptLog.Outcome.SKIPPED
                    && before.attempts().stream()
                            .anyMatch(earlier -> earlier.provider().equals(attempt.provider())
                                    && earlier.model().equals(attempt.model()));
            if (!known) {
                all.add(attempt);
            }
        }
        return new AttemptLog(all);
    }

    /** The whole trail, as served by this route. */
    ServedBy served(String provider, String model) {
        return served(provider, model, attemptLog);
    }

    private ServedBy served(String provider, String model, AttemptLog whole) {
        String firstProvider = first == null ? company : first.requestedProvider();
        String firstModel = first == null ? request.model() : first.requestedModel();
        boolean fallback = first != null
                && (first.fallback()
                        || !first.provider().equals(provider)
                        || !first.model().equals(model));
        return new ServedBy(firstProvider, firstModel, provider, model, fallback, whole);
    }

    /**
     * Who gave an attempt that ended with a failure, and what it cost.
     *
     * @param told tokens that it told, as far as we know of them
     */
    ServedBy ended(
            @Nullable Throwable error,
            Failure failure,
            StreamInterruption.Sort sort,
            AttemptSpec which,
            boolean visible,
            int told) {
        if (error instanceof ChatException.PartialAnswer partial) {
            return judged(partial.partial(), which, visible);
        }
        if (error instanceof ChatException.Exhausted exhausted) {
            return nobody(exhausted.trail());
        }
        return switch (sort) {
            case REJECTED -> nobody(AttemptLog.empty());
            case MISSED, ABANDONED -> entry(which, AttemptLog.Outcome.FAILED, failure, told);
            case BROKEN -> entry(which, outcome(visible), failure, told);
        };
    }

    private static AttemptLog.Outcome outcome(boolean visible) {
        return visible ? AttemptLog.Outcome.PARTIAL : AttemptLog.Outcome.WASTED;
    }

    /** Nobody was asked, or nobody who was asked has a name here. */
    private ServedBy nobody(AttemptLog theirs) {
        return new ServedBy(company, request.model(), company, request.model(), false, theirs);
    }

    /** An attempt whose provider tells no trail. */
    ServedBy entry(AttemptSpec which, AttemptLog.Outcome outcome, Failure failure, int told) {
        String provider = answering().provider();
        String model = answering().model();
        Usage usage = outcome == AttemptLog.Outcome.FAILED ? Usage.none() : estimated(which, told);
        AttemptLog.Attempt attempt = entry(provider, model, outcome, failure, usage);
        return new ServedBy(
                provider,
                request.model(),
                provider,
                model,
                false,
                AttemptLog.empty().plus(attempt));
    }

    /** The trail of an attempt that was cut, with an estimate of what it cost, and judged by whether it was of any use. */
    private ServedBy judged(ChatResponse partial, AttemptSpec which, boolean visible) {
        ServedBy by = partial.served();
        int told = TokenCounter.estimate(partial.text()) + TokenCounter.estimate(partial.reasoning());
        AttemptLog.Outcome outcome = outcome(visible);
        AttemptLog judged = new AttemptLog(by.attemptLog().attempts().stream()
                .map(attempt -> attempt.outcome() == AttemptLog.Outcome.PARTIAL
                        ? with(attempt, outcome, usage(attempt, which, told))
                        : attempt)
                .toList());
        return new ServedBy(
                by.requestedProvider(), by.requestedModel(), by.provider(), by.model(), by.fallback(), judged);
    }

    private static Usage usage(AttemptLog.Attempt attempt, AttemptSpec which, int told) {
        return attempt.usage().total() > 0 ? attempt.usage() : estimated(which, told);
    }

    /** The cost of an attempt whose provider reported none. */
    private static Usage estimated(AttemptSpec which, int told) {
        return Usage.of(TokenCounter.characters().countAll(which.request().messages()), told)
                .withEstimated(true);
    }

    private AttemptLog.Attempt entry(
            String provider, String model, AttemptLog.Outcome outcome, @Nullable Failure failure, Usage usage) {
        AttemptLog.Timing timing = new AttemptLog.Timing(Duration.ZERO, Duration.ofNanos(Clock.now() - began), null);
        return AttemptLog.Attempt.of(provider, model, outcome)
                .withFailure(failure)
                .withTiming(timing)
                .withUsage(usage);
    }

    private static AttemptLog.Attempt with(AttemptLog.Attempt attempt, AttemptLog.Outcome outcome, Usage usage) {
        return attempt.withOutcome(outcome).withUsage(usage);
    }

    Usage spent() {
        return attemptLog.usage();
    }
}
