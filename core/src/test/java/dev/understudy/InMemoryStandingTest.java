package dev.understudy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.SharedStanding.Told;
import dev.understudy.chat.FailureKind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;

/** What the doors of one process remember for those that are built later. */
class InMemoryStandingTest {

    private static final Instant LATER = Instant.parse("2030-01-01T00:00:00Z");

    private final InMemoryStanding standing = new InMemoryStanding();

    private void gate(String model) {
        standing.tell(new Told("x", new SharedStanding.Gated("a", model, FailureKind.MODEL_NOT_FOUND, LATER)));
    }

    private List<SharedStanding.Word> heard() {
        List<SharedStanding.Word> words = new ArrayList<>();
        standing.heard().map(Told::word).subscribe(words::add).dispose();
        return words;
    }

    @Test
    void namesThatCallersInventAreBoundedAndPushOutNoOperator() {
        for (int i = 0; i < InMemoryStanding.MOST + 10; i++) {
            gate("invented-" + i);
        }
        SharedStanding.Word held = new SharedStanding.Held("a", null, null);
        SharedStanding.Word active = new SharedStanding.Active("door", "b", true);
        standing.tell(new Told("x", held));
        standing.tell(new Told("x", active));
        assertThat(heard()).contains(held, active).hasSizeLessThanOrEqualTo(InMemoryStanding.MOST + 2);
    }

    @Test
    void whatIsNewIsRememberedThoughMuchWasToldBefore() {
        for (int i = 0; i < InMemoryStanding.MOST + 10; i++) {
            gate("invented-" + i);
        }
        gate("gpt-5");
        assertThat(heard()).extracting(SharedStanding.Word::key).contains("gate/a/gpt-5");
    }

    @Test
    void whatWasTakenBackIsForgotten() {
        gate("m");
        standing.tell(new Told("x", new SharedStanding.Held("a", "m", null)));
        standing.tell(new Told("x", new SharedStanding.Ungated("a", "m")));
        standing.tell(new Told("x", new SharedStanding.Released("a", "m")));
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
