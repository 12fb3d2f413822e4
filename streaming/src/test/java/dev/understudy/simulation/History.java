package dev.understudy.simulation;

import org.jspecify.annotations.Nullable;

/** Everything that happened in a simulation, line by line with its virtual time. */
final class History {

    private final Tasks tasks;
    private final @Nullable StringBuilder text;
    private long hash = 0xcbf29ce484222325L;
    private int lines;

    /** @param kept true to keep the text, false for its hash only */
    History(Tasks tasks, boolean kept) {
        this.tasks = tasks;
        this.text = kept ? new StringBuilder() : null;
    }

    void add(String line) {
        lines++;
        long at = (tasks.now() - Tasks.START) / 1_000;
        mix(at);
        for (int i = 0; i < line.length(); i++) {
            mix(line.charAt(i));
        }
        if (text != null) {
            text.append(at / 1_000)
                    .append('.')
                    .append(String.valueOf(1_000 + at % 1_000).substring(1))
                    .append(' ')
                    .append(line)
                    .append('\n');
        }
    }

    private void mix(long value) {
        hash = (hash ^ value) * 0x100000001b3L;
    }

    long hash() {
        return hash;
    }

    int lines() {
        return lines;
    }

    String text() {
        return text == null ? "" : text.toString();
    }
}
