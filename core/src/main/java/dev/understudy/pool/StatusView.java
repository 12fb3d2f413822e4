package dev.understudy.pool;

import dev.understudy.chat.Capabilities;
import dev.understudy.chat.Feature;
import dev.understudy.event.CircuitState;
import dev.understudy.event.ProviderStatus;
import dev.understudy.guard.ProbeState;
import dev.understudy.guard.ProviderHealth;
import dev.understudy.guard.TimeSource;
import dev.understudy.policy.ProviderOptions;
import dev.understudy.policy.RateLimits;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The cast as others see it: what it can do together, how each one stands, who is in it. */
public record StatusView(
        ProviderPool providerPool, Map<String, List<String>> fallbacks, List<Record> policies, TimeSource timeSource) {

    /**
     * What the cast can do for this model and its fallbacks: tools, schemas, reasoning and sizes as the first provider that
     * serves the first of them; images, streaming and prefill as soon as anybody can.
     */
    public Capabilities capabilities(String model) {
        Capabilities first = null;
        Set<Feature> anybody = EnumSet.noneOf(Feature.class);
        List<String> chain = new ArrayList<>(List.of(model));
        chain.addAll(fallbacks.getOrDefault(model, List.of()));
        for (String link : chain) {
            for (PooledProvider pooledProvider : providerPool.all()) {
                String theirs = pooledProvider.options().model(link);
                if (theirs != null) {
                    Capabilities can = pooledProvider.provider().capabilities(theirs);
                    first = first == null ? can : first;
                    anybody.addAll(can.features());
                }
            }
        }
        if (first == null) {
            return Capabilities.of();
        }
        Capabilities together = first;
        for (Feature feature : List.of(Feature.VISION, Feature.STREAMING, Feature.PREFILL)) {
            together = anybody.contains(feature) ? together.withFeature(feature) : together;
        }
        return together;
    }

    /** Every name of a model that stands in the composition, in the callers' words and in the providers'. */
    public Set<String> models() {
        Set<String> names = new LinkedHashSet<>();
        for (PooledProvider pooledProvider : providerPool.all()) {
            ProviderOptions providerOptions = pooledProvider.options();
            if (providerOptions.only() != null) {
                names.add(providerOptions.only());
            }
            names.addAll(providerOptions.models().keySet());
            names.addAll(providerOptions.models().values());
        }
        fallbacks.forEach((model, others) -> {
            names.add(model);
            names.addAll(others);
        });
        return Collections.unmodifiableSet(names);
    }

    public List<ProviderStatus> standings() {
        long now = timeSource.nanos();
        PooledProvider active = providerPool.active();
        return providerPool.all().stream()
                .map(pooledProvider ->
                        standing(pooledProvider, pooledProvider == active, now, hold(pooledProvider, now)))
                .toList();
    }

    private static ProviderStatus standing(
            PooledProvider pooledProvider, boolean active, long now, ProviderStatus.@Nullable Hold hold) {
        ProviderHealth providerHealth = pooledProvider.health();
        ProbeState probed = pooledProvider.checkup().get();
        Map<String, CircuitState> circuits = new LinkedHashMap<>();
        pooledProvider
                .circuits()
                .forEach((model, circuit) ->
                        circuits.put(model, circuit.reading(now).state()));
        return new ProviderStatus(
                pooledProvider.name(),
                pooledProvider.status(),
                active,
                probed.last(),
                providerHealth.lastSuccess(),
                lastFailure(providerHealth, probed),
                providerHealth.consecutiveFailures(),
                providerHealth.successRate(now),
                providerHealth.responseTime(),
                providerHealth.firstContent(),
                providerHealth.inFlight(),
                circuits,
                providerHealth.gatedKeys(now),
                hold);
    }

    private ProviderStatus.@Nullable Hold hold(PooledProvider pooledProvider, long now) {
        if (!pooledProvider.isHeld(now)) {
            return null;
        }
        long left = pooledProvider.heldFor(now);
        Instant wall = Instant.ofEpochMilli(timeSource.scheduler().now(TimeUnit.MILLISECONDS));
        return new ProviderStatus.Hold(left == Long.MAX_VALUE ? null : wall.plusNanos(left));
    }

    private static ProviderStatus.@Nullable LastFailure lastFailure(ProviderHealth providerHealth, ProbeState probed) {
        ProviderStatus.LastFailure called = providerHealth.lastFailure();
        if (probed.lastSucceeded() || probed.last() == null || probed.message() == null) {
            return called;
        }
        boolean later = called == null || probed.last().isAfter(called.at());
        return later ? new ProviderStatus.LastFailure(probed.last(), probed.message()) : called;
    }

    /** One line for each provider and each chain, then the policies. */
    public String describe(String name) {
        StringBuilder text = new StringBuilder(name).append(":\n");
        int number = 1;
        for (PooledProvider pooledProvider : providerPool.all()) {
            ProviderOptions providerOptions = pooledProvider.options();
            text.append("  ").append(number++).append(". ").append(pooledProvider.name());
            if (providerOptions.only() != null) {
                text.append(", always asked for ").append(providerOptions.only());
            } else if (!providerOptions.models().isEmpty()) {
                text.append(", serves ").append(providerOptions.models());
            }
            if (providerOptions.weight() != 1) {
                text.append(", weight ").append(providerOptions.weight());
            }
            if (!providerOptions.tags().isEmpty()) {
                text.append(", tags ").append(providerOptions.tags());
            }
            if (!providerOptions.limits().equals(RateLimits.none())) {
                text.append(", ").append(providerOptions.limits());
            }
            text.append('\n');
        }
        fallbacks.forEach((model, others) -> text.append("  ")
                .append(model)
                .append(" → ")
                .append(String.join(" → ", others))
                .append('\n'));
        for (Record policy : policies) {
            text.append("  ").append(policy).append('\n');
        }
        return text.toString();
    }
}
