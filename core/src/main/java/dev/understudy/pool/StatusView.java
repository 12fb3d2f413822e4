package dev.understudy.pool;

import dev.understudy.chat.Capabilities;
import dev.understudy.chat.Feature;
import dev.understudy.event.ProviderStatus;
import dev.understudy.guard.ProviderHealth;
import dev.understudy.guard.TimeSource;
import dev.understudy.policy.ProviderOptions;
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

/** Read-only views of a pool: combined capabilities, status of each provider, and a description for people. */
public record StatusView(
        ProviderPool providerPool, Map<String, List<String>> fallbacks, List<Record> policies, TimeSource timeSource) {

    /**
     * Returns the combined capabilities for a model and its fallbacks: features that any provider has, the largest window
     * if all are known, and the output limit and price of the first provider that serves the first of the models.
     */
    public Capabilities capabilities(String model) {
        List<Capabilities> all = new ArrayList<>();
        List<String> chain = new ArrayList<>(List.of(model));
        chain.addAll(fallbacks.getOrDefault(model, List.of()));
        for (String name : chain) {
            for (PooledProvider pooledProvider : providerPool.all()) {
                String providerModel = pooledProvider.options().model(name);
                if (providerModel != null) {
                    all.add(pooledProvider.provider().capabilities(providerModel));
                }
            }
        }
        return all.isEmpty() ? Capabilities.of() : combined(all);
    }

    private static Capabilities combined(List<Capabilities> all) {
        Set<Feature> union = EnumSet.noneOf(Feature.class);
        int largest = 0;
        boolean known = true;
        for (Capabilities each : all) {
            union.addAll(each.features());
            Integer window = each.window();
            known &= window != null;
            largest = window == null ? largest : Math.max(largest, window);
        }
        Capabilities first = all.get(0);
        Capabilities combined = Capabilities.of(union.toArray(Feature[]::new));
        combined = known ? combined.withWindow(largest) : combined;
        combined = first.maxOutput() == null ? combined : combined.withMaxOutput(first.maxOutput());
        return first.price() == null ? combined : combined.withPrice(first.price());
    }

    /** Returns every composed model name: those that callers use and those of the providers. */
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

    public List<ProviderStatus> statuses() {
        long now = timeSource.nanos();
        PooledProvider active = providerPool.active();
        return providerPool.all().stream()
                .map(pooledProvider -> status(pooledProvider, pooledProvider == active, now, hold(pooledProvider, now)))
                .toList();
    }

    private static ProviderStatus status(
            PooledProvider pooledProvider, boolean active, long now, ProviderStatus.@Nullable Hold hold) {
        ProviderHealth providerHealth = pooledProvider.health();
        Map<String, ProviderStatus.CircuitState> circuits = new LinkedHashMap<>();
        pooledProvider
                .circuits()
                .forEach((model, circuit) ->
                        circuits.put(model, circuit.reading(now).state()));
        return ProviderStatus.builder(pooledProvider.name())
                .health(pooledProvider.status())
                .active(active)
                .lastCheck(providerHealth.lastCheck())
                .lastSuccess(providerHealth.lastSuccess())
                .lastFailure(providerHealth.lastFailure())
                .consecutiveFailures(providerHealth.consecutiveFailures())
                .successRate(providerHealth.successRate(now))
                .responseTime(providerHealth.responseTime())
                .firstContent(providerHealth.firstContent())
                .inFlight(providerHealth.inFlight())
                .circuits(circuits)
                .keyCooldowns(providerHealth.coolingKeys(now))
                .retirements(pooledProvider.retirements().days())
                .hold(hold)
                .build();
    }

    private ProviderStatus.@Nullable Hold hold(PooledProvider pooledProvider, long now) {
        if (!pooledProvider.isHeld(now)) {
            return null;
        }
        long remaining = pooledProvider.heldFor(now);
        Instant wallClock = Instant.ofEpochMilli(timeSource.scheduler().now(TimeUnit.MILLISECONDS));
        return new ProviderStatus.Hold(remaining == Long.MAX_VALUE ? null : wallClock.plusNanos(remaining));
    }

    /** Returns one line for each provider and each fallback chain, then the policies. Contains no secret. */
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
            if (!providerOptions.limits().equals(ProviderOptions.RateLimits.none())) {
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
