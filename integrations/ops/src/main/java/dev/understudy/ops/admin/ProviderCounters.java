package dev.understudy.ops.admin;

import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Usage;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counters of one provider in one agent. */
final class ProviderCounters {

    /**
     * Bound on model names, which callers may invent; usage of further models is counted under {@link #OTHER_MODELS}.
     */
    static final int MAX_MODELS = 100;

    static final String OTHER_MODELS = "";

    /** Tokens and costs of all attempts, counted or estimated. */
    static final class Tokens {
        private final LongAdder input = new LongAdder();
        private final LongAdder cachedInput = new LongAdder();
        private final LongAdder cacheWrite = new LongAdder();
        private final LongAdder output = new LongAdder();
        private final LongAdder reasoning = new LongAdder();

        private void add(Usage usage) {
            input.add(usage.input());
            cachedInput.add(usage.cachedInput());
            cacheWrite.add(usage.cacheWrite());
            output.add(usage.output());
            reasoning.add(usage.reasoning());
        }

        long input() {
            return input.sum();
        }

        long cachedInput() {
            return cachedInput.sum();
        }

        long cacheWrite() {
            return cacheWrite.sum();
        }

        long output() {
            return output.sum();
        }

        long reasoning() {
            return reasoning.sum();
        }
    }

    final LongAdder attempts = new LongAdder();
    final LongAdder served = new LongAdder();
    final LongAdder abandoned = new LongAdder();
    final LongAdder skipped = new LongAdder();
    private final Map<FailureKind, LongAdder> failures = new EnumMap<>(FailureKind.class);
    private final Map<String, Tokens> tokens = new ConcurrentHashMap<>();

    ProviderCounters() {
        for (FailureKind kind : FailureKind.values()) {
            failures.put(kind, new LongAdder()); // All kinds are put here, so that the map never changes again.
        }
    }

    void served(AttemptLog.Attempt attempt) {
        served.increment();
        used(attempt);
    }

    void abandoned(AttemptLog.Attempt attempt) {
        abandoned.increment();
        used(attempt);
    }

    void failed(AttemptLog.Attempt attempt) {
        LongAdder count = attempt.failure() == null
                ? null
                : failures.get(attempt.failure().kind());
        if (count != null) {
            count.increment();
        }
        used(attempt);
    }

    private void used(AttemptLog.Attempt attempt) {
        if (attempt.usage().equals(Usage.none())) {
            return;
        }
        boolean known = tokens.containsKey(attempt.model()) || tokens.size() < MAX_MODELS;
        tokens.computeIfAbsent(known ? attempt.model() : OTHER_MODELS, any -> new Tokens())
                .add(attempt.usage());
    }

    /** Returns the kinds of failure that occurred. */
    Map<String, Long> failures() {
        Map<String, Long> counted = new LinkedHashMap<>();
        failures.forEach((kind, count) -> {
            if (count.sum() > 0) {
                counted.put(kind.label(), count.sum());
            }
        });
        return counted;
    }

    /** Tokens by the provider's name of the model; may change while they are read. */
    Map<String, Tokens> tokens() {
        return tokens;
    }
}
