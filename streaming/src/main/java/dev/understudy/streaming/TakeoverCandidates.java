package dev.understudy.streaming;

import dev.understudy.CallContext;
import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Feature;
import dev.understudy.chat.ResumeToken;
import java.util.HashSet;
import java.util.Set;
import reactor.util.context.Context;

/**
 * Who is asked to go on with an answer: first those who were not asked yet, then those whose connection broke, and never
 * those who were silent or gave nothing.
 */
final class TakeoverCandidates {

    private final ChatProvider company;
    private final PrefillRefusals prefillRefusals;
    private final Set<String> broken = new HashSet<>(); // routes whose stream was cut
    private final Set<String> shunned = new HashSet<>(); // routes that were silent or gave nothing: never again
    private boolean nobodyElse;

    TakeoverCandidates(ChatProvider company, PrefillRefusals prefillRefusals) {
        this.company = company;
        this.prefillRefusals = prefillRefusals;
    }

    /** One of them was cut. */
    void broke(StreamInterruption streamInterruption) {
        broken.add(streamInterruption.route());
        if (streamInterruption.failure.kind() == FailureKind.TIMEOUT) {
            shunned.add(streamInterruption.route());
        }
        streamInterruption.trail().attempts().forEach(this::askedInVain);
        nobodyElse = isAll(streamInterruption);
    }

    /** Who failed before the one that was cut began to answer comes after those who were not asked yet. */
    private void askedInVain(AttemptLog.Attempt attempt) {
        Failure failure = attempt.failure();
        if (attempt.outcome() == AttemptLog.Outcome.FAILED && failure != null) {
            broken.add(route(attempt));
            if (failure.kind() == FailureKind.TIMEOUT) {
                shunned.add(route(attempt));
            }
        }
    }

    /** Nobody else can do it: lets those be asked again whose connection broke. False if there are none such. */
    boolean askAgain() {
        if (nobodyElse || shunned.containsAll(broken)) {
            return false;
        }
        nobodyElse = true;
        return true;
    }

    /** A way is given up that was to save the answer from this cut: the next one begins with everybody. */
    void startOver(StreamInterruption blow) {
        nobodyElse = isAll(blow);
    }

    /** These gave nothing. */
    void failed(AttemptLog attemptLog, AttemptSpec attemptSpec) {
        if (attemptSpec.resumeStrategy() == ResumePolicy.Strategy.PREFILL) {
            prefillRefusals.learn(attemptLog);
        }
        for (AttemptLog.Attempt attempt : attemptLog.attempts()) {
            if (attempt.outcome() == AttemptLog.Outcome.FAILED && shuns(attempt, attemptSpec)) {
                shunned.add(route(attempt));
            }
        }
    }

    /** An answer that is gone speaks against nobody, nor does a refusal of prefill. */
    private static boolean shuns(AttemptLog.Attempt attempt, AttemptSpec attemptSpec) {
        Failure failure = attempt.failure();
        boolean silent = failure != null && failure.kind() == FailureKind.TIMEOUT;
        return attemptSpec.resumes() ? silent : !PrefillRefusals.isRefusal(attempt);
    }

    /** Whether somebody is left who was not asked yet. */
    boolean hasOthers() {
        return !nobodyElse;
    }

    /** Whether the only one there is was silent. */
    boolean isSilent(StreamInterruption blow) {
        return nobodyElse && isAll(blow) && shunned.contains(blow.route());
    }

    /** What they can do for an answer that was cut here. */
    Capabilities can(String model, StreamInterruption blow) {
        Capabilities theirs = company.capabilities(model);
        Capabilities can = blow.isKept()
                ? theirs.withFeature(Feature.SAME_RESPONSE)
                : theirs.withoutFeature(Feature.SAME_RESPONSE);
        boolean refused = isAll(blow) && prefillRefusals.contains(blow.route());
        return refused ? can.withoutFeature(Feature.PREFILL) : can;
    }

    /** The Context in which the company asks the right ones. */
    Context in(Context context, AttemptSpec attemptSpec) {
        ResumeToken kept = attemptSpec.kept();
        if (kept != null) {
            return kept.in(CallContext.require(Feature.SAME_RESPONSE).apply(context));
        }
        Context wishing = context.delete(ResumeToken.class);
        Set<String> avoid = new HashSet<>(shunned);
        if (!nobodyElse) {
            avoid.addAll(broken);
        }
        if (attemptSpec.resumeStrategy() == ResumePolicy.Strategy.PREFILL && !attemptSpec.fresh()) {
            avoid.addAll(prefillRefusals.all());
            wishing = CallContext.require(Feature.PREFILL).apply(wishing);
        }
        return avoid.isEmpty()
                ? wishing
                : CallContext.avoid(avoid.toArray(String[]::new)).apply(wishing);
    }

    /** Whether the company is a single provider, the one that was cut: then there is nobody else. */
    private boolean isAll(StreamInterruption streamInterruption) {
        return streamInterruption.servedBy.provider().equals(company.name());
    }

    private static String route(AttemptLog.Attempt attempt) {
        return attempt.provider() + "/" + attempt.model();
    }
}
