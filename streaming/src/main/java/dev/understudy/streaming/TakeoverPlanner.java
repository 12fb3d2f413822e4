package dev.understudy.streaming;

import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponseAggregator;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.ProviderEvent;
import dev.understudy.chat.StreamChunk.ResumeToken;
import dev.understudy.streaming.seam.PieceBoundaries;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reactor.util.context.Context;

/** Decides after an interrupted attempt: the next attempt, or the end. */
final class TakeoverPlanner {

    /** Limit of attempts for one answer, for any number of routes. */
    private static final int MAX_ATTEMPTS = 16;

    /** Limit of successive connections to a stored answer without new content. */
    private static final int MAX_CONNECTIONS_WITHOUT_CONTENT = 3;

    private final ResumePolicy policy;
    private final ChatRequest request;
    private final ChatResponseAggregator shown;
    private final AttemptAccount attemptAccount;
    private final TakeoverCandidates takeoverCandidates;
    private final TimeBudget timeBudget;
    private final EnumSet<ResumePolicy.Strategy> tried = EnumSet.noneOf(ResumePolicy.Strategy.class);
    private final List<ChatException.CallFailed> laterFailures = new ArrayList<>();
    private @Nullable StreamInterruption interruption;
    private long interruptedAt;
    private String fragment = "";
    private PieceBoundaries pieces = new PieceBoundaries();
    private int takeovers;
    private int attempts = 1;
    private int connectionsWithoutContent; // successive, to a stored answer

    TakeoverPlanner(
            ResumePolicy policy,
            ChatRequest request,
            ChatResponseAggregator shown,
            AttemptAccount attemptAccount,
            TakeoverCandidates takeoverCandidates,
            TimeBudget timeBudget) {
        this.policy = policy;
        this.request = request;
        this.shown = shown;
        this.attemptAccount = attemptAccount;
        this.takeoverCandidates = takeoverCandidates;
        this.timeBudget = timeBudget;
    }

    /** A copy for another attempt that begins beside the present one. */
    TakeoverPlanner fork(AttemptAccount account) {
        TakeoverPlanner copy =
                new TakeoverPlanner(policy, request, shown, account, takeoverCandidates.fork(), timeBudget);
        copy.tried.addAll(tried);
        copy.laterFailures.addAll(laterFailures);
        copy.interruption = interruption;
        copy.interruptedAt = interruptedAt;
        copy.fragment = fragment;
        copy.pieces = pieces;
        copy.takeovers = takeovers;
        copy.attempts = attempts;
        copy.connectionsWithoutContent = connectionsWithoutContent;
        return copy;
    }

    /** The interruption that the next attempt repairs. */
    StreamInterruption interruption() {
        if (interruption == null) {
            throw new IllegalStateException("The stream was not interrupted");
        }
        return interruption;
    }

    /** Ends of the pieces of all received text. */
    PieceBoundaries pieces() {
        return pieces;
    }

    Duration sinceInterruption() {
        return Duration.ofNanos(Clock.now() - interruptedAt);
    }

    /** The next attempt, or {@code null} when nothing is left to try. */
    @Nullable
    AttemptSpec after(StreamInterruption streamInterruption, AttemptSpec attemptSpec) {
        if (streamInterruption.sort == StreamInterruption.Sort.BROKEN) {
            addBroken(streamInterruption, attemptSpec);
        } else {
            addFailedTakeover(streamInterruption, attemptSpec);
        }
        boolean over = attempts >= MAX_ATTEMPTS || !isWorthIt(interruption().failure) || timeBudget.isOver();
        return over ? null : choose();
    }

    private void addBroken(StreamInterruption streamInterruption, AttemptSpec attemptSpec) {
        takeoverCandidates.broke(streamInterruption);
        takeovers += attemptSpec.free() ? 0 : 1;
        if (interruption == null || streamInterruption.visible) {
            interruption = streamInterruption;
            interruptedAt = Clock.now();
            tried.clear();
            takeoverCandidates.startOver(streamInterruption);
            connectionsWithoutContent = 0;
        } else {
            laterFailures.add(streamInterruption.asFailed());
            if (attemptSpec.resumes() && ++connectionsWithoutContent >= MAX_CONNECTIONS_WITHOUT_CONTENT) {
                tried.add(ResumePolicy.Strategy.SAME_RESPONSE);
            }
        }
        if (streamInterruption.fragment != null) {
            fragment = streamInterruption.fragment;
            pieces = streamInterruption.pieces;
        }
    }

