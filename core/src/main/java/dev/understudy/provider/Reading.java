package dev.understudy.provider;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.StreamChunk;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * One streamed body on its way from bytes to chunks. Decodes only as far as it is asked: what waits is at most the rest
 * of one network buffer.
 */
final class Reading {

    static final long MAX_BYTES = 64L << 20;

    /**
     * A piece of the body, or its end.
     *
     * @param bytes {@code null} at the end
     * @param error what ended it, {@code null} for a clean end
     */
    record Piece(byte @Nullable [] bytes, @Nullable Throwable error) {
        static final Piece END = new Piece(null, null);
    }

    private final Framing framing;
    private final StreamDecoder decoder;
    private final Runnable onFinished;
    private final Runnable onContent;
    private final Queue<StreamChunk> ready = new ArrayDeque<>(4);
    private @Nullable CallFailed broken;
    private long bytes;
    private boolean draining;
    private boolean over;
    private boolean answered;

    /**
     * @param onFinished run when a finish reason was seen, and again when something is said after it all the same
     * @param onContent run once, with the first content or at the end of the body
     */
    Reading(Framing framing, StreamDecoder decoder, Runnable onFinished, Runnable onContent) {
        this.framing = framing;
        this.decoder = decoder;
        this.onFinished = onFinished;
        this.onContent = onContent;
    }

    /** The chunks in a piece, decoded as they are asked for. Failures are thrown after the chunks before them. */
    Iterable<StreamChunk> read(Piece piece) {
        return () -> {
            if (!over) {
                take(piece);
            }
            return new Chunks(piece);
        };
    }

    /** Counts what arrives, also behind the end of the answer; true when nothing more should be read. */
    boolean isOverLimit(int length) {
        bytes += length;
        return bytes > MAX_BYTES;
    }

    private void take(Piece piece) {
        if (piece.bytes() == null) {
            if (!answered) {
                answered = true;
                onContent.run();
            }
            framing.end();
            return;
        }
        if (bytes > MAX_BYTES) {
            broken = new CallFailed(
                    Failure.of(FailureKind.PROTOCOL, "the stream is over its limit of " + (MAX_BYTES >> 20) + " MiB"));
            return;
        }
        try {
            framing.push(piece.bytes());
        } catch (CallFailed failed) {
            broken = failed;
        }
    }

    private final class Chunks implements Iterator<StreamChunk> {

        private final Piece piece;

        Chunks(Piece piece) {
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
            return chunk;
        }

        /** Decodes the next event, or ends the stream; false when more bytes are needed. */
        private boolean advance() {
            try {
                if (framing.next()) {
                    decoder.read(framing, ready::add);
                    if (!answered && hasContent()) {
                        answered = true;
                        onContent.run();
                    }
                    if (decoder.finished() && !(draining && ready.isEmpty())) {
                        draining = true;
                        onFinished.run();
                    }
                    if (decoder.terminated()) {
                        end();
                    }
                    return true;
                }
                if (piece.bytes() != null) {
                    return false;
                }
                if (piece.error() != null && !decoder.finished()) {
                    throw TransportFailure.typed(piece.error(), true);
                }
                end();
                return true;
            } catch (CallFailed failed) {
                if (decoder.finished() && !over && failed.failure().kind() == FailureKind.PROTOCOL) {
                    end(); // an answer that is complete is not spoilt by what cannot be read behind it
                } else {
                    broken = failed;
                }
                return true;
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
                throw JsonErrors.rejected("not one event in the body where a stream was expected");
            }
            decoder.end(ready::add);
            over = true;
        }
    }
}
