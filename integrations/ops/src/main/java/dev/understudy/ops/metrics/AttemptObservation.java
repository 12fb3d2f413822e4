package dev.understudy.ops.metrics;

import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.Failure;
import dev.understudy.event.Event;
import io.micrometer.observation.Observation;
import io.micrometer.observation.transport.Kind;
import io.micrometer.observation.transport.SenderContext;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The observation of one attempt. The caller that removes it from the map of open attempts ends it. */
record AttemptObservation(Observation observation, Observation.Context context, ObservedKeys keys) {

    static final String NAME = "understudy.attempt";

    static AttemptObservation start(
            Conventions conventions, Observation parent, Event.AttemptStarted attempt, String trigger) {
        ObservedKeys keys = ObservedKeys.of("chat " + attempt.model(), Map.of());
        keys.set(ObservationKeys.OPERATION, "chat");
        keys.setProvider(attempt.provider());
        keys.set(ObservationKeys.STREAM, attempt.call().stream());
        keys.set(ObservationKeys.UNDERSTUDY, attempt.call().understudy());
        keys.set(ObservationKeys.OUTCOME, ObservationKeys.NONE);
        keys.set(ObservationKeys.TRIGGER, trigger);
        keys.set(ObservationKeys.REQUEST_MODEL, attempt.model());
        keys.set(ObservationKeys.ATTEMPT, attempt.attempt());
        Observation.Context context = client(attempt.provider());
        context.put(ObservedKeys.class, keys);
        context.put(Event.AttemptStarted.class, attempt);
        return new AttemptObservation(conventions.attempt(context, parent), context, keys);
    }

    /** A span of kind CLIENT. Its headers are sent by {@link PropagatingProvider} only. */
    private static SenderContext<TraceHeaders> client(String provider) {
        SenderContext<TraceHeaders> context = new SenderContext<>(AttemptObservation::set, Kind.CLIENT);
        context.setCarrier(new TraceHeaders());
        context.setRemoteServiceName(provider);
        return context;
    }

    private static void set(@Nullable TraceHeaders carrier, String field, String value) {
        if (carrier != null) {
            carrier.set(field, value);
        }
    }

    void firstContent(Duration after) {
        keys.set(ObservationKeys.FIRST_CHUNK, after.toNanos() / 1e9);
    }

    void end(AttemptLog.Attempt attempt) {
        keys.set(ObservationKeys.OUTCOME, attempt.outcome().name().toLowerCase(Locale.ROOT));
        context.put(AttemptLog.Attempt.class, attempt);
        CallObservation.putUsage(keys, attempt.usage());
        Failure failure = attempt.failure();
        if (failure != null) {
            keys.set(ObservationKeys.ERROR_TYPE, failure.kind().label());
            keys.set(ObservationKeys.STATUS, failure.status() == 0 ? null : (Integer) failure.status());
            Conventions.error(
                    observation, new CallObservation.SpanError(failure.kind().label()));
        }
        Conventions.stop(observation);
    }

    /** Ends an attempt whose outcome was not reported. */
    void cancelled() {
        keys.set(ObservationKeys.OUTCOME, AttemptLog.Outcome.CANCELLED.name().toLowerCase(Locale.ROOT));
        Conventions.stop(observation);
    }
}
