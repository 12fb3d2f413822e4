package dev.understudy.streaming;

/**
 * The seam behind a prefix that was sent as the beginning of the answer. Some servers repeat it and some do not; a repeat,
 * whole and exact, is dropped, in however many pieces it comes. Servers that also drop the white space between the two
 * get it back, as far as the failed server had already sent it.
 */
final class Echo extends Seam {

    private final String prefix;
    private final String gap;
    private int equal;
    private boolean joined;

    /**
     * @param prefix what was shown, and sent
     * @param fragment what the failed server had said after it, never shown
     */
    Echo(String prefix, String fragment) {
        this.prefix = prefix;
        int end = 0;
        while (end < fragment.length() && Words.isSpace(fragment.charAt(end))) {
            end++;
        }
        this.gap = fragment.substring(0, end);
    }

    /**
     * Whether a continuation could itself begin with the prefix, so that a repeat could not be told from it.
     *
     * @param fragment the true beginning of the continuation, as far as it is known
     */
    static boolean isAmbiguous(String prefix, String fragment) {
        return prefix.startsWith(fragment) || fragment.startsWith(prefix);
    }

    @Override
    String add(String text) {
        if (joined) {
            return text;
        }
        int common = Math.min(text.length(), prefix.length() - equal);
        if (!text.regionMatches(0, prefix, equal, common)) {
            joined = true;
            return spaced(prefix.substring(0, equal).concat(text));
        }
        equal += common;
        if (equal == prefix.length()) {
            joined = true;
            return text.substring(common);
        }
        return "";
    }

    @Override
    String end() {
        if (joined) {
            return "";
        }
        joined = true;
        return spaced(prefix.substring(0, equal));
    }

    @Override
    boolean isJoined() {
        return joined;
    }

    @Override
    String kept() {
        return prefix.substring(0, equal);
    }

    private String spaced(String text) {
        return !text.isEmpty() && Character.isLetterOrDigit(text.codePointAt(0)) ? gap.concat(text) : text;
    }
}
