package dev.understudy.policy;

import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Usage;

/** What a request will probably use, before anybody has counted. */
public final class UsageEstimate {

    /** What an answer is taken to be long when nothing limits it. */
    private static final int USUAL_ANSWER = 500;

    private UsageEstimate() {}

    /** Tokens of prompt and answer. */
    public static Usage usage(ChatRequest request, Capabilities capabilities) {
        Integer asked = request.sampling().maxTokens();
        int answer = asked != null ? asked : USUAL_ANSWER;
        Integer most = capabilities.maxOutput();
        return Usage.of(prompt(request), most == null ? answer : Math.min(answer, most));
    }

    /** What an attempt cost that ended before anybody counted: the whole prompt, and what was said of the answer. */
    public static Usage spent(ChatRequest request, int characters) {
        return Usage.of(prompt(request), TokenCounter.estimate(characters)).withEstimated(true);
    }

    private static int prompt(ChatRequest request) {
        return TokenCounter.characters().countAll(request.messages());
    }

    /** In the price's currency; infinite when no price is known. */
    public static double cost(ChatRequest request, Capabilities capabilities) {
        return capabilities.price() == null
                ? Double.POSITIVE_INFINITY
                : capabilities.price().cost(usage(request, capabilities));
    }
}
