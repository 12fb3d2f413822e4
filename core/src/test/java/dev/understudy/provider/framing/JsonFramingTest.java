package dev.understudy.provider.framing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.FailureKind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonFramingTest {

    private static final int LIMIT = 1 << 20;
    private static final String FIRST = "{\"a\":\"}{ \\\" é😀 \\\\\",\"b\":[{},[1]]}";
    private static final String SECOND = "{\r\n  \"c\" : {\r\n}\r\n}";
    private static final List<String> EVENTS = List.of(FIRST, SECOND, "{}");

    @ParameterizedTest
    @ValueSource(strings = {"%s\n%s\n%s\n", "[%s\n,\r\n%s,%s\n]", "\uFEFF %s%s\r\n\r\n%s", "[\n%s\n,\n%s\n,\n%s\n]\n"})
    void cutsObjectsWhateverStandsBetweenThem(String form) {
        byte[] body = form.formatted(FIRST, SECOND, "{}").getBytes(StandardCharsets.UTF_8);
        assertThat(events(body, body.length)).isEqualTo(EVENTS);
        for (int size : new int[] {1, 2, 3, 5, 7, 11}) {
            assertThat(events(body, size)).as("pieces of %d", size).isEqualTo(EVENTS);
        }
    }

    @Test
    void piecesMayBePushedBeforeTheEarlierOnesAreRead() {
        JsonFraming framing = new JsonFraming(LIMIT);
        for (byte b : (FIRST + "\n" + SECOND + "\n{}").getBytes(StandardCharsets.UTF_8)) {
            framing.push(new byte[] {b});
        }
        framing.end();
        List<String> events = new ArrayList<>();
        drain(framing, events);
        assertThat(events).isEqualTo(EVENTS);
    }

    @Test
    void objectIsEmittedAsSoonAsItIsComplete() {
        JsonFraming framing = new JsonFraming(LIMIT);
        framing.push("[{\"a\":1".getBytes(StandardCharsets.UTF_8));
        assertThat(framing.next()).isFalse();
        framing.push("}".getBytes(StandardCharsets.UTF_8));
        assertThat(framing.next()).isTrue();
        assertThat(framing.isUnterminated()).isFalse();
        assertThat(framing.next()).isFalse();
    }

    @Test
    void valueCutByTheEndOfTheBodyIsUnterminated() {
        JsonFraming framing = new JsonFraming(LIMIT);
        framing.push("{}\n{\"a\":".getBytes(StandardCharsets.UTF_8));
        framing.end();
        assertThat(framing.next()).isTrue();
        assertThat(framing.isUnterminated()).isFalse();
        assertThat(framing.next()).isTrue();
        assertThat(framing.isUnterminated()).isTrue();
        assertThat(text(framing)).isEqualTo("{\"a\":");
        assertThat(framing.next()).isFalse();
    }

    @Test
    void wordsAreAnEventOfTheirOwnUpToTheEndOfTheirLine() {
        byte[] body = "{\"a\":1}\nupstream {failed}\r\n{\"b\":2}\n<html>".getBytes(StandardCharsets.UTF_8);
        List<String> expected = List.of("{\"a\":1}", "!upstream {failed}", "{\"b\":2}", "!<html>");
        assertThat(events(body, body.length)).isEqualTo(expected);
        assertThat(events(body, 1)).isEqualTo(expected);
    }

    @Test
    void aLineEndWithinAStringEndsABrokenObjectAndNotTheRest() {
        byte[] body = "{\"a\":\"half\n{\"b\":2}\n".getBytes(StandardCharsets.UTF_8);
        assertThat(events(body, body.length)).containsExactly("{\"a\":\"half", "{\"b\":2}");
        assertThat(events(body, 4)).containsExactly("{\"a\":\"half", "{\"b\":2}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"a\":\"", "[{\"a\":\"", "words "})
    void anEndlessEventIsRejectedBeforeItIsKept(String beginning) {
        JsonFraming framing = new JsonFraming(LIMIT);
        framing.push(beginning.getBytes(StandardCharsets.UTF_8));
        assertThat(framing.next()).isFalse();
        byte[] more = new byte[64 << 10];
        Arrays.fill(more, (byte) 'x');
        int[] pushed = {0};
        assertThatThrownBy(() -> {
                    for (; pushed[0] < 100; pushed[0]++) {
                        framing.push(more);
                        framing.next();
                    }
                })
                .isInstanceOfSatisfying(CallFailed.class, failed -> {
                    assertThat(failed.failure().kind()).isEqualTo(FailureKind.PROTOCOL);
                    assertThat(failed.failure().message()).contains("1048576 bytes", "Transport.withMaxAnswer");
                });
        assertThat(pushed[0]).isEqualTo(15);
    }

    @Test
    void theLimitHoldsForAnObjectThatComesInOnePiece() {
        byte[] body = ("{\"a\":\"" + "x".repeat(LIMIT) + "\"}").getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> events(body, body.length))
                .isInstanceOfSatisfying(
                        CallFailed.class,
                        failed -> assertThat(failed.failure().kind()).isEqualTo(FailureKind.PROTOCOL));
        String most = "{\"a\":\"" + "x".repeat(LIMIT - 8) + "\"}";
        byte[] bytes = most.getBytes(StandardCharsets.UTF_8);
        assertThat(events(bytes, bytes.length)).containsExactly(most);
        assertThat(events(bytes, 1 << 16)).containsExactly(most);
    }

    @Test
    void endlessSpaceBetweenObjectsIsNotKept() {
        JsonFraming framing = new JsonFraming(LIMIT);
        byte[] space = new byte[1 << 20];
        Arrays.fill(space, (byte) ',');
        for (int i = 0; i < 10; i++) {
            framing.push(space);
            assertThat(framing.next()).isFalse();
        }
        framing.push("{}".getBytes(StandardCharsets.UTF_8));
        assertThat(framing.next()).isTrue();
    }

    private static List<String> events(byte[] body, int size) {
        JsonFraming framing = new JsonFraming(LIMIT);
        List<String> events = new ArrayList<>();
        for (int at = 0; at < body.length; at += size) {
            framing.push(Arrays.copyOfRange(body, at, Math.min(body.length, at + size)));
            drain(framing, events);
        }
        framing.end();
        drain(framing, events);
        return events;
    }

    private static void drain(Framing framing, List<String> events) {
        while (framing.next()) {
            events.add((framing.isErrorField() ? "!" : "") + text(framing));
        }
    }

    private static String text(Framing framing) {
        return new String(framing.copy(), StandardCharsets.UTF_8);
    }
}
