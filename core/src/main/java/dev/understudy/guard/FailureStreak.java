package dev.understudy.guard;

/**
 * Failures in a row: those before the first content, and streams that were cut after it. A complete answer ends the row.
 * The first content of a stream shows that the provider accepts requests, and ends the row of the former. A stream that was
 * there before the first cut, is older than each stream that was cut and goes on shows that its streams live, and ends
 * the row of the latter. Immutable.
 *
 * @param refused failures before the first content
 * @param cut failures after it
 * @param since the instant of the first cut
 * @param age nanoseconds from the first content to the failure, of the stream that lived longest
 */
record FailureStreak(int refused, int cut, long since, long age) {

    static final FailureStreak NONE = new FailureStreak(0, 0, 0, 0);

    int length() {
        return refused + cut;
    }

    FailureStreak failed() {
        return new FailureStreak(refused + 1, cut, since, age);
    }

    /** @param begun the instant of the first content */
    FailureStreak cut(long begun, long now) {
        return new FailureStreak(refused, cut + 1, cut == 0 ? now : since, Math.max(cut == 0 ? 0 : age, now - begun));
    }

    FailureStreak begun() {
        return cut == 0 ? NONE : new FailureStreak(0, cut, since, age);
    }

    /** Returns true if content at this instant, of a stream with this first content, ends the row of cut streams. */
    boolean isRefutedBy(long begun, long now) {
        return cut > 0 && begun - since < 0 && now - begun > age;
    }

    FailureStreak flows() {
        return refused == 0 ? NONE : new FailureStreak(refused, 0, 0, 0);
    }
}
