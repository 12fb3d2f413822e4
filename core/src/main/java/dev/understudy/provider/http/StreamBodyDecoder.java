package dev.understudy.provider.http;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.StreamChunk;
import dev.understudy.provider.dialect.StreamDecoder;
import dev.understudy.provider.framing.BodyInflater;
import dev.understudy.provider.framing.Framing;
import dev.understudy.provider.json.JsonErrors;
import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Decodes one streamed body from bytes to chunks, on demand: at most the rest of one network buffer is pending. Not
 * thread-safe.
 */
public final class StreamBodyDecoder {

    /** Receives the progress of a body, on the thread that reads it. */
    public interface Progress {

        /** A fragment is read. */
        default void read() {}

        /** The first content was decoded, or the body ended. */
        default void content() {}

        /** A finish reason was decoded, and no terminal event yet. */
        default void finished() {}

        /** Content was decoded after the finish reason. */
        default void contentAfterFinish() {}

        /** The terminal event was decoded: the answer is complete. */
        default void terminated() {}

        /** So much arrived after the end of the answer that reading should stop. */
        default void overLimit() {}
    }

    /** Decodes a whole answer that a server sent in place of a stream. */
    @FunctionalInterface
    public interface Whole {

        ChatResponse decode(byte[] body);
    }

    /**
     * Limits of a body, and what is known of its form before the first byte.
     *
     * @param answer limit of a whole answer, in bytes
     * @param stream limit of a stream, in bytes
     * @param inflater decompressor, null for a body that is not compressed
     * @param whole decoder of a whole answer, null if the body is known to be a stream
     */
    public record Body(
            int answer,
            int stream,
            @Nullable BodyInflater inflater,
            @Nullable Whole whole) {

        private static final Body STREAM = new Body(Framing.LIMIT, 4 * Framing.LIMIT, null, null);

        /** Returns a stream with the default limits. */
        public static Body ofStream() {
            return STREAM;
        }
    }

    private final Framing framing;
    private final StreamDecoder decoder;
    private final UnaryOperator<StreamChunk> mark;
    private final Progress progress;
    private final Body body;
    private @Nullable BodyInflater inflater;
    private @Nullable Whole whole;

    /** Pieces of a whole answer; null for a stream. */
    private @Nullable ByteArrayOutputStream pieces;

    private final Queue<StreamChunk> ready = new ArrayDeque<>(4);
    private final Consumer<StreamChunk> out = ready::add;
    private @Nullable CallFailed broken;
    private long bytes;
    private boolean begun;
    private boolean finished;
    private boolean early;
    private boolean over;
    private boolean answered;
    private boolean ended;

    /** The end of the body was received. */
    private boolean atEnd;

    /** Error with which the body ended. */
    private @Nullable Throwable error;

    /** @param mark applied to every chunk */
    public StreamBodyDecoder(
            Framing framing, StreamDecoder decoder, UnaryOperator<StreamChunk> mark, Progress progress, Body body) {
        this.framing = framing;
        this.decoder = decoder;
        this.mark = mark;
        this.progress = progress;
        this.body = body;
        this.inflater = body.inflater();
        this.whole = body.whole();
        framing.skip(decoder);
    }

    /**
     * Takes the next fragment, the bytes from {@code from} to before {@code to}. The previous one must have been read: {@link
     * #hasNext()} returned false. The array is not referenced any more after that either.
     */
    public void take(byte[] fragment, int from, int to) {
        progress.read();
        if (over) {
            bytes += to - from;
            if (bytes > body.stream()) {
                progress.overLimit();
            }
            return;
        }
        if (!begun && from < to) {
            begun = true;
            if (inflater == null && BodyInflater.isGzip(fragment, from, to)) {
                inflater = BodyInflater.ofGzip();
            }
        }
        if (inflater == null) {
            push(fragment, from, to);
        } else {
            inflater.push(Arrays.copyOfRange(fragment, from, to));
        }
    }

    /**
     * Takes the end of the body.
     *
     * @param error error of the transport that ended the body, null for a regular end
     */
    public void end(@Nullable Throwable error) {
        atEnd = true;
        this.error = error;
        if (!over) {
            if (!answered) {
                answered = true;
                progress.content();
            }
            framing.end();
        }
    }

