package dev.understudy.event;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Snapshot of a provider's status. Rates and times come from calls, health from calls and probes. Immutable; equal by
 * value. Made by a builder, so that further values can be added.
 */
public final class ProviderStatus {

    private final String provider;
    private final Health health;
    private final boolean active;
    private final @Nullable Instant lastCheck;
    private final @Nullable Instant lastSuccess;
    private final @Nullable LastFailure lastFailure;
    private final int consecutiveFailures;
    private final double successRate;
    private final ResponseTime responseTime;
    private final @Nullable Duration firstContent;
    private final int inFlight;
    private final Map<String, CircuitState> circuits;
    private final List<KeyCooldown> keyCooldowns;
    private final @Nullable Hold hold;
    private final Map<String, LocalDate> retirements;

    private ProviderStatus(Builder builder) {
        this.provider = builder.provider;
        this.health = builder.health;
        this.active = builder.active;
        this.lastCheck = builder.lastCheck;
        this.lastSuccess = builder.lastSuccess;
        this.lastFailure = builder.lastFailure;
        this.consecutiveFailures = builder.consecutiveFailures;
        this.successRate = builder.successRate;
        this.responseTime = builder.responseTime;
        this.firstContent = builder.firstContent;
        this.inFlight = builder.inFlight;
        this.circuits = builder.circuits;
        this.keyCooldowns = builder.keyCooldowns;
        this.hold = builder.hold;
        this.retirements = builder.retirements;
    }

    /**
     * Starts a status: unknown health, not active, no calls, no failures.
     *
     * @param provider name of the provider
     * @return a builder
     */
    public static Builder builder(String provider) {
        return new Builder(provider);
    }

    /**
     * Returns the name of the provider.
     *
     * @return the name
     */
    public String provider() {
        return provider;
    }

    /**
     * Returns the health of the provider, by calls and probes.
     *
     * @return the health
     */
    public Health health() {
        return health;
    }

    /**
     * Returns whether the provider is the active one, which is asked first.
     *
     * @return {@code true} for the active provider
     */
    public boolean active() {
        return active;
    }

    /**
     * Returns the end of the last call or health check that said something about the provider; {@code null} before the first.
     *
     * @return the time
     */
    public @Nullable Instant lastCheck() {
        return lastCheck;
    }

    /**
     * Returns the time of the last successful call or health check; {@code null} before the first.
     *
     * @return the time
     */
    public @Nullable Instant lastSuccess() {
        return lastSuccess;
    }

    /**
     * Returns the last failure of a call or a probe; {@code null} before the first.
     *
     * @return the failure
     */
    public @Nullable LastFailure lastFailure() {
        return lastFailure;
    }

    /**
     * Returns the failed calls and health checks in a row. Of calls only failures that speak against the provider count. An
     * answer ends the row; a free health check ends only that of the checks.
     *
     * @return the number
     */
    public int consecutiveFailures() {
        return consecutiveFailures;
    }

    /**
     * Returns the share of successful calls of the last 60 s, from 0 to 1; 1 without calls.
     *
     * @return the share
     */
    public double successRate() {
        return successRate;
    }

    /**
     * Returns the response times of complete answers; the last one may be that of a health check.
     *
     * @return the times
     */
    public ResponseTime responseTime() {
        return responseTime;
    }

    /**
     * Returns the average time to the first content of streams; {@code null} if unknown.
     *
     * @return the average
     */
    public @Nullable Duration firstContent() {
        return firstContent;
    }

    /**
     * Returns the number of attempts in progress.
     *
     * @return the number
     */
    public int inFlight() {
        return inFlight;
    }

    /**
     * Returns the state of the circuit of each model that was asked for, unmodifiable.
     *
     * @return states by model
     */
    public Map<String, CircuitState> circuits() {
        return circuits;
    }

    /**
     * Returns the API keys that are left out at present, unmodifiable.
     *
     * @return the keys
     */
    public List<KeyCooldown> keyCooldowns() {
        return keyCooldowns;
    }

    /**
     * Returns the operator's hold of the whole provider; {@code null} without one. A held model has a {@link
     * CircuitState#FORCED_OPEN} circuit instead.
     *
     * @return the hold
     */
    public @Nullable Hold hold() {
        return hold;
    }

