package dev.understudy.streaming;

import dev.understudy.CallContext;
import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Feature;
import dev.understudy.chat.ResumeToken;
import dev.understudy.chat.Trail;
import java.util.HashSet;
import java.util.Set;
import reactor.util.context.Context;

/**
 * Who is asked to go on with an answer: first those who were not asked yet, then those whose connection broke, and never
 * those who were silent or gave nothing.
 */
final class Candidates {

    private final ChatProvider company;
    private final Refusals refusals;
    private final Set<String> broken = new HashSet<>(); // routes whose stream was cut
    private final Set<String> shunned = new HashSet<>(); // routes that were silent or gave nothing: never again
    private boolean nobodyElse;

    Candidates(ChatProvider company, Refusals refusals) {
        this.company = company;
        this.refusals = refusals;
    }

    /** One of them was cut. */
    void broke(Cut cut) {
        broken.add(cut.route());
        if (cut.failure.kind() == FailureKind.TIMEOUT) {
            shunned.add(cut.route());
        }
        cut.trail().entries().forEach(this::askedInVain);
        nobodyElse = isAll(cut);
    }

    /** Who failed before the one that was cut began to answer comes after those who were not asked yet. */
    private void askedInVain(Trail.Entry entry) {
        Failure failure = entry.failure();
        if (entry.outcome() == Trail.Outcome.FAILED && failure != null) {
            broken.add(route(entry));
            if (failure.kind() == FailureKind.TIMEOUT) {
                shunned.add(route(entry));
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
    void startOver(Cut blow) {
        nobodyElse = isAll(blow);
    }

    /** These gave nothing. */
    void failed(Trail trail, Take take) {
        if (take.way() == Way.PREFILL) {
            refusals.learn(trail);
        }
        for (Trail.Entry entry : trail.entries()) {
            if (entry.outcome() == Trail.Outcome.FAILED && shuns(entry, take)) {
                shunned.add(route(entry));
            }
        }
    }

    /** An answer that is gone speaks against nobody, nor does a refusal of prefill. */
    private static boolean shuns(Trail.Entry entry, Take take) {
        Failure failure = entry.failure();
        boolean silent = failure != null && failure.kind() == FailureKind.TIMEOUT;
        return take.resumes() ? silent : !Refusals.isRefusal(entry);
    }

    /** Whether somebody is left who was not asked yet. */
    boolean hasOthers() {
        return !nobodyElse;
    }

    /** Whether the only one there is was silent. */
    boolean isSilent(Cut blow) {
        return nobodyElse && isAll(blow) && shunned.contains(blow.route());
    }

    /** What they can do for an answer that was cut here. */
    Capabilities can(String model, Cut blow) {
        Capabilities theirs = company.capabilities(model);
        Capabilities can = blow.isKept()
                ? theirs.withFeature(Feature.SAME_RESPONSE)
                : theirs.withoutFeature(Feature.SAME_RESPONSE);
        boolean refused = isAll(blow) && refusals.contains(blow.route());
        return refused ? can.withoutFeature(Feature.PREFILL) : can;
    }

    /** The Context in which the company asks the right ones. */
    Context in(Context context, Take take) {
        ResumeToken kept = take.kept();
        if (kept != null) {
            return kept.in(CallContext.require(Feature.SAME_RESPONSE).apply(context));
        }
        Context wishing = context.delete(ResumeToken.class);
        Set<String> avoid = new HashSet<>(shunned);
        if (!nobodyElse) {
            avoid.addAll(broken);
        }
        if (take.way() == Way.PREFILL && !take.fresh()) {
            avoid.addAll(refusals.all());
            wishing = CallContext.require(Feature.PREFILL).apply(wishing);
        }
        return avoid.isEmpty()
                ? wishing
                : CallContext.avoid(avoid.toArray(String[]::new)).apply(wishing);
    }

    /** Whether the company is a single provider, the one that was cut: then there is nobody else. */
    private boolean isAll(Cut cut) {
        return cut.served.provider().equals(company.name());
    }

    private static String route(Trail.Entry entry) {
        return entry.provider() + "/" + entry.model();
    }
}
