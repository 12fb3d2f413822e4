package dev.understudy.ops.metrics;

import dev.understudy.CallContext;
import dev.understudy.Understudy;
import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.Failure;
import dev.understudy.chat.ProviderEvent;
import dev.understudy.event.Event;
import dev.understudy.event.Listener;
import dev.understudy.ops.agent.Agents;
import dev.understudy.ops.event.Saving;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.docs.MeterDocumentation;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Counts and times calls, attempts and decisions with Micrometer, which must be on the class path. One instance serves any
 * number of understudies:
 *
 * <pre>{@code
 * Metrics metrics = Metrics.to(registry).addModels("gpt-5.6", "claude-sonnet-5");
 * Understudy understudy = Understudy.builder().provider(openai).provider(anthropic).listener(metrics).build();
 * metrics.bind(understudy);
 * }</pre>
 *
 * <p>docs/operate.md lists every meter with its tags. Values of tags are bounded: models that are neither configured nor named
 * by {@link #addModels} count as {@value #OTHER}, because callers may invent names. Tags of {@link CallContext#tag} do not
 * become tags of meters. Costs a few microseconds per call, and nothing per chunk. Thread-safe.
 */
public final class Metrics implements Listener {

    static final String OTHER = "other";
    static final String NONE = "none";

    private final MeterRegistry registry;
    private final Set<String> models = ConcurrentHashMap.newKeySet();
    private final BoundUnderstudies boundUnderstudies;
    private volatile @Nullable GenAiMeters genAiMeters;

    private Metrics(MeterRegistry registry) {
        this.registry = registry;
        this.boundUnderstudies = new BoundUnderstudies(registry);
    }

    /**
     * Creates the listener.
     *
     * @param registry registers the meters
     * @return the listener
     */
    public static Metrics to(MeterRegistry registry) {
        return new Metrics(registry);
    }

    /**
     * Adds names of models that may be values of tags: those that callers use with providers that serve any model.
     *
     * @param names names as callers write them
     * @return this instance
     */
    public Metrics addModels(String... names) {
        models.addAll(List.of(names));
        return this;
    }

    /**
     * Describes the meters with their tags, in the form of Micrometer.
     *
     * @return all meters
     */
    public static List<MeterDocumentation> documentation() {
        return List.of(Meters.values());
    }

    /**
     * Adds the meters of OpenTelemetry's semantic conventions for generative AI, {@code gen_ai.client.inference.…}. Use them
     * where no other instrumentation counts the same calls.
     *
     * @return this instance
     */
    public Metrics addGenAiMeters() {
        genAiMeters = new GenAiMeters(registry);
        return this;
    }

    /**
     * Times the chunks of one vendor's streams: {@code gen_ai.client.inference.time_per_output_chunk}, the time from one chunk
     * with content to the next. Wraps the vendor's provider inside the understudy:
     *
     * <pre>{@code
     * Understudy.builder().provider(metrics.timingChunks(openAi)).provider(anthropic)
     * }</pre>
     *
     * <p>Costs a reading of the registry's clock and a record of a timer for each chunk, about 100 ns; streams of providers
     * that are not wrapped cost nothing.
     *
     * @param provider a vendor's provider; its name is a tag
     * @return a provider that answers as the wrapped one
     */
    public ChatProvider timingChunks(ChatProvider provider) {
        return new ChunkTimingProvider(provider, registry, this::model);
    }

    /**
     * Publishes gauges of this understudy's providers, counts costs by their prices, and allows its models as values
     * of tags. An understudy of the same name that is bound later replaces it, as after a reload of the
     * configuration; gauges of removed providers read {@code NaN}.
     *
     * @param understudy a running understudy
     */
    public void bind(Understudy understudy) {
        boundUnderstudies.add(understudy);
    }

    /**
     * Binds all chains of these agents, also those that replace them later. Gauges of removed agents read {@code
     * NaN}.
     *
     * @param agents open agents
     */
    public void bind(Agents agents) {
        boundUnderstudies.add(agents);
    }

    @Override
    public void on(Event event) {
        if (event instanceof Event.AttemptStarted) {
            return; // counted when it ends
        }
        String understudy = event.understudy().isEmpty() ? NONE : event.understudy();
        if (event instanceof Event.CallSucceeded served) {
            List<AttemptLog.Attempt> entries = served.servedBy().attemptLog().attempts();
            attempt(understudy, served.call(), entries.get(entries.size() - 1));
            call(understudy, served, "served", served.servedBy().fallback()).record(served.took());
            saved(understudy, served);
            GenAiMeters genAi = genAiMeters;
            if (genAi != null) {
                genAi.succeeded(served, model(understudy, served.call().model()));
            }
        } else if (event instanceof Event.FirstContent first) {
            Meters.FIRST_CONTENT
                    .timer(registry, understudy, first.provider(), model(understudy, first.model()))
                    .record(first.after());
        } else if (event instanceof Event.AttemptFailed failed) {
            attempt(understudy, failed.call(), failed.attempt());
        } else if (event instanceof Event.AttemptAbandoned abandoned) {
            attempt(understudy, abandoned.call(), abandoned.attempt());
        } else if (event instanceof Event.CallFailed failed) {
            call(understudy, failed, outcome(failed.error()), false).record(failed.took());
            GenAiMeters genAi = genAiMeters;
            if (genAi != null) {
                genAi.failed(failed, model(understudy, failed.call().model()));
            }
        } else if (event instanceof Event.CallCancelled cancelled) {
            call(understudy, cancelled, "cancelled", false).record(cancelled.took());
            GenAiMeters genAi = genAiMeters;
            if (genAi != null) {
                genAi.cancelled(cancelled, model(understudy, cancelled.call().model()));
            }
        } else if (event instanceof Event.ProviderReported reported) {
            providerEvent(understudy, reported.providerEvent());
        } else {
            decision(understudy, event);
        }
    }

    private void decision(String understudy, Event event) {
        if (event instanceof Event.RouteSkipped skipped) {
            AttemptLog.Attempt attempt = skipped.attempt();
            count(Meters.SKIPPED, understudy, attempt.provider(), model(understudy, attempt.model()));
        } else if (event instanceof Event.Retrying retry) {
            count(Meters.RETRY, understudy, retry.provider(), model(understudy, retry.model()), kind(retry.failure()));
        } else if (event instanceof Event.FailedOver over) {
            count(
                    Meters.FAILOVER,
                    understudy,
                    over.from().provider(),
                    model(understudy, over.from().model()),
                    over.to().provider(),
                    model(understudy, over.to().model()),
                    kind(over.failure()));
        } else if (event instanceof Event.Hedged hedged) {
            count(
                    Meters.HEDGE,
                    understudy,
                    hedged.slow().provider(),
                    model(understudy, hedged.slow().model()),
                    hedged.with().provider(),
                    model(understudy, hedged.with().model()));
        } else if (event instanceof Event.Trimmed trimmed) {
            Meters.TRIMMED
                    .counter(registry, understudy, trimmed.provider(), model(understudy, trimmed.model()))
                    .increment(trimmed.messages());
        } else {
            takeover(understudy, event);
        }
    }

    private void takeover(String understudy, Event event) {
        if (event instanceof Event.StreamTakenOver over) {
            count(
                    Meters.TAKEOVER,
                    understudy,
                    over.from().provider(),
                    model(understudy, over.from().model()),
                    over.to().provider(),
                    model(understudy, over.to().model()),
                    over.takeover().strategy(),
                    kind(over.failure()));
        } else if (event instanceof Event.TakeoverFailed failed) {
            count(
                    Meters.TAKEOVER_FAILED,
                    understudy,
                    failed.from().provider(),
                    model(understudy, failed.from().model()),
                    failed.strategy(),
                    kind(failed.failure()));
        } else if (event instanceof Event.StreamLost lost) {
            count(
                    Meters.STREAM_LOST,
                    understudy,
                    lost.provider(),
                    model(understudy, lost.model()),
                    kind(lost.failure()));
        } else {
            status(understudy, event);
        }
    }

    private void status(String understudy, Event event) {
        if (event instanceof Event.CircuitStateChanged changed) {
            String model = model(understudy, changed.model());
            addCircuit(understudy, changed.provider(), model);
            count(Meters.CIRCUIT_CHANGED, understudy, changed.provider(), model, label(changed.to()));
        } else if (event instanceof Event.HealthChanged changed) {
            count(Meters.HEALTH_CHANGED, understudy, changed.provider(), label(changed.health()));
        } else if (event instanceof Event.ActiveProviderChanged changed) {
            count(Meters.ACTIVE_CHANGED, understudy, changed.from(), changed.to());
        } else if (event instanceof Event.HoldChanged changed) {
            count(Meters.HOLD_CHANGED, understudy, changed.provider(), changed.held() ? "held" : "released");
        } else if (event instanceof Event.WarmupFailed failed) {
            count(Meters.WARMUP_FAILED, understudy, failed.provider(), kind(failed.failure()));
        } else if (event instanceof Event.ModelRetiring retiring) {
            String model = model(understudy, retiring.model());
            BoundUnderstudy bound = boundUnderstudies.at(understudy);
            if (bound != null && !model.equals(OTHER)) {
                bound.retirement(retiring.provider(), model);
            }
            count(Meters.MODEL_RETIRING, understudy, retiring.provider(), model);
        } else if (event instanceof Event.OperatorAction done) {
            count(Meters.OPERATOR_ACTION, understudy, done.action());
        }
    }

    private void providerEvent(String understudy, ProviderEvent providerEvent) {
        if (providerEvent instanceof ProviderEvent.KeyCoolingDown cooling) {
            count(
                    Meters.KEY_COOLDOWN,
                    understudy,
                    cooling.provider(),
                    cooling.kind().label());
        } else if (providerEvent instanceof ProviderEvent.KeyRotated used) {
            count(Meters.KEY_ROTATED, understudy, used.provider());
        } else if (providerEvent instanceof ProviderEvent.RequestAdapted requestAdapted) {
            count(
                    Meters.ADAPTED,
                    understudy,
                    requestAdapted.provider(),
                    model(understudy, requestAdapted.model()),
                    label(requestAdapted.change()));
        }
    }

    private void attempt(String understudy, Event.CallId call, AttemptLog.Attempt attempt) {
        String provider = attempt.provider();
        String model = model(understudy, attempt.model());
        String outcome = label(attempt.outcome());
        Failure failure = attempt.failure();
        String kind = failure == null ? NONE : kind(failure);
        String phase = failure == null || failure.phase() == null ? NONE : label(failure.phase());
        count(Meters.ATTEMPTS, understudy, provider, model, outcome, kind, phase, status(failure));
        if (attempt.outcome() == AttemptLog.Outcome.SERVED) {
            Meters.RESPONSE
                    .timer(registry, understudy, provider, model, operation(call))
                    .record(attempt.timing().took());
        }
        addCircuit(understudy, provider, model);
        GenAiMeters genAi = genAiMeters;
        if (genAi != null) {
            genAi.attempt(attempt, model);
        }
        new UsageMeters(registry, understudy, provider, model, outcome)
                .count(attempt, boundUnderstudies.at(understudy));
    }

    private Timer call(String understudy, Event event, String outcome, boolean fallback) {
        Event.CallId call = Objects.requireNonNull(event.call());
        return Meters.CALL.timer(
                registry,
                understudy,
                model(understudy, call.model()),
                operation(call),
                outcome,
                Boolean.toString(fallback));
    }

    private void saved(String understudy, Event.CallSucceeded served) {
        Saving saving = Saving.of(served.servedBy());
        if (saving != Saving.NONE) {
            Meters.SAVED
                    .timer(registry, understudy, label(saving))
                    .record(Saving.added(served.servedBy().attemptLog(), served.took()));
        }
    }

    private void addCircuit(String understudy, String provider, String model) {
        BoundUnderstudy bound = boundUnderstudies.at(understudy);
        if (bound != null && !model.equals(OTHER)) {
            bound.circuit(provider, model);
        }
    }

    private void count(Meters meters, String... values) {
        meters.counter(registry, values).increment();
    }

    private String model(String name) {
        return models.contains(name) || boundUnderstudies.haveModel(name) ? name : OTHER;
    }

    private String model(String understudy, String name) {
        if (models.contains(name)) {
            return name;
        }
        BoundUnderstudy bound = boundUnderstudies.at(understudy);
        return bound != null && bound.hasModel(name) ? name : OTHER;
    }

    private static String operation(Event.CallId call) {
        return call.stream() ? "stream" : "chat";
    }

    private static String outcome(@Nullable ChatException failure) {
        if (failure instanceof ChatException.Rejected) {
            return "rejected";
        }
        return failure instanceof ChatException.PartialAnswer ? "partial" : "exhausted";
    }

    /** Returns the HTTP status of a failed attempt. Statuses out of range are vendors' inventions and have no bound. */
    private static String status(@Nullable Failure failure) {
        int status = failure == null ? 0 : failure.status();
        return status < 100 || status > 599 ? NONE : Integer.toString(status);
    }

    private static String kind(Failure failure) {
        return failure.kind().label();
    }

    private static String label(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
