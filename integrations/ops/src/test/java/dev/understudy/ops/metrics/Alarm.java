package dev.understudy.ops.metrics;

import java.util.Locale;
import java.util.function.ToDoubleBiFunction;

/** The alarms of docs/operate.md. Each has a value, a threshold and a time for which the value must be above it. */
enum Alarm {
    CALLS_FAIL(
            5,
            0.01,
            (samples, at) -> share(
                    samples.increase(at, 5, "understudy.call", "outcome", "exhausted")
                            + samples.increase(at, 5, "understudy.call", "outcome", "partial"),
                    samples.increase(at, 5, "understudy.call"))),
    FALLBACK_SERVES(
            15,
            0.05,
            (samples, at) -> share(
                    samples.increase(at, 5, "understudy.call", "fallback", "true"),
                    samples.increase(at, 5, "understudy.call"))),
    CIRCUIT_OPEN(10, 0, (samples, at) -> samples.notClosed(at)),
    RETRIES_LIMITED(5, -1, (samples, at) -> -samples.least(at, "understudy.retry.tokens")),
    KEY_REFUSED(
            0,
            0,
            (samples, at) -> samples.increase(at, 1, "understudy.key.cooldown", "kind", "quota")
                    + samples.increase(at, 1, "understudy.key.cooldown", "kind", "auth")),
    STREAMS_LOST(
            0,
            0.5,
            (samples, at) -> share(
                    samples.increase(at, 15, "understudy.stream.lost"),
                    samples.increase(at, 15, "understudy.stream.lost")
                            + samples.increase(at, 15, "understudy.takeover")));

    private final int minutes;
    private final double threshold;
    private final ToDoubleBiFunction<MeterSamples, Integer> value;

    Alarm(int minutes, double threshold, ToDoubleBiFunction<MeterSamples, Integer> value) {
        this.minutes = minutes;
        this.threshold = threshold;
        this.value = value;
    }

    private static double share(double part, double whole) {
        return whole == 0 ? 0 : part / whole;
    }

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Returns {@code true} if the value was above the threshold in each minute for long enough. */
    boolean fires(MeterSamples samples) {
        int inARow = 0;
        for (int minute = 0; minute < samples.size(); minute++) {
            inARow = value.applyAsDouble(samples, minute) > threshold ? inARow + 1 : 0;
            if (inARow > minutes) {
                return true;
            }
        }
        return false;
    }
}
