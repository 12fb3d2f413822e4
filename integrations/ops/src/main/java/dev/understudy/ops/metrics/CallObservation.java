package dev.understudy.ops.metrics;

import dev.understudy.CallContext;
import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Failure;
import dev.understudy.chat.ServedBy;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Usage;
import dev.understudy.event.Event;
import dev.understudy.event.Listener;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/** The observation of one call. Receives the events of the call, and opens and closes a child for each attempt. */
final class CallObservation implements Listener {

    static final String NAME = "understudy.request";

    /** Key of the observation in a Reactor Context, as Micrometer's context propagation uses it. */
    static final String KEY = "micrometer.observation";

    /** Finish reason of a stream that ended before its finish. */
    private static final String CUT = "error";

    /** Marks a span as failed. The message is the kind only, because messages of failures quote vendors. */
    static final class SpanError extends RuntimeException {

        private static final long serialVersionUID = 1L;

        SpanError(String kind) {
            super(kind, null, false, false);
        }
    }

    private record Key(Event.CallId call, String provider, String model, int attempt) {}

    private final ObservationRegistry registry;
    private final Observation observation;
    private final Map<Key, AttemptObservation> attempts = new ConcurrentHashMap<>(4);
    private final AtomicReference<String> trigger = new AtomicReference<>("first");
    private final AtomicBoolean begun = new AtomicBoolean();
    private final AtomicBoolean ended = new AtomicBoolean();
    private volatile StreamChunk.@Nullable Finish finish;

    private CallObservation(ObservationRegistry registry, Observation observation) {
        this.registry = registry;
        this.observation = observation;
    }

    static CallObservation start(
            ObservationRegistry registry, String understudy, ChatRequest request, boolean stream, ContextView context) {
        Observation observation =
                Observation.createNotStarted(NAME, registry).contextualName("chat " + request.model());
        if (context.hasKey(KEY)) {
            observation.parentObservation(context.get(KEY));
        }
        ObservationKeys.OPERATION.put(observation, "chat");
        ObservationKeys.putProvider(observation, ObservationKeys.NONE);
        ObservationKeys.STREAM.put(observation, stream);
        ObservationKeys.UNDERSTUDY.put(observation, understudy);
        ObservationKeys.OUTCOME.put(observation, ObservationKeys.NONE);
        ObservationKeys.FALLBACK.put(observation, false);
        ObservationKeys.REQUEST_MODEL.put(observation, request.model());
        ObservationKeys.MAX_TOKENS.put(observation, request.sampling().maxTokens());
        ObservationKeys.TEMPERATURE.put(observation, request.sampling().temperature());
        ObservationKeys.TOP_P.put(observation, request.sampling().topP());
        CallContext.from(context)
                .tags()
                .forEach((name, value) -> observation.highCardinalityKeyValue("understudy.tag." + name, value));
        return new CallObservation(registry, observation.start());
    }

    Context in(Context context) {
        return context.put(KEY, observation);
    }

    @Override
    public Context attemptContext(Event.AttemptStarted attempt, Context context) {
        AttemptObservation span = AttemptObservation.start(registry, observation, attempt, trigger());
        AttemptObservation same =
                attempts.put(new Key(attempt.call(), attempt.provider(), attempt.model(), attempt.attempt()), span);
        if (same != null) { // attempts of a continuation are numbered from 1 again
            same.cancelled();
        }
        if (ended.get()) {
            closeAll(); // the call has ended meanwhile
        }
        return context.put(KEY, span.observation());
    }

    /** Returns the trigger of an attempt. Another attempt without a decision of the engine continues the answer. */
    private String trigger() {
        boolean another = !begun.compareAndSet(false, true);
        String decision = trigger.getAndSet("first");
        return another && decision.equals("first") ? "takeover" : decision;
    }

    @Override
    public void on(Event event) {
        if (event instanceof Event.Retrying) {
            trigger.set("retry");
        } else if (event instanceof Event.FailedOver) {
            trigger.set("failover");
        } else if (event instanceof Event.Hedged) {
            trigger.set("hedge");
        } else if (event instanceof Event.FirstContent content) {
            attempts.forEach((key, span) -> {
                if (key.call.equals(content.call())
                        && key.provider.equals(content.provider())
                        && key.model.equals(content.model())) {
                    span.firstContent(content.after());
                }
            });
        } else if (event instanceof Event.AttemptFailed failed) {
            close(failed.call(), failed.attempt());
        } else if (event instanceof Event.AttemptAbandoned abandoned) {
            close(abandoned.call(), abandoned.attempt());
        } else if (event instanceof Event.RouteSkipped skipped) {
            closeSkipped(skipped.call(), skipped.attempt());
        } else if (event instanceof Event.CallSucceeded served) {
            List<AttemptLog.Attempt> entries = served.servedBy().attemptLog().attempts();
            close(served.call(), entries.get(entries.size() - 1));
        }
    }

