package dev.understudy.ops.metrics;

import io.micrometer.common.docs.KeyName;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.docs.MeterDocumentation;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** All meters with name, type, description and tags. docs/operate.md shows this table, and a test compares. */
enum Meters implements MeterDocumentation {
    CALL(
            Type.TIMER,
            "understudy.call",
            "Ended calls, with their duration",
            "understudy",
            "model",
            "operation",
            "outcome",
            "fallback"),
    FIRST_CONTENT(
            Type.TIMER,
            "understudy.first.content",
            "Time from the start of an attempt to the first content of its stream",
            "understudy",
            "provider",
            "model"),
    RESPONSE(
            Type.TIMER,
            "understudy.response",
            "Time from the start to the end of attempts that served",
            "understudy",
            "provider",
            "model",
            "operation"),
    ATTEMPTS(
            Type.COUNTER,
            "understudy.attempts",
            "Ended attempts",
            "understudy",
            "provider",
            "model",
            "outcome",
            "kind",
            "phase",
            "status"),
    SAVED(
            Type.TIMER,
            "understudy.saved",
            "Served calls that needed a retry, failover, hedge or takeover, with the time that it added",
            "understudy",
            "by"),
    RETRY(Type.COUNTER, "understudy.retry", "Retries on the same route", "understudy", "provider", "model", "kind"),
    FAILOVER(
            Type.COUNTER,
            "understudy.failover",
            "Failovers to another provider or model",
            "understudy",
            "from",
            "from.model",
            "to",
            "to.model",
            "kind"),
    HEDGE(
            Type.COUNTER,
            "understudy.hedge",
            "Hedges: second requests because the first provider is slow",
            "understudy",
            "from",
            "from.model",
            "to",
            "to.model"),
    TAKEOVER(
            Type.COUNTER,
            "understudy.takeover",
            "Interrupted streams that another attempt continues",
            "understudy",
            "from",
            "from.model",
            "to",
            "to.model",
            "strategy",
            "kind"),
    TAKEOVER_FAILED(
            Type.COUNTER,
            "understudy.takeover.failed",
            "Takeovers without a result",
            "understudy",
            "from",
            "from.model",
            "strategy",
            "kind"),
    STREAM_LOST(
            Type.COUNTER,
            "understudy.stream.lost",
            "Streams that ended before the finish",
            "understudy",
            "provider",
            "model",
            "kind"),
    SKIPPED(Type.COUNTER, "understudy.skipped", "Routes that were skipped", "understudy", "provider", "model"),
    TRIMMED(
            Type.COUNTER,
            "understudy.trimmed",
            "Messages that were trimmed to fit the context window",
            "understudy",
            "provider",
            "model"),
    ADAPTED(
            Type.COUNTER,
            "understudy.adapted",
            "Requests that were changed because the model does not accept them as they are",
            "understudy",
            "provider",
            "model",
            "change"),
    KEY_COOLDOWN(
            Type.COUNTER,
            "understudy.key.cooldown",
            "API keys that began to cool down",
            "understudy",
            "provider",
            "kind"),
    KEY_ROTATED(
            Type.COUNTER,
            "understudy.key.rotated",
            "Rotations to the next API key after a refusal",
            "understudy",
            "provider"),
    TOKENS(
            Type.COUNTER,
            "understudy.tokens",
            "Tokens of all attempts",
            "understudy",
            "provider",
            "model",
            "type",
            "outcome",
            "estimated"),
    COST(
            Type.COUNTER,
            "understudy.cost",
            "Cost of all attempts, in the currency of the prices",
            "understudy",
            "provider",
            "model",
            "outcome",
            "estimated"),
    CIRCUIT_CHANGED(
            Type.COUNTER,
            "understudy.circuit.changed",
            "Changes of state of a circuit breaker",
            "understudy",
            "provider",
            "model",
            "state"),
    HEALTH_CHANGED(
            Type.COUNTER,
            "understudy.health.changed",
            "Changes of health by health checks",
            "understudy",
            "provider",
            "status"),
    ACTIVE_CHANGED(
            Type.COUNTER, "understudy.active.changed", "Changes of the active provider", "understudy", "from", "to"),
    HOLD_CHANGED(
            Type.COUNTER,
            "understudy.hold.changed",
            "Holds of providers by operators, and releases",
            "understudy",
            "provider",
            "state"),
    WARMUP_FAILED(Type.COUNTER, "understudy.warmup.failed", "Failed warm-ups", "understudy", "provider", "kind"),
    MODEL_RETIRING(
            Type.COUNTER,
            "understudy.model.retiring",
            "Warnings of models that are turned off within 30 days, at most one a day",
            "understudy",
            "provider",
            "model"),
    OPERATOR_ACTION(Type.COUNTER, "understudy.operator.action", "Changes by operators", "understudy", "action"),
    MODEL_RETIREMENT(
            Type.GAUGE,
            "understudy.model.retirement",
            "Days until the vendor turns a model off, negative afterwards",
            "understudy",
            "provider",
            "model"),
    RETRY_TOKENS(Type.GAUGE, "understudy.retry.tokens", "Retry tokens that are available", "understudy", "provider"),
    CIRCUIT_STATE(
            Type.GAUGE,
            "understudy.circuit.state",
            "1 for the present state of a circuit breaker, else 0",
            "understudy",
            "provider",
            "model",
            "state"),
    PROVIDER_HEALTH(
            Type.GAUGE,
            "understudy.provider.health",
            "1 for the present health of a provider, else 0",
            "understudy",
            "provider",
            "status"),
    PROVIDER_ACTIVE(
            Type.GAUGE, "understudy.provider.active", "1 for the active provider, else 0", "understudy", "provider"),
    IN_FLIGHT(Type.GAUGE, "understudy.in.flight", "Attempts in flight", "understudy", "provider"),
    GEN_AI_DURATION(
            Type.TIMER,
            "gen_ai.client.inference.duration",
            "Duration of calls with all of their attempts",
            "gen_ai.operation.name",
            "gen_ai.provider.name",
            "gen_ai.request.model",
            "error.type"),
    GEN_AI_FIRST_CHUNK(
            Type.TIMER,
            "gen_ai.client.inference.time_to_first_chunk",
            "Time from the request to the first content of served streams",
            "gen_ai.operation.name",
            "gen_ai.provider.name",
            "gen_ai.request.model"),
    GEN_AI_CHUNK(
            Type.TIMER,
            "gen_ai.client.inference.time_per_output_chunk",
            "Time from one chunk of a stream to the next",
            "gen_ai.operation.name",
            "gen_ai.provider.name",
            "gen_ai.request.model"),
    GEN_AI_INPUT(
            Type.COUNTER,
            "gen_ai.client.inference.usage.input_tokens",
            "Tokens of prompts",
            "gen_ai.operation.name",
            "gen_ai.provider.name",
            "gen_ai.request.model"),
    GEN_AI_OUTPUT(
            Type.COUNTER,
            "gen_ai.client.inference.usage.output_tokens",
            "Tokens of answers",
            "gen_ai.operation.name",
            "gen_ai.provider.name",
            "gen_ai.request.model"),
    GEN_AI_CACHE_READ(
            Type.COUNTER,
            "gen_ai.client.inference.usage.cache_read.input_tokens",
            "Tokens of prompts that came from a cache",
            "gen_ai.operation.name",
            "gen_ai.provider.name",
            "gen_ai.request.model"),
    GEN_AI_CACHE_WRITE(
            Type.COUNTER,
            "gen_ai.client.inference.usage.cache_write.input_tokens",
            "Tokens of prompts that were written to a cache",
            "gen_ai.operation.name",
            "gen_ai.provider.name",
            "gen_ai.request.model"),
    GEN_AI_REASONING(
            Type.COUNTER,
            "gen_ai.client.inference.usage.reasoning.output_tokens",
            "Tokens of answers that were reasoning",
            "gen_ai.operation.name",
            "gen_ai.provider.name",
            "gen_ai.request.model");

