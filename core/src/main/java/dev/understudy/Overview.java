package dev.understudy;

import dev.understudy.chat.Capabilities;
import dev.understudy.chat.Feature;
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
record Overview(Roster roster, Map<String, List<String>> fallbacks, List<Record> policies, Time time) {

    /**
     * What the cast can do for this model and its fallbacks: tools, schemas, reasoning and sizes as the first provider that
     * serves the first of them; images, streaming and prefill as soon as anybody can.
     */
    Capabilities capabilities(String model) {
        Capabilities first = null;
        Set<Feature> anybody = EnumSet.noneOf(Feature.class);
        List<String> chain = new ArrayList<>(List.of(model));
        chain.addAll(fallbacks.getOrDefault(model, List.of()));
        for (String link : chain) {
            for (Member member : roster.all()) {
                String theirs = member.seat().model(link);
                if (theirs != null) {
                    Capabilities can = member.provider().capabilities(theirs);
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
    Set<String> models() {
        Set<String> names = new LinkedHashSet<>();
        for (Member member : roster.all()) {
            Seat seat = member.seat();
            if (seat.only() != null) {
                names.add(seat.only());
            }
            names.addAll(seat.models().keySet());
            names.addAll(seat.models().values());
        }
        fallbacks.forEach((model, others) -> {
            names.add(model);
            names.addAll(others);
        });
        return Collections.unmodifiableSet(names);
    }

    List<Standing> standings() {
        long now = time.nanos();
        Member active = roster.active();
        return roster.all().stream()
                .map(member -> standing(member, member == active, now, hold(member, now)))
                .toList();
    }

    private static Standing standing(Member member, boolean active, long now, Standing.@Nullable Hold hold) {
        Health health = member.health();
        Checkup probed = member.checkup().get();
        Map<String, CircuitState> circuits = new LinkedHashMap<>();
        member.circuits()
                .forEach((model, circuit) ->
                        circuits.put(model, circuit.reading(now).state()));
        return new Standing(
                member.name(),
                member.status(),
                active,
                probed.last(),
                health.lastSuccess(),
                lastFailure(health, probed),
                health.consecutiveFailures(),
                health.successRate(now),
                health.responseTime(),
                health.firstContent(),
                health.inFlight(),
                circuits,
                health.gatedKeys(now),
                hold);
    }

    private Standing.@Nullable Hold hold(Member member, long now) {
        if (!member.isHeld(now)) {
            return null;
        }
        long left = member.heldFor(now);
        Instant wall = Instant.ofEpochMilli(time.scheduler().now(TimeUnit.MILLISECONDS));
        return new Standing.Hold(left == Long.MAX_VALUE ? null : wall.plusNanos(left));
    }

    private static Standing.@Nullable LastFailure lastFailure(Health health, Checkup probed) {
        Standing.LastFailure called = health.lastFailure();
        if (probed.lastSucceeded() || probed.last() == null || probed.message() == null) {
            return called;
        }
        boolean later = called == null || probed.last().isAfter(called.at());
        return later ? new Standing.LastFailure(probed.last(), probed.message()) : called;
    }

    /** One line for each provider and each chain, then the policies. */
    String describe(String name) {
        StringBuilder text = new StringBuilder(name).append(":\n");
        int number = 1;
        for (Member member : roster.all()) {
            Seat seat = member.seat();
            text.append("  ").append(number++).append(". ").append(member.name());
            if (seat.only() != null) {
                text.append(", always asked for ").append(seat.only());
            } else if (!seat.models().isEmpty()) {
                text.append(", serves ").append(seat.models());
            }
            if (seat.weight() != 1) {
                text.append(", weight ").append(seat.weight());
            }
            if (!seat.tags().isEmpty()) {
                text.append(", tags ").append(seat.tags());
            }
            if (!seat.limits().equals(RateLimits.none())) {
                text.append(", ").append(seat.limits());
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
