package dev.understudy.ops;

import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Trail;
import dev.understudy.chat.Usage;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts of one provider in one agent. */
final class ProviderTally {

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

    ProviderTally() {
        for (FailureKind kind : FailureKind.values()) {
            failures.put(kind, new LongAdder()); // all at once, so that the map never changes again
        }
    }

    void served(Trail.Entry entry) {
        served.increment();
        used(entry);
    }

    void left(Trail.Entry entry) {
        left.increment();
        used(entry);
    }

    void failed(Trail.Entry entry) {
        LongAdder count =
                entry.failure() == null ? null : failures.get(entry.failure().kind());
        if (count != null) {
            count.increment();
        }
        used(entry);
    }

    private void used(Trail.Entry entry) {
        if (entry.usage().equals(Usage.none())) {
            return;
        }
        boolean known = tokens.containsKey(entry.model()) || tokens.size() < MOST_MODELS;
        tokens.computeIfAbsent(known ? entry.model() : OTHER_MODELS, any -> new Tokens())
                .add(entry.usage());
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
