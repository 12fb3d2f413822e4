package dev.understudy.streaming;

import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Feature;
import dev.understudy.chat.ResponseFormat;
import java.util.Set;

/**
 * Selects the strategy that continues an interrupted stream. Pure; the table of docs/streaming.md is its specification.
 */
final class ResumeDecision {

    private ResumeDecision() {}

    /**
     * Returns the first way of the policy that applies and was not tried; FAIL when there is none.
     *
     * @param deliveredContent kind of the content that was delivered
     * @param request the caller's request
     * @param target capabilities of the routes that are left
     * @param tried ways that were tried behind the same text without a result
     */
    static ResumePolicy.Strategy of(
            ResumePolicy policy,
            DeliveredContent deliveredContent,
            ChatRequest request,
            Capabilities target,
            Set<ResumePolicy.Strategy> tried) {
        for (ResumePolicy.Strategy resumeStrategy : policy.strategies()) {
            if (!tried.contains(resumeStrategy) && applies(resumeStrategy, deliveredContent, request, target)) {
                return resumeStrategy;
            }
        }
        return ResumePolicy.Strategy.FAIL;
    }

    static boolean applies(
            ResumePolicy.Strategy resumeStrategy,
            DeliveredContent deliveredContent,
            ChatRequest request,
            Capabilities target) {
        if (deliveredContent == DeliveredContent.NOTHING) {
            return true; // whatever it is called, it is asked afresh
        }
        boolean prose = request.format() instanceof ResponseFormat.Text;
        return switch (resumeStrategy) {
            case SAME_RESPONSE -> deliveredContent != DeliveredContent.REFUSAL && target.has(Feature.SAME_RESPONSE);
            case PREFILL -> deliveredContent == DeliveredContent.TEXT && prose && target.has(Feature.PREFILL);
            case REPLAY -> deliveredContent != DeliveredContent.REFUSAL;
            case ANCHORED ->
                (deliveredContent == DeliveredContent.TEXT || deliveredContent == DeliveredContent.AMBIGUOUS_TEXT)
                        && prose;
            case RESTART, FAIL -> true;
        };
    }
}
