package dev.understudy.ops;

import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Trail;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The facts of one event, in the order in which they are put: strings, numbers and booleans. Nothing is put for null. */
final class Facts {

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

    Facts entry(Trail.Entry entry) {
        return route(entry.provider(), entry.model())
                .put("attempt", entry.attempt() == 0 ? null : entry.attempt())
                .why(entry.failure());
    }

    Map<String, Object> map() {
        return map;
    }
}
