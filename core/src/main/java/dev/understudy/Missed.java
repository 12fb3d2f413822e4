package dev.understudy;

import dev.understudy.chat.ChatException;
import dev.understudy.chat.Trail;
import java.util.List;

/** An attempt that failed before its first content, on its way to the decision. Never leaves the engine. */
final class Missed extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Cursor cursor;
    private final transient ChatException.CallFailed failed;

    Missed(Cursor cursor, ChatException.CallFailed failed) {
        super(failed.getMessage(), failed, false, false);
        this.cursor = cursor;
        this.failed = failed;
    }

    /** Where the call stands now, this failure included. */
    Cursor cursor() {
        return cursor;
    }

    /** What the trail says of it. */
    Trail.Entry entry() {
        List<Trail.Entry> entries = cursor.trail().entries();
        return entries.get(entries.size() - 1);
    }

    ChatException.CallFailed failed() {
        return failed;
    }
}
