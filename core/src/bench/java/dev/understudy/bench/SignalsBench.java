package dev.understudy.bench;

import dev.understudy.Listener;
import dev.understudy.Understudy;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.ops.Logs;
import dev.understudy.ops.Metrics;
import dev.understudy.ops.Observations;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What metrics, logs and observations add to a healthy call, and to a chunk. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class SignalsBench {

    @Param({"nothing", "metrics", "logs", "observations"})
    public String with;

    private ChatProvider provider;
    private final ChatRequest request = ChatRequest.of("model", "You answer briefly.", "What is the time?");

    @Setup
    public void setUp() {
        Metrics metrics = Metrics.to(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT)).models("model");
        Listener listener =
                switch (with) {
                    case "metrics" -> metrics;
                    case "logs" -> Logs.create();
                    default -> Listener.none();
                };
        Understudy door = Understudy.builder()
                .provider(new AtOnce("one"))
                .provider(new AtOnce("two"))
                .listener(listener)
                .build();
        metrics.bind(door);
        provider = with.equals("observations") ? Observations.over(door, registry()) : door;
    }

    /** One handler that does nothing: without any, Micrometer would leave out everything. */
    private static ObservationRegistry registry() {
        ObservationRegistry registry = ObservationRegistry.create();
        registry.observationConfig().observationHandler((ObservationHandler<Observation.Context>) any -> true);
        return registry;
    }

    @Benchmark
    public Object call() {
        return provider.chat(request).block();
    }

    @Benchmark
    public Object shortStream() {
        return provider.stream(request.withMaxTokens(1)).blockLast();
    }

    @Benchmark
    public Object longStream() {
        return provider.stream(request).blockLast();
    }
}
