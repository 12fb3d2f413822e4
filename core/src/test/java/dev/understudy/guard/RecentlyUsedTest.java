package dev.understudy.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RecentlyUsedTest {

    private static final int CAPACITY = 100;

    private final RecentlyUsed<String, Integer> map = new RecentlyUsed<>(CAPACITY, value -> value < 0);

    @Test
    void entriesInUseSurviveAnyNumberOfNewOnes() {
        map.get("used", key -> 7);
        for (int i = 0; i < 10 * CAPACITY; i++) {
            map.get("new-" + i, key -> 1);
            assertThat(map.get("used")).isEqualTo(7);
            assertThat(map.size()).isLessThanOrEqualTo(CAPACITY);
        }
    }

    @Test
    void entriesUsedLongestAgoMakeRoom() {
        IntStream.range(0, CAPACITY).forEach(i -> map.get("old-" + i, key -> i));
        IntStream.range(CAPACITY / 2, CAPACITY).forEach(i -> map.get("old-" + i));
        map.get("new", key -> 1);
        assertThat(map.size()).isEqualTo(CAPACITY - CAPACITY / 16 + 1);
        IntStream.range(CAPACITY / 2, CAPACITY)
                .forEach(i -> assertThat(map.contains("old-" + i)).isTrue());
        assertThat(map.get("new")).isEqualTo(1);
        IntStream.range(0, CAPACITY / 2)
                .forEach(i -> assertThat(map.contains("old-" + i)).isEqualTo(i >= CAPACITY / 16));
    }

    @Test
    void pinnedEntriesAreNeverEvicted() {
        map.get("held", key -> -1);
        IntStream.range(0, 3 * CAPACITY).forEach(i -> map.get("new-" + i, key -> 1));
        assertThat(map.contains("held")).isTrue();
    }

    @Test
    void mergedValueCountsAsUsed() {
        map.merge("merged", 1, Integer::sum);
        for (int i = 0; i < 3 * CAPACITY; i++) {
            map.merge("merged", 1, Integer::sum);
            map.merge("new-" + i, 1, Integer::sum);
        }
        assertThat(map.get("merged")).isEqualTo(3 * CAPACITY + 1);
        assertThat(map.size()).isLessThanOrEqualTo(CAPACITY);
    }

    @Test
    void removalOfAnOldValueKeepsItsSuccessor() {
        map.get("key", key -> 1);
        map.remove("key", 2);
        assertThat(map.get("key")).isEqualTo(1);
        map.remove("key", 1);
        assertThat(map.isEmpty()).isTrue();
    }

    @Test
    void mergedEntriesMakeRoomForNewOnes() {
        IntStream.range(0, 3 * CAPACITY).forEach(i -> map.merge("new-" + i, 1, Integer::sum));
        assertThat(map.size()).isLessThanOrEqualTo(CAPACITY);
        assertThat(map.contains("new-0")).isFalse();
        assertThat(map.contains("new-" + (3 * CAPACITY - 1))).isTrue();
    }

    @Test
    void valuesAreListedAndRemoved() {
        map.get("one", key -> 1);
        map.get("two", key -> 2);
        map.get("three", key -> 3);
        assertThat(map.values()).containsExactlyInAnyOrder(1, 2, 3);
        map.removeIf(value -> value == 2);
        assertThat(map.values()).containsExactlyInAnyOrder(1, 3);
        assertThat(map.remove("one")).isEqualTo(1);
        assertThat(map.remove("one")).isNull();
        assertThat(map.isEmpty()).isFalse();
        assertThat(map.size()).isEqualTo(1);
    }
}
