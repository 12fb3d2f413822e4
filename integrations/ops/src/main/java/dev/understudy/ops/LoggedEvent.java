package dev.understudy.ops;

import dev.understudy.Event;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Notice;
import dev.understudy.chat.Trail;
import dev.understudy.chat.Usage;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An event as a line.
 *
 * @param quotes whether the words of vendors stand in it
 */
record LoggedEvent(Event event, boolean quotes) {

    /** What an event is called in logs: {@code failed_over}. */
    static String name(Class<?> event) {
        return event.getSimpleName().replaceAll("(?<=[a-z])(?=[A-Z])", "_").toLowerCase(Locale.ROOT);
    }

    LogLine line() {
        Class<?> named =
                event instanceof Event.ProviderNotice told ? told.notice().getClass() : event.getClass();
        LogLine line = new LogLine(name(named)).add("door", event.door());
        Event.CallId call = event.call();
        if (call != null) {
            line.add("call", call.number());
        }
        if (!attempt(line) && !decision(line) && !takeover(line) && !end(line)) {
            standing(line);
        }
        if (call != null) {
            for (Map.Entry<String, String> tag : call.tags().entrySet()) {
                line.add("tag." + tag.getKey().replaceAll("[^\\w.-]", "_"), tag.getValue());
            }
        }
        return line;
    }

    private boolean attempt(LogLine line) {
        if (event instanceof Event.AttemptStarted started) {
            line.add("provider", started.provider())
                    .add("model", started.model())
                    .add("attempt", started.attempt())
                    .add("of", started.of());
        } else if (event instanceof Event.FirstContent first) {
            line.add("provider", first.provider()).add("model", first.model()).add("after_ms", first.after());
        } else if (event instanceof Event.AttemptFailed failed) {
            entry(line, failed.entry());
        } else if (event instanceof Event.AttemptLeft left) {
            entry(line, left.entry());
        } else if (event instanceof Event.RouteSkipped skipped) {
            entry(line, skipped.entry());
        } else {
            return false;
        }
        return true;
    }

