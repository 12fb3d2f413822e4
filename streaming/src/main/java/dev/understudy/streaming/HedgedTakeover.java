package dev.understudy.streaming;

import dev.understudy.chat.Failure;
import dev.understudy.chat.StreamChunk;
import dev.understudy.streaming.operator.SourceRace;
import dev.understudy.streaming.operator.StatefulOperator;
import java.time.Duration;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

/**
 * Starts another attempt beside one that is silent for a suspicious time. The first that sends further content is delivered, and the other
 * is cancelled. Silence within a tool call and after reasoning is usual and not suspicious. One for each attempt; called by one
 * thread at a time.
 */
final class HedgedTakeover {

    private final SourceRace<StreamChunk> race = new SourceRace<>();
    private final StreamPace streamPace;
    private final HedgingBudget budget;
    private final BiFunction<StreamInterruption, HedgedTakeover, @Nullable Rival> fork;
    private @Nullable Rival other;
    private boolean timed;
    private boolean usual; // silence is to be expected now

    /**
     * Another attempt at the answer.
     *
     * @param chunks remaining chunks of the answer
     * @param lost called if the silent attempt sends a chunk before the other one delivers any
     */
    record Rival(Flux<StreamChunk> chunks, Runnable lost) {}

    /**
     * @param fork makes the attempt that would follow an interruption; null if there is none
     */
    HedgedTakeover(
            ResumePolicy.Hedging hedging,
            HedgingBudget budget,
            BiFunction<StreamInterruption, HedgedTakeover, @Nullable Rival> fork) {
        this.streamPace = new StreamPace(hedging);
        this.budget = budget;
        this.fork = fork;
    }

    /** The chunks of the attempt that wins, beginning with this one. */
    Flux<StreamChunk> race(Flux<StreamChunk> attempt) {
        return race.from(attempt);
    }

    /** Claims the answer for the other attempt; false if the silent one sent a chunk before. */
    boolean otherClaims() {
        return race.secondClaims();
    }

    /** True if the attempt that was silent may still go on. */
    boolean isOpen() {
        return race.isOpen();
    }

    /** Records a chunk of the attempt; false if another attempt has taken over, and the chunk is to be dropped. */
    boolean receives(StreamChunk chunk, StatefulOperator.Sink<StreamChunk> sink) {
        if (!race.firstClaims()) {
            return false;
        }
        abandon();
        long now = Clock.now();
        if (chunk.isContent()) {
            streamPace.chunk(now);
            usual = chunk instanceof StreamChunk.ToolCallPart || chunk instanceof StreamChunk.Reasoning;
            arm(now, sink);
        }
        return true;
    }

    /** Records the other attempt, if there is one, as wasted. */
    void abandon() {
        Rival slower = other;
        if (slower != null) {
            other = null;
            slower.lost().run();
        }
    }

    private void arm(long now, StatefulOperator.Sink<StreamChunk> sink) {
        if (!timed) {
            timed = true;
            sink.wake(Duration.ofNanos(Math.max(1, streamPace.untilSuspicious(now))));
        }
    }

    /**
     * Begins another attempt if the silence is suspicious, else sets the timer again.
     *
     * @param silent interruption by a silence of this length, with what was received
     */
    void onTimer(Function<Failure, StreamInterruption> silent, StatefulOperator.Sink<StreamChunk> sink) {
        timed = false;
        long now = Clock.now();
        if (race.isOpen() || other != null) {
            return;
        }
        if (usual || !sink.isWanted()) {
            streamPace.restart(now);
        }
        if (streamPace.untilSuspicious(now) > 0) {
            arm(now, sink);
        } else {
            begin(silent, Duration.ofNanos(streamPace.silence(now)));
        }
    }

    private void begin(Function<Failure, StreamInterruption> silent, Duration silence) {
        StreamInterruption interruption = silent.apply(Failure.timeout(Failure.Phase.IDLE, silence));
        Rival next = fork.apply(interruption, this);
        if (next != null && budget.take()) {
            other = next;
            race.begin(next.chunks());
        }
    }
}