    enum Type {
        TIMER,
        COUNTER,
        GAUGE
    }

    private final Type type;
    private final String title;
    private final String meaning;
    private final List<String> tags;

    Meters(Type type, String title, String meaning, String... tags) {
        this.type = type;
        this.title = title;
        this.meaning = meaning;
        this.tags = List.of(tags);
    }

    Type type() {
        return type;
    }

    /** Returns the name in Micrometer's notation. */
    String title() {
        return title;
    }

    List<String> tags() {
        return tags;
    }

    @Override
    public String getName() {
        return title;
    }

    @Override
    public Meter.Type getType() {
        return Meter.Type.valueOf(type.name());
    }

    @Override
    public KeyName[] getKeyNames() {
        return tags.stream().map(tag -> (KeyName) () -> tag).toArray(KeyName[]::new);
    }

    Counter counter(MeterRegistry registry, String... values) {
        return Counter.builder(title).description(meaning).tags(tagged(values)).register(registry);
    }

    Timer timer(MeterRegistry registry, String... values) {
        return Timer.builder(title).description(meaning).tags(tagged(values)).register(registry);
    }

    /** Registers a gauge unless one with these tags exists. */
    void gauge(MeterRegistry registry, Supplier<Number> reading, String... values) {
        Tags tags = tagged(values);
        if (registry.find(title).tags(tags).gauge() == null) {
            Gauge.builder(title, reading)
                    .description(meaning)
                    .tags(tags)
                    .strongReference(true)
                    .register(registry);
        }
    }

    private Tags tagged(String... values) {
        List<Tag> pairs = new ArrayList<>(values.length);
        for (int i = 0; i < values.length; i++) {
            pairs.add(Tag.of(tags.get(i), values[i]));
        }
        return Tags.of(pairs);
    }
}
