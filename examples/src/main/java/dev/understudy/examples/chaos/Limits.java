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

    /** Returns the limit of a fault: the patience on an idle machine, or longer while healthy calls take long now. */
    static Duration patience(Duration patience, Duration healthyNow) {
        Duration slow = healthyNow.multipliedBy(100);
        return slow.compareTo(patience) > 0 ? slow : patience;
    }

    private Duration longer(Duration least, int calls) {
        Duration scaled = healthy.multipliedBy(calls);
        return scaled.compareTo(least) > 0 ? scaled : least;
    }
}
