package dev.understudy.ops.metrics;

import dev.understudy.CallContext;
import dev.understudy.Understudy;
import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.Failure;
import dev.understudy.chat.ProviderEvent;
import dev.understudy.event.Event;
import dev.understudy.event.Listener;
import dev.understudy.ops.agent.Agents;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Counts and times what happens, with Micrometer, which has to be on the class path of whoever uses this class. One of
 * them serves any number of doors:
 *
 * <pre>{@code
 * Metrics metrics = Metrics.to(registry).models("gpt-5", "claude-sonnet-4-5");
 * Understudy understudy = Understudy.builder().provider(openai).provider(anthropic).listener(metrics).build();
 * metrics.bind(understudy);
 * }</pre>
 *
 * <p>docs/operate.md lists every name with its tags. Values of tags come from fixed sets and from what was composed: a
 * model that nobody composed or named here counts as {@value #OTHER}, for callers may invent names without end. What a
 * caller attaches with {@link CallContext#tag} is no tag here. Costs a few microseconds for a call, and nothing for a chunk.
 * Thread-safe.
 */
public final class Metrics implements Listener {

    static final String OTHER = "other";
    static final String NONE = "none";

    private final MeterRegistry registry;
    private final Set<String> models = ConcurrentHashMap.newKeySet();
    private final BoundUnderstudies boundUnderstudies;

    private Metrics(MeterRegistry registry) {
        this.registry = registry;
        this.boundUnderstudies = new BoundUnderstudies(registry);
    }

    public static Metrics to(MeterRegistry registry) {
        return new Metrics(registry);
    }

    /** More names of models that may stand in tags: those that callers use with providers that serve any model. */
    public Metrics models(String... names) {
        models.addAll(List.of(names));
        return this;
    }

    /**
     * Shows how the providers of this door stand, counts costs by their prices, and lets the models that it was composed
     * with stand in tags. A later door of the same name takes its place, as after a reload of the configuration; providers
     * that are gone then read {@code NaN}.
     */
    public void bind(Understudy door) {
        boundUnderstudies.add(door);
    }

    /**
     * The same for all of these agents: whatever takes the place of a chain, and whoever comes later, is shown instead. Agents
     * that are gone read {@code NaN}.
     */
    public void bind(Agents agents) {
        boundUnderstudies.add(agents);
    }

    @Override
    public void on(Event event) {
        if (event instanceof Event.AttemptStarted) {
            return; // counted when it ends
        }
        String door = event.understudy().isEmpty() ? NONE : event.understudy();
        if (event instanceof Event.CallSucceeded served) {
            List<AttemptLog.Attempt> entries = served.servedBy().attemptLog().attempts();
            attempt(door, served.call(), entries.get(entries.size() - 1));
            call(door, served, "served", served.servedBy().fallback()).record(served.took());
        } else if (event instanceof Event.FirstContent first) {
            Meters.FIRST_CONTENT
                    .timer(registry, door, first.provider(), model(door, first.model()))
                    .record(first.after());
        } else if (event instanceof Event.AttemptFailed failed) {
            attempt(door, failed.call(), failed.attempt());
        } else if (event instanceof Event.AttemptAbandoned left) {
            attempt(door, left.call(), left.attempt());
        } else if (event instanceof Event.CallFailed failed) {
            call(door, failed, outcome(failed.error()), false).record(failed.took());
        } else if (event instanceof Event.CallCancelled cancelled) {
            call(door, cancelled, "cancelled", false).record(cancelled.took());
        } else if (event instanceof Event.ProviderReported told) {
            notice(door, told.providerEvent());
        } else {
            decision(door, event);
        }
    }

    private void decision(String door, Event event) {
        if (event instanceof Event.RouteSkipped skipped) {
            AttemptLog.Attempt attempt = skipped.attempt();
            count(Meters.SKIPPED, door, attempt.provider(), model(door, attempt.model()));
        } else if (event instanceof Event.Retrying again) {
            count(Meters.RETRY, door, again.provider(), model(door, again.model()), kind(again.failure()));
        } else if (event instanceof Event.FailedOver over) {
            count(
                    Meters.FAILOVER,
                    door,
                    over.from(),
                    model(door, over.fromModel()),
                    over.to(),
                    model(door, over.toModel()),
                    kind(over.failure()));
        } else if (event instanceof Event.Hedged hedged) {
            count(
                    Meters.HEDGE,
                    door,
                    hedged.provider(),
                    model(door, hedged.model()),
                    hedged.with(),
                    model(door, hedged.withModel()));
        } else if (event instanceof Event.Trimmed trimmed) {
            Meters.TRIMMED
                    .counter(registry, door, trimmed.provider(), model(door, trimmed.model()))
                    .increment(trimmed.messages());
        } else {
            takeover(door, event);
        }
    }

    private void takeover(String door, Event event) {
        if (event instanceof Event.StreamTakenOver over) {
            count(
                    Meters.TAKEOVER,
                    door,
                    over.from(),
                    model(door, over.fromModel()),
                    over.to(),
                    model(door, over.toModel()),
                    over.strategy(),
                    kind(over.failure()));
        } else if (event instanceof Event.TakeoverFailed failed) {
            count(
                    Meters.TAKEOVER_FAILED,
                    door,
                    failed.from(),
                    model(door, failed.fromModel()),
                    failed.strategy(),
                    kind(failed.failure()));
        } else if (event instanceof Event.StreamLost lost) {
            count(Meters.STREAM_LOST, door, lost.provider(), model(door, lost.model()), kind(lost.failure()));
        } else {
            standing(door, event);
        }
    }

    private void standing(String door, Event event) {
        if (event instanceof Event.CircuitStateChanged moved) {
            String model = model(door, moved.model());
            show(door, moved.provider(), model);
            count(Meters.CIRCUIT_CHANGED, door, moved.provider(), model, label(moved.to()));
        } else if (event instanceof Event.HealthChanged changed) {
            count(Meters.HEALTH_CHANGED, door, changed.provider(), label(changed.health()));
        } else if (event instanceof Event.ActiveProviderChanged moved) {
            count(Meters.ACTIVE_CHANGED, door, moved.from(), moved.to());
        } else if (event instanceof Event.WarmupFailed failed) {
            count(Meters.WARMUP_FAILED, door, failed.provider(), kind(failed.failure()));
        } else if (event instanceof Event.OperatorAction done) {
            count(Meters.OPERATOR_ACTION, door, done.action());
        }
    }

    private void notice(String door, ProviderEvent providerEvent) {
        if (providerEvent instanceof ProviderEvent.KeyCoolingDown gated) {
            count(Meters.KEY_COOLDOWN, door, gated.provider(), gated.kind().label());
        } else if (providerEvent instanceof ProviderEvent.KeyRotated used) {
            count(Meters.KEY_ROTATED, door, used.provider());
        } else if (providerEvent instanceof ProviderEvent.RequestAdapted requestAdapted) {
            count(
                    Meters.ADAPTED,
                    door,
                    requestAdapted.provider(),
                    model(door, requestAdapted.model()),
                    label(requestAdapted.change()));
        }
    }

    private void attempt(String door, Event.CallId call, AttemptLog.Attempt attempt) {
        String provider = attempt.provider();
        String model = model(door, attempt.model());
        String outcome = label(attempt.outcome());
        Failure failure = attempt.failure();
        String kind = failure == null ? NONE : kind(failure);
        String phase = failure == null || failure.phase() == null ? NONE : label(failure.phase());
        count(Meters.ATTEMPTS, door, provider, model, outcome, kind, phase);
        if (attempt.outcome() == AttemptLog.Outcome.SERVED) {
            Meters.RESPONSE
                    .timer(registry, door, provider, model, operation(call))
                    .record(attempt.timing().took());
        }
        show(door, provider, model);
        new UsageMeters(registry, door, provider, model, outcome).count(attempt, boundUnderstudies.at(door));
    }

    private Timer call(String door, Event event, String outcome, boolean fallback) {
        Event.CallId call = Objects.requireNonNull(event.call());
        return Meters.CALL.timer(
                registry, door, model(door, call.model()), operation(call), outcome, Boolean.toString(fallback));
    }

    private void show(String door, String provider, String model) {
        BoundUnderstudy watch = boundUnderstudies.at(door);
        if (watch != null && !model.equals(OTHER)) {
            watch.circuit(provider, model);
        }
    }

    private void count(Meters meters, String... values) {
        meters.counter(registry, values).increment();
    }

    private String model(String door, String name) {
        if (models.contains(name)) {
            return name;
        }
        BoundUnderstudy watch = boundUnderstudies.at(door);
        return watch != null && watch.composed(name) ? name : OTHER;
    }

    private static String operation(Event.CallId call) {
        return call.stream() ? "stream" : "chat";
    }

    private static String outcome(@Nullable ChatException why) {
        if (why instanceof ChatException.Rejected) {
            return "rejected";
        }
        return why instanceof ChatException.PartialAnswer ? "partial" : "exhausted";
    }

    private static String kind(Failure why) {
        return why.kind().label();
    }

    private static String label(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
