package dev.understudy.streaming;

import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Feature;
import dev.understudy.chat.ResponseFormat;
import java.util.Set;

/** Which way a cut stream goes on. Pure: docs/streaming.md shows it as a table, and a test reads that page. */
final class Choice {

    private Choice() {}

    /**
     * @param heard what was delivered
     * @param request what was asked
     * @param target what those who are left to ask can do
     * @param tried ways that were tried behind the same text and gave nothing
     */
    static Way of(ResumePolicy policy, Heard heard, ChatRequest request, Capabilities target, Set<Way> tried) {
        for (Way way : policy.ways()) {
            if (!tried.contains(way) && applies(way, heard, request, target, policy.anyReplay())) {
                return way;
            }
        }
        return Way.FAIL;
    }

    static boolean applies(Way way, Heard heard, ChatRequest request, Capabilities target, boolean anyReplay) {
        if (heard == Heard.NOTHING) {
            return true; // whatever it is called, it is asked afresh
        }
        boolean prose = request.format() instanceof ResponseFormat.Text;
        return switch (way) {
            case SAME_RESPONSE -> heard != Heard.REFUSAL && target.has(Feature.SAME_RESPONSE);
            case PREFILL -> heard == Heard.TEXT && prose && target.has(Feature.PREFILL);
            case REPLAY ->
                heard != Heard.REFUSAL && (anyReplay || request.sampling().deterministic());
            case ANCHORED -> (heard == Heard.TEXT || heard == Heard.CHORUS) && prose;
            case RESTART, FAIL -> true;
        };
    }
}
