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

    private final Conventions conventions;
    private final Observation observation;
    private final Observation.Context observed;
    private final ObservedKeys keys;
    private final Map<Key, AttemptObservation> attempts = new ConcurrentHashMap<>(4);
    private final AtomicReference<String> trigger = new AtomicReference<>("first");
    private final AtomicBoolean begun = new AtomicBoolean();
    private final AtomicBoolean ended = new AtomicBoolean();
    private volatile StreamChunk.@Nullable Finish finish;

    private CallObservation(
            Conventions conventions, Observation observation, Observation.Context observed, ObservedKeys keys) {
        this.conventions = conventions;
        this.observation = observation;
        this.observed = observed;
        this.keys = keys;
    }

    static CallObservation start(
            Conventions conventions, String understudy, ChatRequest request, boolean stream, ContextView context) {
        CallContext callContext = CallContext.from(context);
        ObservedKeys keys = ObservedKeys.of("chat " + request.model(), callContext.tags());
        keys.set(ObservationKeys.OPERATION, "chat");
        keys.setProvider(ObservationKeys.NONE);
        keys.set(ObservationKeys.STREAM, stream);
        keys.set(ObservationKeys.UNDERSTUDY, understudy);
        keys.set(ObservationKeys.OUTCOME, ObservationKeys.NONE);
        keys.set(ObservationKeys.FALLBACK, false);
        keys.set(ObservationKeys.REQUEST_MODEL, request.model());
        keys.set(ObservationKeys.MAX_TOKENS, request.sampling().maxTokens());
        keys.set(ObservationKeys.TEMPERATURE, request.sampling().temperature());
        keys.set(ObservationKeys.TOP_P, request.sampling().topP());
        Observation.Context observed = new Observation.Context();
        observed.put(ObservedKeys.class, keys);
        observed.put(ChatRequest.class, request);
        observed.put(CallContext.class, callContext);
        Observation observation = conventions.call(observed, context.getOrDefault(KEY, null));
        return new CallObservation(conventions, observation, observed, keys);
    }

    Context in(Context context) {
        return context.put(KEY, observation);
    }

    @Override
    public Context attemptContext(Event.AttemptStarted attempt, Context context) {
        AttemptObservation span = AttemptObservation.start(conventions, observation, attempt, trigger());
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
        for (Key key : List.copyOf(attempts.keySet())) {
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
            keys.set(ObservationKeys.ERROR_TYPE, type);
            Conventions.error(observation, new SpanError(type));
            if (error instanceof ChatException.PartialAnswer partial) {
                served(partial.partial().servedBy());
                putUsage(keys, partial.attemptLog().usage());
                keys.set(ObservationKeys.FINISH_REASONS, CUT);
                close("partial");
            } else if (error instanceof ChatException.Exhausted exhausted) {
                keys.set(ObservationKeys.ATTEMPTS, exhausted.attemptLog().attemptCount());
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
            observed.put(StreamChunk.Finish.class, reported);
            served(reported.servedBy());
            putUsage(keys, reported.usage());
            keys.set(ObservationKeys.RESPONSE_ID, reported.vendorMetadata().id());
            keys.set(
                    ObservationKeys.RESPONSE_MODEL,
                    reported.vendorMetadata().model() != null
                            ? reported.vendorMetadata().model()
                            : reported.servedBy().model());
            keys.set(ObservationKeys.FINISH_REASONS, reported.reason().name().toLowerCase(Locale.ROOT));
        }
        keys.set(ObservationKeys.OUTCOME, outcome);
        closeAll();
        Conventions.stop(observation);
    }

    private void served(ServedBy servedBy) {
        observed.put(ServedBy.class, servedBy);
        keys.setProvider(servedBy.provider());
        keys.set(ObservationKeys.FALLBACK, servedBy.fallback());
        keys.set(ObservationKeys.ATTEMPTS, servedBy.attemptLog().attemptCount());
    }

    /** Adds token counts to a span; nothing when there are none. */
    static void putUsage(ObservedKeys keys, Usage usage) {
        if (usage.total() == 0) {
            return;
        }
        keys.set(ObservationKeys.INPUT_TOKENS, usage.input());
        keys.set(ObservationKeys.CACHED_TOKENS, usage.cachedInput());
        keys.set(ObservationKeys.OUTPUT_TOKENS, usage.output());
        keys.set(ObservationKeys.REASONING_TOKENS, usage.reasoning());
        keys.set(ObservationKeys.ESTIMATED, usage.estimated());
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
