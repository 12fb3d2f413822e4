package dev.understudy.provider;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Plays random cases of leniency, a few by default. {@code mvn -P fuzz -pl core test -Dtest=LeniencyFuzzTest} plays a
 * million; {@code -Dunderstudy.leniency.from} sets the first number.
 */
class LeniencyFuzzTest {

    private static final int CASES = Integer.getInteger("understudy.leniency.cases", 4_000);
    private static final long FROM = Long.getLong("understudy.leniency.from", System.nanoTime() & 0xFFFFFFFFFL);

    @ParameterizedTest
    @EnumSource
    void editsKeepTheAnswerOrFail(DialectSample sample) {
        LeniencyFuzz fuzz = new LeniencyFuzz(sample);
        List<String> wrong = new ArrayList<>();
        int cases = CASES / DialectSample.values().length / 2;
        for (long number = FROM; number < FROM + cases && wrong.size() < 5; number++) {
            String harmless = fuzz.harmless(number);
            String harmful = fuzz.harmful(number);
            if (harmless != null) {
                wrong.add("harmless " + number + ": " + harmless);
            }
            if (harmful != null) {
                wrong.add("harmful " + number + ": " + harmful);
            }
        }
        assertThat(wrong).isEmpty();
    }
}
