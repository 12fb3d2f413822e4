package dev.understudy.streaming.seam;

import org.jspecify.annotations.Nullable;

/** Seam of an answer that is repeated from its beginning: equal text is dropped, and a difference ends the attempt. */
public final class ReplaySeam extends Seam {

    private final String shown;
    private int at;

    public ReplaySeam(String shown) {
        this.shown = shown;
    }

    @Override
    public @Nullable String add(String text) {
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
    public @Nullable String end() {
        return isJoined() ? "" : null;
    }

    @Override
    public boolean isJoined() {
        return at == shown.length();
    }

    @Override
    public String kept() {
        return shown.substring(0, at);
    }
}
