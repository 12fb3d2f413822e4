package dev.understudy.provider.http;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.StreamChunk;
import dev.understudy.provider.dialect.StreamDecoder;
import dev.understudy.provider.framing.Framing;
import dev.understudy.provider.json.JsonErrors;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Signal;

/**
 * Decodes one streamed body from bytes to chunks, on demand: at most the rest of one network buffer is pending. Not
 * thread-safe.
 */
public final class StreamBodyDecoder {

    /** Receives the progress of a body, on the thread that reads it. */
    public interface Progress {

        /** The subscriber reads a fragment. */
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

    static final long MAX_BYTES = 64L << 20;

    private final Framing framing;
    private final StreamDecoder decoder;
    private final UnaryOperator<StreamChunk> mark;
    private final Progress progress;
    private final Queue<StreamChunk> ready = new ArrayDeque<>(4);
    private @Nullable CallFailed broken;
    private long bytes;
    private boolean finished;
    private boolean early;
    private boolean over;
    private boolean answered;
    private boolean ended;

    /** @param mark applied to every chunk */
    public StreamBodyDecoder(
            Framing framing, StreamDecoder decoder, UnaryOperator<StreamChunk> mark, Progress progress) {
        this.framing = framing;
        this.decoder = decoder;
        this.mark = mark;
        this.progress = progress;
    }

    /**
     * Decodes a fragment of the body, or its end, as its chunks are requested. Failures, also those of the transport,
     * are thrown typed after the chunks before them.
     */
    public Iterable<StreamChunk> read(Signal<byte[]> piece) {
        return () -> {
            take(piece.get());
            return new Chunks(piece);
        };
    }

    private void take(byte @Nullable [] piece) {
        if (piece != null) {
            bytes += piece.length;
            progress.read();
        }
        if (over) {
            if (bytes > MAX_BYTES) {
                progress.overLimit();
            }
            return;
        }
        if (piece == null) {
            if (!answered) {
                answered = true;
                progress.content();
            }
            framing.end();
            return;
        }
        if (bytes > MAX_BYTES && complete()) {
            ended = true; // a complete answer stays valid whatever follows it
            progress.overLimit();
            return;
        }
        if (bytes > MAX_BYTES) {
            broken = new CallFailed(
                    Failure.of(FailureKind.PROTOCOL, "the stream exceeds its limit of " + (MAX_BYTES >> 20) + " MiB"));
            return;
        }
        try {
            framing.push(piece);
        } catch (CallFailed failed) {
            broken = failed;
        }
    }

    /** Returns true if an answer whose body ends here is complete. */
    private boolean complete() {
        return decoder.finished() && !early;
    }

    private final class Chunks implements Iterator<StreamChunk> {

        private final Signal<byte[]> piece;

        Chunks(Signal<byte[]> piece) {
            this.piece = piece;
        }

        @Override
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

        @Override
        public StreamChunk next() {
            StreamChunk chunk = ready.poll();
            if (chunk == null) {
                throw new NoSuchElementException();
            }
            return mark.apply(chunk);
        }

        /** Decodes the next event, or ends the stream; returns false when more bytes are needed. */
        private boolean advance() {
            try {
                if (ended) {
                    end();
                    return true;
                }
                if (framing.next()) {
                    decoder.read(framing, ready::add);
                    decoded();
                    return true;
                }
                if (piece.hasValue()) {
                    return false;
                }
                Throwable error = piece.getThrowable();
                if (error != null && !complete()) {
                    throw TransportErrors.withinAnswer(error);
                }
                end();
                return true;
            } catch (CallFailed failed) {
                if (complete() && !over && failed.failure().kind() == FailureKind.PROTOCOL) {
                    end(); // a complete answer stays valid when bytes after it are unreadable
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
                end();
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

        private void end() {
            if (framing.isForeign() && !decoder.finished()) {
                throw JsonErrors.rejected("no event in the body where a stream was expected");
            }
            decoder.end(ready::add);
            over = true;
        }
    }
}
