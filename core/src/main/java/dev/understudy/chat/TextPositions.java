package dev.understudy.chat;

/** Converts positions in a text, counted in bytes of UTF-8 or in code points, to indexes of {@code char}. Immutable. */
final class TextPositions {

    /** Characters between two entries of the index. */
    private static final int STEP = 256;

    private final String text;
    private final int[] chars;
    private final int[] bytes;
    private final int[] points;

    TextPositions(String text) {
        this.text = text;
        int size = text.length() / STEP + 1;
        chars = new int[size];
        bytes = new int[size];
        points = new int[size];
        int entry = 0;
        int byteCount = 0;
        int pointCount = 0;
        for (int at = 0; at < text.length(); pointCount++) {
            if (at >= entry * STEP) {
                chars[entry] = at;
                bytes[entry] = byteCount;
                points[entry++] = pointCount;
            }
            int point = text.codePointAt(at);
            byteCount += bytesOf(point);
            at += Character.charCount(point);
        }
        for (; entry < size; entry++) {
            chars[entry] = text.length();
            bytes[entry] = byteCount;
            points[entry] = pointCount;
        }
    }

    private static int bytesOf(int point) {
        return point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    }

    /** Returns the index of the character that begins at a byte; -1 if none begins or ends there. */
    int ofByte(int offset) {
        return find(bytes, offset, true);
    }

    /** Returns the index of a code point; -1 outside of the text. */
    int ofCodePoint(int number) {
        return find(points, number, false);
    }

    private int find(int[] counts, int wanted, boolean inBytes) {
        if (wanted < 0) {
            return -1;
        }
        int low = 0;
        int high = counts.length - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (counts[middle] <= wanted) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        int at = chars[low];
        int count = counts[low];
        while (count < wanted && at < text.length()) {
            int point = text.codePointAt(at);
            count += inBytes ? bytesOf(point) : 1;
            at += Character.charCount(point);
        }
        return count == wanted ? at : -1;
    }
}
