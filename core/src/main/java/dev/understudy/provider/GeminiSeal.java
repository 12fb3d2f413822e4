package dev.understudy.provider;

import dev.understudy.chat.Seal;
import dev.understudy.chat.ToolCall;
import org.jspecify.annotations.Nullable;

/**
 * Where a signature of Gemini stood: it means something only on a part of the same kind, and on a tool call only on that
 * call. A signature itself has no colon.
 */
final class GeminiSeal {

    private static final String TEXT = "text:";
    private static final String CALL = "call:";

    private GeminiSeal() {}

    static Seal ofThought(String signature) {
        return seal(signature);
    }

    static Seal ofText(String signature) {
        return seal(TEXT + signature);
    }

    static Seal ofCall(String signature, String callId) {
        return seal(CALL + callId + ':' + signature);
    }

    private static Seal seal(String value) {
        return new Seal(value, false, Gemini.NAME);
    }

    /** The signature of a thought; null if it is none of ours. */
    static @Nullable String onThought(@Nullable Seal seal) {
        return after("", value(seal));
    }

    /** The signature of a text; null if it is none of ours. */
    static @Nullable String onText(@Nullable Seal seal) {
        return after(TEXT, value(seal));
    }

    /** The signature of this call; null if it is none of ours or another call's. */
    static @Nullable String onCall(@Nullable Seal seal, ToolCall call) {
        return after(CALL + call.id() + ':', value(seal));
    }

    private static String value(@Nullable Seal seal) {
        return seal != null && seal.origin().equals(Gemini.NAME) ? seal.value() : "";
    }

    private static @Nullable String after(String place, String value) {
        return value.startsWith(place) && value.length() > place.length() && value.indexOf(':', place.length()) < 0
                ? value.substring(place.length())
                : null;
    }
}
