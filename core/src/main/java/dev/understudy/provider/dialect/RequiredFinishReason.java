package dev.understudy.provider.dialect;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;

/** Checks that a whole answer has a finish reason: without one it counts as cut, as a stream does. */
public final class RequiredFinishReason {

    private RequiredFinishReason() {}

    /**
     * Returns the answer if the vendor reported a finish reason.
     *
     * @throws CallFailed of kind TRUNCATED if it did not
     */
    public static ChatResponse of(ChatResponse response) {
        if (response.finish().vendorMetadata().finishReason() == null) {
            throw missing();
        }
        return response;
    }

    /** Returns the failure of an answer without a finish reason. */
    public static CallFailed missing() {
        return new CallFailed(Failure.of(FailureKind.TRUNCATED, "the answer has no finish reason"));
    }
}
