package dev.understudy.provider;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Spoils bytes, blindly or where JSON is sensitive. The same random spoil the same bytes in the same way. */
final class FuzzMutations {

    /** JSON values, some of them none, that decoders do not expect where they are put. */
    private static final List<byte[]> VALUES = List.of(
                    "null",
                    "true",
                    "{}",
                    "[]",
                    "''",
                    "-1",
                    "0",
                    "1e400",
                    "1e99999999999",
                    "-1e-99999999999",
                    "1e2147483648",
                    "123456789012345678901234567890",
                    "-9223372036854775809",
                    "0.1e-7",
                    "NaN",
                    "01",
                    "[[]]",
                    "[{}]",
                    "{'a':1,'a':[2]}",
                    "'\\ud800'",
                    "'\\udc00x'",
                    "'\\u0000'",
                    "'2.5'",
                    "'1e9999'",
                    "[null,{},'x',1]",
                    "{'message':{'error':{'message':[]}}}",
                    "\u00e9",
                    "'Please try again in 999999999999999999999s'")
            .stream()
            .map(FuzzSeeds::bytes)
            .toList();

    private static final List<byte[]> INSERTS = List.of(
            "\n".getBytes(StandardCharsets.US_ASCII),
            "\r".getBytes(StandardCharsets.US_ASCII),
            "\r\n\r\n".getBytes(StandardCharsets.US_ASCII),
            "data:".getBytes(StandardCharsets.US_ASCII),
            "\nevent: error\n".getBytes(StandardCharsets.US_ASCII),
            "\nerror: ".getBytes(StandardCharsets.US_ASCII),
            "\n\ndata: [DONE]\n\n".getBytes(StandardCharsets.US_ASCII),
            "\uFEFF".getBytes(StandardCharsets.UTF_8),
            new byte[] {(byte) 0xC0, (byte) 0x80},
            new byte[] {(byte) 0xED, (byte) 0xA0, (byte) 0x80},
            new byte[] {(byte) 0xF4, (byte) 0x90, (byte) 0x80, (byte) 0x80},
            new byte[] {(byte) 0xFF, 0},
            new byte[] {'"'},
            new byte[] {'\\'},
            new byte[] {'}'},
            new byte[] {']', ','},
            new byte[] {':', '{'});

    private FuzzMutations() {}

    static byte[] spoil(byte[] seed, List<byte[]> others, Random random) {
        byte[] spoilt = seed;
        int times = 1 + random.nextInt(4);
        for (int i = 0; i < times; i++) {
            spoilt = once(spoilt, others, random);
        }
        return spoilt;
    }

    private static byte[] once(byte[] bytes, List<byte[]> others, Random random) {
        if (bytes.length == 0) {
            return INSERTS.get(random.nextInt(INSERTS.size()));
        }
        int at = random.nextInt(bytes.length);
        return switch (random.nextInt(12)) {
            case 0 -> flipped(bytes, at, random);
            case 1 -> put(bytes, at, at, INSERTS.get(random.nextInt(INSERTS.size())));
            case 2 -> put(bytes, at, Math.min(bytes.length, at + 1 + random.nextInt(8)), new byte[0]);
            case 3 -> Arrays.copyOf(bytes, at);
            case 4 -> spliced(bytes, at, others.get(random.nextInt(others.size())), random);
            case 5 -> put(bytes, at, at, random(random));
            case 6 -> nested(bytes, at, random);
            case 7 -> doubled(bytes, at, random);
            case 8 -> signed(bytes, random);
            default -> otherValue(bytes, at, random);
        };
    }

    private static byte[] flipped(byte[] bytes, int at, Random random) {
        byte[] flipped = bytes.clone();
        flipped[at] ^= (byte) (1 << random.nextInt(8));
        return flipped;
    }

    private static byte[] random(Random random) {
        byte[] bytes = new byte[1 + random.nextInt(6)];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] spliced(byte[] bytes, int at, byte[] other, Random random) {
        int from = random.nextInt(other.length + 1);
        return put(bytes, at, bytes.length, Arrays.copyOfRange(other, from, other.length));
    }

