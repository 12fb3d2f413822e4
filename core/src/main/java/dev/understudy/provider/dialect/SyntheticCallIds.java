package dev.understudy.provider.dialect;

import dev.understudy.chat.ChatRequest;

/** Ids for tool calls that have none, or one that cannot be used. */
public final class SyntheticCallIds {

    private SyntheticCallIds() {}

    /** The same for the same turn of the same conversation, and hardly ever for another. */
    public static long salt(ChatRequest request, String answer) {
        return 31L * request.messages().size() + answer.hashCode() * 1_000_003L;
    }

    /** Nine letters and digits: the strictest of the vendors accepts that when the call is sent back. */
    public static String of(long salt, int index) {
        long hash = (salt + index) * 0x9E3779B97F4A7C15L;
        hash = (hash ^ (hash >>> 29)) * 0xBF58476D1CE4E5B9L;
        String digits = "00000000" + Long.toUnsignedString(hash ^ (hash >>> 32), 36);
        return digits.substring(digits.length() - 9);
    }
}
