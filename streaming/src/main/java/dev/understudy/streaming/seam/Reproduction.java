package dev.understudy.streaming.seam;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The seam of a deterministic continuation. The prefix that was sent is shorter than what was received, so the server has
 * to reproduce the rest before anything new is accepted. Servers that repeat the prefix, or start the answer again from its
 * first character, are accepted when they reproduce everything, and so are servers that drop white space at their beginning.
 */
public final class Reproduction extends Seam {

    private final String unshown;
    private final List<String> expected = new ArrayList<>(3); // ways to say what was received, longest first
    private final StringBuilder held = new StringBuilder();
    private final int all;
    private boolean joined;
    private boolean repeated;

    /**
     * @param received all received text
     * @param sent number of its characters that were sent as the prefix
     * @param shown number of its characters that were delivered
     */
    public Reproduction(String received, int sent, int shown) {
        this.unshown = received.substring(shown);
        this.all = received.length();
        String rest = received.substring(sent);
        expected.add(received);
        expected.add(rest);
        String bare = rest.substring(WordBoundaries.skipSpaces(rest, 0));
        if (!bare.isEmpty() && bare.length() < rest.length()) {
            expected.add(bare);
        }
    }

    @Override
    public @Nullable String add(String text) {
        if (joined) {
            return text;
        }
        int from = held.length();
        held.append(text);
        expected.removeIf(one -> from < one.length() && !agrees(one, from));
        return decide(false);
    }

    private boolean agrees(String one, int from) {
        int common = Math.min(held.length(), one.length());
        for (int i = from; i < common; i++) {
            if (held.charAt(i) != one.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** Waits while two readings are possible. */
    private @Nullable String decide(boolean over) {
        if (over) {
            expected.removeIf(one -> one.length() > held.length());
        }
        if (expected.isEmpty() || (over && expected.size() > 1)) {
            return null;
        }
        String one = expected.get(0);
        if (expected.size() > 1 || one.length() > held.length()) {
            return "";
        }
        joined = true;
        repeated = one.length() == all;
        String fresh = unshown.concat(held.substring(one.length()));
        held.setLength(0);
        return fresh;
    }

    @Override
    public @Nullable String end() {
        return joined ? "" : decide(true);
    }

    @Override
    public boolean isJoined() {
        return joined;
    }

    @Override
    public boolean isRepeated() {
        return repeated;
    }

    @Override
    public String kept() {
        return held.toString();
    }
}
