package dev.understudy.testing;

import java.util.ArrayDeque;
import java.util.List;

/** The last ten thousand of something, oldest first: enough for any test, and no leak in a long rehearsal. */
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
