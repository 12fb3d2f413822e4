package dev.understudy.chat;

import java.util.ArrayList;
import java.util.List;

/**
 * Text that grows at its end and is mostly never read. Complete segments have no spare capacity, so the memory is little
 * more than that of the text. Not thread-safe.
 */
final class TextPieces {

    private static final int SEGMENT = 8 << 10;

    private final List<String> segments = new ArrayList<>(0);
    private StringBuilder tail; // not empty unless all of the text is
    private int before; // characters of all segments

    TextPieces() {
        this.tail = new StringBuilder();
    }

    void append(String text) {
        if (!text.isEmpty() && !tail.isEmpty() && tail.length() + text.length() > SEGMENT) {
            String full = tail.toString();
            segments.add(full);
            before += full.length();
            tail = new StringBuilder(Math.min(SEGMENT, Math.max(16, text.length())));
        }
        tail.append(text);
    }

    int length() {
        return before + tail.length();
    }

    boolean isEmpty() {
        return length() == 0;
    }

    boolean endsWith(char last) {
        return tail.length() > 0 && tail.charAt(tail.length() - 1) == last;
    }

    /** Removes the text from an offset on. */
    void truncate(int length) {
        while (before >= length && before > 0) {
            String last = segments.remove(segments.size() - 1);
            before -= last.length();
            tail = new StringBuilder(last);
        }
        tail.setLength(Math.min(tail.length(), length - before));
    }

    /** Returns the text from an offset on. */
    String from(int offset) {
        StringBuilder all = new StringBuilder(length() - offset);
        int start = 0;
        for (String segment : segments) {
            if (start + segment.length() > offset) {
                all.append(segment, Math.max(0, offset - start), segment.length());
            }
            start += segment.length();
        }
        return all.append(tail, Math.max(0, offset - start), tail.length()).toString();
    }

    void appendTo(StringBuilder target) {
        segments.forEach(target::append);
        target.append(tail);
    }

    @Override
    public String toString() {
        return segments.isEmpty() ? tail.toString() : from(0);
    }
}
