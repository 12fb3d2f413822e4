package dev.understudy.streaming.seam;

import org.jspecify.annotations.Nullable;

/**
 * Join between the delivered text and the text of another attempt. A seam receives the attempt's text in any pieces and
 * returns the new part. Not thread-safe.
 */
public abstract class Seam {

    /** New text so far, "" while it is undecided, or {@code null} when the answer is a different one. */
    public abstract @Nullable String add(String text);

    /** New text at the end of the attempt's text, or {@code null} when the answer is a different one. */
    public abstract @Nullable String end();

    /** True if all further text is new. */
    public abstract boolean isJoined();

    /** True if the answer began again from its first character, so that its length is that of the whole answer. */
    public boolean isRepeated() {
        return false;
    }

    /** Text that was received and not returned, for counting. */
    public String kept() {
        return "";
    }

    /** Seam without delivered text: all text is new. */
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