    private boolean decision(LogLine line) {
        if (event instanceof Event.Retrying again) {
            line.add("provider", again.provider()).add("model", again.model()).add("after_ms", again.after());
            failure(line, again.why());
        } else if (event instanceof Event.FailedOver over) {
            line.add("from", over.from())
                    .add("from_model", over.fromModel())
                    .add("to", over.to())
                    .add("to_model", over.toModel())
                    .add("after_ms", over.after());
            failure(line, over.why());
        } else if (event instanceof Event.Hedged hedged) {
            line.add("from", hedged.provider())
                    .add("from_model", hedged.model())
                    .add("to", hedged.with())
                    .add("to_model", hedged.withModel())
                    .add("after_ms", hedged.after());
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

    private boolean takeover(LogLine line) {
        if (event instanceof Event.TookOver over) {
            line.add("from", over.from())
                    .add("from_model", over.fromModel())
                    .add("to", over.to())
                    .add("to_model", over.toModel())
                    .add("way", over.way())
                    .add("offset", over.offset())
                    .add("gap_ms", over.gap());
            failure(line, over.why());
        } else if (event instanceof Event.TakeoverFailed failed) {
            line.add("from", failed.from())
                    .add("from_model", failed.fromModel())
                    .add("way", failed.way())
                    .add("offset", failed.offset());
            failure(line, failed.why());
        } else if (event instanceof Event.AnswerLost lost) {
            line.add("provider", lost.provider()).add("model", lost.model()).add("offset", lost.offset());
            failure(line, lost.why());
        } else {
            return false;
        }
        return true;
    }

    private boolean end(LogLine line) {
        if (event instanceof Event.CallServed served) {
            Usage usage = served.usage();
            line.add("requested_provider", served.served().requestedProvider())
                    .add("requested_model", served.served().requestedModel())
                    .add("provider", served.served().provider())
                    .add("model", served.served().model())
                    .add("fallback", served.served().fallback())
                    .add("attempts", served.served().trail().attempts())
                    .add("input_tokens", usage.input())
                    .add("output_tokens", usage.output())
                    .add("took_ms", served.took());
        } else if (event instanceof Event.CallFailed failed) {
            line.add("requested_model", failed.call().model());
            why(line, failed.why());
            line.add("took_ms", failed.took());
        } else if (event instanceof Event.CallCancelled cancelled) {
            line.add("requested_model", cancelled.call().model()).add("took_ms", cancelled.took());
        } else {
            return false;
        }
        return true;
    }

    private void standing(LogLine line) {
        if (event instanceof Event.CircuitMoved moved) {
            line.add("provider", moved.provider())
                    .add("model", moved.model())
                    .add("from", moved.from())
                    .add("to", moved.to())
                    .add("why", moved.why());
        } else if (event instanceof Event.HealthChanged changed) {
            line.add("provider", changed.provider())
                    .add("status", changed.status())
                    .add("why", quotes ? changed.why() : null);
        } else if (event instanceof Event.ActiveMoved moved) {
            line.add("from", moved.from()).add("to", moved.to()).add("why", moved.why());
        } else if (event instanceof Event.WarmupFailed failed) {
            line.add("provider", failed.provider());
            failure(line, failed.why());
        } else if (event instanceof Event.Administered done) {
            line.add("by", done.by())
                    .add("action", done.action())
                    .add("provider", done.provider())
                    .add("what", done.what());
        } else if (event instanceof Event.ProviderNotice told) {
            notice(line, told.notice());
        }
    }

    private static void notice(LogLine line, Notice notice) {
        if (notice instanceof Notice.KeyGated gated) {
            line.add("provider", gated.provider())
                    .add("key", gated.keyFingerprint())
                    .add("kind", gated.kind())
                    .add("for_ms", gated.forHowLong());
        } else if (notice instanceof Notice.KeyUsed used) {
            line.add("provider", used.provider()).add("key", used.keyFingerprint());
        } else if (notice instanceof Notice.Adapted adapted) {
            line.add("provider", adapted.provider())
                    .add("model", adapted.model())
                    .add("parameter", adapted.parameter())
                    .add("change", adapted.change());
        } else if (notice instanceof Notice.Answering answering) {
            line.add("provider", answering.provider()).add("model", answering.model());
        }
    }

    private void entry(LogLine line, Trail.Entry entry) {
        line.add("provider", entry.provider()).add("model", entry.model());
        if (entry.outcome() == Trail.Outcome.SKIPPED) {
            Failure why = entry.failure();
            line.add("why", why == null || why.kind() != FailureKind.SKIPPED ? null : why.message());
            return;
        }
        line.add("attempt", entry.attempt()).add("of", entry.of()).add("outcome", entry.outcome());
        failure(line, entry.failure());
        line.add("took_ms", entry.timing().took()).add("key", entry.keyFingerprint());
    }

    private void why(LogLine line, ChatException why) {
        if (why instanceof ChatException.Exhausted exhausted) {
            line.add("outcome", "exhausted")
                    .add("why", exhausted.why())
                    .add("attempts", exhausted.trail().attempts());
            failure(line, exhausted.trail().cause());
        } else if (why instanceof ChatException.PartialAnswer partial) {
            line.add("outcome", "partial");
            failure(line, partial.failure());
        } else {
            line.add("outcome", "rejected").add("why", why.getMessage());
        }
    }

    private void failure(LogLine line, @Nullable Failure failure) {
        if (failure == null) {
            return;
        }
        line.add("kind", failure.kind())
                .add("status", failure.status() == 0 ? null : (Integer) failure.status())
                .add("code", quotes ? failure.code() : null)
                .add("phase", failure.phase())
                .add("error", quotes ? failure.message() : null);
    }
}
