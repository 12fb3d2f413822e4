package dev.understudy.streaming;

import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ForwardingChatProvider;
import dev.understudy.chat.StreamChunk;
import dev.understudy.streaming.operator.StatefulOperator;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

/**
 * Beginning of an answer that is held back, so that an early failure is invisible. The buffer is released when either
 * limit is reached, and at the finish; a stream that fails before discards it. There are three places for a buffer:
 * {@link #around} each provider of an understudy, which then fails over as if nothing had arrived;
 * {@link ResumePolicy#buffer()}; or {@link #hold} on any stream. Limits for the first content, such as the timeouts of
 * an understudy, include the time in the buffer.
 *
 * @param tokens pieces of content, each about one token; 0 for none
 * @param time limit from the first held piece; {@code null} for none
 */
public record StreamBuffer(int tokens, @Nullable Duration time) {

    private static final StreamBuffer NONE = new StreamBuffer(0, null);
    private static final StreamBuffer WHOLE = new StreamBuffer(Integer.MAX_VALUE, null);

    /**
     * Checks the values.
     *
     * @param tokens pieces of content, each about one token
     * @param time limit from the first held piece
     * @throws IllegalArgumentException if {@code tokens} is negative or {@code time} is not positive
     */
    public StreamBuffer {
        if (tokens < 0) {
            throw new IllegalArgumentException("tokens is 0 or more: " + tokens);
        }
        if (time != null && (time.isZero() || time.isNegative())) {
            throw new IllegalArgumentException("time is longer than zero: " + time);
        }
    }

    /**
     * Holds nothing.
     *
     * @return the buffer
     */
    public static StreamBuffer none() {
        return NONE;
    }

    /**
     * Holds the first pieces of content.
     *
     * @param tokens number of pieces
     * @return the buffer
     */
    public static StreamBuffer tokens(int tokens) {
        return new StreamBuffer(tokens, null);
    }

    /**
     * Holds the content of the first moments.
     *
     * @param time time from the first piece
     * @return the buffer
     */
    public static StreamBuffer time(Duration time) {
        return new StreamBuffer(Integer.MAX_VALUE, time);
    }

    /**
     * Holds everything up to the finish.
     *
     * @return the buffer
     */
    public static StreamBuffer whole() {
        return WHOLE;
    }

    /**
     * Replaces the limit of time.
     *
     * @param time time from the first piece; {@code null} for no limit
     * @return a copy with the value
     */
    public StreamBuffer withTime(@Nullable Duration time) {
        return new StreamBuffer(tokens, time);
    }

    /**
     * Holds the beginning of a stream. Lazy; released chunks are emitted as they are requested, and cancellation
     * discards them.
     *
     * @param stream the stream
     * @return the stream with its beginning held
     */
    public Flux<StreamChunk> hold(Flux<StreamChunk> stream) {
        return isNone() ? stream : new StatefulOperator<>(stream, () -> new BufferStage(this), Schedulers::parallel);
    }

    /**
     * Holds the beginning of all streams of a provider.
     *
     * @param provider the provider
     * @return the provider with this buffer
     */
    public ChatProvider around(ChatProvider provider) {
        StreamBuffer buffer = this;
        return new ForwardingChatProvider(provider) {
            @Override
            public Flux<StreamChunk> stream(ChatRequest request) {
                return buffer.hold(delegate().stream(request));
            }
        };
    }

    boolean isNone() {
        return tokens == 0;
    }
}
