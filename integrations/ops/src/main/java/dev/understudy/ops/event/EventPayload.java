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
 * An event as those hear of it who are not Java: on the event stream and by webhooks. Holds no prompt, no answer, no
 * vendor's words about either, and no tag of a caller.
 *
 * @param type what happened; docs/operate.md lists them
 * @param agent at which understudy
 * @param data the facts
 */
public record EventPayload(String type, String agent, Map<String, Object> data) {

    /** The facts of one event, in the order in which they are put: strings, numbers and booleans. Nothing is put for null. */
    private static final class Facts {

        private final Map<String, Object> map = new LinkedHashMap<>();

        Facts put(String name, @Nullable Object value) {
            if (value instanceof Duration duration) {
                map.put(name, duration.toNanos() / 1e6);
            } else if (value instanceof Enum<?> constant) {
                map.put(name, constant.name().toLowerCase(Locale.ROOT));
            } else if (value != null) {
                map.put(name, value);
            }
            return this;
        }

        Facts route(String provider, String model) {
            return put("provider", provider).put("model", model);
        }

        /** Without the words of a vendor, which may quote the prompt; why a route was skipped is said in our own. */
        Facts why(@Nullable Failure failure) {
            return failure == null
                    ? this
                    : put("kind", failure.kind())
                            .put("status", failure.status() == 0 ? null : failure.status())
                            .put("message", failure.kind() == FailureKind.SKIPPED ? failure.message() : null);
        }

        Facts entry(AttemptLog.Attempt attempt) {
            return route(attempt.provider(), attempt.model())
                    .put("attempt", attempt.attempt() == 0 ? null : attempt.attempt())
                    .why(attempt.failure());
        }

        Map<String, Object> map() {
            return map;
        }
    }

    private record Words(String type, BiConsumer<Object, Facts> facts) {}

    private static final Map<Class<?>, Words> WORDS = new LinkedHashMap<>();

