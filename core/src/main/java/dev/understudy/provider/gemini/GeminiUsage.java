package dev.understudy.provider.gemini;

import dev.understudy.chat.Usage;
import dev.understudy.provider.json.JsonReader;

/**
 * Token counts of Google: tokens of the vendor's tools are not part of the prompt's count, and reasoning is not part
 * of the answer's. Of each number the last one received counts.
 */
final class GeminiUsage {

    private int prompt;
    private int tools;
    private int answer;
    private int thoughts;
    private int cached;

    void read(JsonReader in) {
        if (in.object()) {
            while (in.nextField()) {
                switch (in.field()) {
                    case "promptTokenCount" -> prompt = in.integer(prompt);
                    case "toolUsePromptTokenCount" -> tools = in.integer(tools);
                    case "candidatesTokenCount" -> answer = in.integer(answer);
                    case "thoughtsTokenCount" -> thoughts = in.integer(thoughts);
                    case "cachedContentTokenCount" -> cached = in.integer(cached);
                    default -> in.skip();
                }
            }
        }
    }

    Usage normalised() {
        int input = sum(prompt, tools);
        int output = sum(answer, thoughts);
        return input == 0 && output == 0
                ? Usage.none()
                : Usage.of(input, output).withCachedInput(Math.max(0, cached)).withReasoning(Math.max(0, thoughts));
    }

    private static int sum(int one, int other) {
        return (int) Math.min(Integer.MAX_VALUE, (long) Math.max(0, one) + Math.max(0, other));
    }
}