    /**
     * Decodes as far as the next chunk; returns false when another fragment is needed, or behind the last chunk.
     *
     * @throws CallFailed for a failure, also one of the transport, after the chunks before it
     */
    public boolean hasNext() {
        while (ready.isEmpty()) {
            if (broken != null) {
                over = true;
                throw broken;
            }
            if (over || !advance()) {
                return false;
            }
        }
        return true;
    }

    /** Returns the next chunk. */
    public StreamChunk next() {
        StreamChunk chunk = ready.poll();
        if (chunk == null) {
            throw new NoSuchElementException();
        }
        return mark.apply(chunk);
    }

    /** Releases the memory of the decompressor; nothing is decoded afterwards. */
    public void close() {
        if (inflater != null) {
            inflater.close();
        }
    }

    /** Adds content to the stream, or to the whole answer. */
    private void push(byte[] content, int from, int to) {
        bytes += to - from;
        if (bytes > body.stream() && complete()) {
            ended = true; // a complete answer stays valid whatever follows it
            progress.overLimit();
            return;
        }
        if (bytes > body.stream()) {
            broken = new CallFailed(Failure.of(
                    FailureKind.PROTOCOL,
                    "the stream exceeds its limit of " + body.stream()
                            + " bytes: Transport.withMaxStream raises the limit"));
            return;
        }
        try {
            if (whole != null && pieces == null) {
                decide(content, from, to);
            }
            if (pieces == null) {
                framing.push(content, from, to);
            } else if (bytes > body.answer()) {
                throw JsonErrors.overLimit("an answer", body.answer());
            } else {
                pieces.write(content, from, to - from);
            }
        } catch (CallFailed failed) {
            broken = failed;
        }
    }

    /** Decides by the first byte of content if the body is a whole answer or a stream. */
    private void decide(byte[] content, int from, int to) {
        int first = WholeAnswer.firstByte(content, from, to);
        if (first < to) {
            if (WholeAnswer.isJson(content[first])) {
                pieces = new ByteArrayOutputStream(to - from);
            } else {
                whole = null;
            }
        }
    }

    /** Decompresses the next piece; returns false when more bytes are needed. */
    private boolean inflate() {
        byte[] content = inflater == null ? null : inflater.next();
        if (content == null) {
            return false;
        }
        push(content, 0, content.length);
        return true;
    }

    /** Returns true if an answer whose body ends here is complete. */
    private boolean complete() {
        return decoder.finished() && !early;
    }

    /** Decodes the next event, or ends the stream; returns false when more bytes are needed. */
    private boolean advance() {
        try {
            if (ended) {
                finish();
                return true;
            }
            if (framing.next()) {
                decoder.read(framing, out);
                decoded();
                return true;
            }
            if (inflate()) {
                return true;
            }
            if (!atEnd) {
                return false;
            }
            if (error != null && !complete()) {
                throw TransportErrors.withinAnswer(error);
            }
            if (pieces == null || whole == null) {
                finish();
            } else {
                whole.decode(pieces.toByteArray()).chunks().forEach(out);
                over = true;
            }
            return true;
        } catch (CallFailed failed) {
            if (complete() && !over && failed.failure().kind() == FailureKind.PROTOCOL) {
                finish(); // a complete answer stays valid when bytes after it are unreadable
            } else {
                broken = failed;
            }
            return true;
        }
    }

    private void decoded() {
        boolean content = (!answered || finished) && hasContent();
        if (content && !answered) {
            answered = true;
            progress.content();
        }
        if (decoder.terminated()) {
            progress.terminated();
            finish();
        } else if (content && finished) {
            early = true;
            progress.contentAfterFinish();
        } else if (!finished && decoder.finished()) {
            finished = true;
            progress.finished();
        }
    }

    private boolean hasContent() {
        for (StreamChunk chunk : ready) {
            if (chunk.isContent()) {
                return true;
            }
        }
        return false;
    }

    private void finish() {
        if (framing.isForeign() && !decoder.finished()) {
            throw JsonErrors.rejected("no event in the body where a stream was expected");
        }
        decoder.end(out);
        over = true;
    }
}
