package dev.understudy.shared;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;

/** Between the doors of one process. Tells on the thread of whoever tells. */
public final class InMemorySharedState implements SharedState {
    public InMemorySharedState() {}

    /** Drops every message, and never receives one. */
    public static final SharedState NONE = new SharedState() {
        @Override
        public void tell(Told told) {}

        @Override
        public Flux<Told> heard() {
            return Flux.never();
        }
    };

    /** How much vendors' words are remembered for those who come later. Operators' words are few, and always remembered. */
    static final int MOST = 10_000;

    private final Map<String, Told> holds = new ConcurrentHashMap<>();
    private final List<FluxSink<Told>> hearers = new CopyOnWriteArrayList<>();

    @Override
    public void tell(Told told) {
        remember(told);
        hearers.forEach(hearer -> hearer.next(told));
    }

    private void remember(Told told) {
        String key = told.word().key();
        if (key == null) {
            return;
        }
        if (told.word() instanceof Ungated || told.word() instanceof Closed || told.word() instanceof Released) {
            holds.remove(key);
        } else {
            if (isInvented(told.word()) && holds.size() >= MOST && !holds.containsKey(key)) {
                forgetOne();
            }
            holds.put(key, told);
        }
    }

    /** Whether it may be about a model whose name a caller has invented: there is no end of those. */
    private static boolean isInvented(Word word) {
        return word instanceof Gated || word instanceof Opened;
    }

    /** Any one: what is newer is worth more, and what is forgotten is found out again. */
    private void forgetOne() {
        holds.entrySet().stream()
                .filter(hold -> isInvented(hold.getValue().word()))
                .findFirst()
                .ifPresent(hold -> holds.remove(hold.getKey(), hold.getValue()));
    }

    /** Whoever does not keep up loses words, as a broker would lose them; nothing is queued without end. */
    @Override
    public Flux<Told> heard() {
        return Flux.create(
                hearer -> {
                    hearers.add(hearer); // first, so that nothing falls between; a word heard twice does no harm
                    hearer.onDispose(() -> hearers.remove(hearer)); // at once if it has left already
                    holds.values().forEach(hearer::next);
                },
                FluxSink.OverflowStrategy.DROP);
    }

    int size() {
        return holds.size();
    }

    int hearers() {
        return hearers.size();
    }
}
