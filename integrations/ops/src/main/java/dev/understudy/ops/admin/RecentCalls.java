package dev.understudy.ops.admin;

import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.ServedBy;
import dev.understudy.event.Event;
import dev.understudy.ops.event.EventPayload;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/** The last calls of all agents with their attempts. Holds no prompt, answer or text of a vendor. Never blocks. */
final class RecentCalls {

    static final int CAPACITY = 100;

    private final AtomicReferenceArray<@Nullable Map<String, @Nullable Object>> calls =
            new AtomicReferenceArray<>(CAPACITY);
    private final AtomicLong next = new AtomicLong();

    void on(Event event, Instant at) {
        Map<String, @Nullable Object> call = null;
        if (event instanceof Event.CallSucceeded ended) {
            ServedBy by = ended.servedBy();
            call = call(ended.call(), at, "served", ended.took(), by.attemptLog());
            call.put("provider_id", by.provider());
            call.put("served_model", by.model());
            call.put("fallback", by.fallback());
            call.put("input_tokens", ended.usage().input());
            call.put("output_tokens", ended.usage().output());
        } else if (event instanceof Event.CallFailed ended) {
            boolean partial = ended.error() instanceof ChatException.PartialAnswer;
            call = call(
                    ended.call(),
                    at,
                    partial ? "partial" : "failed",
                    ended.took(),
                    EventPayload.attemptLog(ended.error()));
        } else if (event instanceof Event.CallCancelled ended) {
            call = call(ended.call(), at, "cancelled", ended.took(), AttemptLog.empty());
        }
        if (call != null) {
            calls.set((int) (next.getAndIncrement() % CAPACITY), call);
        }
    }

    /** Returns the calls, the last one first. */
    List<Map<String, @Nullable Object>> latest() {
        List<Map<String, @Nullable Object>> latest = new ArrayList<>();
        long end = next.get();
        for (long number = end - 1; number >= Math.max(0, end - CAPACITY); number--) {
            Map<String, @Nullable Object> call = calls.get((int) (number % CAPACITY));
            if (call != null) {
                latest.add(call);
            }
        }
        return latest;
    }

    private static Map<String, @Nullable Object> call(
            Event.CallId id, Instant at, String outcome, Duration took, AttemptLog attemptLog) {
        Map<String, @Nullable Object> call = new LinkedHashMap<>();
        call.put("agent_id", id.understudy());
        call.put("call", id.number());
        call.put("at", at.toString());
        call.put("model", id.model());
        call.put("stream", id.stream());
        call.put("outcome", outcome);
        call.put("took_ms", millis(took));
        call.put(
                "attempts",
                attemptLog.attempts().stream().map(RecentCalls::attempt).toList());
        return call;
    }

    private static Map<String, @Nullable Object> attempt(AttemptLog.Attempt attempt) {
        Map<String, @Nullable Object> view = new LinkedHashMap<>();
        view.put("provider_id", attempt.provider());
        view.put("model", attempt.model());
        view.put("outcome", attempt.outcome().name().toLowerCase(Locale.ROOT));
        view.put("waited_ms", millis(attempt.timing().waited()));
        view.put("took_ms", millis(attempt.timing().took()));
        Duration firstContent = attempt.timing().firstContent();
        view.put("first_content_ms", firstContent == null ? null : millis(firstContent));
        Failure failure = attempt.failure();
        if (failure != null) {
            view.put("kind", failure.kind().label());
            view.put("status", failure.status() == 0 ? null : failure.status());
            // a vendor's message may quote the prompt; the reason of a skipped route is not a vendor's
            view.put("message", failure.kind() == FailureKind.SKIPPED ? failure.message() : null);
        }
        return view;
    }

    private static double millis(Duration duration) {
        return duration.toNanos() / 1e6;
    }
}
