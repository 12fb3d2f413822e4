package dev.understudy.provider.json;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;

/** Limits of received JSON, and the {@link FailureKind#PROTOCOL} failures that reject it. Messages quote no content. */
public final class JsonErrors {

    public static final int MAX_DEPTH = 128;
    static final int MAX_NUMBER = 400;

    private JsonErrors() {}

    static void checkDepth(int depth) {
        if (depth > MAX_DEPTH) {
            throw overLimit();
        }
    }

    static CallFailed overLimit() {
        return rejected("JSON over a limit: " + MAX_DEPTH + " levels, numbers of " + MAX_NUMBER + " digits");
    }

    /**
     * Returns the failure for content above a limit that a transport option raises.
     *
     * @param what names the content
     */
    public static CallFailed overLimit(String what, int limit) {
        return rejected(what + " of more than " + limit + " bytes: Transport.withMaxAnswer raises the limit");
    }

    static CallFailed cut() {
        return rejected("JSON that ends in the middle");
    }

    static CallFailed malformed() {
        return rejected("malformed JSON or UTF-8");
    }

    /** Returns the failure for a received document, with a message that quotes none of its content. */
    public static CallFailed rejected(String what) {
        return new CallFailed(Failure.of(FailureKind.PROTOCOL, what));
    }
}