    private static byte[] nested(byte[] bytes, int at, Random random) {
        int depth = random.nextInt(100) == 0 ? 100_000 : 1 + random.nextInt(300);
        String open = random.nextBoolean() ? "[" : "{\"error\":";
        return put(bytes, valueFrom(bytes, at), at, open.repeat(depth).getBytes(StandardCharsets.US_ASCII));
    }

    /** Says a piece of itself again: duplicate keys, elements and events. Now and then a million bytes of it. */
    private static byte[] doubled(byte[] bytes, int at, Random random) {
        int to = Math.min(bytes.length, at + 1 + random.nextInt(200));
        byte[] piece = Arrays.copyOfRange(bytes, at, to);
        int times = random.nextInt(1500) == 0 ? (3 << 20) / piece.length : 1 + random.nextInt(5);
        byte[] many = new byte[piece.length * times];
        for (int i = 0; i < times; i++) {
            System.arraycopy(piece, 0, many, i * piece.length, piece.length);
        }
        return put(bytes, to, to, many);
    }

    /** Where the bytes are an event stream, makes its checksums right again, so that what was spoilt is looked at. */
    private static byte[] signed(byte[] bytes, Random random) {
        byte[] signed = bytes.clone();
        for (int at = 0; at + 16 <= signed.length; ) {
            int total = int32(signed, at);
            if (total < 16 || total > signed.length - at) {
                break;
            }
            if (random.nextInt(3) == 0) {
                signed[at + 12 + random.nextInt(total - 12)] = (byte) random.nextInt(256);
            }
            int32(signed, at + 8, crc(signed, at, 8));
            int32(signed, at + total - 4, crc(signed, at, total - 4));
            at += total;
        }
        return signed;
    }

    private static int crc(byte[] bytes, int from, int count) {
        java.util.zip.CRC32 crc = new java.util.zip.CRC32();
        crc.update(bytes, from, count);
        return (int) crc.getValue();
    }

    private static int int32(byte[] bytes, int at) {
        return java.nio.ByteBuffer.wrap(bytes).getInt(at);
    }

    private static void int32(byte[] bytes, int at, int value) {
        java.nio.ByteBuffer.wrap(bytes).putInt(at, value);
    }

    /** Puts another value where one stands: types are swapped, numbers get huge, keys come twice. */
    private static byte[] otherValue(byte[] bytes, int at, Random random) {
        int from = valueFrom(bytes, at);
        return put(bytes, from, valueTo(bytes, from), VALUES.get(random.nextInt(VALUES.size())));
    }

    private static int valueFrom(byte[] bytes, int at) {
        int from = at;
        while (from > 0 && bytes[from - 1] != ':' && bytes[from - 1] != '[' && bytes[from - 1] != ',') {
            from--;
        }
        return from;
    }

    private static int valueTo(byte[] bytes, int from) {
        int depth = 0;
        boolean quoted = false;
        for (int i = from; i < bytes.length; i++) {
            byte b = bytes[i];
            if (b == '"' && (i == 0 || bytes[i - 1] != '\\')) {
                quoted = !quoted;
            } else if (!quoted && (b == '{' || b == '[')) {
                depth++;
            } else if (!quoted && (b == '}' || b == ']' || b == ',') && (b == ',' ? depth == 0 : --depth < 0)) {
                return i;
            }
        }
        return bytes.length;
    }

    private static byte[] put(byte[] bytes, int from, int to, byte[] middle) {
        int stop = Math.max(from, to);
        byte[] all = new byte[bytes.length - (stop - from) + middle.length];
        System.arraycopy(bytes, 0, all, 0, from);
        System.arraycopy(middle, 0, all, from, middle.length);
        System.arraycopy(bytes, stop, all, from + middle.length, bytes.length - stop);
        return all;
    }
}
