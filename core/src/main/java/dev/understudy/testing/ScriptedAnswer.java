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
 * Answer of a {@link ScriptedProvider} to one call. Immutable. One definition serves chat and stream: a chat answer
 * takes as long as its chunks would take, and fails where the stream would fail.
 */
public final class ScriptedAnswer {

    /** End of an answer. */
    private enum End {
        /** Finishes normally. */
        FINISH,
        /** Signals an error. */
        FAIL,
        /** Signals nothing more. */
        HANG,
        /** Completes without finish. */
        CUT,
        /** Throws instead of returning a publisher. */
        THROW
    }

    /** End of the answer, greatest number of chunks before it, and error. */
    private record Outcome(End end, int chunks, @Nullable RuntimeException error) {
        Outcome {
            if (chunks < 0) {
                throw new IllegalArgumentException("The number of chunks is 0 or more: " + chunks);
            }
        }
    }

    private final Answer answer;
    private final Outcome outcome;
    private final Delays delays;
    private final @Nullable Scheduler scheduler;

    private ScriptedAnswer(Answer answer, Outcome outcome, Delays delays, @Nullable Scheduler scheduler) {
        this.answer = answer;
        this.outcome = outcome;
        this.delays = delays;
        this.scheduler = scheduler;
    }

    private static ScriptedAnswer of(Answer answer) {
        return new ScriptedAnswer(answer, new Outcome(End.FINISH, Integer.MAX_VALUE, null), Delays.AT_ONCE, null);
    }

    /**
     * An answer with a text; streamed, each word is a chunk.
     *
     * @param text text of the answer
     * @return the answer
     */
    public static ScriptedAnswer text(String text) {
        return of(Answer.text(text));
    }

    /**
     * An answer with a text in given chunks.
     *
     * @param tokens pieces of the text, in order
     * @return the answer
     */
    public static ScriptedAnswer tokens(String... tokens) {
        return of(Answer.tokens(tokens));
    }

    /**
     * An answer of exactly these chunks. A {@link StreamChunk.Finish} sets reason, usage and vendor metadata; without
     * one, a default finish is added at the end.
     *
     * @param chunks chunks in order
     * @return the answer
     */
    public static ScriptedAnswer chunks(StreamChunk... chunks) {
        return of(Answer.of(List.of(chunks)));
    }

    /**
     * An answer with a tool call: its parts, and then the whole call.
     *
     * @param id id of the call
     * @param name name of the tool
     * @param arguments arguments, JSON as text
     * @return the answer
     */
    public static ScriptedAnswer toolCall(String id, String name, String arguments) {
        return empty().withToolCall(id, name, arguments);
    }

    /**
     * An answer without content that finishes normally.
     *
     * @return the answer
     */
    public static ScriptedAnswer empty() {
        return text("");
    }

    /**
     * Completes without any signal: no chunk, no finish, no response.
     *
     * @return the answer
     */
    public static ScriptedAnswer nothing() {
        return empty().cutAfter(0);
    }

    /**
     * Fails before any content.
     *
     * @param failure the failure
     * @return the answer
     */
    public static ScriptedAnswer fail(Failure failure) {
        return empty().failAfter(0, failure);
    }

    /**
     * Fails before any content.
     *
     * @param kind kind of the failure
     * @return the answer
     */
    public static ScriptedAnswer fail(FailureKind kind) {
        return fail(Failure.of(kind, "scripted"));
    }

    /**
     * Fails before any content with an unexpected exception, like a provider with a programming error.
     *
     * @param bug the exception
     * @return the answer
     */
    public static ScriptedAnswer error(RuntimeException bug) {
        return empty().ending(0, End.FAIL, bug);
    }

    /**
     * Never signals anything.
     *
     * @return the answer
     */
    public static ScriptedAnswer hang() {
        return empty().hangAfter(0);
    }

    /**
     * Throws instead of returning a publisher, against the contract of providers. The answer of a rule signals the
     * exception instead.
     *
     * @param thrown the exception
     * @return the answer
     */
    public static ScriptedAnswer throwing(RuntimeException thrown) {
        return empty().ending(0, End.THROW, thrown);
    }

    /**
     * Adds reasoning before the other content.
     *
     * @param thought text of the reasoning
     * @return a copy with the reasoning
     */
    public ScriptedAnswer withReasoning(String thought) {
        return withAnswer(answer.withReasoning(thought));
    }

    /**
     * Adds a tool call after the other content.
     *
     * @param id id of the call
     * @param name name of the tool
     * @param arguments arguments, JSON as text
     * @return a copy with the tool call
     */
    public ScriptedAnswer withToolCall(String id, String name, String arguments) {
        return withAnswer(answer.withToolCall(id, name, arguments));
    }

    /**
     * Sets the finish reason; TOOL_CALLS by default for an answer with tool calls, else STOP.
     *
     * @param reason finish reason
     * @return a copy with the reason
     */
    public ScriptedAnswer withFinish(FinishReason reason) {
        return withAnswer(answer.withReason(reason));
    }

