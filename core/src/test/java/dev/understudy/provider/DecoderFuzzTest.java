package dev.understudy.provider;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Fuzzes for a moment, or as long as told: {@code mvn -P fuzz -pl core test -Dunderstudy.fuzz.seconds=600}. The first
 * number is another one every time unless {@code -Dunderstudy.fuzz.from} tells it. Figures are written to {@code target/fuzz.txt}.
 */
class DecoderFuzzTest {

    @Test
    void everyInputEndsInAnAnswerOrATypedFailure() throws IOException {
        List<FuzzTarget> targets = FuzzTarget.all();
        DecoderFuzz fuzz = new DecoderFuzz(targets);
        String replay = System.getProperty("understudy.fuzz.replay", "");
        if (!replay.isEmpty()) {
            int colon = replay.lastIndexOf(':');
            targets.stream()
                    .filter(each -> each.name.equals(replay.substring(0, colon)))
                    .map(each -> DecoderFuzz.once(each, Long.parseLong(replay.substring(colon + 1))))
                    .forEach(found -> assertThat(found).isNull());
            return;
        }
        long from = Long.getLong("understudy.fuzz.from", System.nanoTime() & 0xFFFFFFFFFFL);
        fuzz.run(Long.getLong("understudy.fuzz.seconds", 3), from);
        Path figures = Path.of("target", "fuzz.txt");
        Files.createDirectories(figures.getParent());
        Files.writeString(figures, "fuzz from " + from + "\n" + String.join("\n", fuzz.report()) + "\n");
        assertThat(fuzz.findings.values()).as("from %d", from).isEmpty();
        assertThat(fuzz.runs.keySet()).hasSameSizeAs(targets);
    }
}
