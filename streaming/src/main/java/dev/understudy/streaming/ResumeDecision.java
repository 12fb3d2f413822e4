package dev.understudy.streaming;

import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Feature;
import dev.understudy.chat.ResponseFormat;
import java.util.Set;

/** Which way a cut stream goes on. Pure: docs/streaming.md shows it as a table, and a test reads that page. */
final class ResumeDecision {

    private ResumeDecision() {}

    /**
     * @param deliveredContent what was delivered
     * @param request what was asked
     * @param target what those who are left to ask can do
     * @param tried ways that were tried behind the same text and gave nothing
     */
    static ResumePolicy.Strategy of(
            ResumePolicy policy,
            DeliveredContent deliveredContent,
            ChatRequest request,
            Capabilities target,
            Set<ResumePolicy.Strategy> tried) {
        for (ResumePolicy.Strategy resumeStrategy : policy.strategies()) {
            if (!tried.contains(resumeStrategy)
                    && applies(resumeStrategy, deliveredContent, request, target, policy.anyReplay())) {
                return resumeStrategy;
            }
        }
        return ResumePolicy.Strategy.FAIL;
    }

    static boolean applies(
            ResumePolicy.Strategy resumeStrategy,
            DeliveredContent deliveredContent,
            ChatRequest request,
            Capabilities target,
            boolean anyReplay) {
        if (deliveredContent == DeliveredContent.NOTHING) {
            return true; // whatever it is called, it is asked afresh
        }
        boolean prose = request.format() instanceof ResponseFormat.Text;
        return switch (resumeStrategy) {
            case SAME_RESPONSE -> deliveredContent != DeliveredContent.REFUSAL && target.has(Feature.SAME_RESPONSE);
            case PREFILL -> deliveredContent == DeliveredContent.TEXT && prose && target.has(Feature.PREFILL);
            case REPLAY ->
                deliveredContent != DeliveredContent.REFUSAL
                        && (anyReplay || request.sampling().deterministic());
            case ANCHORED ->
                (deliveredContent == DeliveredContent.TEXT || deliveredContent == DeliveredContent.CHORUS) && prose;
            case RESTART, FAIL -> true;
        };
    }
}
