package dev.understudy.ops.event;

import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.ProviderEvent;
import dev.understudy.event.Event;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The JSON form of an event, for the event stream and webhooks. Contains no prompt, no answer, no message of a
 * vendor, and no tag of a caller.
 *
 * @param type name of the event; docs/operate.md lists them
 * @param agent name of the understudy
 * @param data fields of the event
 */
public record EventPayload(String type, String agent, Map<String, Object> data) {

    /** The fields of one event in insertion order: strings, numbers and booleans. Null values are omitted. */
    private static final class Fields {

        private final Map<String, Object> map = new LinkedHashMap<>();

        Fields put(String name, @Nullable Object value) {
            if (value instanceof Duration duration) {
                map.put(name, duration.toNanos() / 1e6);
            } else if (value instanceof Enum<?> constant) {
                map.put(name, constant.name().toLowerCase(Locale.ROOT));
            } else if (value != null) {
                map.put(name, value);
            }
            return this;
        }

        Fields route(String provider, String model) {
            return put("provider", provider).put("model", model);
        }

        Fields route(String prefix, Event.Route route) {
            return put(prefix + "provider", route.provider()).put(prefix + "model", route.model());
        }

        /**
         * Adds a failure without the vendor's message, which may quote the prompt; the reason of a skipped route is
         * not a vendor's.
         */
        Fields failure(@Nullable Failure failure) {
            return failure == null
                    ? this
                    : put("kind", failure.kind())
                            .put("status", failure.status() == 0 ? null : failure.status())
                            .put("message", failure.kind() == FailureKind.SKIPPED ? failure.message() : null);
        }

        Fields attempt(AttemptLog.Attempt attempt) {
            return route(attempt.provider(), attempt.model())
                    .put("attempt", attempt.attempt() == 0 ? null : attempt.attempt())
                    .failure(attempt.failure());
        }

        Map<String, Object> map() {
            return map;
        }
    }

    private record Mapping(String type, BiConsumer<Object, Fields> fields) {}

    private static final Map<Class<?>, Mapping> MAPPINGS = new LinkedHashMap<>();

