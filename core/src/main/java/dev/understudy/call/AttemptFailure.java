package dev.understudy.call;

import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.ChatException;
import java.util.List;

/** Internal signal of an attempt that failed before its first content, which the engine turns into a decision. */
final class AttemptFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Cursor cursor;
    private final transient ChatException.CallFailed failed;

    AttemptFailure(Cursor cursor, ChatException.CallFailed failed) {
        super(failed.getMessage(), failed, false, false);
        this.cursor = cursor;
        this.failed = failed;
    }

    /** The state of the call, this failure included. */
    Cursor cursor() {
        return cursor;
    }

    /** The attempt's entry in the attempt log. */
    AttemptLog.Attempt logEntry() {
        List<AttemptLog.Attempt> entries = cursor.attemptLog().attempts();
        return entries.get(entries.size() - 1);
    }

    ChatException.CallFailed failed() {
        return failed;
    }
}
