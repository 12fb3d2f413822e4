package dev.understudy.ops.bench;

import com.sun.management.ThreadMXBean;
import dev.understudy.Understudy;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.event.Listener;
import dev.understudy.ops.log.Logs;
import dev.understudy.ops.metrics.Metrics;
import dev.understudy.ops.metrics.Observations;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Locale;

/**
 * What metrics, logs and observations add to a healthy call and to a chunk, in processor time of the one thread that does
 * it all, so that neighbours matter less; the median of five rounds.
 */
public final class SignalsReport {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final ChatRequest REQUEST = ChatRequest.of("model", "You answer briefly.", "What is the time?");
    private static final int ROUNDS = 5;

    private record Cost(double nanos, double bytes) {}

    private SignalsReport() {}

    public static void main(String[] args) {
        System.out.println("| with | a call | a stream of one chunk | a chunk |");
        System.out.println("|---|---|---|---|");
        // Twice nothing: the first of all pays for the compiler.
        for (String with : new String[] {"nothing", "nothing", "metrics", "logs", "observations"}) {
            ChatProvider provider = provider(with);
            Cost call = cost(40_000, () -> provider.chat(REQUEST).block());
            ChatRequest brief = REQUEST.withMaxTokens(1);
            Cost one = cost(40_000, () -> provider.stream(brief).blockLast());
            Cost many = cost(2_000, () -> provider.stream(REQUEST).blockLast());
            double chunks = AtOnce.CHUNKS - 1;
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %,.0f ns, %,.0f B | %,.0f ns, %,.0f B | %.1f ns, %.1f B |%n",
                    with,
                    call.nanos,
                    call.bytes,
                    one.nanos,
                    one.bytes,
                    (many.nanos - one.nanos) / chunks,
                    (many.bytes - one.bytes) / chunks);
        }
        System.exit(0); // the schedulers' threads would hold the JVM
    }

    private static Cost cost(int times, Runnable work) {
        double[] nanos = new double[ROUNDS];
        double[] bytes = new double[ROUNDS];
        for (int round = -1; round < ROUNDS; round++) { // one round to warm up
            long time = THREADS.getCurrentThreadCpuTime();
            long allocated = THREADS.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < times; i++) {
                work.run();
            }
            if (round >= 0) {
                nanos[round] = (double) (THREADS.getCurrentThreadCpuTime() - time) / times;
                bytes[round] = (double) (THREADS.getCurrentThreadAllocatedBytes() - allocated) / times;
            }
        }
        Arrays.sort(nanos);
        Arrays.sort(bytes);
        return new Cost(nanos[ROUNDS / 2], bytes[ROUNDS / 2]);
    }

    private static ChatProvider provider(String with) {
        Metrics metrics = Metrics.to(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT))
                .models("model");
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
        return with.equals("observations") ? Observations.over(door, registry()) : door;
    }

    /** One handler that does nothing: without any, Micrometer would leave out everything. */
    private static ObservationRegistry registry() {
        ObservationRegistry registry = ObservationRegistry.create();
        registry.observationConfig().observationHandler((ObservationHandler<Observation.Context>) any -> true);
        return registry;
    }
}
