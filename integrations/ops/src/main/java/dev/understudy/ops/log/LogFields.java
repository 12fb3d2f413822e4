package dev.understudy.ops.log;

import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.ProviderEvent;
import dev.understudy.chat.Usage;
import dev.understudy.event.Event;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Converts an event into a log line.
 *
 * @param vendorText {@code true} if vendors' messages are included
 */
record LogFields(Event event, boolean vendorText) {

    /** Returns the name of an event in logs: {@code failed_over}. */
    static String name(Class<?> event) {
        return event.getSimpleName().replaceAll("(?<=[a-z])(?=[A-Z])", "_").toLowerCase(Locale.ROOT);
    }

    Logfmt line() {
        Class<?> named = event instanceof Event.ProviderReported reported
                ? reported.providerEvent().getClass()
                : event.getClass();
        Logfmt line = new Logfmt(name(named)).add("understudy", event.understudy());
        Event.CallId call = event.call();
        if (call != null) {
            line.add("call", call.number());
        }
        if (!attempt(line) && !decision(line) && !takeover(line) && !end(line)) {
            providerState(line);
        }
        if (call != null) {
            for (Map.Entry<String, String> tag : call.tags().entrySet()) {
                line.add("tag." + tag.getKey().replaceAll("[^\\w.-]", "_"), tag.getValue());
            }
        }
        return line;
    }

    private boolean attempt(Logfmt line) {
        if (event instanceof Event.AttemptStarted started) {
            line.add("provider", started.provider())
                    .add("model", started.model())
                    .add("attempt", started.attempt())
                    .add("of", started.maxAttempts());
        } else if (event instanceof Event.FirstContent first) {
            line.add("provider", first.provider()).add("model", first.model()).add("after_ms", first.after());
        } else if (event instanceof Event.AttemptFailed failed) {
            entry(line, failed.attempt());
        } else if (event instanceof Event.AttemptAbandoned abandoned) {
            entry(line, abandoned.attempt());
        } else if (event instanceof Event.RouteSkipped skipped) {
            entry(line, skipped.attempt());
        } else {
            return false;
        }
        return true;
    }

    private boolean decision(Logfmt line) {
        if (event instanceof Event.Retrying retry) {
            line.add("provider", retry.provider()).add("model", retry.model()).add("after_ms", retry.after());
            failure(line, retry.failure());
        } else if (event instanceof Event.FailedOver over) {
            routes(line, over.from(), over.to()).add("after_ms", over.after());
            failure(line, over.failure());
        } else if (event instanceof Event.Hedged hedged) {
            routes(line, hedged.slow(), hedged.with()).add("after_ms", hedged.after());
        } else if (event instanceof Event.Trimmed trimmed) {
            line.add("provider", trimmed.provider())
                    .add("model", trimmed.model())
                    .add("messages", trimmed.messages())
                    .add("tokens", trimmed.tokens());
        } else {
            return false;
        }
        return true;
    }

    private static Logfmt routes(Logfmt line, Event.Route from, Event.Route to) {
        return line.add("from", from.provider())
                .add("from_model", from.model())
                .add("to", to.provider())
                .add("to_model", to.model());
    }

    private boolean takeover(Logfmt line) {
        if (event instanceof Event.StreamTakenOver over) {
            routes(line, over.from(), over.to())
                    .add("strategy", over.takeover().strategy())
                    .add("offset", over.takeover().offset())
                    .add("gap_ms", over.takeover().gap());
            failure(line, over.failure());
        } else if (event instanceof Event.TakeoverFailed failed) {
            line.add("from", failed.from().provider())
                    .add("from_model", failed.from().model())
                    .add("strategy", failed.strategy())
                    .add("offset", failed.offset());
            failure(line, failed.failure());
        } else if (event instanceof Event.StreamLost lost) {
            line.add("provider", lost.provider()).add("model", lost.model()).add("offset", lost.offset());
            failure(line, lost.failure());
        } else {
            return false;
        }
        return true;
    }

    private boolean end(Logfmt line) {
        if (event instanceof Event.CallSucceeded served) {
            Usage usage = served.usage();
            line.add("requested_provider", served.servedBy().requestedProvider())
                    .add("requested_model", served.servedBy().requestedModel())
                    .add("provider", served.servedBy().provider())
                    .add("model", served.servedBy().model())
                    .add("fallback", served.servedBy().fallback())
                    .add("attempts", served.servedBy().attemptLog().attemptCount())
                    .add("input_tokens", usage.input())
                    .add("output_tokens", usage.output())
                    .add("took_ms", served.took());
        } else if (event instanceof Event.CallFailed failed) {
            line.add("requested_model", failed.call().model());
            error(line, failed.error());
            line.add("took_ms", failed.took());
        } else if (event instanceof Event.CallCancelled cancelled) {
            line.add("requested_model", cancelled.call().model()).add("took_ms", cancelled.took());
        } else {
            return false;
        }
        return true;
    }

