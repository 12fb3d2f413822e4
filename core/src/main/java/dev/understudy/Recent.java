package dev.understudy;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;

/** The instants of the last n failures: enough to know exactly whether there were n in the last while. */
final class Recent {

    private final AtomicLongArray instants;
    private final AtomicInteger next = new AtomicInteger();
    private final long length;

    Recent(int n, long length, long now) {
        this.instants = new AtomicLongArray(n);
        this.length = length;
        for (int i = 0; i < n; i++) {
            instants.set(i, now - length); // too old to count
        }
    }

    void add(long now) {
        int slot = next.getAndUpdate(i -> (i + 1) % instants.length());
        instants.accumulateAndGet(slot, now, (was, is) -> is - was > 0 ? is : was);
    }

    /** How many are younger than the length, at most n. All are looked at, so that writers may overtake each other. */
    int count(long now) {
        int count = 0;
        for (int i = 0; i < instants.length(); i++) {
            if (now - instants.get(i) < length) {
                count++;
            }
        }
        return count;
    }
}
