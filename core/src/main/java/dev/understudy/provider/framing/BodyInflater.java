package dev.understudy.provider.framing;

import dev.understudy.provider.json.JsonErrors;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Locale;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * Decompresses a body in gzip or deflate that arrives in fragments. Output is produced on demand, one small piece at a
 * time, so that a few bytes that expand without limit cost no memory. The first bytes decide: a body that is declared
 * as compressed and is not passes unchanged. A body that ends early yields what was received. Not thread-safe; release
 * with {@link #close()}.
 */
public final class BodyInflater implements AutoCloseable {

    private static final int PIECE = 16 << 10;
    private static final int TRAILER = 8;
    private static final int MAX_HEADER = 1 << 17;
    private static final byte[] EMPTY = new byte[0];

    /** Kind of the next bytes. */
    private enum State {
        START,
        HEADER,
        CONTENT,
        TRAILER,
        PLAIN,
        ENDED
    }

    private final boolean deflate;
    private byte[] input = EMPTY;
    private int next;
    private State state = State.START;
    private @Nullable Inflater inflater;
    private final CRC32 crc = new CRC32();
    private boolean gzip;

    private BodyInflater(boolean deflate) {
        this.deflate = deflate;
    }

    /**
     * Returns the decompressor for an encoding; null for none.
     *
     * @param encoding value of the header field Content-Encoding, null without it
     * @throws dev.understudy.chat.ChatException.CallFailed PROTOCOL for another encoding than gzip and deflate
     */
    public static @Nullable BodyInflater of(@Nullable String encoding) {
        String name = encoding == null ? "" : encoding.strip().toLowerCase(Locale.ROOT);
        return switch (name) {
            case "", "identity", "none" -> null;
            case "gzip", "x-gzip" -> new BodyInflater(false);
            case "deflate", "zlib" -> new BodyInflater(true);
            default ->
                throw JsonErrors.rejected("the answer is encoded as "
                        + (name.matches("[\\w-]{1,20}") ? "'" + name + "'" : "an unknown encoding")
                        + ", which was not requested and cannot be read");
        };
    }

    /** Returns true if a body begins as no text and no event stream does, but as gzip does. */
    public static boolean isGzip(byte[] bytes) {
        return isGzip(bytes, 0, bytes.length);
    }

    /** Returns true if the bytes from {@code from} to before {@code to} begin as gzip does. */
    public static boolean isGzip(byte[] bytes, int from, int to) {
        return to - from > 1 && bytes[from] == 0x1F && bytes[from + 1] == (byte) 0x8B;
    }

    /** Returns a decompressor for a body that is gzip without saying so. */
    public static BodyInflater ofGzip() {
        return new BodyInflater(false);
    }

    /**
     * Decompresses a whole body.
     *
     * @param encoding as for {@link #of}
     * @param limit limit of the content, in bytes
     * @param cut true to return what fits into the limit instead of failing
     * @throws dev.understudy.chat.ChatException.CallFailed PROTOCOL for damaged content and content above the limit
     */
    public static byte[] whole(byte[] body, @Nullable String encoding, int limit, boolean cut) {
        BodyInflater declared = of(encoding);
        if (declared == null && !isGzip(body)) {
            return body;
        }
        try (BodyInflater inflater = declared == null ? ofGzip() : declared) {
            inflater.push(body);
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (byte[] piece = inflater.next(); piece != null; piece = inflater.next()) {
                if (all.size() + piece.length > limit && !cut) {
                    throw JsonErrors.overLimit("an answer", limit);
                }
                all.write(piece, 0, Math.min(piece.length, limit - all.size()));
                if (cut && all.size() == limit) {
                    break;
                }
            }
            return all.toByteArray();
        }
    }

    /** Adds the next fragment; all of the previous ones must have been read. */
    public void push(byte[] piece) {
        if (next == input.length) {
            input = piece;
        } else {
            byte[] both = Arrays.copyOfRange(input, next, input.length + piece.length);
            System.arraycopy(piece, 0, both, input.length - next, piece.length);
            input = both;
        }
        next = 0;
    }

    /** Returns the next piece of content; null when more bytes are needed. */
    public byte @Nullable [] next() {
        while (true) {
            switch (state) {
                case START -> {
                    if (!begin()) {
                        return null;
                    }
                }
                case HEADER -> {
                    if (!header()) {
                        return null;
                    }
                }
                case CONTENT -> {
                    byte[] content = content();
                    if (content != null || state == State.CONTENT) {
                        return content;
                    }
                }
                case TRAILER -> {
                    if (!trailer()) {
                        return null;
                    }
                }
                case PLAIN -> {
                    byte[] rest = next == input.length ? null : Arrays.copyOfRange(input, next, input.length);
                    next = input.length;
                    return rest;
                }
                case ENDED -> {
                    next = input.length;
                    return null;
                }
            }
        }
    }

    private int at(int index) {
        return input[next + index] & 0xFF;
    }

    private int left() {
        return input.length - next;
    }

    private boolean begin() {
        if (left() < 2) {
            return false;
        }
        gzip = at(0) == 0x1F && at(1) == 0x8B;
        if (gzip) {
            state = State.HEADER;
        } else if (inflater == null && deflate && !isText(at(0))) {
            boolean zlib = (at(0) & 0x0F) == 8 && ((at(0) << 8) | at(1)) % 31 == 0;
            inflater = new Inflater(!zlib);
            state = State.CONTENT;
        } else {
            state = inflater == null ? State.PLAIN : State.ENDED; // padding after a body is ignored
        }
        return true;
    }

    /** Returns true for a byte with which JSON or an event stream begins. */
    private static boolean isText(int first) {
        return "{[:\n\r dei".indexOf(first) >= 0;
    }

    /** Skips the header of gzip once it is complete. */
    private boolean header() {
        if (left() < 10) {
            return false;
        }
        int flags = at(3);
        int length = 10;
        if ((flags & 4) != 0) {
            if (left() < length + 2) {
                return false;
            }
            length += 2 + (at(length) | at(length + 1) << 8);
        }
        for (int text = 8; text <= 16; text *= 2) {
            if ((flags & text) != 0) {
                while (length < left() && at(length) != 0) {
                    length++;
                }
                length++;
            }
        }
        length += (flags & 2) != 0 ? 2 : 0;
        if (left() < length) {
            return left() > MAX_HEADER ? failed() : false;
        }
        next += length;
        if (inflater == null) {
            inflater = new Inflater(true);
        } else {
            inflater.reset();
        }
        crc.reset();
        state = State.CONTENT;
        return true;
    }

    private byte @Nullable [] content() {
        Inflater open = inflater;
        if (open == null) {
            return null;
        }
        byte[] content = new byte[Math.min(PIECE, Math.max(512, 8 * left()))];
        try {
            open.setInput(input, next, left());
            int length = open.inflate(content);
            next = input.length - open.getRemaining();
            if (open.needsDictionary()) {
                failed();
            }
            if (open.finished()) {
                state = gzip ? State.TRAILER : State.ENDED;
            }
            crc.update(content, 0, length);
            return length == 0 ? null : Arrays.copyOf(content, length);
        } catch (DataFormatException damaged) {
            failed();
            return null;
        }
    }

    private boolean trailer() {
        if (left() < TRAILER) {
            return false;
        }
        int expected = at(0) | at(1) << 8 | at(2) << 16 | at(3) << 24;
        if (expected != (int) crc.getValue()) {
            failed();
        }
        next += TRAILER;
        state = State.START; // another member may follow
        return true;
    }

    private static boolean failed() {
        throw JsonErrors.rejected("a compressed answer that is damaged");
    }

    @Override
    public void close() {
        if (inflater != null) {
            inflater.end();
        }
        state = State.ENDED;
    }
}
