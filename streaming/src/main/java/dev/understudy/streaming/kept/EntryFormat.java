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
 * of the stream. Text, which most entries are, is written as it is behind the number of its block. All texts are escaped.
 */
final class EntryFormat {

    private static final char TEXT = 't';
    private static final char AFTER_BLOCK = ':';
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
        if (chunk instanceof StreamChunk.Text text) {
            String block = text.block() == StreamChunk.UNNUMBERED ? "" : String.valueOf(text.block());
            return TEXT + block + AFTER_BLOCK + Escapes.write(text.text());
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
            case TEXT -> new Chunk(text(rest));
            case CHUNK -> new Chunk(RecordFormat.read(Json.object(rest), StreamChunk.class));
            case END -> new End(null);
            case FAILED -> new End(new ChatException.CallFailed(RecordFormat.read(Json.object(rest), Failure.class)));
            case STOPPED -> new End(new KeptStreamException(KeptStreamException.Reason.valueOf(rest)));
            default -> throw new IllegalArgumentException("Not an entry of a kept stream");
        };
    }

    private static StreamChunk.Text text(String written) {
        int end = written.indexOf(AFTER_BLOCK);
        if (end < 0) {
            throw new IllegalArgumentException("Not text of a kept stream");
        }
        int block = end == 0 ? StreamChunk.UNNUMBERED : Integer.parseInt(written, 0, end, 10);
        return new StreamChunk.Text(Escapes.read(written.substring(end + 1)), block);
    }
}
