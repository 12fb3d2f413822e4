package dev.understudy.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.handler.DefaultTracingObservationHandler;
import io.micrometer.tracing.handler.PropagatingSenderTracingObservationHandler;
import io.micrometer.tracing.otel.bridge.OtelCurrentTraceContext;
import io.micrometer.tracing.otel.bridge.OtelPropagator;
import io.micrometer.tracing.otel.bridge.OtelTracer;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Exports spans into memory, the way an application does to a collector. */
public final class Spans implements SpanExporter {

    public final ObservationRegistry registry = ObservationRegistry.create();
    public final Set<String> threads = ConcurrentHashMap.newKeySet();
    /** How many are open. */
    public final AtomicInteger scopes = new AtomicInteger();

    private final List<SpanData> exported = new CopyOnWriteArrayList<>();
    private final AtomicInteger started = new AtomicInteger();
    private final AtomicInteger stopped = new AtomicInteger();

    public Spans() {
        SdkTracerProvider provider = SdkTracerProvider.builder()
                .addSpanProcessor(SimpleSpanProcessor.create(this))
                .build();
        OtelTracer tracer = new OtelTracer(provider.get("test"), new OtelCurrentTraceContext(), event -> {});
        OtelPropagator propagator = new OtelPropagator(
                ContextPropagators.create(W3CTraceContextPropagator.getInstance()), provider.get("test"));
        registry.observationConfig()
                .observationHandler(new Counting())
                .observationHandler(new ObservationHandler.FirstMatchingCompositeObservationHandler(
                        new PropagatingSenderTracingObservationHandler<>(tracer, propagator),
                        new DefaultTracingObservationHandler(tracer)));
    }

    public List<SpanData> all() {
        return exported.stream()
                .sorted(Comparator.comparingLong(SpanData::getStartEpochNanos))
                .toList();
    }

    /** The one that is a call and has these keys. */
    public SpanData one(String... keys) {
        List<SpanData> found = all().stream()
                .filter(span -> has(span, keys))
                .filter(span -> keys[0].equals("understudy.trigger") || key(span, "understudy.trigger") == null)
                .toList();
        assertThat(found).hasSize(1);
        return found.get(0);
    }

    public SpanData named(String name) {
        return all().stream()
                .filter(span -> span.getName().equalsIgnoreCase(name))
                .findFirst()
                .orElseThrow();
    }

    public SpanData root() {
        return all().stream()
                .filter(span -> !span.getParentSpanContext().isValid())
                .findFirst()
                .orElseThrow();
    }

    public List<SpanData> childrenOf(SpanData parent) {
        return all().stream()
                .filter(span -> span.getParentSpanId().equals(parent.getSpanId()))
                .toList();
    }

    public void assertAllEnded() {
        assertThat(stopped.get()).isEqualTo(started.get());
        assertThat(exported).hasSize(started.get());
    }

    public static String key(SpanData span, String key) {
        return keys(span).get(key);
    }

    public static Map<String, String> keys(SpanData span) {
        Map<String, String> keys = new TreeMap<>();
        span.getAttributes()
                .forEach((AttributeKey<?> key, Object value) -> keys.put(key.getKey(), Objects.toString(value)));
        return keys;
    }

    private static boolean has(SpanData span, String... keys) {
        for (int i = 0; i < keys.length; i += 2) {
            if (!keys[i + 1].equals(key(span, keys[i]))) {
                return false;
            }
        }
        return true;
    }

    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
        exported.addAll(spans);
        return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode flush() {
        return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode shutdown() {
        return CompletableResultCode.ofSuccess();
    }

    /** Counts what handlers see, and where. */
    private final class Counting implements ObservationHandler<Observation.Context> {
        @Override
        public void onStart(Observation.Context context) {
            started.incrementAndGet();
            threads.add(Thread.currentThread().getName());
        }

        @Override
        public void onStop(Observation.Context context) {
            stopped.incrementAndGet();
        }

        @Override
        public void onScopeOpened(Observation.Context context) {
            scopes.incrementAndGet();
        }

        @Override
        public void onScopeClosed(Observation.Context context) {
            scopes.decrementAndGet();
        }

        @Override
        public boolean supportsContext(Observation.Context context) {
            return true;
        }
    }
}