    static {
        mapping(Event.RouteSkipped.class, "route.skipped", (e, fields) -> fields.attempt(e.attempt()));
        mapping(Event.AttemptStarted.class, "attempt.started", (e, fields) -> fields.route(e.provider(), e.model())
                .put("attempt", e.attempt())
                .put("of", e.maxAttempts()));
        mapping(Event.FirstContent.class, "attempt.first_content", (e, fields) -> fields.route(e.provider(), e.model())
                .put("after_ms", e.after()));
        mapping(Event.AttemptFailed.class, "attempt.failed", (e, fields) -> fields.attempt(e.attempt())
                .put("took_ms", e.attempt().timing().took()));
        mapping(Event.Retrying.class, "call.retrying", (e, fields) -> fields.route(e.provider(), e.model())
                .put("after_ms", e.after())
                .failure(e.failure()));
        mapping(Event.FailedOver.class, "call.failed_over", (e, fields) -> fields.route("from_", e.from())
                .route("to_", e.to())
                .put("after_ms", e.after())
                .failure(e.failure()));
        mapping(Event.Hedged.class, "call.hedged", (e, fields) -> fields.route("", e.slow())
                .route("with_", e.with())
                .put("after_ms", e.after()));
        mapping(Event.AttemptAbandoned.class, "attempt.abandoned", (e, fields) -> fields.attempt(e.attempt())
                .put("outcome", e.attempt().outcome())
                .put("took_ms", e.attempt().timing().took()));
        mapping(Event.StreamTakenOver.class, "stream.taken_over", (e, fields) -> fields.route("from_", e.from())
                .route("to_", e.to())
                .put("strategy", e.takeover().strategy())
                .put("offset", e.takeover().offset())
                .put("gap_ms", e.takeover().gap())
                .failure(e.failure()));
        mapping(Event.TakeoverFailed.class, "stream.takeover_failed", (e, fields) -> fields.route("from_", e.from())
                .put("strategy", e.strategy())
                .put("offset", e.offset())
                .failure(e.failure()));
        mapping(Event.StreamLost.class, "stream.lost", (e, fields) -> fields.route(e.provider(), e.model())
                .put("offset", e.offset())
                .failure(e.failure()));
        mapping(Event.Trimmed.class, "call.trimmed", (e, fields) -> fields.route(e.provider(), e.model())
                .put("messages", e.messages())
                .put("tokens", e.tokens()));
        mapping(Event.CallSucceeded.class, "call.served", (e, fields) -> fields.route(
                        e.servedBy().provider(), e.servedBy().model())
                .put("fallback", e.servedBy().fallback())
                .put("attempts", e.servedBy().attemptLog().attemptCount())
                .put("input_tokens", e.usage().input())
                .put("output_tokens", e.usage().output())
                .put("took_ms", e.took()));
        mapping(Event.CallFailed.class, "call.failed", (e, fields) -> fields.failure(cause(e.error()))
                .put("took_ms", e.took()));
        mapping(Event.CallCancelled.class, "call.cancelled", (e, fields) -> fields.put("took_ms", e.took()));
        mapping(ProviderEvent.KeyCoolingDown.class, "key.cooldown", (e, fields) -> fields.put("provider", e.provider())
                .put("key", e.keyFingerprint())
                .put("kind", e.kind())
                .put("for_ms", e.duration()));
        mapping(ProviderEvent.KeyRotated.class, "key.used", (e, fields) -> fields.put("provider", e.provider())
                .put("key", e.keyFingerprint()));
        mapping(
                ProviderEvent.FirstContentFrom.class,
                "provider.answering",
                (e, fields) -> fields.route(e.provider(), e.model()));
        mapping(ProviderEvent.RequestAdapted.class, "request.adapted", (e, fields) -> fields.route(
                        e.provider(), e.model())
                .put("parameter", e.parameter())
                .put("change", e.change()));
        mapping(Event.CircuitStateChanged.class, "circuit.changed", (e, fields) -> fields.route(e.provider(), e.model())
                .put("from", e.from())
                .put("to", e.to())
                .put("reason", e.reason()));
        mapping(Event.HealthChanged.class, "health.changed", (e, fields) -> fields.put("provider", e.provider())
                .put("health", e.health())
                .put("reason", e.reason()));
        mapping(Event.ActiveProviderChanged.class, "active.changed", (e, fields) -> fields.put(
                        "from_provider", e.from())
                .put("to_provider", e.to())
                .put("reason", e.reason()));
        mapping(Event.HoldChanged.class, "hold.changed", (e, fields) -> fields.put("provider", e.provider())
                .put("held", e.held())
                .put("for_ms", e.duration())
                .put("reason", e.reason()));
        mapping(Event.WarmupFailed.class, "warmup.failed", (e, fields) -> fields.put("provider", e.provider())
                .failure(e.failure()));
        mapping(Event.ModelRetiring.class, "model.retiring", (e, fields) -> fields.route(e.provider(), e.model())
                .put("day", e.day().toString()));
        mapping(Event.OperatorAction.class, "admin.changed", (e, fields) -> fields.put("by", e.by())
                .put("action", e.action())
                .put("provider", e.provider())
                .put("details", e.description()));
    }

    private static <E> void mapping(Class<E> event, String type, BiConsumer<E, Fields> fields) {
        MAPPINGS.put(event, new Mapping(type, (e, to) -> fields.accept(event.cast(e), to)));
    }

    public static EventPayload of(Event event) {
        Fields fields = new Fields();
        Event.CallId call = event.call();
        if (call != null) {
            fields.put("call", call.number())
                    .put("requested_model", call.model())
                    .put("stream", call.stream());
        }
        Mapping mapping = mapping(event);
        mapping.fields.accept(payload(event), fields);
        return new EventPayload(mapping.type, event.understudy(), fields.map());
    }

    public static String type(Event event) {
        return mapping(event).type;
    }

    public static List<String> types() {
        return MAPPINGS.values().stream().map(Mapping::type).toList();
    }

    private static Object payload(Event event) {
        return event instanceof Event.ProviderReported reported ? reported.providerEvent() : event;
    }

    private static Mapping mapping(Event event) {
        Mapping mapping = MAPPINGS.get(payload(event).getClass());
        if (mapping == null) {
            throw new IllegalStateException("No words for " + payload(event).getClass());
        }
        return mapping;
    }

    private static @Nullable Failure cause(ChatException error) {
        return error instanceof ChatException.CallFailed failed
                ? failed.failure()
                : attemptLog(error).cause();
    }

    /** Returns the log of the failed attempts. */
    public static AttemptLog attemptLog(ChatException error) {
        if (error instanceof ChatException.Exhausted exhausted) {
            return exhausted.attemptLog();
        }
        if (error instanceof ChatException.Rejected rejected) {
            return rejected.attemptLog();
        }
        return error instanceof ChatException.PartialAnswer partial ? partial.attemptLog() : AttemptLog.empty();
    }
}
