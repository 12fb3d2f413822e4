package dev.understudy.testing;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Usage;
import dev.understudy.chat.VendorMetadata;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * What a {@link ScriptedProvider} does with one call. Immutable. The same cue is played whole and streamed: a unary
 * answer takes as long as its chunks would have taken, and fails where the stream would have failed.
 */
public final class ScriptedAnswer {

    private enum End {
        /** Ends as an answer should. */
        FINISH,
        /** Fails. */
        FAIL,
        /** Never says anything again. */
        HANG,
        /** Completes as if that were all. */
        CUT,
        /** Does not even give a publisher. */
        THROW
    }

    /** What becomes of the answer: how it ends, after how many chunks at most, and with what error. */
    private record Plot(End end, int chunks, @Nullable RuntimeException error) {
        Plot {
            if (chunks < 0) {
                throw new IllegalArgumentException("Something is said before, or nothing: " + chunks);
            }
        }
    }

    private final Answer answer;
    private final Plot plot;
    private final Delays delays;
    private final @Nullable Scheduler scheduler;

    private ScriptedAnswer(Answer answer, Plot plot, Delays delays, @Nullable Scheduler scheduler) {
        this.answer = answer;
        this.plot = plot;
        this.delays = delays;
        this.scheduler = scheduler;
    }

    private static ScriptedAnswer of(Answer answer) {
        return new ScriptedAnswer(answer, new Plot(End.FINISH, Integer.MAX_VALUE, null), Delays.AT_ONCE, null);
    }

    /** An answer of this text; streamed, each word is a chunk. */
    public static ScriptedAnswer text(String text) {
        return of(Answer.text(text));
    }

    /** An answer of these chunks of text. */
    public static ScriptedAnswer tokens(String... tokens) {
        return of(Answer.tokens(tokens));
    }

    /**
     * An answer of exactly these chunks; a {@link StreamChunk.Finish} in it tells reason, usage and receipt, and without
     * one there is a usual one at the end.
     */
    public static ScriptedAnswer chunks(StreamChunk... chunks) {
        return of(Answer.of(List.of(chunks)));
    }

    /** An answer that calls a tool: its parts, and then the whole call. */
    public static ScriptedAnswer toolCall(String id, String name, String arguments) {
        return empty().withToolCall(id, name, arguments);
    }

    /** An answer without content that ends as if all were well. */
    public static ScriptedAnswer empty() {
        return text("");
    }

    /** Completes without any signal: no chunk, no finish, no response. */
    public static ScriptedAnswer nothing() {
        return empty().cutAfter(0);
    }

    /** Fails before any content. */
    public static ScriptedAnswer fail(Failure failure) {
        return empty().failAfter(0, failure);
    }

    /** Fails before any content. */
    public static ScriptedAnswer fail(FailureKind kind) {
        return fail(Failure.of(kind, "scripted"));
    }

    /** Fails before any content with an exception that is none of ours, as a provider with a bug would. */
    public static ScriptedAnswer error(RuntimeException bug) {
        return empty().ending(0, End.FAIL, bug);
    }

    /** Never answers. */
    public static ScriptedAnswer hang() {
        return empty().hangAfter(0);
    }

    /** Throws instead of giving a publisher, which no provider should. As the answer of a rule it is signalled. */
    public static ScriptedAnswer throwing(RuntimeException thrown) {
        return empty().ending(0, End.THROW, thrown);
    }

    /** The model thinks this aloud first. */
    public ScriptedAnswer withReasoning(String thought) {
        return saying(answer.withReasoning(thought));
    }

    /** The model calls one more tool at the end. */
    public ScriptedAnswer withToolCall(String id, String name, String arguments) {
        return saying(answer.withToolCall(id, name, arguments));
    }

    /** Why it ends; by default TOOL_CALLS when tools are called, and STOP when not. */
    public ScriptedAnswer withFinish(FinishReason reason) {
        return saying(answer.withReason(reason));
    }

    /** Tokens used; by default ten of prompt and one for each chunk. */
    public ScriptedAnswer withUsage(Usage usage) {
        return saying(answer.withUsage(usage));
    }

    public ScriptedAnswer withReceipt(VendorMetadata vendorMetadata) {
        return saying(answer.withReceipt(vendorMetadata));
    }

