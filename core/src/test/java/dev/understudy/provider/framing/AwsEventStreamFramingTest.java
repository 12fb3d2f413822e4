package dev.understudy.provider.framing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.FailureKind;
import dev.understudy.provider.EventStreamBytes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AwsEventStreamFramingTest {

    private static final byte[] TWO = EventStreamBytes.stream()
            .event("messageStart", "{\"role\":\"assistant\"}")
            .event("contentBlockDelta", "{\"delta\":{\"text\":\"Ål\"}}")
            .bytes();

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 16, 1_000})
    void messagesAreTheSameInPiecesOfAnySize(int most) {
        assertThat(read(TWO, most))
                .containsExactly(
                        "messageStart {\"role\":\"assistant\"}", "contentBlockDelta {\"delta\":{\"text\":\"Ål\"}}");
    }

    @Test
    void exceptionsAndErrorsAreMarkedAndNamed() {
        byte[] body = EventStreamBytes.stream()
                .exception("throttlingException", "{\"message\":\"slow\"}")
                .error("InternalFailure", "It broke")
                .bytes();
        assertThat(read(body, 10))
                .containsExactly(
                        "! throttlingException {\"message\":\"slow\"}", "! InternalFailure {\"message\":\"It broke\"}");
    }

    @Test
    void headersOfAllTypesArePassedOver() {
        byte[] headers = ByteBuffer.allocate(200)
                .put(header("t", 0))
                .put(header("f", 1))
                .put(header("b", 2, 7))
                .put(header("s", 3, 0, 7))
                .put(header("i", 4, 0, 0, 0, 7))
                .put(header("l", 5, 0, 0, 0, 0, 0, 0, 0, 7))
                .put(header("bytes", 6, 0, 2, 1, 2))
                .put(header(":event-type", 7, 0, 4, 'p', 'i', 'n', 'g'))
                .put(header("time", 8, 0, 0, 0, 0, 0, 0, 0, 7))
                .put(header("uuid", 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7))
                .array();
        int length = 0;
        for (int i = 0; i < headers.length; i++) {
            length = headers[i] == 0 ? length : i + 1;
        }
        byte[] body = EventStreamBytes.stream()
                .message(Arrays.copyOf(headers, length), "{}".getBytes(StandardCharsets.UTF_8))
                .bytes();
        assertThat(read(body, 1_000)).containsExactly("ping {}");
    }

    private static byte[] header(String name, int type, int... value) {
        ByteBuffer header = ByteBuffer.allocate(2 + name.length() + value.length);
        header.put((byte) name.length())
                .put(name.getBytes(StandardCharsets.US_ASCII))
                .put((byte) type);
        for (int each : value) {
            header.put((byte) each);
        }
        return header.array();
    }

    @Test
    void aMessageThatIsCutOffIsNone() {
        for (int cut = 0; cut < TWO.length; cut++) {
            assertThat(read(Arrays.copyOf(TWO, cut), 7)).hasSizeLessThan(2);
        }
    }

    @Test
    void anyBitThatIsWrongIsNoticed() {
        for (int bit = 0; bit < 8 * TWO.length; bit++) {
            byte[] damaged = TWO.clone();
            damaged[bit / 8] ^= (byte) (1 << (bit % 8));
            CallFailed failed = catchThrowableOfType(CallFailed.class, () -> read(damaged, 1_000));
            assertThat(failed).as("bit %d", bit).isNotNull();
            assertThat(failed.failure().kind()).isEqualTo(FailureKind.PROTOCOL);
        }
    }

    @Test
    void aWrongBeginningIsNoticedBeforeTheRestIsWaitedFor() {
        AwsEventStreamFraming framing = new AwsEventStreamFraming();
        byte[] damaged = Arrays.copyOf(TWO, 12);
        damaged[3]++;
        framing.push(damaged);
        assertThat(catchThrowableOfType(CallFailed.class, framing::next)
                        .failure()
                        .message())
                .contains("checksum");
    }

    @Test
    void aWebPageIsNoEventStream() {
        byte[] page = "<!doctype html><title>Sign in</title>".getBytes(StandardCharsets.UTF_8);
        CallFailed failed = catchThrowableOfType(CallFailed.class, () -> read(page, 5));
        assertThat(failed.failure().kind()).isEqualTo(FailureKind.PROTOCOL);
    }

    @Test
    void aMessageOverTheLimitIsRefusedBeforeItIsThere() {
        CallFailed failed = catchThrowableOfType(CallFailed.class, () -> read(prelude((16 << 20) + 1, 0), 12));
        assertThat(failed.failure().message()).contains("16777216");
    }

    @Test
    void impossibleLengthsAreRefused() {
        for (byte[] prelude : List.of(prelude(15, 0), prelude(-1, 0), prelude(100, 85), prelude(100, -1))) {
            CallFailed failed = catchThrowableOfType(CallFailed.class, () -> read(prelude, 12));
            assertThat(failed.failure().message()).contains("lengths");
        }
    }

    @Test
    void malformedHeadersAreRefused() {
        List<byte[]> malformed = List.of(
                new byte[] {5, 'a'},
                new byte[] {1, 'a'},
                new byte[] {1, 'a', 7},
                new byte[] {1, 'a', 7, 0},
                new byte[] {1, 'a', 7, 0, 9, 'x'},
                new byte[] {1, 'a', 7, (byte) 0xFF, (byte) 0xFF},
                new byte[] {1, 'a', 4, 0},
                new byte[] {1, 'a', 10},
                new byte[] {1, 'a', -1});
        for (byte[] headers : malformed) {
            byte[] body =
                    EventStreamBytes.stream().message(headers, new byte[0]).bytes();
            CallFailed failed = catchThrowableOfType(CallFailed.class, () -> read(body, 1_000));
            assertThat(failed).as(Arrays.toString(headers)).isNotNull();
            assertThat(failed.failure().message()).contains("headers");
        }
    }

    @Test
    void aLongStreamDoesNotGrowTheBuffer() {
        AwsEventStreamFraming framing = new AwsEventStreamFraming();
        byte[] message = EventStreamBytes.stream()
                .event("contentBlockDelta", "{\"p\":\"" + "x".repeat(3_000) + "\"}")
                .bytes();
        Random random = new Random(7);
        int messages = 0;
        for (int i = 0; i < 5_000; i++) {
            int half = random.nextInt(message.length);
            framing.push(Arrays.copyOf(message, half));
            messages += framing.next() ? 1 : 0;
            framing.push(Arrays.copyOfRange(message, half, message.length));
            while (framing.next()) {
                messages++;
            }
        }
        assertThat(messages).isEqualTo(5_000);
        assertThat(framing.payload().length).isLessThan(16_000);
    }

    private static byte[] prelude(int total, int headers) {
        ByteBuffer prelude = ByteBuffer.allocate(12).putInt(total).putInt(headers);
        CRC32 crc = new CRC32();
        crc.update(prelude.array(), 0, 8);
        return prelude.putInt((int) crc.getValue()).array();
    }

    private static List<String> read(byte[] body, int most) {
        AwsEventStreamFraming framing = new AwsEventStreamFraming();
        List<String> messages = new ArrayList<>();
        for (int at = 0; at < body.length; at += most) {
            framing.push(Arrays.copyOfRange(body, at, Math.min(body.length, at + most)));
            while (framing.next()) {
                messages.add((framing.isErrorField() ? "! " : "") + framing.event() + " "
                        + new String(framing.payload(), framing.offset(), framing.length(), StandardCharsets.UTF_8));
            }
        }
        framing.end();
        assertThat(framing.next()).isFalse();
        return messages;
    }

    @Test
    void headersThatNobodyKnowsDoNotMatter() {
        byte[] body = EventStreamBytes.stream()
                .message(Map.of(":event-type", "metadata", "x-new", "y".repeat(300)), "{}")
                .bytes();
        assertThat(read(body, 50)).containsExactly("metadata {}");
    }
}
