package dev.understudy.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.shared.SharedState.ActiveProvider;
import dev.understudy.shared.SharedState.HoldStarted;
import dev.understudy.shared.SharedState.Message;
import dev.understudy.shared.SharedState.Update;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;

/** Entries that one instance stores and messages to its understudies, with a medium that only records. */
class ExchangeTest {

    private static final String OTHER = "00000000000000ff";

    private final VirtualTimeScheduler clock = VirtualTimeScheduler.create();
    private final Recorded medium = new Recorded();
    private final Exchange exchange = new Exchange(
            medium,
            new Exchange.Limits(Duration.ofSeconds(2), Duration.ZERO, 100),
            new Backoff(Duration.ofMillis(100), Duration.ofSeconds(2)),
            clock,
            () -> 0.5,
            "0000000000000001");

    @AfterEach
    void ended() {
        exchange.dispose();
    }

    @Test
    void entriesAreOfferedInTheOrderInWhichTheyWereWritten() {
        for (int i = 0; i < 50; i++) {
            exchange.publish(new Message("p/1", new HoldStarted("provider " + i, null, null)));
        }
        exchange.start();
        assertThat(medium.stored).hasSize(50).isSorted();
    }

    @Test
    void manualChoiceIsToldBeforeAnAutomaticOneThatKnewIt() {
        exchange.start();
        List<Update> told = new ArrayList<>();
        exchange.updates().map(Message::update).subscribe(told::add);
        ActiveProvider manual = new ActiveProvider("u", "b", true);
        ActiveProvider automatic = new ActiveProvider("u", "c", false);
        long chosen = 1_000;
        medium.deliver(entry(chosen + 1, chosen, automatic)); // arrives first
        medium.deliver(entry(chosen, 0, manual));
        assertThat(told).containsExactly(automatic, manual, automatic);
    }

    @Test
    void manualChoiceIsToldAloneBehindAnAutomaticOneThatDidNotKnowIt() {
        exchange.start();
        List<Update> told = new ArrayList<>();
        exchange.updates().map(Message::update).subscribe(told::add);
        ActiveProvider manual = new ActiveProvider("u", "b", true);
        ActiveProvider automatic = new ActiveProvider("u", "c", false);
        medium.deliver(entry(1, 0, automatic));
        medium.deliver(entry(2, 0, manual));
        assertThat(told).containsExactly(automatic, manual);
    }

    private static Entry entry(long time, long after, Update update) {
        return new Entry(new Stamp(time, OTHER), after, new Message(OTHER + "/p/1", update));
    }

    private static final class Recorded implements Medium, Medium.Session {

        private final List<Stamp> stored = new ArrayList<>();
        private Consumer<Sent> receiver = sent -> {};

        @Override
        public Flux<Session> open(Consumer<Sent> receiver) {
            this.receiver = receiver;
            return Flux.<Session>just(this).concatWith(Mono.never());
        }

        void deliver(Entry entry) {
            receiver.accept(new Sent(0, WireFormat.write(entry)));
        }

        @Override
        public Mono<Boolean> store(Entry entry, long ttl) {
            stored.add(entry.stamp());
            return Mono.just(true);
        }

        @Override
        public Mono<Void> send(Entry entry) {
            return Mono.empty();
        }

        @Override
        public Mono<Snapshot> snapshot() {
            return Mono.just(new Snapshot(0, List.of()));
        }

        @Override
        public Mono<Long> version() {
            return Mono.just(0L);
        }
    }
}
