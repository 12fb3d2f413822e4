package dev.understudy.examples.chaos;

import java.time.Duration;

/**
 * Time limits of a run, in proportion to the time of a healthy call on this machine at the beginning.
 *
 * @param healthy time of a healthy call
 */
record Limits(Duration healthy) {

    /** Limit of the primary, which is silent at times. */
    Duration silence() {
        return longer(Duration.ofSeconds(2), 50);
    }

    /** Limit of the backup, which is healthy, also while all cores are busy. */
    Duration attempt() {
        return longer(Duration.ofSeconds(30), 500);
    }

    Duration call() {
        return attempt().multipliedBy(2);
    }

    /** Returns the limit of a fault: that of an idle machine, or a longer one while healthy calls take long now. */
    static Duration ofFault(Duration idle, Duration healthyNow) {
        Duration slow = healthyNow.multipliedBy(100);
        return slow.compareTo(idle) > 0 ? slow : idle;
    }

    private Duration longer(Duration least, int calls) {
        Duration scaled = healthy.multipliedBy(calls);
        return scaled.compareTo(least) > 0 ? scaled : least;
    }
}
