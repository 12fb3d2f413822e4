package dev.understudy.provider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Seal;
import dev.understudy.chat.StreamChunk;
import dev.understudy.provider.Corpus.Recording;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Recorded answers of Cohere are understood as the oracle understands them, however they arrive. */
class CorpusCohereTest {

    private static final Oracle ORACLE = new Oracle(new Cohere(), Map.of());

    /** Every form in which an error may come into this wire, and what it is. */
    private static final Map<String, FailureKind> ERRORS = Map.of(
            "event: message-end\ndata: {\"type\":\"message-end\",\"delta\":{\"finish_reason\":\"ERROR\",\"usage\":{},\"error\":\"the tool generation is invalid\",\"error_type\":\"INVALID_TOOL_GENERATION\"}}\n\n",
                    FailureKind.TOOL_REJECTED,
            "event: message-end\ndata: {\"type\":\"message-end\",\"delta\":{\"finish_reason\":\"TIMEOUT\"}}\n\n",
                    FailureKind.SERVER,
            "event: error\ndata: {\"type\":\"error\",\"message\":\"internal server error\"}\n\n", FailureKind.SERVER,
            "data: {\"id\":\"e\",\"message\":\"too many requests, rate limit of the trial key\"}\n\n",
                    FailureKind.RATE_LIMITED,
            "data: {\"error\":{\"code\":503,\"message\":\"no healthy upstream\"}}\n\n", FailureKind.OVERLOADED,
            "error: {\"code\":503,\"message\":\"gone\"}\n\n", FailureKind.OVERLOADED,
            "{\n  \"id\": \"e\",\n  \"message\": \"invalid api token\"\n}\n\n", FailureKind.AUTH);

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
            for (String newline : List.of("\r\n", "\r")) {
                String other = text(recording).replace("\n", newline);
                ORACLE.compare(recording, ORACLE.hear(bytes(other), 50, random), softly);
            }
        }
        softly.assertAll();
    }

    @Test
    void plansAreKeptForTheWayBackAndAreNoPartOfTheAnswer() {
        int plans = 0;
        for (Recording recording : streams()) {
            String plan = recording.text("tool_plan");
            if (plan == null || recording.expected().path("tool_calls").isEmpty()) {
                continue;
            }
            Heard heard = ORACLE.hear(recording.body(), 50, new Random(1));
            assertThat(heard.chunks.get(0))
                    .as("%s", recording)
                    .isEqualTo(new StreamChunk.Reasoning("", new Seal(plan, true, "cohere")));
            plans++;
        }
        assertThat(plans).isGreaterThan(2);
    }

    @Test
    void noStreamCutBeforeItsFinishReasonIsComplete() {
        Random random = Oracle.seeded();
        int cuts = 0;
        for (Recording recording : streams()) {
            String whole = text(recording);
            int finish = whole.indexOf("\"finish_reason\"");
            for (int end : Oracle.ends(whole, null)) {
                for (int cut : new int[] {end, end + 1 + random.nextInt(60)}) {
                    if (cut > finish) {
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
    void aStreamCutAfterItsEndIsComplete() {
        SoftAssertions softly = new SoftAssertions();
        for (Recording recording : streams()) {
            String whole = text(recording);
            String cut = whole.substring(0, whole.indexOf("data: [DONE]"));
            ORACLE.compare(recording, ORACLE.hear(bytes(cut), 500, new Random(1)), softly);
        }
        softly.assertAll();
    }

    @Test
    void anErrorAfterAnyEventFailsTheStreamByItsPayloadAndLosesNothingBeforeIt() {
        Random random = Oracle.seeded();
        for (Recording recording : streams()) {
            if (recording.expected().path("error").isObject()) {
                continue;
            }
            String whole = text(recording);
            List<Integer> ends = Oracle.ends(whole, null);
            for (int end : ends.subList(0, ends.size() - 1)) {
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
        for (Recording recording : Corpus.of("cohere-v2", "response")) {
            var response = ORACLE.dialect().decode("p", Oracle.REQUEST, recording.body());
            ORACLE.compare(recording, response, softly);
            tokens(recording, response.finish(), softly);
        }
        softly.assertAll();
    }

    private static void tokens(Recording recording, StreamChunk.Finish finish, SoftAssertions softly) {
        JsonNode usage = recording.expected().path("usage");
        softly.assertThat(finish.usage().input())
                .as("%s input", recording)
                .isEqualTo(usage.path("input").asInt(0));
        softly.assertThat(finish.usage().output())
                .as("%s output", recording)
                .isEqualTo(usage.path("output").asInt(0));
    }

    private static List<Recording> streams() {
        return Corpus.of("cohere-v2", "stream");
    }

    private static String text(Recording recording) {
        return new String(recording.body(), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
