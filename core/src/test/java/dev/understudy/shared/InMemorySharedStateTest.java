package dev.understudy.shared;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.FailureKind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;

/** Stored updates of the in-memory shared state, and their eviction. */
class InMemorySharedStateTest {

    private static final Instant LATER = Instant.parse("2030-01-01T00:00:00Z");

    private final InMemorySharedState standing = new InMemorySharedState();

    private void gate(String model) {
        standing.publish(new SharedState.Message(
                "x", new SharedState.CooldownStarted("a", model, FailureKind.MODEL_NOT_FOUND, LATER)));
    }

    private List<SharedState.Update> result() {
        List<SharedState.Update> words = new ArrayList<>();
        standing.updates()
                .map(SharedState.Message::update)
                .subscribe(words::add)
                .dispose();
        return words;
    }

    @Test
    void cooldownsAreEvictedBeforeHolds() {
        for (int i = 0; i < InMemorySharedState.CAPACITY + 10; i++) {
            gate("invented-" + i);
        }
        SharedState.Update held = new SharedState.HoldStarted("a", null, null);
        SharedState.Update active = new SharedState.ActiveProvider("door", "b", true);
        standing.publish(new SharedState.Message("x", held));
        standing.publish(new SharedState.Message("x", active));
        assertThat(result()).contains(held, active).hasSizeLessThanOrEqualTo(InMemorySharedState.CAPACITY + 2);
    }

    @Test
    void newestUpdateIsStoredAtCapacity() {
        for (int i = 0; i < InMemorySharedState.CAPACITY + 10; i++) {
            gate("invented-" + i);
        }
        gate("gpt-5");
        assertThat(result()).extracting(SharedState.Update::key).contains("cooldown/a/gpt-5");
    }

    @Test
    void endedUpdatesAreRemoved() {
        gate("m");
        standing.publish(new SharedState.Message("x", new SharedState.HoldStarted("a", "m", null)));
        standing.publish(new SharedState.Message("x", new SharedState.CooldownEnded("a", "m")));
        standing.publish(new SharedState.Message("x", new SharedState.HoldEnded("a", "m")));
        assertThat(result()).isEmpty();
    }

    @Test
    void cancelledSubscriberIsRemoved() {
        standing.updates().subscribe().dispose();
        standing.updates().subscribe(new BaseSubscriber<>() {
            @Override
            protected void hookOnSubscribe(Subscription subscription) {
                cancel();
            }
        });
        assertThat(standing.subscribers()).isZero();
    }
}
