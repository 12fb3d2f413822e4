package dev.understudy;

/**
 * Hears everything that happens, in order for each call, on the thread where it happens: it must be quick and must not
 * block. What it throws is dropped, for a listener must not harm a call.
 */
@FunctionalInterface
public interface Listener {

    void on(Event event);

    /** Both hear, this one first; what one throws does not keep the other from hearing. */
    default Listener and(Listener other) {
        return event -> {
            Call.tell(this, event);
            Call.tell(other, event);
        };
    }

    static Listener none() {
        return event -> {};
    }
}
