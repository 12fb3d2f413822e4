package dev.understudy.gateway.kept;

import dev.understudy.gateway.key.ClientKey;
import dev.understudy.gateway.protocol.AnswerHead;
import dev.understudy.gateway.protocol.CallError;
import dev.understudy.gateway.protocol.ClientCall;
import dev.understudy.streaming.PositionedChunk;
import dev.understudy.streaming.kept.KeptStreamException;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Turns the chunks of a kept stream into events with ids, for one reader. An encoder follows the stream from its beginning,
 * so events are the same for each reader; those that the reader has received are left out. Not thread-safe.
 */
public final class KeptReader {

    private static final String END = "\n\n";

    private final String api;
    private final @Nullable ClientKey key;
    private final BiFunction<StreamNote.Head, AnswerHead, ClientCall.Events> encoders;
    private final EventId after;
    private final long skipped;
    private long events;
    private String stream = "";
    private StreamNote.@Nullable Producer first;
    private String model = "";
    private ClientCall.@Nullable Events encoder;

    /**
     * Creates a reader.
     *
     * @param api path of the API
     * @param key key of the client; {@code null} if it needs none
     * @param encoders makes the encoder
     * @param after last event that was received
     * @param skipped number of events at the beginning that were received, whatever their ids
     */
    public KeptReader(
            String api,
            @Nullable ClientKey key,
            BiFunction<StreamNote.Head, AnswerHead, ClientCall.Events> encoders,
            EventId after,
            long skipped) {
        this.api = api;
        this.key = key;
        this.encoders = encoders;
        this.after = after;
        this.skipped = skipped;
    }

    /**
     * Reads a chunk.
     *
     * @return events that the reader has not received, "" for none; {@code null} for a chunk that is not of the answer
     * @throws KeptStreamException if the stream is not of this client and this API
     * @throws CallError.Failed if the stream failed
     */
    public @Nullable String read(PositionedChunk one) {
        StreamNote note = StreamNote.of(one.chunk());
        if (note == null) {
            return withIds(encoder().of(one.chunk()), one.position());
        }
        if (note instanceof StreamNote.Head head) {
            begin(head, one.stream());
        } else if (note instanceof StreamNote.Producer producer) {
            first = first == null ? producer : first;
            model = producer.model();
        } else if (note instanceof StreamNote.Failed failed) {
            throw failed.error().exception();
        }
        return null;
    }

    private void begin(StreamNote.Head head, String id) {
        boolean mine = head.owner().is(key) && head.api().equals(api);
        if (!mine) {
            throw unknown();
        }
        stream = id;
        String answer = id.isEmpty() ? AnswerHead.randomId() : id;
        encoder = encoders.apply(head, new AnswerHead(answer, head.created(), () -> model));
    }

    private static KeptStreamException unknown() {
        return new KeptStreamException(KeptStreamException.Reason.UNKNOWN);
    }

    /** Returns the encoder of the stream. */
    public ClientCall.Events encoder() {
        if (encoder == null) {
            throw unknown(); // a stream that this gateway has not started
        }
        return encoder;
    }

    /** Returns the id of the stream; "" if it is not kept. */
    public String stream() {
        return stream;
    }

    /** Returns the producer of the first chunk; {@code null} before it. */
    public StreamNote.@Nullable Producer first() {
        return first;
    }

    /** Adds ids to events, and leaves out those that were received. Comments have no ids. */
    private String withIds(String written, long position) {
        StringBuilder rest = new StringBuilder(written.length() + 64);
        int index = 0;
        for (int from = 0; from < written.length(); ) {
            int blank = written.indexOf(END, from);
            if (blank < 0) {
                throw new IllegalStateException("An event does not end with a blank line");
            }
            int end = blank + END.length();
            EventId id = new EventId(stream, position, index);
            boolean comment = written.charAt(from) == ':';
            if (!id.isUpTo(after) && events >= skipped) {
                if (!comment && !stream.isEmpty()) {
                    rest.append("id: ").append(id).append('\n');
                }
                rest.append(written, from, end);
            }
            if (!comment) {
                index++;
                events++;
            }
            from = end;
        }
        return rest.toString();
    }
}
