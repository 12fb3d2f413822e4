package dev.understudy.provider.framing;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.provider.json.Json;
import dev.understudy.provider.json.JsonErrors;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.zip.CRC32;

/**
 * Splits AWS's event stream ({@code application/vnd.amazon.eventstream}) into messages. A message has its length, the
 * length of its headers, a checksum of these eight bytes, headers, payload and a checksum of all of it. Both
 * checksums are verified, the first before more bytes are awaited. An incomplete message at the end of the body is
 * dropped.
 */
public final class AwsEventStreamFraming implements Framing {

    private static final int PRELUDE = 12;
    private static final int OVERHEAD = PRELUDE + 4;

    private final int limit;
    private final CRC32 crc = new CRC32();
    private byte[] bytes = new byte[4096];
    private int next;
    private int end;

    /** Length of the current message; 0 until its prelude is complete. */
    private int total;

    private String event = "";
    private boolean failure;
    private byte[] payload = bytes;
    private int offset;
    private int length;

    /** Creates a framing with the default limit. */
    public AwsEventStreamFraming() {
        this(LIMIT);
    }

    /** @param limit limit of one message, in bytes */
    public AwsEventStreamFraming(int limit) {
        this.limit = limit;
    }

    @Override
    public void push(byte[] fragment, int from, int to) {
        int count = to - from;
        if (end + count > bytes.length) {
            int left = end - next;
            byte[] roomy = left + count <= bytes.length ? bytes : new byte[Math.max(left + count, 2 * bytes.length)];
            System.arraycopy(bytes, next, roomy, 0, left);
            bytes = roomy;
            next = 0;
            end = left;
        }
        System.arraycopy(fragment, from, bytes, end, count);
        end += count;
    }

    @Override
    public void end() {}

    @Override
    public boolean next() {
        if (total == 0 && end - next >= PRELUDE) {
            prelude();
        }
        if (total == 0 || end - next < total) {
            return false;
        }
        int headers = int32(next + 4);
        check(next, total - 4, "a message");
        offset = next + PRELUDE + headers;
        length = total - OVERHEAD - headers;
        payload = bytes;
        read(next + PRELUDE, offset);
        next += total;
        total = 0;
        return true;
    }

    private void prelude() {
        check(next, PRELUDE - 4, "the beginning of a message");
        int length = int32(next);
        int headers = int32(next + 4);
        if (length < OVERHEAD || headers < 0 || headers > length - OVERHEAD) {
            throw JsonErrors.rejected("an event stream message with impossible lengths");
        }
        if (length > limit) {
            throw JsonErrors.overLimit("an event stream message", limit);
        }
        total = length;
    }

    private void check(int from, int count, String what) {
        crc.reset();
        crc.update(bytes, from, count);
        if ((int) crc.getValue() != int32(from + count)) {
            throw JsonErrors.rejected("no event stream, or a damaged one: the checksum of " + what + " is wrong");
        }
    }

    /** Reads the headers that determine type and kind of the message. */
    private void read(int from, int to) {
        String before = event;
        event = "";
        failure = false;
        String errorMessage = "";
        int at = from;
        while (at < to) {
            int name = at + 1;
            int type = name + (bytes[at] & 0xFF);
            int value = type + 1;
            if (value > to) {
                throw malformed();
            }
            boolean sized = bytes[type] == 6 || bytes[type] == 7;
            if (sized && value + 2 > to) {
                throw malformed();
            }
            int begin = sized ? value + 2 : value;
            at = begin + (sized ? (bytes[value] & 0xFF) << 8 | (bytes[value + 1] & 0xFF) : width(bytes[type]));
            if (at > to) {
                throw malformed();
            }
            if (is(":event-type", name, type) || is(":exception-type", name, type) || is(":error-code", name, type)) {
                event = text(begin, at, before);
            } else if (is(":message-type", name, type)) {
                failure = !is("event", begin, at);
            } else if (is(":error-message", name, type)) {
                errorMessage = text(begin, at, "");
            }
        }
        if (failure && length == 0 && !errorMessage.isEmpty()) {
            payload = Json.write(Map.of("message", errorMessage));
            offset = 0;
            length = payload.length;
        }
    }

    /** Size of a value of fixed length, by its type. */
    private static int width(byte type) {
        return switch (type) {
            case 0, 1 -> 0;
            case 2 -> 1;
            case 3 -> 2;
            case 4 -> 4;
            case 5, 8 -> 8;
            case 9 -> 16;
            default -> throw malformed();
        };
    }

    private static CallFailed malformed() {
        return JsonErrors.rejected("malformed headers in an event stream");
    }

    private boolean is(String word, int from, int to) {
        boolean same = to - from == word.length();
        for (int i = 0; same && i < word.length(); i++) {
            same = bytes[from + i] == word.charAt(i);
        }
        return same;
    }

    /** Decodes a name; names repeat from message to message, so an equal previous one is reused. */
    private String text(int from, int to, String before) {
        return is(before, from, to) ? before : new String(Arrays.copyOfRange(bytes, from, to), StandardCharsets.UTF_8);
    }

    private int int32(int at) {
        return bytes[at] << 24 | (bytes[at + 1] & 0xFF) << 16 | (bytes[at + 2] & 0xFF) << 8 | (bytes[at + 3] & 0xFF);
    }

    /** Returns true for an exception or error message; {@link #event()} is its type then. */
    @Override
    public boolean isErrorField() {
        return failure;
    }

    @Override
    public String event() {
        return event;
    }

    @Override
    public byte[] payload() {
        return payload;
    }

    @Override
    public int offset() {
        return offset;
    }

    @Override
    public int length() {
        return length;
    }
}