    private void addFailedTakeover(StreamInterruption streamInterruption, AttemptSpec attemptSpec) {
        switch (streamInterruption.sort) {
            case REJECTED -> {
                attempts--; // nothing was sent
                excludeStrategyOf(attemptSpec);
            }
            case ABANDONED -> {
                laterFailures.add(streamInterruption.asFailed());
                takeoverCandidates.differed(streamInterruption, attemptSpec);
                boolean others = !takeoverCandidates.isAll(streamInterruption)
                        && request.sampling().deterministic(); // another sampled answer would differ as well
                if (attemptSpec.resumes() || !others) {
                    excludeStrategyOf(attemptSpec);
                }
            }
            default -> {
                laterFailures.add(streamInterruption.asFailed());
                takeoverCandidates.failed(streamInterruption.attemptLog(), attemptSpec);
                excludeStrategyOf(attemptSpec);
            }
        }
    }

    private void excludeStrategyOf(AttemptSpec attemptSpec) {
        ResumePolicy.Strategy resumeStrategy = attemptSpec.resumeStrategy();
        if (resumeStrategy != null) {
            tried.add(resumeStrategy);
        }
    }

    /**
     * A request that was refused for its content is not sent elsewhere, and an attempt after the deadline is useless.
     */
    private static boolean isWorthIt(Failure failure) {
        return failure.kind() != FailureKind.CONTENT_FILTERED
                && failure.kind() != FailureKind.CONTEXT_OVERFLOW
                && failure.phase() != Failure.Phase.DEADLINE;
    }

    private @Nullable AttemptSpec choose() {
        while (true) {
            boolean free = shown.isEmpty() && takeoverCandidates.hasOthers();
            boolean spent = !free && takeovers >= policy.takeovers();
            boolean silent = takeoverCandidates.isSilent(interruption());
            DeliveredContent deliveredContent = DeliveredContent.in(shown, fragment);
            ResumePolicy.Strategy resumeStrategy = ResumeDecision.of(
                    policy,
                    deliveredContent,
                    request,
                    takeoverCandidates.capabilities(request.model(), interruption()),
                    tried);
            if (resumeStrategy == ResumePolicy.Strategy.FAIL) {
                if (!takeoverCandidates.allowBrokenRoutes()) {
                    return null;
                }
                tried.retainAll(Set.of(ResumePolicy.Strategy.SAME_RESPONSE));
                continue;
            }
            AttemptSpec next = prepare(resumeStrategy, deliveredContent, free);
            if (next != null && (next.resumes() || (!spent && !silent))) {
                attempts++;
                return next;
            }
            tried.add(resumeStrategy);
        }
    }

    private @Nullable AttemptSpec prepare(
            ResumePolicy.Strategy resumeStrategy, DeliveredContent deliveredContent, boolean free) {
        ResumeToken kept = interruption().isKept() ? interruption().kept : null;
        ResumeRequests resumeRequests =
                new ResumeRequests(request, policy.limits(), shown.text(), fragment, pieces, kept);
        return deliveredContent == DeliveredContent.NOTHING
                ? resumeRequests.afresh(resumeStrategy, free)
                : resumeRequests.behind(resumeStrategy, free);
    }

    /** Records that a route began to answer the current attempt. */
    void answers(ProviderEvent.FirstContentFrom by, AttemptSpec attemptSpec) {
        takeoverCandidates.answers(by.provider() + "/" + by.model(), attemptSpec);
    }

    /** The Context of an attempt: routes to avoid, features to require, remaining time. */
    Context contextOf(AttemptSpec attemptSpec, Context context) {
        return takeoverCandidates.in(timeBudget.in(context), attemptSpec);
    }

    /** The error of an answer that could not be continued: the delivered part and the failures. */
    ChatException failed() {
        StreamInterruption streamInterruption = interruption();
        var servedBy =
                attemptAccount.served(streamInterruption.servedBy.provider(), streamInterruption.servedBy.model());
        if (shown.isEmpty()) {
            List<ChatException.CallFailed> all = new ArrayList<>();
            all.add(streamInterruption.asFailed());
            all.addAll(laterFailures);
            return new ChatException.Exhausted(
                    "The answer was cut before any of it was shown", servedBy.attemptLog(), all);
        }
        ChatException.PartialAnswer partial =
                new ChatException.PartialAnswer(streamInterruption.asCut(), shown.partial(servedBy));
        laterFailures.forEach(partial::addSuppressed);
        return partial;
    }
}
