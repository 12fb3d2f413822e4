package dev.understudy.event;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a provider stands, as of now. Rates and times come from real calls, status from both calls and probes.
 *
 * @param provider its name
 * @param health what is thought of it
 * @param active whether it is the one that is asked first
 * @param lastCheck when the last probe ended
 * @param lastSuccess when it last served
 * @param lastFailure when and why it last failed
 * @param consecutiveFailures since its last success; only failures that speak against the provider
 * @param successRate of the last 60 s, 1 when there were no calls
 * @param responseTime of whole answers
 * @param firstContent average time to the first content of streams, {@code null} when unknown
 * @param inFlight attempts that run now
 * @param circuits of the models it was asked for
 * @param keyCooldowns fingerprints of the keys that are left out, and until when; {@code null} means for good
 * @param hold by an operator, of the provider as a whole; {@code null} when it is not held. A model that is held has a
 *     circuit that is FORCED_OPEN
 */
public record ProviderStatus(
        String provider,
        Health health,
        boolean active,
        @Nullable Instant lastCheck,
        @Nullable Instant lastSuccess,
        @Nullable LastFailure lastFailure,
        int consecutiveFailures,
        double successRate,
        ResponseTime responseTime,
        @Nullable Duration firstContent,
        int inFlight,
        Map<String, CircuitState> circuits,
        List<KeyCooldown> keyCooldowns,
        @Nullable Hold hold) {

    public enum Health {
        /** It answers. */
        HEALTHY,
        /** It has failed too often in a row. */
        UNHEALTHY,
        /** Nobody has asked it yet. */
        UNKNOWN,
        /** A probe is on its way. */
        CHECKING
    }

    /**
     * The last failure that was seen, of a call or a probe.
     *
     * @param at when
     * @param message what it said, redacted
     */
    public record LastFailure(Instant at, String message) {}

    /**
     * From the request to the end of the answer.
     *
     * @param last of the last answer, {@code null} before the first
     * @param average moving, {@code null} before the first
     */
    public record ResponseTime(
            @Nullable Duration last, @Nullable Duration average) {}

    /**
     * A key that is left out.
     *
     * @param fingerprint which one
     * @param until {@code null} for good
     */
    public record KeyCooldown(String fingerprint, @Nullable Instant until) {}

    /**
     * It is not asked, because an operator said so.
     *
     * @param until {@code null} until it is released
     */
    public record Hold(@Nullable Instant until) {}

    /** What a circuit does with the next call. */
    public enum CircuitState {
        /** Lets every call through and counts what fails. */
        CLOSED,
        /** Lets no call through until its time is over. */
        OPEN,
        /** Lets one call through at a time, as a trial. */
        HALF_OPEN,
        /** Lets no call through because an operator said so. */
        FORCED_OPEN,
        /** Lets every call through and counts nothing. */
        DISABLED
    }
}