    private void providerState(Logfmt line) {
        if (event instanceof Event.CircuitStateChanged changed) {
            line.add("provider", changed.provider())
                    .add("model", changed.model())
                    .add("from", changed.from())
                    .add("to", changed.to())
                    .add("reason", changed.reason());
        } else if (event instanceof Event.HealthChanged changed) {
            line.add("provider", changed.provider())
                    .add("status", changed.health())
                    .add("reason", vendorText ? changed.reason() : null);
        } else if (event instanceof Event.ActiveProviderChanged changed) {
            line.add("from", changed.from()).add("to", changed.to()).add("reason", changed.reason());
        } else if (event instanceof Event.HoldChanged changed) {
            line.add("provider", changed.provider())
                    .add("held", changed.held())
                    .add("for_ms", changed.duration())
                    .add("reason", changed.reason());
        } else if (event instanceof Event.WarmupFailed failed) {
            line.add("provider", failed.provider());
            failure(line, failed.failure());
        } else if (event instanceof Event.ModelRetiring retiring) {
            line.add("provider", retiring.provider())
                    .add("model", retiring.model())
                    .add("day", retiring.day().toString());
        } else if (event instanceof Event.OperatorAction done) {
            line.add("by", done.by())
                    .add("action", done.action())
                    .add("provider", done.provider())
                    .add("details", done.description());
        } else if (event instanceof Event.ProviderReported reported) {
            providerEvent(line, reported.providerEvent());
        }
    }

    private static void providerEvent(Logfmt line, ProviderEvent providerEvent) {
        if (providerEvent instanceof ProviderEvent.KeyCoolingDown cooling) {
            line.add("provider", cooling.provider())
                    .add("key", cooling.keyFingerprint())
                    .add("kind", cooling.kind())
                    .add("for_ms", cooling.duration());
        } else if (providerEvent instanceof ProviderEvent.KeyRotated used) {
            line.add("provider", used.provider()).add("key", used.keyFingerprint());
        } else if (providerEvent instanceof ProviderEvent.RequestAdapted requestAdapted) {
            line.add("provider", requestAdapted.provider())
                    .add("model", requestAdapted.model())
                    .add("parameter", requestAdapted.parameter())
                    .add("change", requestAdapted.change());
        } else if (providerEvent instanceof ProviderEvent.FirstContentFrom firstContentFrom) {
            line.add("provider", firstContentFrom.provider()).add("model", firstContentFrom.model());
        }
    }

    private void entry(Logfmt line, AttemptLog.Attempt attempt) {
        line.add("provider", attempt.provider()).add("model", attempt.model());
        if (attempt.outcome() == AttemptLog.Outcome.SKIPPED) {
            Failure error = attempt.failure();
            line.add("reason", error == null || error.kind() != FailureKind.SKIPPED ? null : error.message());
            return;
        }
        line.add("attempt", attempt.attempt()).add("of", attempt.maxAttempts()).add("outcome", attempt.outcome());
        failure(line, attempt.failure());
        line.add("took_ms", attempt.timing().took()).add("key", attempt.keyFingerprint());
    }

    private void error(Logfmt line, ChatException error) {
        if (error instanceof ChatException.Exhausted exhausted) {
            line.add("outcome", "exhausted")
                    .add("reason", exhausted.reason())
                    .add("attempts", exhausted.attemptLog().attemptCount());
            failure(line, exhausted.attemptLog().cause());
        } else if (error instanceof ChatException.PartialAnswer partial) {
            line.add("outcome", "partial");
            failure(line, partial.failure());
        } else {
            line.add("outcome", "rejected").add("reason", error.getMessage());
        }
    }

    private void failure(Logfmt line, @Nullable Failure failure) {
        if (failure == null) {
            return;
        }
        line.add("kind", failure.kind())
                .add("status", failure.status() == 0 ? null : (Integer) failure.status())
                .add("code", vendorText ? failure.code() : null)
                .add("phase", failure.phase())
                .add("error", vendorText ? failure.message() : null);
    }
}
