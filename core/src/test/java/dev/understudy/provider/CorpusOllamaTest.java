package dev.understudy.provider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.FailureKind;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Usage;
import dev.understudy.provider.Corpus.Recording;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Recorded answers of Ollama's own dialect are understood as the oracle understands them, however they arrive. */
class CorpusOllamaTest {

    private static final Oracle ORACLE = new Oracle(new Ollama(), Map.of());

    /** Every form in which an error may come into this wire, and what it is. */
    private static final Map<String, FailureKind> ERRORS = Map.of(
            "{\"error\":\"an error was encountered while running the model\"}\n", FailureKind.SERVER,
            "{\"error\":\"server busy, please try again.  maximum pending requests exceeded\"}\n",
                    FailureKind.OVERLOADED,
            "{\"error\":{\"message\":\"Too many requests\",\"code\":429}}\n", FailureKind.RATE_LIMITED,
            "{\"StatusCode\":401,\"Status\":\"401 Unauthorized\",\"error\":\"unauthorized\"}\n", FailureKind.AUTH,
            "upstream connect error or disconnect/reset before headers\n", FailureKind.SERVER,
            "<!DOCTYPE html><html><body>Bad gateway</body></html>\n", FailureKind.PROTOCOL);

    @Test
    void streamsInRandomPiecesSayWhatTheOracleHeard() {
        Random random = Oracle.seeded();
        SoftAssertions softly = new SoftAssertions();
        int streams = 0;
        for (Recording recording : streams()) {
            streams++;
            for (int most : new int[] {Integer.MAX_VALUE, 1, 2, 7, 64, 1_000}) {
                Heard heard = ORACLE.hear(recording.body(), most, random);
                ORACLE.compare(recording, heard, softly);
                if (heard.finish != null) {
                    tokens(recording, heard.finish, softly);
                }
            }
        }
        softly.assertAll();
        assertThat(streams).isGreaterThan(5);
    }

    @Test
    void lineEndsDoNotMatter() {
        Random random = Oracle.seeded();
        SoftAssertions softly = new SoftAssertions();
        for (Recording recording : streams()) {
            for (String newline : List.of("\r\n", "\n\n", "")) {
                String other = text(recording).replace("\n", newline);
                ORACLE.compare(recording, ORACLE.hear(bytes(other), 50, random), softly);
            }
        }
        softly.assertAll();
    }

    @Test
    void noStreamCutBeforeItIsDoneIsComplete() {
        Random random = Oracle.seeded();
        int cuts = 0;
        for (Recording recording : streams()) {
            String whole = text(recording);
            List<Integer> ends = Oracle.ends(whole, "\\n");
            int last = ends.get(ends.size() - 2);
            for (int end : ends) {
                for (int cut : new int[] {end, end + 1 + random.nextInt(60)}) {
                    if (cut > last + 60 || cut >= whole.length()) {
                        continue;
                    }
                    Heard heard = ORACLE.hear(bytes(whole.substring(0, cut)), 500, random);
                    assertThat(heard.kind()).as("%s cut at %d", recording, cut).isEqualTo(FailureKind.TRUNCATED);
                    assertThat(heard.finish).isNull();
                    assertThat(recording.text("text")).startsWith(heard.text.toString());
                    cuts++;
                }
            }
        }
        assertThat(cuts).isGreaterThan(500);
    }

    @Test
    void anErrorAfterAnyLineFailsTheStreamByItsPayloadAndLosesNothingBeforeIt() {
        Random random = Oracle.seeded();
        for (Recording recording : streams()) {
            String whole = text(recording);
            List<Integer> ends = Oracle.ends(whole, "\\n");
            for (int i = 0; i < ends.size() - 1; i += 1 + ends.size() / 40) {
                int end = ends.get(i);
                String before = whole.substring(0, end);
                ERRORS.forEach((error, kind) -> {
                    Heard plain = ORACLE.hear(bytes(before), 500, random);
                    for (String rest : List.of("", whole.substring(end))) {
                        Heard heard = ORACLE.hear(bytes(before + error + rest), 500, random);
                        assertThat(heard.kind())
                                .as("%s at %d: %s", recording, end, error)
                                .isEqualTo(kind);
                        assertThat(heard.finish).isNull();
                        assertThat(heard.text.toString()).isEqualTo(plain.text.toString());
                    }
                });
            }
        }
    }

    @Test
    void damagedBytesAreReadOrRejectedAndNothingElse() {
        Random random = Oracle.seeded();
        for (Recording recording : streams()) {
            for (int i = 0; i < 20; i++) {
                byte[] damaged = recording.body().clone();
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
                Heard heard = ORACLE.hear(damaged, 1_000, random);
                assertThat(heard.isComplete()).as(recording.id()).isEqualTo(heard.failure == null);
            }
        }
    }

    @Test
    void wholeAnswersSayWhatTheOracleHeard() {
        SoftAssertions softly = new SoftAssertions();
        for (Recording recording : Corpus.of("ollama-chat", "response")) {
            var response = ORACLE.dialect().decode("p", Oracle.REQUEST, recording.body());
            ORACLE.compare(recording, response, softly);
            tokens(recording, response.finish(), softly);
        }
        softly.assertAll();
    }

    private static void tokens(Recording recording, StreamChunk.Finish finish, SoftAssertions softly) {
        JsonNode usage = recording.expected().path("usage");
        softly.assertThat(finish.usage())
                .as("%s usage", recording)
                .isEqualTo(Usage.of(
                        usage.path("input").asInt(0), usage.path("output").asInt(0)));
    }

    private static List<Recording> streams() {
        return Corpus.of("ollama-chat", "stream");
    }

    private static String text(Recording recording) {
        return new String(recording.body(), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
