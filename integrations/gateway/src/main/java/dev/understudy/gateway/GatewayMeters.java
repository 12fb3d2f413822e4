package dev.understudy.gateway;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

/** Gauges of the gateway itself. */
final class GatewayMeters {

    private GatewayMeters() {}

    static void bind(MeterRegistry registry, Admission admission) {
        Gauge.builder("gateway.calls", admission, Admission::calls)
                .description("Calls in flight, streams included")
                .register(registry);
        Gauge.builder("gateway.connections", admission, Admission::connections)
                .description("Open connections")
                .register(registry);
    }
}
