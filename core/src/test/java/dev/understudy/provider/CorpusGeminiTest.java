package dev.understudy.provider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.FailureKind;
import dev.understudy.chat.FinishReason;
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

/** Recorded answers of Gemini are understood as the oracle understands them, however they arrive. */
class CorpusGeminiTest {

    /** The oracle does not know that this is a filter. */
    private static final Oracle ORACLE =
            new Oracle(new Gemini(), Map.of("vertex/response/066", FinishReason.CONTENT_FILTER));

    /** Every form in which an error may come into server-sent events, and what it is. */
    private static final Map<String, FailureKind> ERRORS = Map.of(
            "{\n  \"error\": {\n    \"code\": 503,\n    \"message\": \"The model is overloaded.\",\n    \"status\": \"UNAVAILABLE\"\n  }\n}\n",
                    FailureKind.OVERLOADED,
            "data: {\"error\":{\"code\":429,\"message\":\"Slow down\",\"status\":\"RESOURCE_EXHAUSTED\"}}\n\n",
                    FailureKind.RATE_LIMITED,
            "data: {\"code\":500,\"message\":\"Internal error encountered.\",\"status\":\"INTERNAL\"}\n\n",
                    FailureKind.SERVER,
            "[{\n  \"error\": {\n    \"code\": 504,\n    \"status\": \"DEADLINE_EXCEEDED\"\n  }\n}\n]\n\n",
                    FailureKind.SERVER,
            "event: error\ndata: connection lost upstream\n\n", FailureKind.SERVER,
            "error: {\"code\":503,\"message\":\"gone\"}\n\n", FailureKind.OVERLOADED);

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
        assertThat(streams).isGreaterThan(20);
    }

    @Test
    void lineEndsDoNotMatter() {
        Random random = Oracle.seeded();
        SoftAssertions softly = new SoftAssertions();
        for (Recording recording : streams()) {
            String lf = text(recording).replace("\r\n", "\n");
            for (String newline : List.of("\n", "\r\n", "\r")) {
                ORACLE.compare(recording, ORACLE.hear(bytes(lf.replace("\n", newline)), 50, random), softly);
            }
        }
        softly.assertAll();
    }

    @Test
    void eventsAndElementsSayTheSame() {
        SoftAssertions softly = new SoftAssertions();
        for (Recording recording : streams()) {
            String elements = asArray(recording);
            ORACLE.compare(recording, ORACLE.hear(bytes(elements), 50, new Random(1)), softly);
        }
        softly.assertAll();
    }

    @Test
    void noStreamCutBeforeItsFinishReasonIsComplete() {
        Random random = Oracle.seeded();
        int cuts = 0;
        for (Recording recording : streams()) {
            for (String whole : List.of(text(recording), asArray(recording))) {
                int finish = firstFinish(whole);
                List<Integer> ends = ends(whole);
                for (int end : ends) {
                    for (int cut : new int[] {end, end + 1 + random.nextInt(60)}) {
                        if (cut > finish) {
                            continue;
                        }
                        Heard heard = ORACLE.hear(bytes(whole.substring(0, cut)), 500, random);
                        assertThat(heard.kind())
                                .as("%s cut at %d", recording, cut)
                                .isEqualTo(FailureKind.TRUNCATED);
                        assertThat(heard.finish).isNull();
                        assertThat(recording.text("text")).startsWith(heard.text.toString());
                        cuts++;
                    }
                }
            }
        }
        assertThat(cuts).isGreaterThan(300);
    }

    @Test
    void anErrorAfterAnyEventFailsTheStreamByItsPayloadAndLosesNothingBeforeIt() {
        Random random = Oracle.seeded();
        for (Recording recording : streams()) {
            if (text(recording).startsWith("[")
                    || recording.expected().path("error").isObject()) {
                continue;
            }
            String whole = text(recording).replace("\r\n", "\n");
            if (!whole.endsWith("\n\n")) {
                whole += "\n";
            }
            for (int end : ends(whole)) {
                String before = whole.substring(0, end);
                String after = whole.substring(end);
                ERRORS.forEach((error, kind) -> {
                    Heard plain = ORACLE.hear(bytes(before), 500, random);
                    for (String rest : List.of("", after)) {
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
    void anErrorAfterAnyElementFailsTheStream() {
        Random random = Oracle.seeded();
        String error = "{\"error\":{\"code\":503,\"message\":\"The model is overloaded.\",\"status\":\"UNAVAILABLE\"}}";
        for (Recording recording : streams()) {
            String whole = asArray(recording);
            for (int end : ends(whole)) {
                if (recording.expected().path("error").isObject() || end == 0) {
                    continue;
                }
                String before = whole.substring(0, end);
                for (String rest : List.of("", "\n]", "," + whole.substring(end))) {
                    Heard heard = ORACLE.hear(bytes(before + error + rest), 500, random);
                    assertThat(heard.kind()).as("%s at %d", recording, end).isEqualTo(FailureKind.OVERLOADED);
                    assertThat(heard.finish).isNull();
                }
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
        for (Recording recording : Corpus.of("gemini", "response")) {
            var response = ORACLE.dialect().decode("p", Oracle.REQUEST, recording.body());
            ORACLE.compare(recording, response, softly);
            tokens(recording, response.finish(), softly);
        }
        softly.assertAll();
    }

    /**
     * The oracle tells the tokens as the vendor does. We count thoughts as output, and what the vendor's tools put into
     * the prompt as input, so that both together are the vendor's total.
     */
    private static void tokens(Recording recording, StreamChunk.Finish finish, SoftAssertions softly) {
        JsonNode usage = recording.expected().path("usage");
        int reasoning = usage.path("reasoning").asInt(0);
        int output = usage.path("output").asInt(0) + reasoning;
        softly.assertThat(finish.usage())
                .as("%s usage", recording)
                .isEqualTo(new Usage(
                        usage.path("total").asInt(0) - output,
                        output,
                        usage.path("cached").asInt(0),
                        reasoning,
                        false));
        softly.assertThat(finish.usage().input())
                .as("%s input", recording)
                .isGreaterThanOrEqualTo(usage.path("input").asInt(0));
    }

    private static List<Recording> streams() {
        return Corpus.of("gemini", "stream");
    }

    /** The same stream without alt=sse. */
    private static String asArray(Recording recording) {
        String text = text(recording);
        if (text.startsWith("[")) {
            return text;
        }
        List<String> elements = text.replace("\r\n", "\n")
                .strip()
                .lines()
                .filter(line -> !line.isBlank())
                .map(line -> line.startsWith("data: ") ? ",\r\n" + line.substring(6) : line + "\n")
                .toList();
        String joined = String.join("", elements).replace("\n{\n  \"error\"", "\n,{\n  \"error\"");
        String separated = joined.replace("}{\n  \"error\"", "}\n,\r\n{\n  \"error\"");
        return "[" + separated.substring(3) + "\n]";
    }

    private static List<Integer> ends(String body) {
        return Oracle.ends(body, body.startsWith("[") ? "\\n?,\\r\\n" : null);
    }

    /** Where the first finish reason stands; at the end if there is none. */
    private static int firstFinish(String body) {
        int finish = body.indexOf("\"finishReason\"");
        int block = body.indexOf("\"blockReason\"");
        int first = finish < 0 ? block : block < 0 ? finish : Math.min(finish, block);
        return first < 0 ? body.length() : first;
    }

    private static String text(Recording recording) {
        return new String(recording.body(), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
