package dev.understudy;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;

/** Between the doors of one process. Tells on the thread of whoever tells. */
final class InMemoryStanding implements SharedStanding {

    /** How much is remembered for those who come later. */
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
        } else if (holds.size() < MOST || holds.containsKey(key)) {
            holds.put(key, told);
        }
    }

    /** Whoever does not keep up loses words, as a broker would lose them; nothing is queued without end. */
    @Override
    public Flux<Told> heard() {
        return Flux.create(
                hearer -> {
                    hearer.onDispose(() -> hearers.remove(hearer));
                    hearers.add(hearer); // first, so that nothing falls between; a word heard twice does no harm
                    holds.values().forEach(hearer::next);
                },
                FluxSink.OverflowStrategy.DROP);
    }

    int size() {
        return holds.size();
    }
}
