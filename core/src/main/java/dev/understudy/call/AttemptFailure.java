package dev.understudy.call;

import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.ChatException;
import java.util.List;

/** An attempt that failed before its first content, on its way to the decision. Never leaves the engine. */
final class AttemptFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Cursor cursor;
    private final transient ChatException.CallFailed failed;

    AttemptFailure(Cursor cursor, ChatException.CallFailed failed) {
        super(failed.getMessage(), failed, false, false);
        this.cursor = cursor;
        this.failed = failed;
    }

    /** Where the call stands now, this failure included. */
    Cursor cursor() {
        return cursor;
    }

    /** What the trail says of it. */
    AttemptLog.Attempt entry() {
        List<AttemptLog.Attempt> entries = cursor.attemptLog().attempts();
        return entries.get(entries.size() - 1);
    }

    ChatException.CallFailed failed() {
        return failed;
    }
}
