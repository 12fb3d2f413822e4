package dev.understudy.provider.framing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.FailureKind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BodyInflaterTest {

    private static final byte[] TEXT =
            "{\"text\":\"Grüße, 世界 – twice, twice, twice\"}".repeat(40).getBytes(StandardCharsets.UTF_8);

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "x-gzip", "GZIP", "deflate", "zlib", "raw deflate"})
    void compressedBodyIsReadInPiecesOfAnySize(String encoding) throws IOException {
        byte[] body = compressed(encoding, TEXT);
        for (int size : new int[] {1, 2, 7, 100, body.length}) {
            assertThat(inPieces(encoding.replace("raw ", ""), body, size))
                    .as("pieces of %d", size)
                    .isEqualTo(TEXT);
        }
        assertThat(BodyInflater.whole(body, encoding.replace("raw ", ""), 1 << 20, false))
                .isEqualTo(TEXT);
    }

    @Test
    void eachFlushedPartIsReadAtOnce() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (BodyInflater inflater = BodyInflater.of("gzip");
                GZIPOutputStream gzip = new GZIPOutputStream(out, true)) {
            for (String part : List.of("data: one\n\n", "data: two\n\n", "data: three\n\n")) {
                gzip.write(part.getBytes(StandardCharsets.UTF_8));
                gzip.flush();
                inflater.push(out.toByteArray());
                out.reset();
                assertThat(inflater.next()).isEqualTo(part.getBytes(StandardCharsets.UTF_8));
                assertThat(inflater.next()).isNull();
            }
        }
    }

    @Test
    void membersOfGzipAndPaddingFollowEachOther() throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(gzipWithFields("one "));
        body.writeBytes(compressed("gzip", "two".getBytes(StandardCharsets.UTF_8)));
        body.writeBytes(new byte[20]);
        for (int size : new int[] {1, 5, 1_000}) {
            assertThat(inPieces("gzip", body.toByteArray(), size)).asString().isEqualTo("one two");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "deflate"})
    void bodyThatIsNotCompressedPassesUnchanged(String encoding) {
        for (String text : List.of("{\"a\":1}", "data: {}\n\n", ": hi\n\ndata: 1\n\n", "[]", "event: x\n\n")) {
            byte[] plain = text.getBytes(StandardCharsets.UTF_8);
            assertThat(inPieces(encoding, plain, 3)).isEqualTo(plain);
            assertThat(BodyInflater.whole(plain, encoding, 100, false)).isEqualTo(plain);
        }
    }

    @Test
    void gzipIsFoundWithoutBeingDeclared() throws IOException {
        byte[] body = compressed("gzip", TEXT);
        assertThat(BodyInflater.isGzip(body)).isTrue();
        assertThat(BodyInflater.whole(body, null, 1 << 20, false)).isEqualTo(TEXT);
        assertThat(BodyInflater.isGzip(new byte[] {0x1F})).isFalse();
        assertThat(BodyInflater.of(" Identity ")).isNull();
    }

    @Test
    void bodyThatEndsEarlyYieldsWhatCame() throws IOException {
        byte[] body = compressed("gzip", TEXT);
        byte[] half = inPieces("gzip", Arrays.copyOf(body, body.length / 2), 10);
        assertThat(half.length).isBetween(1, TEXT.length - 1);
        assertThat(TEXT).startsWith(half);
    }

    @Test
    void damagedContentFails() throws IOException {
        byte[] body = compressed("gzip", TEXT);
        for (int at : new int[] {body.length - 6, body.length / 2, 12}) {
            byte[] damaged = body.clone();
            damaged[at] ^= 0x55;
            assertThatThrownBy(() -> inPieces("gzip", damaged, 50))
                    .isInstanceOfSatisfying(
                            CallFailed.class,
                            failed -> assertThat(failed.failure().kind()).isEqualTo(FailureKind.PROTOCOL));
        }
        assertThatThrownBy(() -> BodyInflater.of("br")).isInstanceOfSatisfying(CallFailed.class, failed -> assertThat(
                        failed.failure().message())
                .contains("'br'"));
    }

    @Test
    void expansionStopsAtTheLimit() throws IOException {
        byte[] bomb = compressed("gzip", new byte[64 << 20]);
        assertThatThrownBy(() -> BodyInflater.whole(bomb, "gzip", 1 << 20, false))
                .isInstanceOfSatisfying(
                        CallFailed.class,
                        failed -> assertThat(failed.failure().message()).contains("1048576", "withMaxAnswer"));
        assertThat(BodyInflater.whole(bomb, "gzip", 1 << 20, true)).hasSize(1 << 20);
        try (BodyInflater inflater = BodyInflater.of("gzip")) {
            inflater.push(bomb);
            assertThat(inflater.next()).hasSizeLessThanOrEqualTo(16 << 10);
        }
    }

    private static byte[] inPieces(String encoding, byte[] body, int size) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try (BodyInflater inflater = BodyInflater.of(encoding)) {
            for (int at = 0; at < body.length; at += size) {
                inflater.push(Arrays.copyOfRange(body, at, Math.min(body.length, at + size)));
                for (byte[] piece = inflater.next(); piece != null; piece = inflater.next()) {
                    all.writeBytes(piece);
                }
            }
        }
        return all.toByteArray();
    }

    private static byte[] compressed(String encoding, byte[] content) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        boolean gzip = encoding.toLowerCase(java.util.Locale.ROOT).contains("gzip");
        Deflater deflater = new Deflater(6, encoding.startsWith("raw"));
        try (OutputStream out = gzip ? new GZIPOutputStream(body) : new DeflaterOutputStream(body, deflater)) {
            out.write(content);
        }
        deflater.end();
        return body.toByteArray();
    }

    /** A member with all optional fields of the header. */
    private static byte[] gzipWithFields(String text) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(new byte[] {0x1F, (byte) 0x8B, 8, 2 + 4 + 8 + 16, 0, 0, 0, 0, 0, 0});
        body.writeBytes(new byte[] {3, 0, 1, 2, 3});
        body.writeBytes("name\0comment\0".getBytes(StandardCharsets.US_ASCII));
        body.writeBytes(new byte[] {7, 7});
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        Deflater deflater = new Deflater(6, true);
        deflater.setInput(bytes);
        deflater.finish();
        byte[] deflated = new byte[100];
        body.write(deflated, 0, deflater.deflate(deflated));
        deflater.end();
        CRC32 crc = new CRC32();
        crc.update(bytes);
        for (long number : new long[] {crc.getValue(), bytes.length}) {
            for (int shift = 0; shift < 32; shift += 8) {
                body.write((int) (number >> shift) & 0xFF);
            }
        }
        return body.toByteArray();
    }
}
