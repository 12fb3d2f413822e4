package dev.understudy.provider.dialect;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.StreamChunk;
import dev.understudy.provider.framing.Framing;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Streamed answer that a vendor stores. Its events have positions, so another connection receives those after the last
 * one that was decoded; earlier chunks are kept here and delivered first. The number of chunks that had reached the
 * consumer when the connection was lost is therefore not needed.
 *
 * <p>Only the newest connection is read: an abandoned one may still be in the middle of an event. Thread-safe.
 */
public final class StoredStream implements StoredAnswer {

    private final String provider;
    private final String model;
    private final ResumableDecoder decoder;
    private final Supplier<String> rest;
    private final DeliveredChunks delivered = new DeliveredChunks();
    private StreamDecoder newest = new Connection();
    private boolean offered;
    private boolean failed; // as reported by the vendor, or events are missing
    private boolean unnumbered; // so there is no position to resume from

    /**
     * Creates a stream of which nothing was received.
     *
     * @param decoder used by this stream only
     * @param rest returns the path of the events after the last one that the decoder decoded
     */
    public StoredStream(String provider, ChatRequest request, ResumableDecoder decoder, Supplier<String> rest) {
        this.provider = provider;
        this.model = request.model();
        this.decoder = decoder;
        this.rest = rest;
    }

    @Override
    public String provider() {
        return provider;
    }

    @Override
    public String model() {
        return model;
    }

    @Override
    public synchronized boolean isAlive() {
        return !failed && !unnumbered && !decoder.id().isEmpty();
    }

    @Override
    public synchronized StreamDecoder connect() {
        newest = new Connection();
        decoder.reconnect();
        return newest;
    }

    @Override
    public synchronized String rest() {
        return rest.get();
    }

    private final class Connection implements StreamDecoder {

        private boolean begun;

        @Override
        public void read(Framing event, Consumer<StreamChunk> out) {
            synchronized (StoredStream.this) {
                if (newest != this) {
                    return;
                }
                begin(out);
                try {
                    decoder.read(event, chunk -> deliver(chunk, out));
                } catch (CallFailed error) {
                    failed |= error.failure().kind() != FailureKind.PROTOCOL;
                    throw error;
                }
            }
        }

        @Override
        public boolean skips(String event, byte[] bytes, int from, int to) {
            return decoder.skips(event, bytes, from, to);
        }

        @Override
        public boolean elidesMedia() {
            return decoder.elidesMedia();
        }

        private void begin(Consumer<StreamChunk> out) {
            if (!begun) {
                begun = true;
                delivered.replay(out);
            }
        }

        private void deliver(StreamChunk chunk, Consumer<StreamChunk> out) {
            delivered.add(chunk);
            out.accept(chunk);
            unnumbered |= !decoder.isNumbered();
            if (!offered && chunk.isContent()) {
                offered = true;
                out.accept(new StreamChunk.Resumable(StoredStream.this));
            }
        }

        @Override
        public boolean finished() {
            synchronized (StoredStream.this) {
                return newest == this && decoder.finished();
            }
        }

        @Override
        public boolean terminated() {
            synchronized (StoredStream.this) {
                return newest == this && decoder.terminated();
            }
        }

        @Override
        public void end(Consumer<StreamChunk> out) {
            synchronized (StoredStream.this) {
                if (newest != this) {
                    throw new CallFailed(
                            Failure.of(FailureKind.TRUNCATED, "the stream was replaced by another connection"));
                }
                if (decoder.finished()) {
                    begin(out);
                }
                decoder.end(out);
            }
        }
    }

    /** Chunks delivered so far, merged as far as equal in meaning. */
    private static final class DeliveredChunks {

        private final List<StreamChunk> pieces = new ArrayList<>();
        private final StringBuilder run = new StringBuilder();
        private @Nullable StreamChunk open; // kind of the current run

        void add(StreamChunk chunk) {
            String fragment = fragment(chunk);
            if (fragment == null) {
                close();
                pieces.add(chunk);
                return;
            }
            if (open == null || !continues(open, chunk)) {
                close();
                open = chunk;
            }
            run.append(fragment);
        }

        void replay(Consumer<StreamChunk> out) {
            close();
            pieces.forEach(out);
        }

        private void close() {
            if (open != null) {
                pieces.add(withContent(open, run.toString()));
                run.setLength(0);
                open = null;
            }
        }

        private static @Nullable String fragment(StreamChunk chunk) {
            if (chunk instanceof StreamChunk.Text text) {
                return text.text();
            }
            if (chunk instanceof StreamChunk.Reasoning reasoning) {
                return reasoning.closes() == null ? reasoning.thought() : null;
            }
            return chunk instanceof StreamChunk.ToolCallPart part ? part.arguments() : null;
        }

        private static boolean continues(StreamChunk open, StreamChunk next) {
            return open.getClass() == next.getClass()
                    && open.block() == next.block()
                    && !(open instanceof StreamChunk.ToolCallPart one
                            && next instanceof StreamChunk.ToolCallPart other
                            && one.index() != other.index());
        }

        private static StreamChunk withContent(StreamChunk like, String content) {
            if (like instanceof StreamChunk.ToolCallPart part) {
                return new StreamChunk.ToolCallPart(part.index(), part.id(), part.name(), content, part.block());
            }
            return like instanceof StreamChunk.Text
                    ? new StreamChunk.Text(content, like.block())
                    : new StreamChunk.Reasoning(content, null, like.block());
        }
    }
}
