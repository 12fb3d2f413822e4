package dev.understudy.provider;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.ResumeToken;
import dev.understudy.chat.StreamChunk;
import java.util.function.Consumer;

/**
 * A response that OpenAI produces in the background. Its events are numbered, so another connection gets those behind the
 * last one that was read; what was read before is kept here, and told first. So nobody needs to know how much of what was
 * read had reached the reader when the connection was lost.
 *
 * <p>Only the newest connection is read from: one that was given up may still be in the middle of an event.
 */
final class KeptResponse implements ResumeToken {

    private final String provider;
    private final String model;
    private final String path;
    private final KeyRing.Lease lease;
    private final OpenAiResponsesStream decoder;
    private final Told told = new Told();
    private StreamDecoder newest = new Connection();
    private boolean offered;
    private boolean failed; // as the vendor says, or it does not go on where it ended
    private boolean unnumbered; // so nobody could say where to go on

    /** @param path where responses are asked for */
    KeptResponse(String provider, String model, String path, KeyRing.Lease lease) {
        this.provider = provider;
        this.model = model;
        this.path = path;
        this.lease = lease;
        this.decoder = new OpenAiResponsesStream(provider, model, true);
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

    /** The key whose answer it is: others may not read it. */
    KeyRing.Lease lease() {
        return lease;
    }

    /** Reads the next connection, and none before it any more. */
    synchronized StreamDecoder connect() {
        newest = new Connection();
        decoder.reconnect();
        return newest;
    }

    /** Where the events are that were not read yet. */
    synchronized String rest() {
        int query = path.indexOf('?');
        String place = query < 0 ? path : path.substring(0, query);
        String more = query < 0 ? "?" : path.substring(query) + "&";
        return place + "/" + PathSegment.of(decoder.id()) + more + "stream=true&starting_after=" + decoder.last();
    }

    private final class Connection implements StreamDecoder {

        private boolean begun;

        @Override
        public void read(Framing event, Consumer<StreamChunk> out) {
            synchronized (KeptResponse.this) {
                if (newest != this) {
                    return;
                }
                begin(out);
                try {
                    decoder.read(event, chunk -> tell(chunk, out));
                } catch (CallFailed error) {
                    failed |= error.failure().kind() != FailureKind.PROTOCOL;
                    throw error;
                }
            }
        }

        private void begin(Consumer<StreamChunk> out) {
            if (!begun) {
                begun = true;
                told.again(out);
            }
        }

        private void tell(StreamChunk chunk, Consumer<StreamChunk> out) {
            told.add(chunk);
            out.accept(chunk);
            unnumbered |= !decoder.isNumbered();
            if (!offered && chunk.isContent()) {
                offered = true;
                out.accept(new StreamChunk.Resumable(KeptResponse.this));
            }
        }

        @Override
        public boolean finished() {
            synchronized (KeptResponse.this) {
                return newest == this && decoder.finished();
            }
        }

        @Override
        public boolean terminated() {
            synchronized (KeptResponse.this) {
                return newest == this && decoder.terminated();
            }
        }

        @Override
        public void end(Consumer<StreamChunk> out) {
            synchronized (KeptResponse.this) {
                if (newest != this) {
                    throw new CallFailed(Failure.of(FailureKind.TRUNCATED, "the stream was given up for another"));
                }
                if (decoder.finished()) {
                    begin(out);
                }
                decoder.end(out);
            }
        }
    }
}
