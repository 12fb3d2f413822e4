package dev.understudy.ops.admin;

import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Usage;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts of one provider in one agent. */
final class ProviderCounters {

    /** Callers may invent names of models; what is used beyond so many is counted under {@link #OTHER_MODELS}. */
    static final int MOST_MODELS = 100;

    static final String OTHER_MODELS = "";

    /** Tokens of all attempts that cost some, counted or estimated. */
    static final class Tokens {
        private final LongAdder input = new LongAdder();
        private final LongAdder cachedInput = new LongAdder();
        private final LongAdder output = new LongAdder();
        private final LongAdder reasoning = new LongAdder();

        private void add(Usage usage) {
            input.add(usage.input());
            cachedInput.add(usage.cachedInput());
            output.add(usage.output());
            reasoning.add(usage.reasoning());
        }

        long input() {
            return input.sum();
        }

        long cachedInput() {
            return cachedInput.sum();
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
    final LongAdder left = new LongAdder();
    final LongAdder skipped = new LongAdder();
    private final Map<FailureKind, LongAdder> failures = new EnumMap<>(FailureKind.class);
    private final Map<String, Tokens> tokens = new ConcurrentHashMap<>();

    ProviderCounters() {
        for (FailureKind kind : FailureKind.values()) {
            failures.put(kind, new LongAdder()); // all at once, so that the map never changes again
        }
    }

    void served(AttemptLog.Attempt attempt) {
        served.increment();
        used(attempt);
    }

    void left(AttemptLog.Attempt attempt) {
        left.increment();
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
        boolean known = tokens.containsKey(attempt.model()) || tokens.size() < MOST_MODELS;
        tokens.computeIfAbsent(known ? attempt.model() : OTHER_MODELS, any -> new Tokens())
                .add(attempt.usage());
    }

    /** Kinds that occurred. */
    Map<String, Long> failures() {
        Map<String, Long> counted = new LinkedHashMap<>();
        failures.forEach((kind, count) -> {
            if (count.sum() > 0) {
                counted.put(kind.label(), count.sum());
            }
        });
        return counted;
    }

    /** By the provider's name for the model; changes while it is read. */
    Map<String, Tokens> tokens() {
        return tokens;
    }
}