    /**
     * Returns the days on which the vendor turns models off, unmodifiable. Models that were not asked are left out.
     *
     * @return announced days by model
     */
    public Map<String, LocalDate> retirements() {
        return retirements;
    }

    @Override
    public boolean equals(@Nullable Object object) {
        return object instanceof ProviderStatus other
                && provider.equals(other.provider)
                && Objects.equals(health, other.health)
                && active == other.active
                && Objects.equals(lastCheck, other.lastCheck)
                && Objects.equals(lastSuccess, other.lastSuccess)
                && Objects.equals(lastFailure, other.lastFailure)
                && consecutiveFailures == other.consecutiveFailures
                && Double.compare(successRate, other.successRate) == 0
                && Objects.equals(responseTime, other.responseTime)
                && Objects.equals(firstContent, other.firstContent)
                && inFlight == other.inFlight
                && Objects.equals(circuits, other.circuits)
                && Objects.equals(keyCooldowns, other.keyCooldowns)
                && Objects.equals(hold, other.hold)
                && Objects.equals(retirements, other.retirements);
    }

    @Override
    public int hashCode() {
        return Objects.hash(
                provider,
                health,
                active,
                lastCheck,
                lastSuccess,
                lastFailure,
                consecutiveFailures,
                successRate,
                responseTime,
                firstContent,
                inFlight,
                circuits,
                keyCooldowns,
                hold,
                retirements);
    }

    @Override
    public String toString() {
        return "ProviderStatus[provider=" + provider
                + ", health=" + health
                + ", active=" + active
                + ", lastCheck=" + lastCheck
                + ", lastSuccess=" + lastSuccess
                + ", lastFailure=" + lastFailure
                + ", consecutiveFailures=" + consecutiveFailures
                + ", successRate=" + successRate
                + ", responseTime=" + responseTime
                + ", firstContent=" + firstContent
                + ", inFlight=" + inFlight
                + ", circuits=" + circuits
                + ", keyCooldowns=" + keyCooldowns
                + ", hold=" + hold
                + ", retirements=" + retirements
                + "]";
    }

    /** Builder of a status. Not safe for use by several threads. */
    public static final class Builder {

        private final String provider;
        private Health health = Health.UNKNOWN;
        private boolean active = false;
        private @Nullable Instant lastCheck = null;
        private @Nullable Instant lastSuccess = null;
        private @Nullable LastFailure lastFailure = null;
        private int consecutiveFailures = 0;
        private double successRate = 1;
        private ResponseTime responseTime = new ResponseTime(null, null);
        private @Nullable Duration firstContent = null;
        private int inFlight = 0;
        private Map<String, CircuitState> circuits = Map.of();
        private List<KeyCooldown> keyCooldowns = List.of();
        private @Nullable Hold hold = null;
        private Map<String, LocalDate> retirements = Map.of();

        private Builder(String provider) {
            this.provider = Objects.requireNonNull(provider, "provider");
        }

        /**
         * Sets {@link ProviderStatus#health()}.
         *
         * @param health the health of the provider
         * @return this builder
         */
        public Builder health(Health health) {
            this.health = health;
            return this;
        }

        /**
         * Sets {@link ProviderStatus#active()}.
         *
         * @param active {@code true} for the provider that is asked first
         * @return this builder
         */
        public Builder active(boolean active) {
            this.active = active;
            return this;
        }

        /**
         * Sets {@link ProviderStatus#lastCheck()}.
         *
         * @param lastCheck end of the last call or health check
         * @return this builder
         */
        public Builder lastCheck(@Nullable Instant lastCheck) {
            this.lastCheck = lastCheck;
            return this;
        }

        /**
         * Sets {@link ProviderStatus#lastSuccess()}.
         *
         * @param lastSuccess time of the last answer
         * @return this builder
         */
        public Builder lastSuccess(@Nullable Instant lastSuccess) {
            this.lastSuccess = lastSuccess;
            return this;
        }

        /**
         * Sets {@link ProviderStatus#lastFailure()}.
         *
         * @param lastFailure the last failure
         * @return this builder
         */
        public Builder lastFailure(@Nullable LastFailure lastFailure) {
            this.lastFailure = lastFailure;
            return this;
        }

