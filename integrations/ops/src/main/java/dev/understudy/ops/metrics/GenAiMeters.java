package dev.understudy.ops.metrics;

import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.Failure;
import dev.understudy.chat.Usage;
import dev.understudy.event.Event;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Meters of OpenTelemetry's semantic conventions for generative AI. A call with all of its attempts is one inference;
 * tokens are counted for each attempt.
 */
record GenAiMeters(MeterRegistry registry) {

    static final String OPERATION = "chat";

    /** @param model the requested model, as a value of a tag */
    void succeeded(Event.CallSucceeded call, String model) {
        String provider = ProviderNames.wellKnown(call.servedBy().provider());
        Meters.GEN_AI_DURATION
                .timer(registry, OPERATION, provider, model, Metrics.NONE)
                .record(call.took());
        Duration first = call.call().stream() ? firstChunk(call.servedBy().attemptLog()) : null;
        if (first != null) {
            Meters.GEN_AI_FIRST_CHUNK
                    .timer(registry, OPERATION, provider, model)
                    .record(first);
        }
    }

    /** Returns the time from the request to the first content of the first attempt that delivered some. */
    private static @Nullable Duration firstChunk(AttemptLog attemptLog) {
        Duration before = Duration.ZERO;
        for (AttemptLog.Attempt attempt : attemptLog.attempts()) {
            Duration first = attempt.timing().firstContent();
            if (first != null) {
                return before.plus(attempt.timing().waited()).plus(first);
            }
            before =
                    before.plus(attempt.timing().waited()).plus(attempt.timing().took());
        }
        return null;
    }

    void failed(Event.CallFailed call, String model) {
        Meters.GEN_AI_DURATION
                .timer(registry, OPERATION, Metrics.NONE, model, errorType(call.error()))
                .record(call.took());
    }

    void cancelled(Event.CallCancelled call, String model) {
        Meters.GEN_AI_DURATION
                .timer(registry, OPERATION, Metrics.NONE, model, "cancelled")
                .record(call.took());
    }

    /** Returns the kind of the failure that ended a call, of which there are a few. */
    static String errorType(ChatException error) {
        if (error instanceof ChatException.CallFailed failed) {
            return failed.failure().kind().label();
        }
        if (error instanceof ChatException.PartialAnswer partial) {
            return partial.failure().kind().label();
        }
        Failure cause = error instanceof ChatException.Exhausted exhausted
                ? exhausted.attemptLog().cause()
                : null;
        return cause == null ? "rejected" : cause.kind().label();
    }

    /** @param model the model of the attempt, as a value of a tag */
    void attempt(AttemptLog.Attempt attempt, String model) {
        Usage usage = attempt.usage();
        if (usage.total() == 0) {
            return;
        }
        String provider = ProviderNames.wellKnown(attempt.provider());
        count(Meters.GEN_AI_INPUT, provider, model, usage.input());
        count(Meters.GEN_AI_OUTPUT, provider, model, usage.output());
        count(Meters.GEN_AI_CACHE_READ, provider, model, usage.cachedInput());
        count(Meters.GEN_AI_CACHE_WRITE, provider, model, usage.cacheWrite());
        count(Meters.GEN_AI_REASONING, provider, model, usage.reasoning());
    }

    private void count(Meters meter, String provider, String model, int tokens) {
        if (tokens > 0) {
            meter.counter(registry, OPERATION, provider, model).increment(tokens);
        }
    }
}