    static {
        words(Event.RouteSkipped.class, "route.skipped", (it, facts) -> facts.entry(it.attempt()));
        words(Event.AttemptStarted.class, "attempt.started", (it, facts) -> facts.route(it.provider(), it.model())
                .put("attempt", it.attempt())
                .put("of", it.of()));
        words(Event.FirstContent.class, "attempt.first_content", (it, facts) -> facts.route(it.provider(), it.model())
                .put("after_ms", it.after()));
        words(Event.AttemptFailed.class, "attempt.failed", (it, facts) -> facts.entry(it.attempt())
                .put("took_ms", it.attempt().timing().took()));
        words(Event.Retrying.class, "call.retrying", (it, facts) -> facts.route(it.provider(), it.model())
                .put("after_ms", it.after())
                .why(it.failure()));
        words(Event.FailedOver.class, "call.failed_over", (it, facts) -> facts.put("from_provider", it.from())
                .put("from_model", it.fromModel())
                .put("to_provider", it.to())
                .put("to_model", it.toModel())
                .put("after_ms", it.after())
                .why(it.failure()));
        words(Event.Hedged.class, "call.hedged", (it, facts) -> facts.route(it.provider(), it.model())
                .put("with_provider", it.with())
                .put("with_model", it.withModel())
                .put("after_ms", it.after()));
        words(Event.AttemptAbandoned.class, "attempt.abandoned", (it, facts) -> facts.entry(it.attempt())
                .put("outcome", it.attempt().outcome())
                .put("took_ms", it.attempt().timing().took()));
        words(Event.StreamTakenOver.class, "stream.taken_over", (it, facts) -> facts.put("from_provider", it.from())
                .put("from_model", it.fromModel())
                .put("to_provider", it.to())
                .put("to_model", it.toModel())
                .put("strategy", it.strategy())
                .put("offset", it.offset())
                .put("gap_ms", it.gap())
                .why(it.failure()));
        words(Event.TakeoverFailed.class, "stream.takeover_failed", (it, facts) -> facts.put("from_provider", it.from())
                .put("from_model", it.fromModel())
                .put("strategy", it.strategy())
                .put("offset", it.offset())
                .why(it.failure()));
        words(Event.StreamLost.class, "stream.lost", (it, facts) -> facts.route(it.provider(), it.model())
                .put("offset", it.offset())
                .why(it.failure()));
        words(Event.Trimmed.class, "call.trimmed", (it, facts) -> facts.route(it.provider(), it.model())
                .put("messages", it.messages())
                .put("tokens", it.tokens()));
        words(Event.CallSucceeded.class, "call.served", (it, facts) -> facts.route(
                        it.servedBy().provider(), it.servedBy().model())
                .put("fallback", it.servedBy().fallback())
                .put("attempts", it.servedBy().attemptLog().attemptCount())
                .put("input_tokens", it.usage().input())
                .put("output_tokens", it.usage().output())
                .put("took_ms", it.took()));
        words(Event.CallFailed.class, "call.failed", (it, facts) -> facts.why(cause(it.error()))
                .put("took_ms", it.took()));
        words(Event.CallCancelled.class, "call.cancelled", (it, facts) -> facts.put("took_ms", it.took()));
        words(ProviderEvent.KeyCoolingDown.class, "key.cooldown", (it, facts) -> facts.put("provider", it.provider())
                .put("key", it.keyFingerprint())
                .put("kind", it.kind())
                .put("for_ms", it.duration()));
        words(ProviderEvent.KeyRotated.class, "key.used", (it, facts) -> facts.put("provider", it.provider())
                .put("key", it.keyFingerprint()));
        words(
                ProviderEvent.FirstContentFrom.class,
                "provider.answering",
                (it, facts) -> facts.route(it.provider(), it.model()));
        words(ProviderEvent.RequestAdapted.class, "request.adapted", (it, facts) -> facts.route(
                        it.provider(), it.model())
                .put("parameter", it.parameter())
                .put("change", it.change()));
        words(Event.CircuitStateChanged.class, "circuit.changed", (it, facts) -> facts.route(it.provider(), it.model())
                .put("from", it.from())
                .put("to", it.to())
                .put("reason", it.reason()));
        words(Event.HealthChanged.class, "health.changed", (it, facts) -> facts.put("provider", it.provider())
                .put("health", it.health())
                .put("reason", it.reason()));
        words(Event.ActiveProviderChanged.class, "active.changed", (it, facts) -> facts.put("from_provider", it.from())
                .put("to_provider", it.to())
                .put("reason", it.reason()));
        words(Event.WarmupFailed.class, "warmup.failed", (it, facts) -> facts.put("provider", it.provider())
                .why(it.failure()));
        words(Event.OperatorAction.class, "admin.changed", (it, facts) -> facts.put("by", it.by())
                .put("action", it.action())
                .put("provider", it.provider())
                .put("details", it.what()));
    }

    private static <E> void words(Class<E> event, String type, BiConsumer<E, Facts> facts) {
        WORDS.put(event, new Words(type, (it, to) -> facts.accept(event.cast(it), to)));
    }

    public static EventPayload of(Event event) {
        Facts facts = new Facts();
        Event.CallId call = event.call();
        if (call != null) {
            facts.put("call", call.number())
                    .put("requested_model", call.model())
                    .put("stream", call.stream());
        }
        Words words = words(event);
        words.facts.accept(what(event), facts);
        return new EventPayload(words.type, event.understudy(), facts.map());
    }

    public static String type(Event event) {
        return words(event).type;
    }

    public static List<String> types() {
        return WORDS.values().stream().map(Words::type).toList();
    }

    private static Object what(Event event) {
        return event instanceof Event.ProviderReported told ? told.providerEvent() : event;
    }

    private static Words words(Event event) {
        Words words = WORDS.get(what(event).getClass());
        if (words == null) {
            throw new IllegalStateException("No words for " + what(event).getClass());
        }
        return words;
    }

    private static @Nullable Failure cause(ChatException why) {
        return why instanceof ChatException.CallFailed failed
                ? failed.failure()
                : trail(why).cause();
    }

    /** What was tried in vain. */
    static AttemptLog trail(ChatException why) {
        if (why instanceof ChatException.Exhausted exhausted) {
            return exhausted.trail();
        }
        if (why instanceof ChatException.Rejected rejected) {
            return rejected.trail();
        }
        return why instanceof ChatException.PartialAnswer partial ? partial.trail() : AttemptLog.empty();
    }
}
