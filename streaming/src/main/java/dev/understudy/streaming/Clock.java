package dev.understudy.streaming;

import java.util.concurrent.TimeUnit;
import reactor.core.scheduler.Schedulers;

/** The clock of this package: the one of Reactor's parallel scheduler, which virtual time replaces. */
final class Clock {

    private Clock() {}

    /** Nanoseconds since an arbitrary instant. */
    static long now() {
        return Schedulers.parallel().now(TimeUnit.NANOSECONDS);
    }
}
