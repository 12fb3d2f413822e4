package dev.understudy.spring.boot.autoconfigure;

import dev.understudy.event.ProviderStatus;
import dev.understudy.event.ProviderStatus.CircuitState;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** The status of a provider for operators, as maps and texts. Contains no secret. */
final class ProviderView {

    private ProviderView() {}

    /** Returns true if calls may be sent to the provider now, as far as its record tells. */
    static boolean isUsable(ProviderStatus status) {
        boolean shut = !status.circuits().isEmpty()
                && status.circuits().values().stream()
                        .allMatch(state -> state == CircuitState.OPEN || state == CircuitState.FORCED_OPEN);
        return status.hold() == null
                && status.health() != ProviderStatus.Health.UNHEALTHY
                && !shut
                && !isWithoutKey(status);
    }

    /** Returns true if keys cool down and no call was served since: another usable key would have served it. */
    private static boolean isWithoutKey(ProviderStatus status) {
        ProviderStatus.LastFailure failure = status.lastFailure();
        Instant success = status.lastSuccess();
        return !status.keyCooldowns().isEmpty()
                && failure != null
                && (success == null || success.isBefore(failure.at()));
    }

    /** Returns what a health report shows. */
    static Map<String, Object> summary(ProviderStatus status) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("usable", isUsable(status));
        view.put("health", label(status.health()));
        view.put("active", status.active());
        put(view, "held", status.hold() == null ? null : true);
        put(view, "lastSuccess", status.lastSuccess());
        ProviderStatus.LastFailure failure = status.lastFailure();
        if (failure != null) {
            view.put("lastFailure", failure.at().toString());
        }
        return view;
    }

    /** Returns everything that operators need. */
    static Map<String, Object> details(ProviderStatus status) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("provider", status.provider());
        view.putAll(summary(status));
        ProviderStatus.LastFailure failure = status.lastFailure();
        if (failure != null) {
            view.put("lastFailureMessage", failure.message());
        }
        ProviderStatus.Hold hold = status.hold();
        put(view, "heldUntil", hold == null ? null : hold.until());
        view.put("consecutiveFailures", status.consecutiveFailures());
        view.put("successRate", status.successRate());
        view.put("inFlight", status.inFlight());
        Map<String, Object> circuits = new LinkedHashMap<>();
        status.circuits().forEach((model, state) -> circuits.put(model, label(state)));
        view.put("circuits", circuits);
        view.put("keysCoolingDown", status.keyCooldowns().size());
        return view;
    }

    private static void put(Map<String, Object> view, String name, @org.jspecify.annotations.Nullable Object value) {
        if (value != null) {
            view.put(name, value instanceof Boolean ? value : value.toString());
        }
    }

    private static String label(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
