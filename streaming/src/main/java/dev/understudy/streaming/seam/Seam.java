package dev.understudy.streaming.seam;

import org.jspecify.annotations.Nullable;

/**
 * Where the text of one answer is joined to what was already shown. It takes the text of an attempt in any pieces and gives
 * what is new in it. Not thread-safe.
 */
public abstract class Seam {

    /** What is new so far, "" while that cannot be told yet, or {@code null} when this is not the same answer. */
    public abstract @Nullable String add(String text);

    /** The same at the end of the attempt's text. */
    public abstract @Nullable String end();

    /** Whether all text from now on is new. */
    public abstract boolean isJoined();

    /** What was taken and not given on, for counting. */
    public String kept() {
        return "";
    }

    /** Nothing was shown, or nothing of it counts. */
    public static Seam none() {
        return new None();
    }

    private static final class None extends Seam {
        @Override
        public String add(String text) {
            return text;
        }

        @Override
        public String end() {
            return "";
        }

        @Override
        public boolean isJoined() {
            return true;
        }
    }
}
