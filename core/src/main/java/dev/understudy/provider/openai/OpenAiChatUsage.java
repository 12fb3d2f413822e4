package dev.understudy.provider.openai;

import dev.understudy.chat.Usage;
import dev.understudy.provider.json.JsonReader;

/**
 * Token counts of a vendor. Of each number the last one received counts; servers send both names of a number and
 * repeat counts with zeros, so a zero replaces no number.
 */
public final class OpenAiChatUsage {

    private static final int UNTOLD = -1;

    private int input = UNTOLD;
    private int output = UNTOLD;
    private int total = UNTOLD;
    private int cached = UNTOLD;
    private int written = UNTOLD;
    private int reasoning = UNTOLD;

    /** False if all numbers are missing. */
    private boolean told;

    void clear() {
        if (told) {
            input = output = total = cached = written = reasoning = UNTOLD;
            told = false;
        }
    }

    public void read(JsonReader in) {
        if (in.object()) {
            told = true;
            while (in.nextField()) {
                switch (in.field()) {
                    case "prompt_tokens", "input_tokens" -> input = newer(in.integer(input), input);
                    case "completion_tokens", "output_tokens" -> output = newer(in.integer(output), output);
                    case "total_tokens" -> total = newer(in.integer(total), total);
                    case "cached_tokens", "prompt_cache_hit_tokens", "cache_read_input_tokens" ->
                        cached = Math.max(cached, in.integer(cached));
                    case "cache_write_tokens", "cache_creation_input_tokens" ->
                        written = Math.max(written, in.integer(written));
                    case "reasoning_tokens" -> reasoning = newer(in.integer(reasoning), reasoning);
                    case "prompt_tokens_details", "prompt_token_details", "input_tokens_details" -> input(in);
                    case "completion_tokens_details", "completion_token_details", "output_tokens_details" -> output(in);
                    default -> in.skip();
                }
            }
        }
    }

    private void input(JsonReader in) {
        if (in.object()) {
            while (in.nextField()) {
                switch (in.field()) {
                    case "cached_tokens" -> cached = newer(in.integer(cached), cached);
                    case "cache_write_tokens" -> written = newer(in.integer(written), written);
                    default -> in.skip();
                }
            }
        }
    }

    private void output(JsonReader in) {
        if (in.object()) {
            while (in.nextField()) {
                if (in.field().equals("reasoning_tokens")) {
                    reasoning = newer(in.integer(reasoning), reasoning);
                }
            }
        }
    }

    /** Replaces numbers by those of a later event. */
    void update(OpenAiChatUsage later) {
        if (!later.told) {
            return;
        }
        told = true;
        input = newer(later.input, input);
        output = newer(later.output, output);
        total = newer(later.total, total);
        cached = newer(later.cached, cached);
        written = newer(later.written, written);
        reasoning = newer(later.reasoning, reasoning);
    }

    /** Returns the later number, unless it is missing or a zero in place of a number. */
    private static int newer(int later, int before) {
        return later == UNTOLD || later == 0 ? Math.max(later, before) : later;
    }

    /**
     * Normalizes so that output includes reasoning: xAI excludes it, which its total reveals, and Gemini does not even
     * report it.
     *
     * @param model model that answered, "" if unknown
     */
    public Usage normalised(String model) {
        if (input <= 0 && output <= 0) {
            return Usage.none();
        }
        int said = Math.max(0, output);
        int thought = Math.max(0, reasoning);
        long all = (long) Math.max(0, input) + said + thought;
        if (reasoning == UNTOLD && input > 0 && said > 0 && total > all && model.contains("gemini")) {
            thought = (int) (total - all);
            all = total;
        }
        return Usage.of(Math.max(0, input), thought > 0 && total == all ? said + thought : said)
                .withCachedInput(Math.max(0, cached))
                .withCacheWrite(Math.max(0, written))
                .withReasoning(thought);
    }
}
