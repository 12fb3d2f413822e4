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
    private int total;

    void read(JsonReader in) {
        if (in.object()) {
            while (in.nextField()) {
                switch (in.field()) {
                    case "promptTokenCount" -> prompt = tokens(in, prompt);
                    case "toolUsePromptTokenCount" -> tools = tokens(in, tools);
                    case "candidatesTokenCount" -> answer = tokens(in, answer);
                    case "thoughtsTokenCount" -> thoughts = tokens(in, thoughts);
                    case "cachedContentTokenCount" -> cached = tokens(in, cached);
                    case "totalTokenCount" -> total = tokens(in, total);
                    default -> in.skip();
                }
            }
        }
    }

    private static int tokens(JsonReader in, int before) {
        int read = in.integer(before);
        return read <= 0 ? before : read; // a zero replaces no number
    }

    /** Returns the normalised usage. Reasoning that is not counted is what the total has beyond the other numbers. */
    Usage normalised() {
        int input = sum(prompt, tools);
        if (thoughts == 0 && answer > 0 && prompt > 0) {
            thoughts = Math.max(0, total - sum(input, answer));
        }
        int output = sum(answer, thoughts);
        return input == 0 && output == 0
                ? Usage.none()
                : Usage.of(input, output).withCachedInput(Math.max(0, cached)).withReasoning(Math.max(0, thoughts));
    }

    private static int sum(int one, int other) {
        return (int) Math.min(Integer.MAX_VALUE, (long) Math.max(0, one) + Math.max(0, other));
    }
}
