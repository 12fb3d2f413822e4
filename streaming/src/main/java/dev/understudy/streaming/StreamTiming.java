package dev.understudy.streaming;

import dev.understudy.chat.StreamChunk;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

/** Timing of a stream, as its consumer experiences it: the time before the consumer requests more is included. */
public sealed interface StreamTiming {

    /**
     * The first content arrived.
     *
     * @param after time from the subscription
     */
    record FirstContent(Duration after) implements StreamTiming {}

    /**
     * A silence between two pieces of content, reported at its end.
     *
     * @param lasted length of the silence
     * @param atOffset characters of text before it
     */
    record Gap(Duration lasted, int atOffset) implements StreamTiming {}

    /** End of a stream. */
    enum End {
        /** The stream completed. */
        FINISHED,
        /** The stream signalled an error. */
        FAILED,
        /** The subscriber cancelled. */
        CANCELLED
    }

    /**
     * Summary, reported once at the end of the stream.
     *
     * @param end end of the stream
     * @param took time from the subscription
     * @param firstContent time from the subscription to the first content; {@code null} when there was none
     * @param longestGap longest silence between two pieces of content
     * @param tokens tokens of the answer, from its finish or estimated from its text
     */
    record Total(End end, Duration took, @Nullable Duration firstContent, Duration longestGap, int tokens)
            implements StreamTiming {

        /**
         * Rate from the first content on.
         *
         * @return tokens per second; 0 without content or elapsed time
         */
        public double tokensPerSecond() {
            double seconds = firstContent == null ? 0 : took.minus(firstContent).toNanos() / 1e9;
            return seconds <= 0 ? 0 : tokens / seconds;
        }
    }

    /**
     * Measures a stream. Lazy; each subscription is measured separately.
     *
     * @param stream the stream
     * @param gap silence from which on a {@link Gap} is reported
     * @param listener called on the threads of the stream; must not block, and its exceptions are ignored
     * @return the stream with unchanged signals
     */
    static Flux<StreamChunk> measure(Flux<StreamChunk> stream, Duration gap, Consumer<StreamTiming> listener) {
        return Flux.defer(() -> {
            StreamTimer timer = new StreamTimer(gap.toNanos(), listener);
            return stream.doOnNext(timer::received)
                    .doOnComplete(() -> timer.over(End.FINISHED))
                    .doOnError(error -> timer.over(End.FAILED))
                    .doOnCancel(() -> timer.over(End.CANCELLED));
        });
    }
}