    private void close(Event.CallId call, AttemptLog.Attempt attempt) {
        AttemptObservation span =
                attempts.remove(new Key(call, attempt.provider(), attempt.model(), attempt.attempt()));
        if (span != null) {
            span.end(attempt);
        }
    }

    /** Ends an attempt that began and was not sent, for example because all of its keys cool down. */
    private void closeSkipped(Event.CallId call, AttemptLog.Attempt attempt) {
        for (Key key : attempts.keySet()) {
            if (key.call.equals(call) && key.provider.equals(attempt.provider()) && key.model.equals(attempt.model())) {
                AttemptObservation span = attempts.remove(key);
                if (span != null) {
                    span.end(attempt);
                }
            }
        }
    }

    void finished(StreamChunk.Finish finish) {
        this.finish = finish;
    }

    /** Ends the observation of a call that completed, with or without an answer. */
    void end() {
        if (ended.compareAndSet(false, true)) {
            close(finish == null ? "empty" : "served");
        }
    }

    void failed(Throwable error) {
        if (ended.compareAndSet(false, true)) {
            Failure failure = failure(error);
            String type = failure == null
                    ? error.getClass().getName()
                    : failure.kind().label();
            ObservationKeys.ERROR_TYPE.put(observation, type);
            observation.error(new SpanError(type));
            if (error instanceof ChatException.PartialAnswer partial) {
                served(partial.partial().servedBy());
                putUsage(observation, partial.attemptLog().usage());
                ObservationKeys.FINISH_REASONS.put(observation, CUT);
                close("partial");
            } else if (error instanceof ChatException.Exhausted exhausted) {
                ObservationKeys.ATTEMPTS.put(observation, exhausted.attemptLog().attemptCount());
                close("exhausted");
            } else {
                close(error instanceof ChatException.Rejected ? "rejected" : "failed");
            }
        }
    }

    private static @Nullable Failure failure(Throwable error) {
        if (error instanceof ChatException.PartialAnswer partial) {
            return partial.failure();
        }
        if (error instanceof ChatException.CallFailed failed) {
            return failed.failure();
        }
        return error instanceof ChatException.Exhausted exhausted
                ? exhausted.attemptLog().cause()
                : null;
    }

    void abandoned() {
        if (ended.compareAndSet(false, true)) {
            close(finish == null ? "cancelled" : "served");
        }
    }

    private void close(String outcome) {
        StreamChunk.Finish reported = finish;
        if (reported != null) {
            served(reported.servedBy());
            putUsage(observation, reported.usage());
            ObservationKeys.RESPONSE_ID.put(
                    observation, reported.vendorMetadata().id());
            ObservationKeys.RESPONSE_MODEL.put(
                    observation,
                    reported.vendorMetadata().model() != null
                            ? reported.vendorMetadata().model()
                            : reported.servedBy().model());
            ObservationKeys.FINISH_REASONS.put(
                    observation, reported.reason().name().toLowerCase(Locale.ROOT));
        }
        ObservationKeys.OUTCOME.put(observation, outcome);
        closeAll();
        observation.stop();
    }

    private void served(ServedBy servedBy) {
        ObservationKeys.putProvider(observation, servedBy.provider());
        ObservationKeys.FALLBACK.put(observation, servedBy.fallback());
        ObservationKeys.ATTEMPTS.put(observation, servedBy.attemptLog().attemptCount());
    }

    /** Adds token counts to a span; nothing when there are none. */
    static void putUsage(Observation observation, Usage usage) {
        if (usage.total() == 0) {
            return;
        }
        ObservationKeys.INPUT_TOKENS.put(observation, usage.input());
        ObservationKeys.CACHED_TOKENS.put(observation, usage.cachedInput());
        ObservationKeys.OUTPUT_TOKENS.put(observation, usage.output());
        ObservationKeys.REASONING_TOKENS.put(observation, usage.reasoning());
        ObservationKeys.ESTIMATED.put(observation, usage.estimated());
    }

    private void closeAll() {
        for (Key key : List.copyOf(attempts.keySet())) {
            AttemptObservation span = attempts.remove(key);
            if (span != null) {
                span.cancelled();
            }
        }
    }
}