        /**
         * Sets {@link ProviderStatus#consecutiveFailures()}.
         *
         * @param consecutiveFailures failures since the last success
         * @return this builder
         */
        public Builder consecutiveFailures(int consecutiveFailures) {
            this.consecutiveFailures = consecutiveFailures;
            return this;
        }

        /**
         * Sets {@link ProviderStatus#successRate()}.
         *
         * @param successRate share from 0 to 1
         * @return this builder
         */
        public Builder successRate(double successRate) {
            this.successRate = successRate;
            return this;
        }

        /**
         * Sets {@link ProviderStatus#responseTime()}.
         *
         * @param responseTime times of complete answers
         * @return this builder
         */
        public Builder responseTime(ResponseTime responseTime) {
            this.responseTime = responseTime;
            return this;
        }

        /**
         * Sets {@link ProviderStatus#firstContent()}.
         *
         * @param firstContent average time to first content
         * @return this builder
         */
        public Builder firstContent(@Nullable Duration firstContent) {
            this.firstContent = firstContent;
            return this;
        }

        /**
         * Sets {@link ProviderStatus#inFlight()}.
         *
         * @param inFlight attempts in progress
         * @return this builder
         */
        public Builder inFlight(int inFlight) {
            this.inFlight = inFlight;
            return this;
        }

        /**
         * Sets {@link ProviderStatus#circuits()}.
         *
         * @param circuits circuit states by model
         * @return this builder
         */
        public Builder circuits(Map<String, CircuitState> circuits) {
            this.circuits = Collections.unmodifiableMap(new LinkedHashMap<>(circuits));
            return this;
        }

        /**
         * Sets {@link ProviderStatus#keyCooldowns()}.
         *
         * @param keyCooldowns keys that are left out
         * @return this builder
         */
        public Builder keyCooldowns(List<KeyCooldown> keyCooldowns) {
            this.keyCooldowns = List.copyOf(keyCooldowns);
            return this;
        }

        /**
         * Sets {@link ProviderStatus#hold()}.
         *
         * @param hold an operator's hold
         * @return this builder
         */
        public Builder hold(@Nullable Hold hold) {
            this.hold = hold;
            return this;
        }

        /**
         * Sets {@link ProviderStatus#retirements()}.
         *
         * @param retirements announced days by model
         * @return this builder
         */
        public Builder retirements(Map<String, LocalDate> retirements) {
            this.retirements = Collections.unmodifiableMap(new LinkedHashMap<>(retirements));
            return this;
        }

        /**
         * Builds the status.
         *
         * @return the status
         */
        public ProviderStatus build() {
            return new ProviderStatus(this);
        }
    }

    /** Health of a provider. */
    public enum Health {
        /** The provider answers. */
        HEALTHY,
        /** Too many calls or probes failed in a row. */
        UNHEALTHY,
        /** No call and no probe has ended yet. */
        UNKNOWN,
        /** A probe is in progress. */
        CHECKING
    }

    /**
     * The last failure of a call or a probe.
     *
     * @param at time of the failure
     * @param message its message, redacted
     */
    public record LastFailure(Instant at, String message) {}

    /**
     * Response times, from the request to the end of the answer.
     *
     * @param last time of the last answer or successful health check; {@code null} before the first
     * @param average moving average of answers; {@code null} before the first
     */
    public record ResponseTime(
            @Nullable Duration last, @Nullable Duration average) {}

    /**
     * An API key that is left out.
     *
     * @param fingerprint salted fingerprint of the key; never a part of it
     * @param until end of the cooldown; {@code null} for good
     */
    public record KeyCooldown(String fingerprint, @Nullable Instant until) {}

    /**
     * An operator's hold: the provider is not asked.
     *
     * @param until end of the hold; {@code null} until it is released
     */
    public record Hold(@Nullable Instant until) {}

    /** State of a circuit breaker. */
    public enum CircuitState {
        /** Lets every call through and counts failures. */
        CLOSED,
        /** Lets no call through until the open time is over. */
        OPEN,
        /** Lets one call through at a time, as a trial. */
        HALF_OPEN,
        /** Lets no call through, by order of an operator. */
        FORCED_OPEN,
        /** Lets every call through and counts nothing. */
        DISABLED
    }
}
