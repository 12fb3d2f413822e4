package dev.understudy.examples.chaos;

import dev.understudy.CallContext;
import dev.understudy.chat.SamplingParameters;
import dev.understudy.event.Event;
import java.time.Duration;
import reactor.util.context.Context;

/** Defects that a run must detect. */
enum Mutant {
    DROPS_SYSTEM_MESSAGE_ON_FAILOVER(
            "attempts with another request",
            Defects.onBackup(request -> request.withMessages(
                    request.messages().subList(1, request.messages().size())))),
    DROPS_TEMPERATURE_ON_FAILOVER(
            "attempts with another request",
            Defects.onBackup(request ->
                    request.withSampling(SamplingParameters.defaults().withMaxTokens(ChaosCall.MAX_TOKENS)))),
    DROPS_MAX_TOKENS_ON_FAILOVER(
            "attempts with another request",
            Defects.onBackup(request ->
                    request.withSampling(SamplingParameters.defaults().withTemperature(0.0)))),
    ADDS_MESSAGE_ON_RETRY("attempts with another request", Defects.addsMessageOnRetry()),
    LOSES_TAGS_ON_FAILOVER(
            "attempts with another request",
            Defects.inContextOfBackup(context -> context.put(CallContext.class, CallContext.from(Context.empty())))),
    LOSES_CONTEXT_ON_FAILOVER(
            "attempts with another request", Defects.inContextOfBackup(context -> context.delete(ChaosCall.KEY))),
    LOSES_TAGS_IN_EVENTS("events without the caller's tags", Defects.losesTagsInEvents()),
    NEVER_COUNTS_FAILOVERS("the metrics count every failover", Defects.neverCounts(Event.FailedOver.class)),
    NEVER_COUNTS_TAKEOVERS("the metrics count every takeover", Defects.neverCounts(Event.StreamTakenOver.class)),
    /** On a busy machine slow calls of a healthy primary fail over too, but not as overloaded. */
    NEVER_EXERCISES_FAILOVER("the metrics count OVERLOADED", ChaosHooks.none().withFault(fault -> FaultScenario.CALM));

    private final String detectedBy;
    private final ChaosHooks hooks;

    Mutant(String detectedBy, ChaosHooks hooks) {
        this.detectedBy = detectedBy;
        this.hooks = hooks;
    }

    String detectedBy() {
        return detectedBy;
    }

    ChaosHooks hooks() {
        return hooks;
    }

    String fault() {
        return switch (this) {
            case NEVER_COUNTS_TAKEOVERS -> "CUT_IN_THE_MIDDLE";
            case ADDS_MESSAGE_ON_RETRY -> "BROKEN";
            default -> "OVERLOADED";
        };
    }

    /** A fault without effect is waited for in vain; calls that are far apart retry before the circuit opens. */
    ChaosHooks.Pace pace() {
        Duration soon = Duration.ofMillis(50);
        return new ChaosHooks.Pace(
                soon,
                soon,
                this == ADDS_MESSAGE_ON_RETRY ? Duration.ofMillis(250) : Duration.ofMillis(20),
                this == NEVER_EXERCISES_FAILOVER ? Duration.ofMillis(500) : Duration.ofSeconds(30));
    }
}
