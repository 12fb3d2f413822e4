package dev.understudy.streaming.seam;

import org.jspecify.annotations.Nullable;

/**
 * The seam behind a prefix that was sent as the beginning of the answer, where nothing is left to compare the continuation
 * with. Some servers repeat the prefix and some do not; a complete and exact repeat is dropped, in however many pieces it
 * comes. A repeat that goes on otherwise after {@value #SURE} characters is another answer. White space that was
 * received behind the prefix, and that some servers drop, is put back.
 */
public final class PrefillSeam extends Seam {

    /** So many equal characters are no chance: the server has started again. */
    static final int SURE = 16;

    private final String prefix;
    private final String unshown;
    private final String gap;
    private int equal;
    private boolean joined;

    /**
     * @param prefix what was sent, all of which was delivered
     * @param fragment what was received behind it
     */
    PrefillSeam(String prefix, String fragment) {
        this(prefix, prefix.length(), fragment);
    }

    /**
     * @param prefix what was sent
     * @param shown how many characters of it were delivered
     * @param fragment what was received behind the prefix
     */
    public PrefillSeam(String prefix, int shown, String fragment) {
        this.prefix = prefix;
        this.unshown = prefix.substring(shown);
        this.gap = fragment.substring(0, WordBoundaries.skipSpaces(fragment, 0));
    }

    /**
     * Whether a continuation could itself begin with the prefix, so that a repeat could not be told from it.
     *
     * @param fragment the true beginning of the continuation, as far as it is known
     */
    public static boolean isAmbiguous(String prefix, String fragment) {
        return prefix.startsWith(fragment) || fragment.startsWith(prefix);
    }

    /** Whether the prefix consists of repetitions, so that a continuation may begin with it as a repeat does. */
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
        return equal == prefix.length() ? join(text.substring(common)) : "";
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
    public String kept() {
        return prefix.substring(0, equal);
    }

    private String spaced(String text) {
        return !text.isEmpty() && Character.isLetterOrDigit(text.codePointAt(0)) ? gap.concat(text) : text;
    }
}
