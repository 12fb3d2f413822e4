package dev.understudy.ops.metrics;

import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.Failure;
import dev.understudy.event.Event;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.transport.Kind;
import io.micrometer.observation.transport.SenderContext;
import java.time.Duration;
import java.util.Locale;

/** The observation of one attempt. The caller that removes it from the map of open attempts ends it. */
record AttemptObservation(Observation observation) {

    static final String NAME = "understudy.attempt";

    static AttemptObservation start(
            ObservationRegistry registry, Observation parent, Event.AttemptStarted attempt, String trigger) {
        Observation observation = Observation.createNotStarted(NAME, () -> client(attempt.provider()), registry)
                .contextualName("chat " + attempt.model())
                .parentObservation(parent);
        ObservationKeys.OPERATION.put(observation, "chat");
        ObservationKeys.putProvider(observation, attempt.provider());
        ObservationKeys.STREAM.put(observation, attempt.call().stream());
        ObservationKeys.UNDERSTUDY.put(observation, attempt.call().understudy());
        ObservationKeys.OUTCOME.put(observation, ObservationKeys.NONE);
        ObservationKeys.TRIGGER.put(observation, trigger);
        ObservationKeys.REQUEST_MODEL.put(observation, attempt.model());
        ObservationKeys.ATTEMPT.put(observation, attempt.attempt());
        return new AttemptObservation(observation.start());
    }

    /** A span of kind CLIENT. Sends no header: the HTTP client's span, its child, does. */
    private static SenderContext<Object> client(String provider) {
        SenderContext<Object> context = new SenderContext<>((carrier, key, value) -> {}, Kind.CLIENT);
        context.setCarrier(context);
        context.setRemoteServiceName(provider);
        return context;
    }

    void firstContent(Duration after) {
        ObservationKeys.FIRST_CHUNK.put(observation, after.toNanos() / 1e9);
    }

    void end(AttemptLog.Attempt attempt) {
        ObservationKeys.OUTCOME.put(observation, attempt.outcome().name().toLowerCase(Locale.ROOT));
        CallObservation.putUsage(observation, attempt.usage());
        Failure failure = attempt.failure();
        if (failure != null) {
            ObservationKeys.ERROR_TYPE.put(observation, failure.kind().label());
            ObservationKeys.STATUS.put(observation, failure.status() == 0 ? null : (Integer) failure.status());
            observation.error(new CallObservation.SpanError(failure.kind().label()));
        }
        observation.stop();
    }

    /** Ends an attempt whose outcome was not reported. */
    void cancelled() {
        ObservationKeys.OUTCOME.put(
                observation, AttemptLog.Outcome.CANCELLED.name().toLowerCase(Locale.ROOT));
        observation.stop();
    }
}
