package dev.understudy.ops;

import dev.understudy.CallContext;
import dev.understudy.Event;
import dev.understudy.Listener;
import dev.understudy.Understudy;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.Failure;
import dev.understudy.chat.Notice;
import dev.understudy.chat.Trail;
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
    private final Lookouts lookouts;

    private Metrics(MeterRegistry registry) {
        this.registry = registry;
        this.lookouts = new Lookouts(registry);
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
        lookouts.add(door);
    }

    /**
     * The same for all of these agents: whatever takes the place of a chain, and whoever comes later, is shown instead. Agents
     * that are gone read {@code NaN}.
     */
    public void bind(Agents agents) {
        lookouts.add(agents);
    }

    @Override
    public void on(Event event) {
        if (event instanceof Event.AttemptStarted) {
            return; // counted when it ends
        }
        String door = event.door().isEmpty() ? NONE : event.door();
        if (event instanceof Event.CallServed served) {
            List<Trail.Entry> entries = served.served().trail().entries();
            attempt(door, served.call(), entries.get(entries.size() - 1));
            call(door, served, "served", served.served().fallback()).record(served.took());
        } else if (event instanceof Event.FirstContent first) {
            Instrument.FIRST_CONTENT
                    .timer(registry, door, first.provider(), model(door, first.model()))
                    .record(first.after());
        } else if (event instanceof Event.AttemptFailed failed) {
            attempt(door, failed.call(), failed.entry());
        } else if (event instanceof Event.AttemptLeft left) {
            attempt(door, left.call(), left.entry());
        } else if (event instanceof Event.CallFailed failed) {
            call(door, failed, outcome(failed.why()), false).record(failed.took());
        } else if (event instanceof Event.CallCancelled cancelled) {
            call(door, cancelled, "cancelled", false).record(cancelled.took());
        } else if (event instanceof Event.ProviderNotice told) {
            notice(door, told.notice());
        } else {
            decision(door, event);
        }
    }

    private void decision(String door, Event event) {
        if (event instanceof Event.RouteSkipped skipped) {
            Trail.Entry entry = skipped.entry();
            count(Instrument.SKIPPED, door, entry.provider(), model(door, entry.model()));
        } else if (event instanceof Event.Retrying again) {
            count(Instrument.RETRY, door, again.provider(), model(door, again.model()), kind(again.why()));
        } else if (event instanceof Event.FailedOver over) {
            count(
                    Instrument.FAILOVER,
                    door,
                    over.from(),
                    model(door, over.fromModel()),
                    over.to(),
                    model(door, over.toModel()),
                    kind(over.why()));
        } else if (event instanceof Event.Hedged hedged) {
            count(
                    Instrument.HEDGE,
                    door,
                    hedged.provider(),
                    model(door, hedged.model()),
                    hedged.with(),
                    model(door, hedged.withModel()));
        } else if (event instanceof Event.Trimmed trimmed) {
            Instrument.TRIMMED
                    .counter(registry, door, trimmed.provider(), model(door, trimmed.model()))
                    .increment(trimmed.messages());
        } else {
            takeover(door, event);
        }
    }

    private void takeover(String door, Event event) {
        if (event instanceof Event.TookOver over) {
            count(
                    Instrument.TAKEOVER,
                    door,
                    over.from(),
                    model(door, over.fromModel()),
                    over.to(),
                    model(door, over.toModel()),
                    over.way(),
                    kind(over.why()));
        } else if (event instanceof Event.TakeoverFailed failed) {
            count(
                    Instrument.TAKEOVER_FAILED,
                    door,
                    failed.from(),
                    model(door, failed.fromModel()),
                    failed.way(),
                    kind(failed.why()));
        } else if (event instanceof Event.AnswerLost lost) {
            count(Instrument.ANSWER_LOST, door, lost.provider(), model(door, lost.model()), kind(lost.why()));
        } else {
            standing(door, event);
        }
    }

    private void standing(String door, Event event) {
        if (event instanceof Event.CircuitMoved moved) {
            String model = model(door, moved.model());
            show(door, moved.provider(), model);
            count(Instrument.CIRCUIT_MOVED, door, moved.provider(), model, label(moved.to()));
        } else if (event instanceof Event.HealthChanged changed) {
            count(Instrument.HEALTH_CHANGED, door, changed.provider(), label(changed.status()));
        } else if (event instanceof Event.ActiveMoved moved) {
            count(Instrument.ACTIVE_MOVED, door, moved.from(), moved.to());
        } else if (event instanceof Event.WarmupFailed failed) {
            count(Instrument.WARMUP_FAILED, door, failed.provider(), kind(failed.why()));
        } else if (event instanceof Event.Administered done) {
            count(Instrument.ADMINISTERED, door, done.action());
        }
    }

    private void notice(String door, Notice notice) {
        if (notice instanceof Notice.KeyGated gated) {
            count(Instrument.KEY_GATED, door, gated.provider(), gated.kind().label());
        } else if (notice instanceof Notice.KeyUsed used) {
            count(Instrument.KEY_ROTATED, door, used.provider());
        } else if (notice instanceof Notice.Adapted adapted) {
            count(Instrument.ADAPTED, door, adapted.provider(), model(door, adapted.model()), label(adapted.change()));
        }
    }

    private void attempt(String door, Event.CallId call, Trail.Entry entry) {
        String provider = entry.provider();
        String model = model(door, entry.model());
        String outcome = label(entry.outcome());
        Failure failure = entry.failure();
        String kind = failure == null ? NONE : kind(failure);
        String phase = failure == null || failure.phase() == null ? NONE : label(failure.phase());
        count(Instrument.ATTEMPTS, door, provider, model, outcome, kind, phase);
        if (entry.outcome() == Trail.Outcome.SERVED) {
            Instrument.RESPONSE
                    .timer(registry, door, provider, model, operation(call))
                    .record(entry.timing().took());
        }
        show(door, provider, model);
        new Spending(registry, door, provider, model, outcome).count(entry, lookouts.at(door));
    }

    private Timer call(String door, Event event, String outcome, boolean fallback) {
        Event.CallId call = Objects.requireNonNull(event.call());
        return Instrument.CALL.timer(
                registry, door, model(door, call.model()), operation(call), outcome, Boolean.toString(fallback));
    }

    private void show(String door, String provider, String model) {
        Lookout watch = lookouts.at(door);
        if (watch != null && !model.equals(OTHER)) {
            watch.circuit(provider, model);
        }
    }

    private void count(Instrument instrument, String... values) {
        instrument.counter(registry, values).increment();
    }

    private String model(String door, String name) {
        if (models.contains(name)) {
            return name;
        }
        Lookout watch = lookouts.at(door);
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
