package dev.understudy.ops.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Readings of all meters, one for each minute, as a scrape takes them. */
final class MeterSamples {

    private final List<Map<Meter.Id, Double>> minutes = new ArrayList<>();

    void take(MeterRegistry registry) {
        Map<Meter.Id, Double> readings = new HashMap<>();
        for (Meter meter : registry.getMeters()) {
            if (meter instanceof Counter counter) {
                readings.put(meter.getId(), counter.count());
            } else if (meter instanceof Timer timer) {
                readings.put(meter.getId(), (double) timer.count());
            } else if (meter instanceof Gauge gauge) {
                readings.put(meter.getId(), gauge.value());
            }
        }
        minutes.add(readings);
    }

    int size() {
        return minutes.size();
    }

    /** Returns the increase of counters and of counts of timers with these tags over the last minutes. */
    double increase(int at, int over, String name, String... tags) {
        return sum(at, name, tags) - (at < over ? 0 : sum(at - over, name, tags));
    }

    private double sum(int at, String name, String... tags) {
        return minutes.get(at).entrySet().stream()
                .filter(reading -> is(reading.getKey(), name, tags))
                .mapToDouble(Map.Entry::getValue)
                .sum();
    }

    /** Returns the least of all gauges of this name. */
    double least(int at, String name) {
        return minutes.get(at).entrySet().stream()
                .filter(reading -> is(reading.getKey(), name))
                .mapToDouble(Map.Entry::getValue)
                .min()
                .orElse(Double.POSITIVE_INFINITY);
    }

    /** Returns the number of circuits that are not closed. */
    double notClosed(int at) {
        return minutes.get(at).entrySet().stream()
                .filter(reading -> is(reading.getKey(), "understudy.circuit.state", "state", "closed"))
                .filter(reading -> reading.getValue() == 0)
                .count();
    }

    private static boolean is(Meter.Id id, String name, String... tags) {
        if (!id.getName().equals(name)) {
            return false;
        }
        for (int i = 0; i < tags.length; i += 2) {
            if (!tags[i + 1].equals(id.getTag(tags[i]))) {
                return false;
            }
        }
        return true;
    }
}
