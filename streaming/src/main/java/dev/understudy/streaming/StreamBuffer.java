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
 * How much of the beginning of an answer is held back, so that an early death is invisible. It is let go when either
 * limit is reached, and at the finish; a stream that fails before loses it. Three places for it: {@link #around} each
 * provider of an understudy, which then fails over as if nothing had come; {@link ResumePolicy#buffer()}; or {@link #hold}
 * on any stream. Whoever waits for the first content, an understudy's timeouts for one, waits for the buffer too.
 *
 * @param tokens pieces of content, each about one token; 0 for none
 * @param time from the first held piece; {@code null} sets no limit
 */
public record StreamBuffer(int tokens, @Nullable Duration time) {

    private static final StreamBuffer NONE = new StreamBuffer(0, null);
    private static final StreamBuffer WHOLE = new StreamBuffer(Integer.MAX_VALUE, null);

    public StreamBuffer {
        if (tokens < 0) {
            throw new IllegalArgumentException("tokens is 0 or more: " + tokens);
        }
        if (time != null && (time.isZero() || time.isNegative())) {
            throw new IllegalArgumentException("time is longer than zero: " + time);
        }
    }

    /** Nothing is held. */
    public static StreamBuffer none() {
        return NONE;
    }

    /** The first pieces. */
    public static StreamBuffer tokens(int tokens) {
        return new StreamBuffer(tokens, null);
    }

    /** What comes in the first moments. */
    public static StreamBuffer time(Duration time) {
        return new StreamBuffer(Integer.MAX_VALUE, time);
    }

    /** Everything up to the finish. */
    public static StreamBuffer whole() {
        return WHOLE;
    }

    /** Released at the latest after this time; {@code null} sets no limit. */
    public StreamBuffer withTime(@Nullable Duration time) {
        return new StreamBuffer(tokens, time);
    }

    /** The stream with its beginning held. Demand is kept: what is held is not asked for twice, and let go as it is asked for. */
    public Flux<StreamChunk> hold(Flux<StreamChunk> stream) {
        return isNone() ? stream : new StatefulOperator<>(stream, () -> new BufferStage(this), Schedulers::parallel);
    }

    /** The provider with the beginning of its streams held. */
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
