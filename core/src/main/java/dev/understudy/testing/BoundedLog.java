package dev.understudy.testing;

import java.util.ArrayDeque;
import java.util.List;

/** Last ten thousand elements, oldest first: enough for any test, and bounded in long runs. Thread-safe. */
final class BoundedLog<T> {

    static final int LIMIT = 10_000;

    private final ArrayDeque<T> all = new ArrayDeque<>();

    synchronized void add(T one) {
        if (all.size() == LIMIT) {
            all.removeFirst();
        }
        all.addLast(one);
    }

    synchronized List<T> list() {
        return List.copyOf(all);
    }
}
