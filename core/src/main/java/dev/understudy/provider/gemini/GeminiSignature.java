package dev.understudy.provider.gemini;

import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.ToolCall;
import dev.understudy.provider.dialect.DialectName;
import org.jspecify.annotations.Nullable;

/**
 * Encodes the kind of part that a signature belongs to into its value: it is valid only on a part of that kind, and
 * on a tool call only on that call. A signature itself contains no colon.
 */
final class GeminiSignature {

    private static final String TEXT = "text:";
    private static final String CALL = "call:";

    private GeminiSignature() {}

    static ReasoningBlock.Signature ofThought(String signature) {
        return seal(signature);
    }

    static ReasoningBlock.Signature ofText(String signature) {
        return seal(TEXT + signature);
    }

    static ReasoningBlock.Signature ofCall(String signature, String callId) {
        return seal(CALL + callId + ':' + signature);
    }

    private static ReasoningBlock.Signature seal(String value) {
        return new ReasoningBlock.Signature(value, false, DialectName.GEMINI);
    }

    /** Returns the signature of a reasoning part; null if it belongs elsewhere. */
    static @Nullable String onThought(ReasoningBlock.@Nullable Signature reasoningSignature) {
        return after("", value(reasoningSignature));
    }

    /** Returns the signature of a text part; null if it belongs elsewhere. */
    static @Nullable String onText(ReasoningBlock.@Nullable Signature reasoningSignature) {
        return after(TEXT, value(reasoningSignature));
    }

    /** Returns the signature of this call; null if it belongs elsewhere. */
    static @Nullable String onCall(ReasoningBlock.@Nullable Signature reasoningSignature, ToolCall call) {
        return after(CALL + call.id() + ':', value(reasoningSignature));
    }

    private static String value(ReasoningBlock.@Nullable Signature reasoningSignature) {
        return reasoningSignature != null && reasoningSignature.origin().equals(DialectName.GEMINI)
                ? reasoningSignature.value()
                : "";
    }

    private static @Nullable String after(String place, String value) {
        return value.startsWith(place) && value.length() > place.length() && value.indexOf(':', place.length()) < 0
                ? value.substring(place.length())
                : null;
    }
}
