package dev.understudy.provider.http;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.FailureKind;
import dev.understudy.provider.dialect.AggregatedAnswer;
import dev.understudy.provider.dialect.Dialect;
import dev.understudy.provider.framing.Framing;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Decodes whole bodies of an answer, whatever form the server gave them: JSON, JSON behind comments that kept the
 * connection open, or a stream that nobody asked for.
 */
final class WholeAnswer {

    private static final int LINE = 512;

    private WholeAnswer() {}

    /** @throws CallFailed as thrown by the dialect */
    static ChatResponse decode(Dialect dialect, String provider, ChatRequest request, byte[] body) {
        int json = firstByte(body);
        if (json == body.length || isJson(body[json])) {
            return dialect.decode(provider, request, body);
        }
        if (body[json] == ':') {
            byte[] rest = Arrays.copyOfRange(body, json, body.length);
            int object = pastComments(rest);
            if (object < rest.length && isJson(rest[object])) {
                return dialect.decode(provider, request, Arrays.copyOfRange(rest, object, rest.length));
            }
        }
        return isEventStream(body, json)
                ? AggregatedAnswer.read(
                        body, dialect.framing(Math.max(Framing.LIMIT, body.length)), dialect.decoder(provider, request))
                : dialect.decode(provider, request, body);
    }

    /**
     * Decodes a body that a server sent in place of a stream, or a stream of bare objects.
     *
     * @throws CallFailed as thrown by the dialect
     */
    static ChatResponse inPlaceOfStream(Dialect dialect, String provider, ChatRequest request, byte[] body) {
        try {
            return decode(dialect, provider, request, body);
        } catch (CallFailed failed) {
            if (failed.failure().kind() != FailureKind.PROTOCOL) {
                throw failed;
            }
            try {
                return AggregatedAnswer.read(
                        body,
                        dialect.framing(Math.max(Framing.LIMIT, body.length)),
                        dialect.decoder(provider, request));
            } catch (CallFailed noStream) {
                throw noStream.failure().kind() == FailureKind.TRUNCATED
                                || noStream.failure().kind() == FailureKind.PROTOCOL
                        ? failed
                        : noStream;
            }
        }
    }

    /** Index of the first byte that is neither white space nor part of a byte order mark. */
    static int firstByte(byte[] body) {
        return firstByte(body, 0, body.length);
    }

    /** As {@link #firstByte(byte[])}, of the bytes from {@code from} to before {@code to}; {@code to} without such a byte. */
    static int firstByte(byte[] body, int from, int to) {
        int i = from;
        while (i < to
                && ((body[i] >= 0 && body[i] <= ' ')
                        || body[i] == (byte) 0xEF
                        || body[i] == (byte) 0xBB
                        || body[i] == (byte) 0xBF)) {
            i++;
        }
        return i;
    }

    static boolean isJson(byte first) {
        return first == '{' || first == '[';
    }

    private static int pastComments(byte[] body) {
        int i = 0;
        while (i < body.length && (body[i] == ':' || body[i] <= ' ')) {
            if (body[i] == ':') {
                while (i < body.length && body[i] != '\n' && body[i] != '\r') {
                    i++;
                }
            } else {
                i++;
            }
        }
        return i;
    }

    /** Returns true if the first line is a field or a comment of an event stream. */
    private static boolean isEventStream(byte[] body, int from) {
        String line = new String(body, from, Math.min(LINE, body.length - from), StandardCharsets.ISO_8859_1);
        return line.startsWith(":")
                || line.startsWith("data:")
                || line.startsWith("event:")
                || line.startsWith("id:")
                || line.startsWith("retry:");
    }
}