    /**
     * Sets the usage; by default 10 prompt tokens, and one completion token for each chunk.
     *
     * @param usage tokens used
     * @return a copy with the usage
     */
    public ScriptedAnswer withUsage(Usage usage) {
        return withAnswer(answer.withUsage(usage));
    }

    /**
     * Sets id, model and finish reason in the vendor's words.
     *
     * @param vendorMetadata the metadata
     * @return a copy with the metadata
     */
    public ScriptedAnswer withMetadata(VendorMetadata vendorMetadata) {
        return withAnswer(answer.withMetadata(vendorMetadata));
    }

    /**
     * Fails after a number of chunks, or at their end.
     *
     * @param chunks number of chunks
     * @param failure the failure
     * @return a copy with this end
     * @throws IllegalArgumentException if the number is negative
     */
    public ScriptedAnswer failAfter(int chunks, Failure failure) {
        return ending(chunks, End.FAIL, new CallFailed(failure));
    }

    /**
     * Signals nothing more after a number of chunks, or at their end.
     *
     * @param chunks number of chunks
     * @return a copy with this end
     * @throws IllegalArgumentException if the number is negative
     */
    public ScriptedAnswer hangAfter(int chunks) {
        return ending(chunks, End.HANG, null);
    }

    /**
     * Completes without finish after a number of chunks, or at their end. A chat answer fails as TRUNCATED, or
     * completes empty without any chunk.
     *
     * @param chunks number of chunks
     * @return a copy with this end
     * @throws IllegalArgumentException if the number is negative
     */
    public ScriptedAnswer cutAfter(int chunks) {
        return ending(chunks, End.CUT, null);
    }

    /**
     * Waits before the first signal.
     *
     * @param wait time to wait
     * @return a copy with the delay
     */
    public ScriptedAnswer beforeFirst(Duration wait) {
        return withDelays(new Delays(Duration.ZERO, wait, delays.between()));
    }

    /**
     * Waits before each chunk after the first. The end follows the last chunk at once.
     *
     * @param wait time to wait
     * @return a copy with the delay
     */
    public ScriptedAnswer between(Duration wait) {
        return withDelays(new Delays(Duration.ZERO, delays.first(), wait));
    }

    /**
     * Selects the scheduler of the delays; by default {@link Schedulers#parallel()}, looked up at subscription.
     *
     * @param scheduler scheduler of the delays
     * @return a copy with the scheduler
     */
    public ScriptedAnswer on(Scheduler scheduler) {
        return new ScriptedAnswer(answer, outcome, delays, scheduler);
    }

    /** Exception to throw instead of returning a publisher; {@code null} for none. */
    @Nullable
    RuntimeException thrown() {
        return outcome.end() == End.THROW ? outcome.error() : null;
    }

    Mono<ChatResponse> chat(String provider, String model) {
        int chunks = Math.min(outcome.chunks(), answer.chunks().size());
        Duration wait = delays.first().plus(delays.between().multipliedBy(Math.max(0, chunks - 1)));
        Mono<ChatResponse> ending =
                switch (outcome.end()) {
                    case FINISH -> Mono.just(answer.whole(provider, model));
                    case HANG -> Mono.never();
                    case FAIL, THROW -> Mono.error(failure());
                    case CUT ->
                        chunks == 0
                                ? Mono.empty()
                                : Mono.error(new CallFailed(
                                        Failure.of(FailureKind.TRUNCATED, "the scripted answer was cut")));
                };
        return wait.isZero() ? ending : Mono.delay(wait, scheduler()).then(ending);
    }

    Flux<StreamChunk> stream(String provider, String model) {
        Flux<StreamChunk> tail =
                switch (outcome.end()) {
                    case FINISH -> Flux.just(answer.finish(provider, model));
                    case HANG -> Flux.never();
                    case FAIL, THROW -> Flux.error(failure());
                    case CUT -> Flux.empty();
                };
        List<StreamChunk> chunks = answer.chunks()
                .subList(0, Math.min(outcome.chunks(), answer.chunks().size()));
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
        return Objects.requireNonNull(outcome.error());
    }

    private ScriptedAnswer withAnswer(Answer answer) {
        return new ScriptedAnswer(answer, outcome, delays, scheduler);
    }

    private ScriptedAnswer withDelays(Delays delays) {
        return new ScriptedAnswer(answer, outcome, delays, scheduler);
    }

    private ScriptedAnswer ending(int chunks, End end, @Nullable RuntimeException error) {
        return new ScriptedAnswer(answer, new Outcome(end, chunks, error), delays, scheduler);
    }

    /**
     * Answer that depends on the request. Applied once for each call, on its caller's thread: a rule must not block. A {@link
     * java.util.function.Function} would do, but null checkers do not let a lambda of one return {@code null}.
     *
     * @param <Q> the request: a {@link dev.understudy.chat.ChatRequest} or a {@link RecordedRequest}
     * @param <A> the answer: a {@link ScriptedAnswer} or a {@link ScriptedReply}
     */
    @FunctionalInterface
    public interface Rule<Q, A> {

        /**
         * Answers a request.
         *
         * @param request the request
         * @return the answer; {@code null} leaves it to the next rule, and then to the queue
         */
        @Nullable
        A answer(Q request);
    }
}
