package dev.understudy.provider.error;

import java.util.Arrays;

/**
 * Finds parts of one short text that occur in other, long texts: a suffix automaton of the short text, into which the
 * long texts are fed character by character. Time is linear in all of them. Not thread-safe.
 */
final class QuoteIndex {

    private static final int ROOT = 0;

    private final int[] link;
    private final int[] length;
    private final int[] prefix;
    private final long[] table;
    private final int[] target;
    private final int[] transitions;
    private final long[] listed;
    private final int[] next;
    private final int mask;
    private int states = 1;
    private int edges;

    /** Longest run that ends in each state, anywhere in a value. */
    private final int[] any;

    /** Longest run that ends in each state, at the start or end of a value. */
    private final int[] edge;
    /** Longest run that ends in each state and is a whole value. */
    private final int[] whole;

    /** @param text the short text; a few thousand characters */
    QuoteIndex(CharSequence text) {
        int maxStates = Math.max(2, 2 * text.length());
        link = new int[maxStates];
        length = new int[maxStates];
        prefix = new int[text.length()];
        int slots = Integer.highestOneBit(Math.max(16, 8 * text.length())) << 1;
        table = new long[slots];
        target = new int[slots];
        mask = slots - 1;
        transitions = new int[maxStates];
        listed = new long[Math.max(16, 4 * text.length() + 16)];
        next = new int[listed.length];
        any = new int[maxStates];
        edge = new int[maxStates];
        whole = new int[maxStates];
        Arrays.fill(transitions, -1);
        link[ROOT] = -1;
        int last = ROOT;
        for (int i = 0; i < text.length(); i++) {
            last = append(text.charAt(i), last);
            prefix[i] = last;
        }
    }

    private int append(char c, int last) {
        int state = states++;
        length[state] = length[last] + 1;
        int from = last;
        while (from >= 0 && step(from, c) < 0) {
            put(from, c, state);
            from = link[from];
        }
        if (from < 0) {
            link[state] = ROOT;
            return state;
        }
        int old = step(from, c);
        if (length[from] + 1 == length[old]) {
            link[state] = old;
            return state;
        }
        int copy = states++;
        length[copy] = length[from] + 1;
        link[copy] = link[old];
        for (int at = transitions[old]; at >= 0; at = next[at]) {
            char by = (char) listed[at];
            put(copy, by, step(old, by));
        }
        while (from >= 0 && step(from, c) == old) {
            put(from, c, copy);
            from = link[from];
        }
        link[old] = copy;
        link[state] = copy;
        return state;
    }

    private int slot(int state, char c) {
        long key = ((long) state << 16 | c) + 1;
        int slot = (int) ((key * 0x9E3779B97F4A7C15L) >>> 40) & mask;
        while (table[slot] != 0 && table[slot] != key) {
            slot = slot + 1 & mask;
        }
        return slot;
    }

    private int step(int state, char c) {
        int slot = slot(state, c);
        return table[slot] == 0 ? -1 : target[slot];
    }

    private void put(int state, char c, int to) {
        int slot = slot(state, c);
        if (table[slot] == 0) {
            table[slot] = ((long) state << 16 | c) + 1;
            listed[edges] = c;
            next[edges] = transitions[state];
            transitions[state] = edges++;
        }
        target[slot] = to;
    }

    /** Records all parts of the value that occur in the text. */
    void feed(CharSequence value) {
        int state = ROOT;
        int run = 0;
        int size = value.length();
        for (int i = 0; i < size; i++) {
            char c = value.charAt(i);
            int to = step(state, c);
            while (to < 0 && state != ROOT) {
                state = link[state];
                run = length[state];
                to = step(state, c);
            }
            if (to >= 0) {
                state = to;
                run++;
            } else {
                run = 0;
            }
            if (run > any[state]) {
                any[state] = run;
            }
            if (run == i + 1 && run > edge[state]) {
                edge[state] = run;
            }
        }
        if (run > 0) {
            edge[state] = Math.max(edge[state], run);
            if (run == size) {
                whole[state] = Math.max(whole[state], run);
            }
        }
    }

    /** Length of the longest run that ends at each position of the text. */
    record Runs(int[] any, int[] edge, int[] whole) {}

    Runs runs() {
        Integer[] order = new Integer[states];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, (one, other) -> Integer.compare(length[one], length[other]));
        for (int i = states - 1; i > 0; i--) {
            int state = order[i];
            int up = link[state];
            any[up] = Math.max(any[up], Math.min(any[state], length[up]));
        }
        for (int i = 1; i < states; i++) {
            int state = order[i];
            int up = link[state];
            any[state] = Math.max(any[state], any[up]);
            edge[state] = Math.max(edge[state], edge[up]);
            whole[state] = Math.max(whole[state], whole[up]);
        }
        return new Runs(ending(any), ending(edge), ending(whole));
    }

    private int[] ending(int[] longest) {
        int[] runs = new int[prefix.length];
        for (int i = 0; i < runs.length; i++) {
            runs[i] = longest[prefix[i]];
        }
        return runs;
    }
}
