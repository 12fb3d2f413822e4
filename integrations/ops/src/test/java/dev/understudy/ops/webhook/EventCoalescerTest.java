package dev.understudy.ops.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.event.Event;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import reactor.test.scheduler.VirtualTimeScheduler;

/** Times of events that are posted together. */
class EventCoalescerTest {

    private record Post(Event event, Instant at, int count) {}

    private final VirtualTimeScheduler clock = VirtualTimeScheduler.create();
    private final List<Post> posts = new ArrayList<>();
    private final EventCoalescer coalescer = new EventCoalescer(
            Duration.ofSeconds(10), () -> clock, (event, at, count) -> posts.add(new Post(event, at, count)));

    private Instant publish(Event event) {
        coalescer.on(event);
        return Instant.ofEpochMilli(clock.now(TimeUnit.MILLISECONDS));
    }

    private static Event active(String to) {
        return new Event.ActiveProviderChanged("support", "a", to, "switched manually");
    }

    @Test
    void combinedPostHasTheTimeOfItsLastEvent() {
        clock.advanceTimeBy(Duration.ofMinutes(1));
        Instant first = publish(active("b"));
        clock.advanceTimeBy(Duration.ofSeconds(2));
        publish(active("c"));
        clock.advanceTimeBy(Duration.ofSeconds(3));
        Instant last = publish(active("d"));
        clock.advanceTimeBy(Duration.ofSeconds(30));
        assertThat(posts).containsExactly(new Post(active("b"), first, 1), new Post(active("d"), last, 2));
        assertThat(last).isEqualTo(first.plusSeconds(5));
    }
}
