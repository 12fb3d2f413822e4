package dev.understudy.streaming.kept;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Readers, vendors and instances are cut at random; readers get each character once. {@code -Dseed=} plays one case. */
class RandomCutsTest {

    private static final int CASES = Integer.getInteger("understudy.kept.cases", 300);
    private static final String SEED = System.getProperty("seed", "");

    @Test
    void readersGetEachCharacterOnce() {
        List<Long> seeds = SEED.isEmpty() ? LongStream.range(0, CASES).boxed().toList() : List.of(Long.parseLong(SEED));
        Map<Long, String> failed = new TreeMap<>();
        List<Integer> cuts = new ArrayList<>();
        for (long seed : seeds) {
            RandomCuts one = new RandomCuts(seed);
            String result = one.play();
            cuts.add(one.cutsMade());
            if (!result.equals(RandomCuts.EXPECTED)) {
                failed.put(seed, result);
            }
        }
        assertThat(failed.entrySet().stream().limit(10).collect(Collectors.toList()))
                .as("%d of %d cases failed", failed.size(), seeds.size())
                .isEmpty();
        assertThat(cuts.stream().mapToInt(Integer::intValue).sum()).isGreaterThan(seeds.size() / 2);
    }
}
