package dev.understudy.streaming;

import dev.understudy.CallContext;
import dev.understudy.Understudy;
import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Feature;
import dev.understudy.chat.StreamChunk.ResumeToken;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reactor.util.context.Context;

/**
 * Selects the routes that may continue an interrupted stream: first routes that did not fail in it, in every way; then, each
 * at most once in a call, those whose connection broke. Routes that were silent, or that failed when they were to take
 * over, are left out. A refusal of what a way adds to the request says nothing about the route: other ways still use it.
 */
final class TakeoverCandidates {

    private static final Set<FailureKind> OF_THE_REQUEST = EnumSet.of(
            FailureKind.INVALID_REQUEST,
            FailureKind.UNSUPPORTED,
            FailureKind.CONTEXT_OVERFLOW,
            FailureKind.REQUEST_TOO_LARGE,
            FailureKind.CONTENT_FILTERED,
            FailureKind.EMPTY);

    private final ChatProvider inner;
    private final PrefillRefusals prefillRefusals;
    private final Set<String> broken = new HashSet<>(); // routes whose stream was cut
    private final Set<String> excluded = new HashSet<>(); // routes that were silent or failed as a takeover
    private final Map<ResumePolicy.Strategy, Set<String>> unfit = new EnumMap<>(ResumePolicy.Strategy.class);
    private final Set<String> suspected = new HashSet<>(); // refused a request with a prefix, for an unknown reason
    private boolean lastResort;

    TakeoverCandidates(ChatProvider inner, PrefillRefusals prefillRefusals) {
        this.inner = inner;
        this.prefillRefusals = prefillRefusals;
    }

    /** A copy with what is known so far. */
    TakeoverCandidates fork() {
        TakeoverCandidates copy = new TakeoverCandidates(inner, prefillRefusals);
        copy.broken.addAll(broken);
        copy.excluded.addAll(excluded);
        unfit.forEach((resumeStrategy, routes) -> copy.unfit.put(resumeStrategy, new HashSet<>(routes)));
        copy.suspected.addAll(suspected);
        copy.lastResort = lastResort;
        return copy;
    }

    /** Records the route that was cut, and those that failed before it began to answer. */
    void broke(StreamInterruption streamInterruption) {
        broken.add(streamInterruption.route());
        if (streamInterruption.failure.kind() == FailureKind.TIMEOUT) {
            excluded.add(streamInterruption.route());
        }
        streamInterruption.attemptLog().attempts().forEach(this::failedBefore);
    }

    private void failedBefore(AttemptLog.Attempt attempt) {
        Failure failure = attempt.failure();
        if (attempt.outcome() == AttemptLog.Outcome.FAILED && failure != null) {
            broken.add(route(attempt));
            if (failure.kind() == FailureKind.TIMEOUT) {
                excluded.add(route(attempt));
            }
        }
    }

    /** Begins again with the routes that did not fail, because more text was delivered. */
    void startOver(StreamInterruption interruption) {
        unfit.clear();
        lastResort = isAll(interruption);
    }

    /** Allows the routes whose stream broke off; false if there are none, or if they are allowed already. */
    boolean allowBrokenRoutes() {
        if (lastResort || excluded.containsAll(broken)) {
            return false;
        }
        lastResort = true;
        return true;
    }

    /** Records an attempt that no route answered. */
    void failed(AttemptLog attemptLog, AttemptSpec attemptSpec) {
        boolean prefill = attemptSpec.isPrefill();
        if (prefill) {
            prefillRefusals.learn(attemptLog);
        }
        for (AttemptLog.Attempt attempt : attemptLog.attempts()) {
            Failure failure = attempt.failure();
            if (attempt.outcome() != AttemptLog.Outcome.FAILED || failure == null) {
                continue;
            }
            if (attemptSpec.continues() && OF_THE_REQUEST.contains(failure.kind())) {
                unfit(attemptSpec.resumeStrategy(), route(attempt));
                if (prefill && failure.kind() == FailureKind.INVALID_REQUEST) {
                    suspected.add(route(attempt));
                }
            } else if (!attemptSpec.resumes() || failure.kind() == FailureKind.TIMEOUT) {
                excluded.add(route(attempt)); // a kept answer that is gone is no evidence against a route
            }
        }
    }

    /** Records a route whose answer did not go on with what was delivered. */
    void differed(StreamInterruption interruption, AttemptSpec attemptSpec) {
        unfit(attemptSpec.resumeStrategy(), interruption.route());
    }

    /** Records a route that began to answer; a prefix that it refused before was then the reason for the refusal. */
    void answers(String route, AttemptSpec attemptSpec) {
        if (!attemptSpec.continues() && suspected.remove(route)) {
            prefillRefusals.learn(route);
        }
    }

    private void unfit(ResumePolicy.@Nullable Strategy resumeStrategy, String route) {
        if (resumeStrategy != null) {
            unfit.computeIfAbsent(resumeStrategy, way -> new HashSet<>()).add(route);
        }
    }

    /** True if routes are left that did not fail in this stream. */
    boolean hasOthers() {
        return !lastResort;
    }

    /** True if there is one route only, and it was silent. */
    boolean isSilent(StreamInterruption interruption) {
        return lastResort && isAll(interruption) && excluded.contains(interruption.route());
    }

    /** Capabilities of the inner provider for continuing an interrupted answer. */
    Capabilities capabilities(String model, StreamInterruption interruption) {
        Capabilities declared = inner.capabilities(model);
        Capabilities current = interruption.isKept()
                ? declared.withFeature(Feature.SAME_RESPONSE)
                : declared.withoutFeature(Feature.SAME_RESPONSE);
        boolean refused = isAll(interruption) && prefillRefusals.contains(interruption.route());
        return refused ? current.withoutFeature(Feature.PREFILL) : current;
    }

    /** Writes the routes to avoid and the features to require into the Context of an attempt. */
    Context in(Context context, AttemptSpec attemptSpec) {
        ResumeToken kept = attemptSpec.kept();
        if (kept != null) {
            return kept.in(CallContext.require(Feature.SAME_RESPONSE).apply(context));
        }
        Context changed = context.delete(ResumeToken.class);
        Set<String> avoid = new HashSet<>(excluded);
        if (lastResort) {
            changed = CallContext.withoutRetries().apply(changed);
        } else {
            avoid.addAll(broken);
        }
        ResumePolicy.Strategy resumeStrategy = attemptSpec.resumeStrategy();
        if (resumeStrategy != null && !attemptSpec.fresh()) {
            avoid.addAll(unfit.getOrDefault(resumeStrategy, Set.of()));
        }
        if (attemptSpec.isPrefill()) {
            avoid.addAll(prefillRefusals.all());
            changed = CallContext.require(Feature.PREFILL).apply(changed);
        }
        return avoid.isEmpty()
                ? changed
                : CallContext.avoid(avoid.toArray(String[]::new)).apply(changed);
    }

    /** True if the inner provider is the interrupted one alone. An understudy may be named like one of its providers. */
    boolean isAll(StreamInterruption streamInterruption) {
        return streamInterruption.servedBy.provider().equals(inner.name())
                && !(TakeoverEvents.innermost(inner) instanceof Understudy);
    }

    private static String route(AttemptLog.Attempt attempt) {
        return attempt.provider() + "/" + attempt.model();
    }
}
