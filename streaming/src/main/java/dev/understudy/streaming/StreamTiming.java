package dev.understudy.streaming;

import dev.understudy.chat.StreamChunk;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

/** How fast a stream flows, as its consumer sees it: the time a consumer lets pass before it asks for more counts too. */
public sealed interface StreamTiming {

    /**
     * The first content.
     *
     * @param after from the subscription
     */
    record FirstContent(Duration after) implements StreamTiming {}

    /**
     * A silence between two pieces of content, told when it is over.
     *
     * @param lasted how long
     * @param atOffset characters of text before it
     */
    record Gap(Duration lasted, int atOffset) implements StreamTiming {}

    /** How a stream ended. */
    enum End {
        FINISHED,
        FAILED,
        CANCELLED
    }

    /**
     * All of it, told once, when the stream is over.
     *
     * @param end how it ended
     * @param took from the subscription
     * @param firstContent from the subscription; {@code null} when there was none
     * @param longestGap between two pieces of content
     * @param tokens of the answer, by its finish or estimated from its text
     */
    record Total(End end, Duration took, @Nullable Duration firstContent, Duration longestGap, int tokens)
            implements StreamTiming {

        /** Tokens a second from the first content on; 0 where there is no time to divide by. */
        public double tokensPerSecond() {
            double seconds = firstContent == null ? 0 : took.minus(firstContent).toNanos() / 1e9;
            return seconds <= 0 ? 0 : tokens / seconds;
        }
    }

    /**
     * The same stream, measured.
     *
     * @param gap how long a silence is before it is told
     * @param listener hears it on the threads of the stream; must not block, and what it throws is thrown away
     */
    static Flux<StreamChunk> measure(Flux<StreamChunk> stream, Duration gap, Consumer<StreamTiming> listener) {
        return Flux.defer(() -> {
            StreamTimer watch = new StreamTimer(gap.toNanos(), listener);
            return stream.doOnNext(watch::heard)
                    .doOnComplete(() -> watch.over(End.FINISHED))
                    .doOnError(error -> watch.over(End.FAILED))
                    .doOnCancel(() -> watch.over(End.CANCELLED));
        });
    }
}
