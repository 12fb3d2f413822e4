package dev.understudy.streaming.seam;

import org.jspecify.annotations.Nullable;

/**
 * Seam after a prefix that was sent as the beginning of the answer, without received text left to compare the
 * continuation with. Some servers repeat the prefix and some do not; a complete and exact repetition is dropped, in any
 * pieces. A complete repetition of fewer than {@value #PHRASE} characters is refused, because answers repeat such phrases
 * themselves. A repetition that differs after {@value #SURE} characters is another answer. White space that was
 * received after the prefix, and that some servers drop, is restored.
 */
public final class PrefillSeam extends Seam {

    /** Number of equal characters that cannot be a coincidence: the server has started again. */
    static final int SURE = 16;

    /** Number of characters that an answer does not repeat at once, without anything between. */
    static final int PHRASE = 32;

    private final String prefix;
    private final String unshown;
    private final String gap;
    private int equal;
    private boolean joined;

    /**
     * @param prefix sent text, all of it delivered
     * @param fragment received text after it
     */
    PrefillSeam(String prefix, String fragment) {
        this(prefix, prefix.length(), fragment);
    }

    /**
     * @param prefix sent text
     * @param shown number of its characters that were delivered
     * @param fragment received text after the prefix
     */
    public PrefillSeam(String prefix, int shown, String fragment) {
        this.prefix = prefix;
        this.unshown = prefix.substring(shown);
        this.gap = fragment.substring(0, WordBoundaries.skipSpaces(fragment, 0));
    }

    /**
     * True if a continuation could itself begin with the prefix, so that a repetition is indistinguishable from it.
     *
     * @param fragment true beginning of the continuation, as far as it is known; "" if nothing is known
     */
    public static boolean isAmbiguous(String prefix, String fragment) {
        return fragment.isEmpty()
                ? prefix.length() < PHRASE
                : prefix.startsWith(fragment) || fragment.startsWith(prefix);
    }

    /** True if the prefix consists of repetitions, so that a continuation may begin like a repetition. */
    public static boolean isRepetitive(String prefix) {
        for (int period = 1; period <= prefix.length() / 2; period++) {
            if (prefix.regionMatches(period, prefix, 0, prefix.length() - period)) {
                return true;
            }
        }
        return prefix.length() < 2;
    }

    @Override
    public @Nullable String add(String text) {
        if (joined) {
            return text;
        }
        int common = Math.min(text.length(), prefix.length() - equal);
        if (!text.regionMatches(0, prefix, equal, common)) {
            String all = prefix.substring(0, equal).concat(text);
            return startsAgain(all) ? null : join(spaced(all));
        }
        equal += common;
        if (equal < prefix.length()) {
            return "";
        }
        return equal < PHRASE ? null : join(text.substring(common));
    }

    private boolean startsAgain(String all) {
        return prefix.length() > SURE && all.regionMatches(0, prefix, 0, SURE);
    }

    private String join(String text) {
        joined = true;
        return unshown.concat(text);
    }

    @Override
    public @Nullable String end() {
        if (joined) {
            return "";
        }
        return equal >= SURE ? null : join(spaced(prefix.substring(0, equal)));
    }

    @Override
    public boolean isJoined() {
        return joined;
    }

    @Override
    public boolean isRepeated() {
        return joined && equal == prefix.length();
    }

    @Override
    public String kept() {
        return prefix.substring(0, equal);
    }

    private String spaced(String text) {
        return !text.isEmpty() && Character.isLetterOrDigit(text.codePointAt(0)) ? gap.concat(text) : text;
    }
}
