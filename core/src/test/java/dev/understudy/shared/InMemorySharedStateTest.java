package dev.understudy.shared;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.FailureKind;
import dev.understudy.shared.SharedState.Told;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;

/** What the doors of one process remember for those that are built later. */
class InMemorySharedStateTest {

    private static final Instant LATER = Instant.parse("2030-01-01T00:00:00Z");

    private final InMemorySharedState standing = new InMemorySharedState();

    private void gate(String model) {
        standing.tell(new Told("x", new SharedState.Gated("a", model, FailureKind.MODEL_NOT_FOUND, LATER)));
    }

    private List<SharedState.Word> heard() {
        List<SharedState.Word> words = new ArrayList<>();
        standing.heard().map(Told::word).subscribe(words::add).dispose();
        return words;
    }

    @Test
    void namesThatCallersInventAreBoundedAndPushOutNoOperator() {
        for (int i = 0; i < InMemorySharedState.MOST + 10; i++) {
            gate("invented-" + i);
        }
        SharedState.Word held = new SharedState.Held("a", null, null);
        SharedState.Word active = new SharedState.Active("door", "b", true);
        standing.tell(new Told("x", held));
        standing.tell(new Told("x", active));
        assertThat(heard()).contains(held, active).hasSizeLessThanOrEqualTo(InMemorySharedState.MOST + 2);
    }

    @Test
    void whatIsNewIsRememberedThoughMuchWasToldBefore() {
        for (int i = 0; i < InMemorySharedState.MOST + 10; i++) {
            gate("invented-" + i);
        }
        gate("gpt-5");
        assertThat(heard()).extracting(SharedState.Word::key).contains("gate/a/gpt-5");
    }

    @Test
    void whatWasTakenBackIsForgotten() {
        gate("m");
        standing.tell(new Told("x", new SharedState.Held("a", "m", null)));
        standing.tell(new Told("x", new SharedState.Ungated("a", "m")));
        standing.tell(new Told("x", new SharedState.Released("a", "m")));
        assertThat(heard()).isEmpty();
    }

    @Test
    void whoLeavesIsForgotten() {
        standing.heard().subscribe().dispose();
        standing.heard().subscribe(new BaseSubscriber<>() {
            @Override
            protected void hookOnSubscribe(Subscription subscription) {
                cancel();
            }
        });
        assertThat(standing.hearers()).isZero();
    }
}
