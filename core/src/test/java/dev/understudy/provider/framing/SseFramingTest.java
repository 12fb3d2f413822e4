package dev.understudy.provider.framing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.FailureKind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SseFramingTest {

    private static final String SAMPLE = "\uFEFF: hello\n\nevent: first\nid: 7\ndata: {\"a\":\ndata:  1}\nretry: 5\n\n"
            + "data:no space\n\ndata\n\nevent: nothing\n\ndata: é😀 \u2028 \u0085 x\n\n"
            + "error: {\"error\":{}}\n\nerror: just words\n\nunknown: field\ndata: [DONE]\n\n";

    private static final List<String> EVENTS =
            List.of("first|{\"a\":\n 1}", "|no space", "|é😀 \u2028 \u0085 x", "!|{\"error\":{}}", "|[DONE]");

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r", "\r\n"})
    void cutsEventsWhateverEndsTheLines(String newline) {
        byte[] body = SAMPLE.replace("\n", newline).getBytes(StandardCharsets.UTF_8);
        assertThat(events(body, body.length)).isEqualTo(EVENTS);
        assertThat(events(body, 1)).isEqualTo(EVENTS);
    }

    @Test
    void piecesMayBeCutAnywhere() {
        byte[] body = SAMPLE.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8);
        for (int cut = 1; cut < body.length; cut++) {
            SseFraming framing = new SseFraming(1 << 20);
            List<String> events = new ArrayList<>();
            framing.push(Arrays.copyOfRange(body, 0, cut));
            drain(framing, events);
            framing.push(Arrays.copyOfRange(body, cut, body.length));
            drain(framing, events);
            framing.end();
            drain(framing, events);
            assertThat(events).as("cut at %d", cut).isEqualTo(EVENTS);
        }
    }

    @Test
    void piecesMayBePushedBeforeTheEarlierOnesAreRead() {
        byte[] body = SAMPLE.getBytes(StandardCharsets.UTF_8);
        SseFraming framing = new SseFraming(1 << 20);
        for (byte b : body) {
            framing.push(new byte[] {b});
        }
        framing.end();
        List<String> events = new ArrayList<>();
        drain(framing, events);
        assertThat(events).isEqualTo(EVENTS);
    }

    @Test
    void theNameOfAnEventIsForgottenAfterIt() {
        assertThat(events("event: error\ndata: 1\n\ndata: 2\n\nevent: x\n\ndata: 3\n\nevent: error\ndata: 4\n\n"))
                .containsExactly("error|1", "|2", "|3", "error|4");
    }

    @Test
    void anEventThatTheEndCutsOffStillCounts() {
        SseFraming framing = new SseFraming(1 << 20);
        framing.push("data: 1\n\ndata: {\"a\":".getBytes(StandardCharsets.UTF_8));
        List<String> events = new ArrayList<>();
        drain(framing, events);
        assertThat(events).containsExactly("|1");
        assertThat(framing.isUnterminated()).isFalse();
        framing.end();
        assertThat(framing.next()).isTrue();
        assertThat(payload(framing)).isEqualTo("{\"a\":");
        assertThat(framing.isUnterminated()).isTrue();
        assertThat(framing.next()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n"})
    void bareJsonIsAnErrorOnOneLineOrMany(String newline) {
        String error = "{\n  \"error\": {\n    \"code\": 503,\n    \"status\": \"UNAVAILABLE\"\n  }\n}";
        for (String tail : List.of("", "\n", "\n\n", "\ndata: 2\n\n")) {
            List<String> expected = new ArrayList<>(List.of("|1", "!|" + error));
            if (tail.contains("2")) {
                expected.add("|2");
            }
            for (String gap : List.of("\n", "\n\n")) {
                byte[] body =
                        ("data: 1" + gap + error + tail).replace("\n", newline).getBytes(StandardCharsets.UTF_8);
                assertThat(events(body, body.length)).isEqualTo(expected);
                assertThat(events(body, 1)).isEqualTo(expected);
            }
        }
        assertThat(events("[{\"error\":{}}]\n")).containsExactly("!|[{\"error\":{}}]");
        assertThat(events("[\n{\"error\":{}}\n]\n")).containsExactly("!|[\n{\"error\":{}}\n]");
        assertThat(events("<html>\n<p>data</p>\n[DONE]\n")).isEmpty();
    }

    @Test
    void anErrorFieldWithoutABlankLineStandsForItself() {
        assertThat(events("data: 1\nerror: {}\ndata: 2\n\n")).containsExactly("|1", "!|{}", "|2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"data: ", ": ", "{", "unknown: "})
    void aLineHasALimit(String start) {
        int limit = 1 << 20;
        for (int size : new int[] {2 * limit, 65_536}) {
            byte[] longest = (start + "x".repeat(limit - start.length()) + "\n\n").getBytes(StandardCharsets.UTF_8);
            assertThat(events(longest, size)).hasSize(start.equals("data: ") || start.equals("{") ? 1 : 0);
            byte[] longer = (start + "x".repeat(limit - start.length() + 1) + "\n\n").getBytes(StandardCharsets.UTF_8);
            assertThatThrownBy(() -> events(longer, size)).isInstanceOfSatisfying(CallFailed.class, e -> assertThat(
                            e.failure().kind())
                    .isEqualTo(FailureKind.PROTOCOL));
        }
    }

    @Test
    void anEventOfManyLinesHasALimit() {
        String line = "data: " + "x".repeat(1000) + "\n";
        assertThat(events(line.repeat(1040) + "\n")).hasSize(1);
        assertThatThrownBy(() -> events(line.repeat(1050))).isInstanceOf(CallFailed.class);
    }

    @Test
    void largeEventThatNobodyReadsIsSkippedWithoutBeingKept() {
        for (String head :
                List.of("event: picture\ndata: {\"type\":\"x\",\"b64\":\"", "data: {\"type\":\"picture\",\"b64\":\"")) {
            SseFraming framing = new SseFraming(1 << 20);
            framing.skip((event, bytes, from, to) ->
                    (event + new String(bytes, from, 20, StandardCharsets.US_ASCII)).contains("picture"));
            List<String> events = new ArrayList<>();
            framing.push(("data: 1\n\n" + head).getBytes(StandardCharsets.UTF_8));
            drain(framing, events);
            byte[] more = "A".repeat(32 << 10).getBytes(StandardCharsets.UTF_8);
            for (int i = 0; i < 500; i++) {
                framing.push(more);
                drain(framing, events);
            }
            framing.push("\"}\r\n\r\ndata: 2\n\n".getBytes(StandardCharsets.UTF_8));
            drain(framing, events);
            assertThat(events).containsExactly("|1", "|2");
            assertThat(framing.isForeign()).isFalse();
        }
    }

    @Test
    void largeEventThatIsReadIsKept() {
        SseFraming framing = new SseFraming(1 << 20);
        int[] asked = {0};
        framing.skip((event, bytes, from, to) -> asked[0]++ < 0);
        List<String> events = new ArrayList<>();
        byte[] body = ("data: " + "x".repeat(500_000) + "\n\ndata: " + "y".repeat(200_000) + "\n\n")
                .getBytes(StandardCharsets.UTF_8);
        for (int at = 0; at < body.length; at += 10_000) {
            framing.push(Arrays.copyOfRange(body, at, Math.min(body.length, at + 10_000)));
            drain(framing, events);
        }
        assertThat(events).extracting(String::length).containsExactly(500_001, 200_001);
        assertThat(asked[0]).isEqualTo(2);
    }

    @Test
    void anyRandomCutGivesTheSameEvents() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        String alphabet = "\n\n\r\r:  dataeventerror{}[]\"é😀x\uFEFF";
        for (int round = 0; round < 3_000; round++) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(30); i >= 0; i--) {
                switch (random.nextInt(6)) {
                    case 0 -> text.append("data: ");
                    case 1 -> text.append("error: {");
                    case 2 -> text.append("event:");
                    case 3 -> text.append('\n');
                    default -> text.append(alphabet.charAt(random.nextInt(alphabet.length())));
                }
            }
            byte[] body = text.toString().getBytes(StandardCharsets.UTF_8);
            List<String> whole = events(body, Math.max(1, body.length));
            assertThat(events(body, 1)).as("seed %d round %d", seed, round).isEqualTo(whole);
            assertThat(events(body, 1 + random.nextInt(7)))
                    .as("seed %d round %d", seed, round)
                    .isEqualTo(whole);
        }
    }

    private static List<String> events(String body) {
        return events(body.getBytes(StandardCharsets.UTF_8), Math.max(1, body.length()));
    }

    private static List<String> events(byte[] body, int size) {
        SseFraming framing = new SseFraming(1 << 20);
        List<String> events = new ArrayList<>();
        for (int at = 0; at < body.length; at += size) {
            framing.push(Arrays.copyOfRange(body, at, Math.min(body.length, at + size)));
            drain(framing, events);
        }
        framing.end();
        drain(framing, events);
        return events;
    }

    private static void drain(SseFraming framing, List<String> events) {
        while (framing.next()) {
            events.add(framing.event() + (framing.isErrorField() ? "!" : "") + "|" + payload(framing));
        }
    }

    private static String payload(SseFraming framing) {
        return new String(framing.payload(), framing.offset(), framing.length(), StandardCharsets.UTF_8);
    }
}
