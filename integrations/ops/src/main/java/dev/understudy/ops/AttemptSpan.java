package dev.understudy.ops;

import dev.understudy.Event;
import dev.understudy.chat.Failure;
import dev.understudy.chat.Trail;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.transport.Kind;
import io.micrometer.observation.transport.SenderContext;
import java.time.Duration;
import java.util.Locale;

/** The observation of one attempt. Whoever takes it out of the map of open attempts ends it, and nobody else does. */
record AttemptSpan(Observation observation) {

    static final String NAME = "understudy.attempt";

    static AttemptSpan start(
            ObservationRegistry registry, Observation parent, Event.AttemptStarted attempt, String trigger) {
        Observation observation = Observation.createNotStarted(NAME, () -> client(attempt.provider()), registry)
                .contextualName("chat " + attempt.model())
                .parentObservation(parent);
        SpanKey.OPERATION.put(observation, "chat");
        SpanKey.PROVIDER.put(observation, attempt.provider());
        SpanKey.STREAM.put(observation, attempt.call().stream());
        SpanKey.DOOR.put(observation, attempt.call().door());
        SpanKey.OUTCOME.put(observation, SpanKey.NONE);
        SpanKey.TRIGGER.put(observation, trigger);
        SpanKey.REQUEST_MODEL.put(observation, attempt.model());
        SpanKey.ATTEMPT.put(observation, attempt.attempt());
        return new AttemptSpan(observation.start());
    }

    /** A span of kind CLIENT. It sends no header itself: the HTTP client's span, its child, does. */
    private static SenderContext<Object> client(String provider) {
        SenderContext<Object> context = new SenderContext<>((carrier, key, value) -> {}, Kind.CLIENT);
        context.setCarrier(context);
        context.setRemoteServiceName(provider);
        return context;
    }

    void firstContent(Duration after) {
        SpanKey.FIRST_CHUNK.put(observation, after.toNanos() / 1e9);
    }

    void end(Trail.Entry entry) {
        SpanKey.OUTCOME.put(observation, entry.outcome().name().toLowerCase(Locale.ROOT));
        CallSpan.putUsage(observation, entry.usage());
        Failure failure = entry.failure();
        if (failure != null) {
            SpanKey.ERROR_TYPE.put(observation, failure.kind().label());
            SpanKey.STATUS.put(observation, failure.status() == 0 ? null : (Integer) failure.status());
            observation.error(new CallSpan.SpanError(failure.kind().label()));
        }
        observation.stop();
    }

    /** Nobody told how it ended. */
    void cancelled() {
        SpanKey.OUTCOME.put(observation, Trail.Outcome.CANCELLED.name().toLowerCase(Locale.ROOT));
        observation.stop();
    }
}
