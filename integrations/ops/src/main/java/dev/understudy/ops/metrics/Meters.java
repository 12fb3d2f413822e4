package dev.understudy.ops.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** All meters with name, type, description and tags. docs/operate.md shows this table, and a test compares. */
enum Meters {
    CALL(
            Type.TIMER,
            "understudy.call",
            "Calls, when they end",
            "understudy",
            "model",
            "operation",
            "outcome",
            "fallback"),
    FIRST_CONTENT(
            Type.TIMER,
            "understudy.first.content",
            "From asking a provider to the first content of its stream",
            "understudy",
            "provider",
            "model"),
    RESPONSE(
            Type.TIMER,
            "understudy.response",
            "From asking a provider to the end of its answer, of attempts that served",
            "understudy",
            "provider",
            "model",
            "operation"),
    ATTEMPTS(
            Type.COUNTER,
            "understudy.attempts",
            "Attempts, when they end",
            "understudy",
            "provider",
            "model",
            "outcome",
            "kind",
            "phase"),
    RETRY(
            Type.COUNTER,
            "understudy.retry",
            "The same provider is asked again",
            "understudy",
            "provider",
            "model",
            "kind"),
    FAILOVER(
            Type.COUNTER,
            "understudy.failover",
            "Another provider or model is asked",
            "understudy",
            "from",
            "from.model",
            "to",
            "to.model",
            "kind"),
    HEDGE(
            Type.COUNTER,
            "understudy.hedge",
            "A second provider is asked because the first is slow",
            "understudy",
            "from",
            "from.model",
            "to",
            "to.model"),
    TAKEOVER(
            Type.COUNTER,
            "understudy.takeover",
            "Somebody goes on with an answer that was cut",
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
            "Takeovers that gave nothing",
            "understudy",
            "from",
            "from.model",
            "strategy",
            "kind"),
    STREAM_LOST(
            Type.COUNTER,
            "understudy.stream.lost",
            "Answers that ended in their middle",
            "understudy",
            "provider",
            "model",
            "kind"),
    SKIPPED(Type.COUNTER, "understudy.skipped", "Routes that were not asked", "understudy", "provider", "model"),
    TRIMMED(
            Type.COUNTER,
            "understudy.trimmed",
            "Messages that were left out to fit the context window",
            "understudy",
            "provider",
            "model"),
    ADAPTED(
            Type.COUNTER,
            "understudy.adapted",
            "A request is sent otherwise than it was given, for the model does not accept it as it is",
            "understudy",
            "provider",
            "model",
            "change"),
    KEY_COOLDOWN(
            Type.COUNTER, "understudy.key.cooldown", "A key is left out for a while", "understudy", "provider", "kind"),
    KEY_ROTATED(
            Type.COUNTER,
            "understudy.key.rotated",
            "The next key is used instead of one that was turned away",
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
            "What all attempts cost, in the currency of the prices",
            "understudy",
            "provider",
            "model",
            "outcome",
            "estimated"),
    CIRCUIT_CHANGED(
            Type.COUNTER,
            "understudy.circuit.changed",
            "A circuit changed its state",
            "understudy",
            "provider",
            "model",
            "state"),
    HEALTH_CHANGED(
            Type.COUNTER,
            "understudy.health.changed",
            "Probes took a provider out, or put it back",
            "understudy",
            "provider",
            "status"),
    ACTIVE_CHANGED(
            Type.COUNTER, "understudy.active.changed", "Another provider is asked first", "understudy", "from", "to"),
    WARMUP_FAILED(
            Type.COUNTER,
            "understudy.warmup.failed",
            "A provider could not be warmed up",
            "understudy",
            "provider",
            "kind"),
    OPERATOR_ACTION(
            Type.COUNTER, "understudy.operator.action", "An operator changed something", "understudy", "action"),
    RETRY_TOKENS(
            Type.GAUGE, "understudy.retry.tokens", "Retries that a provider may get at once", "understudy", "provider"),
    CIRCUIT_STATE(
            Type.GAUGE,
            "understudy.circuit.state",
            "1 for the state that a circuit is in, else 0",
            "understudy",
            "provider",
            "model",
            "state"),
    PROVIDER_HEALTH(
            Type.GAUGE,
            "understudy.provider.health",
            "1 for the status that a provider has, else 0",
            "understudy",
            "provider",
            "status"),
    PROVIDER_ACTIVE(
            Type.GAUGE,
            "understudy.provider.active",
            "1 for the provider that is asked first",
            "understudy",
            "provider"),
    IN_FLIGHT(Type.GAUGE, "understudy.in.flight", "Attempts that run now", "understudy", "provider");

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
