package dev.understudy.streaming.kept;

import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.StreamChunk;
import dev.understudy.provider.json.Json;
import org.jspecify.annotations.Nullable;

/**
 * Form of requests and entries in a store. The first character of an entry tells its kind: text, another chunk, or the end
 * of the stream. Text, which most entries are, is written as it is.
 */
final class EntryFormat {

    private static final char TEXT = 't';
    private static final char UNITS = 'u'; // text that UTF-8 cannot carry, as JSON with escapes
    private static final char CHUNK = 'c';
    private static final char END = 'e';
    private static final char FAILED = 'f';
    private static final char STOPPED = 's';

    private EntryFormat() {}

    /** An entry of a stream: a chunk, or the end. */
    sealed interface Entry {}

    record Chunk(StreamChunk chunk) implements Entry {}

    /**
     * @param error failure of the stream; {@code null} if it is complete
     */
    record End(@Nullable RuntimeException error) implements Entry {}

    static String request(ChatRequest request) {
        return Json.text(RecordFormat.write(request));
    }

    static ChatRequest request(String written) {
        return RecordFormat.read(Json.object(written), ChatRequest.class);
    }

    static String chunk(StreamChunk chunk) {
        if (chunk instanceof StreamChunk.Text text && text.block() == StreamChunk.UNNUMBERED) {
            return isWellFormed(text.text()) ? TEXT + text.text() : UNITS + units(text.text());
        }
        return CHUNK + Json.text(RecordFormat.write(chunk));
    }

    /** True if an entry can hold the chunk; a handle of a vendor's answer belongs to this process. */
    static boolean isKept(StreamChunk chunk) {
        return !(chunk instanceof StreamChunk.Resumable);
    }

    static String end() {
        return String.valueOf(END);
    }

    static String cancelled() {
        return STOPPED + KeptStreamException.Reason.CANCELLED.name();
    }

    static String lost() {
        return STOPPED + KeptStreamException.Reason.POSITION_LOST.name();
    }

    /** The end of a stream that failed. Only messages of this project's exceptions are known to contain no secrets. */
    static String failed(Throwable error) {
        if (error instanceof KeptStreamException kept) {
            return STOPPED + kept.reason().name();
        }
        Failure failure = error instanceof ChatException ours
                ? ours.failure()
                : Failure.of(FailureKind.SERVER, "The answer failed");
        return FAILED + Json.text(RecordFormat.write(failure));
    }

    static boolean isEnd(String entry) {
        char kind = entry.charAt(0);
        return kind == END || kind == FAILED || kind == STOPPED;
    }

    static Entry entry(String written) {
        String rest = written.substring(1);
        return switch (written.charAt(0)) {
            case TEXT -> new Chunk(new StreamChunk.Text(rest));
            case UNITS -> new Chunk(new StreamChunk.Text(fromUnits(rest)));
            case CHUNK -> new Chunk(RecordFormat.read(Json.object(rest), StreamChunk.class));
            case END -> new End(null);
            case FAILED -> new End(new ChatException.CallFailed(RecordFormat.read(Json.object(rest), Failure.class)));
            case STOPPED -> new End(new KeptStreamException(KeptStreamException.Reason.valueOf(rest)));
            default -> throw new IllegalArgumentException("Not an entry of a kept stream");
        };
    }

    private static boolean isWellFormed(String text) {
        for (int i = 0; i < text.length(); i++) {
            char unit = text.charAt(i);
            if (Character.isSurrogate(unit)) {
                boolean pair = Character.isHighSurrogate(unit)
                        && i + 1 < text.length()
                        && Character.isLowSurrogate(text.charAt(i + 1));
                if (!pair) {
                    return false;
                }
                i++;
            }
        }
        return true;
    }

    private static String units(String text) {
        StringBuilder hex = new StringBuilder();
        text.chars().forEach(unit -> hex.append(String.format("%04x", unit)));
        return hex.toString();
    }

    private static String fromUnits(String hex) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < hex.length(); i += 4) {
            text.append((char) Integer.parseInt(hex, i, i + 4, 16));
        }
        return text.toString();
    }
}
