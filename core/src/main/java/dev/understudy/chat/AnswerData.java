package dev.understudy.chat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds log probabilities in vendor data, in the forms of all vendors. */
final class AnswerData {

    private static final String LOGPROBS = "logprobs";
    private static final String GEMINI_LOGPROBS = "logprobsResult";

    /** A token with the logarithm of its probability, and the most probable tokens at its place. */
    record Token(String text, double logprob, List<Token> alternatives) {}

    private AnswerData() {}

    /** Returns the object that a text holds; null if it holds none. */
    static @Nullable Object parsed(String json) {
        try {
            return JsonText.object(json);
        } catch (IllegalArgumentException notJson) {
            return null;
        }
    }

    /** Returns true for a field whose value is log probabilities. */
    static boolean isLogprobs(@Nullable Object field) {
        return LOGPROBS.equals(field) || GEMINI_LOGPROBS.equals(field);
    }

    /** Returns the log probabilities of the tokens, in order. */
    static List<Token> logprobs(String json) {
        List<Token> tokens = new ArrayList<>();
        if (json.contains('"' + LOGPROBS + '"') || json.contains('"' + GEMINI_LOGPROBS + '"')) {
            collectLogprobs(parsed(json), tokens);
        }
        return tokens;
    }

    private static void collectLogprobs(@Nullable Object value, List<Token> tokens) {
        if (value instanceof Map<?, ?> map) {
            map.forEach((name, member) -> {
                if (LOGPROBS.equals(name)) {
                    tokens(member instanceof Map<?, ?> object ? object.get("content") : member, tokens);
                } else if (GEMINI_LOGPROBS.equals(name) && member instanceof Map<?, ?> result) {
                    chosen(result.get("chosenCandidates"), result.get("topCandidates"), tokens);
                } else {
                    collectLogprobs(member, tokens);
                }
            });
        } else if (value instanceof List<?> list) {
            list.forEach(element -> collectLogprobs(element, tokens));
        }
    }

    private static void tokens(@Nullable Object list, List<Token> tokens) {
        for (Object element : list instanceof List<?> elements ? elements : List.of()) {
            if (element instanceof Map<?, ?> token) {
                List<Token> alternatives = new ArrayList<>(0);
                tokens(token.get("top_logprobs"), alternatives);
                Object text = token.containsKey("token") ? token.get("token") : token.get("text");
                add(
                        text,
                        token.containsKey("logprob") ? token.get("logprob") : sum(token.get(LOGPROBS)),
                        alternatives,
                        tokens);
            }
        }
    }

    /** Log probability of a text of several tokens. */
    private static @Nullable Object sum(@Nullable Object logprobs) {
        if (!(logprobs instanceof List<?> list) || list.isEmpty()) {
            return null;
        }
        double sum = 0;
        for (Object each : list) {
            sum += each instanceof Number number ? number.doubleValue() : 0;
        }
        return sum;
    }

    private static void chosen(@Nullable Object chosen, @Nullable Object top, List<Token> tokens) {
        List<?> alternatives = top instanceof List<?> list ? list : List.of();
        List<?> steps = chosen instanceof List<?> list ? list : List.of();
        for (int i = 0; i < steps.size(); i++) {
            List<Token> others = new ArrayList<>(0);
            if (i < alternatives.size()
                    && alternatives.get(i) instanceof Map<?, ?> step
                    && step.get("candidates") instanceof List<?> candidates) {
                candidates.forEach(candidate -> candidate(candidate, List.of(), others));
            }
            candidate(steps.get(i), others, tokens);
        }
    }

    private static void candidate(@Nullable Object candidate, List<Token> alternatives, List<Token> tokens) {
        if (candidate instanceof Map<?, ?> map) {
            add(map.get("token"), map.get("logProbability"), alternatives, tokens);
        }
    }

    private static void add(
            @Nullable Object token, @Nullable Object logprob, List<Token> alternatives, List<Token> tokens) {
        if (token instanceof String text && logprob instanceof Number number) {
            tokens.add(new Token(text, number.doubleValue(), alternatives));
        }
    }
}
