package dev.understudy.provider;

import dev.understudy.chat.ChatException.CallFailed;
import java.util.List;

final class Redactor {
    static Redactor of(List<Secret> keys) {
        return new Redactor();
    }

    CallFailed redact(CallFailed failed) {
        return failed;
    }
}