    /** Fails after so many chunks, or at the end of them. */
    public ScriptedAnswer failAfter(int chunks, Failure failure) {
        return ending(chunks, End.FAIL, new CallFailed(failure));
    }

    /** Goes silent after so many chunks, or at the end of them. */
    public ScriptedAnswer hangAfter(int chunks) {
        return ending(chunks, End.HANG, null);
    }

    /**
     * Completes without finish after so many chunks, or at the end of them. A unary answer fails as TRUNCATED, or
     * completes empty when there was no chunk.
     */
    public ScriptedAnswer cutAfter(int chunks) {
        return ending(chunks, End.CUT, null);
    }

    /** Waits before the first signal. */
    public ScriptedAnswer beforeFirst(Duration wait) {
        return paced(new Delays(Duration.ZERO, wait, delays.between()));
    }

    /** Waits before each chunk after the first. The end follows the last chunk at once. */
    public ScriptedAnswer between(Duration wait) {
        return paced(new Delays(Duration.ZERO, delays.first(), wait));
    }

    /** Waits on this scheduler; by default on {@link Schedulers#parallel()}, looked up at subscription. */
    public ScriptedAnswer on(Scheduler scheduler) {
        return new ScriptedAnswer(answer, plot, delays, scheduler);
    }

    /** What it throws instead of giving a publisher, if that is what it does. */
    @Nullable
    RuntimeException thrown() {
        return plot.end() == End.THROW ? plot.error() : null;
    }

    Mono<ChatResponse> chat(String provider, String model) {
        int chunks = Math.min(plot.chunks(), answer.chunks().size());
        Duration wait = delays.first().plus(delays.between().multipliedBy(Math.max(0, chunks - 1)));
        Mono<ChatResponse> said =
                switch (plot.end()) {
                    case FINISH -> Mono.just(answer.whole(provider, model));
                    case HANG -> Mono.never();
                    case FAIL, THROW -> Mono.error(failure());
                    case CUT ->
                        chunks == 0
                                ? Mono.empty()
                                : Mono.error(new CallFailed(
                                        Failure.of(FailureKind.TRUNCATED, "the scripted answer was cut")));
                };
        return wait.isZero() ? said : Mono.delay(wait, scheduler()).then(said);
    }

    Flux<StreamChunk> stream(String provider, String model) {
        Flux<StreamChunk> tail =
                switch (plot.end()) {
                    case FINISH -> Flux.just(answer.finish(provider, model));
                    case HANG -> Flux.never();
                    case FAIL, THROW -> Flux.error(failure());
                    case CUT -> Flux.empty();
                };
        List<StreamChunk> chunks = answer.chunks()
                .subList(0, Math.min(plot.chunks(), answer.chunks().size()));
        if (chunks.isEmpty()) {
            return delays.first().isZero()
                    ? tail
                    : Mono.delay(delays.first(), scheduler()).thenMany(tail);
        }
        if (delays.equals(Delays.AT_ONCE)) {
            return Flux.fromIterable(chunks).concatWith(tail);
        }
        Scheduler timer = scheduler();
        return Flux.range(0, chunks.size())
                .concatMap(i -> later(i == 0 ? delays.first() : delays.between(), chunks.get(i), timer), 0)
                .concatWith(tail);
    }

    private static Mono<StreamChunk> later(Duration wait, StreamChunk chunk, Scheduler timer) {
        return wait.isZero() ? Mono.just(chunk) : Mono.just(chunk).delayElement(wait, timer);
    }

    private Scheduler scheduler() {
        return scheduler == null ? Schedulers.parallel() : scheduler;
    }

    private RuntimeException failure() {
        return Objects.requireNonNull(plot.error());
    }

    private ScriptedAnswer saying(Answer answer) {
        return new ScriptedAnswer(answer, plot, delays, scheduler);
    }

    private ScriptedAnswer paced(Delays delays) {
        return new ScriptedAnswer(answer, plot, delays, scheduler);
    }

    private ScriptedAnswer ending(int chunks, End end, @Nullable RuntimeException error) {
        return new ScriptedAnswer(answer, new Plot(end, chunks, error), delays, scheduler);
    }
}
