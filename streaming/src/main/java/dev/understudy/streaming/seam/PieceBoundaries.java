package dev.understudy.streaming.seam;

import java.util.Arrays;

/**
 * Offsets in a text at which the pieces of a server end. A piece is one token or several, so each offset is a token
 * boundary, and the number of pieces is a lower bound of the number of tokens. One byte a piece is kept, because most
 * streams are never asked for them. Not thread-safe.
 */
public final class PieceBoundaries {

    /** Part of a length that continues in the next byte. */
    private static final int CONTINUES = 255;

    private byte[] lengths = new byte[16];
    private int used;
    private int end;

    /** Adds the end of the next piece; an empty piece is ignored. */
    public void add(int end) {
        if (this.end >= end) {
            return;
        }
        int rest = end - this.end;
        while (rest >= CONTINUES) {
            append(CONTINUES);
            rest -= CONTINUES;
        }
        append(rest);
        this.end = end;
    }

    private void append(int part) {
        if (used == lengths.length) {
            lengths = Arrays.copyOf(lengths, used + (used >> 1));
        }
        lengths[used++] = (byte) part;
    }

    /** Removes the boundaries after an offset. */
    public void truncate(int offset) {
        Position last = at(offset);
        used = last.used;
        end = last.end;
    }

    /** A copy of the boundaries up to an offset. */
    public PieceBoundaries upTo(int offset) {
        Position last = at(offset);
        PieceBoundaries copy = new PieceBoundaries();
        copy.lengths = Arrays.copyOf(lengths, Math.max(16, last.used));
        copy.used = last.used;
        copy.end = last.end;
        return copy;
    }

    /** Number of pieces that end at an offset or before it. */
    public int count(int offset) {
        return at(offset).count;
    }

    /** Last boundary up to an offset: bytes used, pieces, and their end. */
    private record Position(int used, int count, int end) {}

    private Position at(int offset) {
        int count = 0;
        int length = 0;
        int lastUsed = 0;
        int lastEnd = 0;
        for (int i = 0; i < used; i++) {
            int part = lengths[i] & 0xff;
            length += part;
            if (part == CONTINUES) {
                continue;
            }
            if (length > offset) {
                break;
            }
            count++;
            lastUsed = i + 1;
            lastEnd = length;
        }
        return new Position(lastUsed, count, lastEnd);
    }

    /**
     * The last boundary at an offset or before it after which a text may be cut for a request: not inside a surrogate
     * pair, and not after white space, which some servers refuse at the end of a prefix.
     *
     * @return the offset, 0 when there is none
     */
    public int last(String text, int offset) {
        int limit = Math.min(offset, text.length());
        int length = 0;
        int last = 0;
        for (int i = 0; i < used && length <= limit; i++) {
            int part = lengths[i] & 0xff;
            length += part;
            if (part != CONTINUES && length <= limit && isCut(text.charAt(length - 1))) {
                last = length;
            }
        }
        return last;
    }

    private static boolean isCut(char before) {
        return !WordBoundaries.isSpace(before) && !Character.isHighSurrogate(before);
    }
}
