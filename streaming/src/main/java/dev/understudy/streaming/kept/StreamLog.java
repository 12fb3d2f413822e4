package dev.understudy.streaming.kept;

import dev.understudy.streaming.kept.KeptStreamStore.Append;
import dev.understudy.streaming.kept.KeptStreamStore.Lease;
import dev.understudy.streaming.kept.KeptStreamStore.Limits;
import dev.understudy.streaming.kept.KeptStreamStore.Page;
import dev.understudy.streaming.kept.KeptStreamStore.Renewal;
import dev.understudy.streaming.kept.KeptStreamStore.State;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Entries and lease of one stream in memory. Times are milliseconds of the scheduler. Used under a lock. */
final class StreamLog {

    private final Limits limits;
    private final String request;
    private final Deque<String> entries = new ArrayDeque<>();
    private long dropped; // entries before the first one
    private long characters;
    private long fence = 1;
    private int takeovers;
    private boolean released;
    private long leasedUntil;
    private long attendedUntil;
    private long expires;
    private boolean ended;

    StreamLog(Limits limits, String request, long now, long leasedUntil, long attendedUntil) {
        this.limits = limits;
        this.request = request;
        this.leasedUntil = leasedUntil;
        this.attendedUntil = attendedUntil;
        touch(now);
    }

    private void touch(long now) {
        expires = now + limits.retention().toMillis();
    }

    long expires() {
        return expires;
    }

    boolean isEnded() {
        return ended;
    }

    private long length() {
        return dropped + entries.size();
    }

    boolean append(Append append, long now) {
        if (append.fence() != fence || ended) {
            return false;
        }
        long known = append.first() == 0 ? 0 : length() - append.first() + 1;
        if (known < 0) {
            return false;
        }
        for (String entry : append.entries()
                .subList(
                        (int) Math.min(known, append.entries().size()),
                        append.entries().size())) {
            entries.add(entry);
            characters += entry.length();
        }
        while (entries.size() > 1
                && (entries.size() > limits.entries() || characters + request.length() > limits.characters())) {
            characters -= entries.remove().length();
            dropped++;
        }
        ended = append.last();
        touch(now);
        return true;
    }

    Renewal renew(long token, long now, long until) {
        if (token != fence || ended) {
            return Renewal.LOST;
        }
        leasedUntil = until;
        released = until <= now;
        touch(now);
        return attendedUntil < now ? Renewal.UNATTENDED : Renewal.HELD;
    }

    @Nullable
    Lease acquire(long now, long until, boolean force) {
        if (ended || (leasedUntil > now && !force)) {
            return null;
        }
        fence++;
        takeovers += released ? 0 : 1;
        released = false;
        leasedUntil = until;
        touch(now);
        return new Lease(fence, takeovers, request);
    }

    State attend(long now, long until) {
        attendedUntil = Math.max(attendedUntil, until);
        return state(now);
    }

    private State state(long now) {
        if (ended) {
            return State.ENDED;
        }
        return leasedUntil > now ? State.GENERATING : State.ABANDONED;
    }

    /** True if a reader after this position need not wait. */
    boolean isReadable(long after) {
        return ended || after != length();
    }

    Page page(long after, int most, long now) {
        if (after > length()) {
            return new Page(after + 1, List.of(), State.UNKNOWN);
        }
        long first = Math.max(after, dropped) + 1;
        List<String> page = new ArrayList<>();
        Iterator<String> rest = from(first);
        while (rest.hasNext() && page.size() < most) {
            page.add(rest.next());
        }
        return new Page(first, page, state(now));
    }

    private Iterator<String> from(long first) {
        long behind = length() - first + 1;
        if (behind < entries.size() / 2) { // most readers are near the end
            Deque<String> tail = new ArrayDeque<>();
            Iterator<String> backwards = entries.descendingIterator();
            for (long i = 0; i < behind; i++) {
                tail.addFirst(backwards.next());
            }
            return tail.iterator();
        }
        Iterator<String> all = entries.iterator();
        for (long i = dropped + 1; i < first; i++) {
            all.next();
        }
        return all;
    }
}
