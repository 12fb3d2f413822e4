package dev.understudy.gateway;

import dev.understudy.event.Event;
import dev.understudy.event.Listener;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Remembers which provider serves a stream, from the events of its call. */
final class ServedByListener implements Listener {

    private final AtomicInteger attempts = new AtomicInteger();
    private volatile Event.@Nullable FirstContent first;

    @Override
    public void on(Event event) {
        if (event instanceof Event.AttemptStarted) {
            attempts.incrementAndGet();
        } else if (event instanceof Event.FirstContent content && first == null) {
            first = content;
        }
    }

    int attempts() {
        return attempts.get();
    }

    @Nullable
    String provider() {
        Event.FirstContent known = first;
        return known == null ? null : known.provider();
    }

    @Nullable
    String model() {
        Event.FirstContent known = first;
        return known == null ? null : known.model();
    }
}
