package dev.understudy.streaming;

import org.jspecify.annotations.Nullable;

/** The seam of an answer that is told again from its beginning: equal text is dropped, and a difference ends it. */
final class Replay extends Seam {

    private final String shown;
    private int at;

    Replay(String shown) {
        this.shown = shown;
    }

    @Override
    @Nullable
    String add(String text) {
        if (isJoined()) {
            return text;
        }
        int common = Math.min(text.length(), shown.length() - at);
        if (!text.regionMatches(0, shown, at, common)) {
            return null;
        }
        at += common;
        return text.substring(common);
    }

    @Override
    @Nullable
    String end() {
        return isJoined() ? "" : null;
    }

    @Override
    boolean isJoined() {
        return at == shown.length();
    }

    @Override
    String kept() {
        return shown.substring(0, at);
    }
}
