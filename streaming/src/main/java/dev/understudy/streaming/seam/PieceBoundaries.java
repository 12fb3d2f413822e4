package dev.understudy.streaming.seam;

import java.util.Arrays;

/**
 * Offsets in a text at which the pieces of a server end. A piece is one token or several, so each offset is a token
 * boundary, and the number of pieces is a lower bound of the number of tokens. Not thread-safe.
 */
public final class PieceBoundaries {

    private int[] ends = new int[16];
    private int count;

    /** Adds the end of the next piece; an empty piece is ignored. */
    public void add(int end) {
        if (count > 0 && ends[count - 1] >= end) {
            return;
        }
        if (count == ends.length) {
            ends = Arrays.copyOf(ends, 2 * count);
        }
        ends[count++] = end;
    }

    /** Removes the boundaries after an offset. */
    public void truncate(int offset) {
        count = count(offset);
    }

    /** A copy of the boundaries up to an offset. */
    public PieceBoundaries upTo(int offset) {
        PieceBoundaries copy = new PieceBoundaries();
        copy.count = count(offset);
        copy.ends = Arrays.copyOf(ends, Math.max(16, copy.count));
        return copy;
    }

    /** Number of pieces that end at an offset or before it. */
    public int count(int offset) {
        int at = Arrays.binarySearch(ends, 0, count, offset);
        return at >= 0 ? at + 1 : -at - 1;
    }

    /**
     * The last boundary at an offset or before it after which a text may be cut for a request: not inside a surrogate
     * pair, and not after white space, which some servers refuse at the end of a prefix.
     *
     * @return the offset, 0 when there is none
     */
    public int last(String text, int offset) {
        for (int i = count(Math.min(offset, text.length())) - 1; i >= 0; i--) {
            int end = ends[i];
            char before = text.charAt(end - 1);
            if (!WordBoundaries.isSpace(before) && !Character.isHighSurrogate(before)) {
                return end;
            }
        }
        return 0;
    }
}
