package dev.understudy.streaming;

import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Failure;
import dev.understudy.chat.ProviderEvent;
import dev.understudy.chat.ServedBy;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.StreamChunk.ResumeToken;
import dev.understudy.chat.Usage;
import dev.understudy.policy.TokenCounter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Log of the attempts at one answer, with outcomes and usage. */
final class AttemptAccount {

    private final String inner;
    private final ChatRequest request;
    private AttemptLog attemptLog = AttemptLog.empty();
    private @Nullable ServedBy first;
    private ProviderEvent.@Nullable FirstContentFrom firstContentFrom;
    private long began;

    /**
     * @param inner name of the inner provider, used where no provider is known
     */
    AttemptAccount(String inner, ChatRequest request) {
        this.inner = inner;
        this.request = request;
    }

    /** A copy for another attempt that begins beside the present one. */
    AttemptAccount fork() {
        AttemptAccount copy = new AttemptAccount(inner, request);
        copy.attemptLog = attemptLog;
        copy.first = first;
        return copy;
    }

    int size() {
        return attemptLog.attempts().size();
    }

    /** Adds the attempts of a fork. */
    void addAttemptsOf(AttemptAccount fork, int from) {
        List<AttemptLog.Attempt> theirs = fork.attemptLog.attempts();
        attemptLog = joined(attemptLog, new AttemptLog(theirs.subList(Math.min(from, theirs.size()), theirs.size())));
    }

    /** Adds an attempt that was cancelled because another one was faster. */
    void wasted(AttemptSpec attemptSpec, ProviderEvent.FirstContentFrom by) {
        attemptLog = attemptLog.plus(
                entry(by.provider(), by.model(), AttemptLog.Outcome.WASTED, null, estimated(attemptSpec, 0)));
    }

    /** Starts the next attempt. */
    void begin() {
        began = Clock.now();
        firstContentFrom = null;
    }

    /** Records the provider of this attempt's answer; the first report counts. */
    void answers(ProviderEvent.FirstContentFrom by) {
        firstContentFrom = firstContentFrom == null ? by : firstContentFrom;
    }

    ProviderEvent.FirstContentFrom answering() {
        return firstContentFrom == null ? new ProviderEvent.FirstContentFrom(inner, request.model()) : firstContentFrom;
    }

    /** Adds an interrupted attempt. */
    void add(StreamInterruption streamInterruption, AttemptSpec attemptSpec) {
        if (first == null) {
            first = streamInterruption.servedBy;
        }
        attemptLog = joined(
                streamInterruption.sort == StreamInterruption.Sort.BROKEN ? paidOnce(attemptSpec) : attemptLog,
                streamInterruption.attemptLog());
    }

    /** Marks the delivered part of earlier attempts as retracted. */
    void takeBack() {
        attemptLog = new AttemptLog(
                attemptLog.attempts().stream().map(AttemptAccount::takenBack).toList());
    }

    private static AttemptLog.Attempt takenBack(AttemptLog.Attempt attempt) {
        return attempt.outcome() == AttemptLog.Outcome.PARTIAL
                ? with(attempt, AttemptLog.Outcome.WASTED, attempt.usage())
                : attempt;
    }

    /** Converts the finish of the last attempt to the finish of the whole answer. */
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
        ServedBy servedBy = first == null
                ? new ServedBy(
                        last.requestedProvider(),
                        last.requestedModel(),
                        last.provider(),
                        last.model(),
                        last.fallback(),
                        whole)
                : served(last.provider(), last.model(), whole);
        return finish.withServedBy(servedBy).withUsage(whole.usage());
    }

    /** A stored answer that is sent again is billed once: its usage is counted at its last attempt. */
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

    /** Joins two logs. A route that is skipped after its own attempt needs no entry. */
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

    /** The whole log, as served by a route. */
    ServedBy served(String provider, String model) {
        return served(provider, model, attemptLog);
    }

    private ServedBy served(String provider, String model, AttemptLog whole) {
        String firstProvider = first == null ? inner : first.requestedProvider();
        String firstModel = first == null ? request.model() : first.requestedModel();
        boolean fallback = first != null
                && (first.fallback()
                        || !first.provider().equals(provider)
                        || !first.model().equals(model));
        return new ServedBy(firstProvider, firstModel, provider, model, fallback, whole);
    }

    /**
     * Provider and usage of an attempt that ended with a failure.
     *
     * @param received known tokens of the attempt
     */
    ServedBy ended(
            @Nullable Throwable error,
            Failure failure,
            StreamInterruption.Sort sort,
            AttemptSpec which,
            boolean visible,
            int received) {
        if (error instanceof ChatException.PartialAnswer partial) {
            return judged(partial.partial(), which, visible);
        }
        if (error instanceof ChatException.Exhausted exhausted) {
            return unserved(exhausted.attemptLog());
        }
        return switch (sort) {
            case REJECTED -> unserved(AttemptLog.empty());
            case MISSED, ABANDONED -> entry(which, AttemptLog.Outcome.FAILED, failure, received);
            case BROKEN -> entry(which, outcome(visible), failure, received);
        };
    }

    private static AttemptLog.Outcome outcome(boolean visible) {
        return visible ? AttemptLog.Outcome.PARTIAL : AttemptLog.Outcome.WASTED;
    }

    /** Result without a known provider. */
    private ServedBy unserved(AttemptLog theirs) {
        return new ServedBy(inner, request.model(), inner, request.model(), false, theirs);
    }

    /** Result of an attempt whose provider reports no log. */
    ServedBy entry(AttemptSpec which, AttemptLog.Outcome outcome, Failure failure, int received) {
        String provider = answering().provider();
        String model = answering().model();
        Usage usage = outcome == AttemptLog.Outcome.FAILED ? Usage.none() : estimated(which, received);
        AttemptLog.Attempt attempt = entry(provider, model, outcome, failure, usage);
        return new ServedBy(
                provider,
                request.model(),
                provider,
                model,
                false,
                AttemptLog.empty().plus(attempt));
    }

    /** Log of an interrupted attempt, with estimated usage, and with the outcome that follows from its delivery. */
    private ServedBy judged(ChatResponse partial, AttemptSpec which, boolean visible) {
        ServedBy by = partial.servedBy();
        int received = TokenCounter.estimate(partial.text()) + TokenCounter.estimate(partial.reasoning());
        AttemptLog.Outcome outcome = outcome(visible);
        AttemptLog judged = new AttemptLog(by.attemptLog().attempts().stream()
                .map(attempt -> attempt.outcome() == AttemptLog.Outcome.PARTIAL
                        ? with(attempt, outcome, usage(attempt, which, received))
                        : attempt)
                .toList());
        return new ServedBy(
                by.requestedProvider(), by.requestedModel(), by.provider(), by.model(), by.fallback(), judged);
    }

    private static Usage usage(AttemptLog.Attempt attempt, AttemptSpec which, int received) {
        return attempt.usage().total() > 0 ? attempt.usage() : estimated(which, received);
    }

    /** The cost of an attempt whose provider reported none. */
    private static Usage estimated(AttemptSpec which, int received) {
        return Usage.of(TokenCounter.characters().countAll(which.request().messages()), received)
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
