package dev.understudy.provider.dialect;

import dev.understudy.chat.ChatRequest;

/** Generates ids for tool calls that have none or an unusable one. Deterministic. */
public final class SyntheticCallIds {

    private SyntheticCallIds() {}

    /** Returns a value that is equal for equal turns of a conversation and very probably differs otherwise. */
    public static long salt(ChatRequest request, String answer) {
        return 31L * request.messages().size() + answer.hashCode() * 1_000_003L;
    }

    /** Returns nine letters and digits, the form that every known vendor accepts. */
    public static String of(long salt, int index) {
        long hash = (salt + index) * 0x9E3779B97F4A7C15L;
        hash = (hash ^ (hash >>> 29)) * 0xBF58476D1CE4E5B9L;
        String digits = "00000000" + Long.toUnsignedString(hash ^ (hash >>> 32), 36);
        return digits.substring(digits.length() - 9);
    }
}
