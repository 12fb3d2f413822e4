package dev.understudy.streaming.kept;

import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Feature;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.Message;
import dev.understudy.chat.ServedBy;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Usage;
import dev.understudy.chat.VendorMetadata;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** A vendor that always writes one text, a piece at a time, and continues it behind a prefix. May break off. */
final class Essay implements ChatProvider {

    private final List<String> pieces;
    private final Duration pace;
    private final Scheduler scheduler;
    private final boolean prefill;
    private final Queue<Integer> cuts = new ArrayDeque<>();
    private final Queue<Integer> offsets = new ArrayDeque<>();
    private int calls;
    private int broken;
    private int live;

    Essay(List<String> pieces, Duration pace, boolean prefill, Scheduler scheduler) {
        this.pieces = pieces;
        this.pace = pace;
        this.prefill = prefill;
        this.scheduler = scheduler;
    }

    /** Breaks the next call off after a number of pieces; negative for a call that does not break. */
    Essay cut(int after) {
        cuts.add(after);
        return this;
    }

    /** Breaks a call off that reaches this offset of the text; the offsets are used in order. */
    Essay breakAt(int offset) {
        offsets.add(offset);
        return this;
    }

    /** Number of calls that were broken off. */
    int broken() {
        return broken;
    }

    String text() {
        return String.join("", pieces);
    }

    int calls() {
        return calls;
    }

    /** Calls that have not ended. */
    int live() {
        return live;
    }

    @Override
    public String name() {
        return "essay";
    }

    @Override
    public Capabilities capabilities(String model) {
        Capabilities plain = Capabilities.assumed();
        return prefill ? plain.withFeature(Feature.PREFILL) : plain;
    }

    @Override
    public Mono<ChatResponse> chat(ChatRequest request) {
        return Mono.error(new UnsupportedOperationException());
    }

    @Override
    public Flux<StreamChunk> stream(ChatRequest request) {
        return Flux.defer(() -> {
            calls++;
            Integer given = cuts.poll();
            List<String> rest = behind(request);
            Integer cut = given != null ? given : piecesBeforeTheNextOffset(rest);
            Flux<String> words = Flux.fromIterable(rest);
            Flux<String> paced = pace.isZero()
                    ? words
                    : words.concatMap(word -> Mono.just(word).delayElement(pace, scheduler), 1);
            Flux<StreamChunk> answer = paced.map(StreamChunk.Text::new);
            Flux<StreamChunk> whole = cut == null || cut < 0
                    ? answer.concatWith(Mono.fromSupplier(() -> finish(rest.size())))
                    : answer.take(cut).concatWith(Mono.defer(() -> {
                        broken++;
                        offsets.poll();
                        return Mono.error(failure());
                    }));
            return whole.doOnSubscribe(begun -> live++).doFinally(end -> live--);
        });
    }

    /** Null if the offset is not in the rest of the text. */
    private @Nullable Integer piecesBeforeTheNextOffset(List<String> rest) {
        Integer offset = offsets.peek();
        int at = text().length() - rest.stream().mapToInt(String::length).sum();
        if (offset == null || at >= offset) {
            return null;
        }
        for (int i = 0; i < rest.size(); i++) {
            at += rest.get(i).length();
            if (at >= offset) {
                return i + 1 == rest.size() ? null : (Integer) (i + 1);
            }
        }
        return null;
    }

    private static ChatException failure() {
        return new ChatException.CallFailed(Failure.of(FailureKind.TRUNCATED, "the vendor broke off"));
    }

    private StreamChunk finish(int output) {
        return new StreamChunk.Finish(
                FinishReason.STOP, Usage.of(10, output), VendorMetadata.none(), ServedBy.by("essay", "m"));
    }

    private List<String> behind(ChatRequest request) {
        Message last = request.messages().get(request.messages().size() - 1);
        int known = last instanceof Message.Assistant prefix ? prefix.text().length() : 0;
        List<String> rest = new ArrayList<>();
        int at = 0;
        for (String piece : pieces) {
            int end = at + piece.length();
            if (end > known) {
                rest.add(piece.substring(Math.max(0, known - at)));
            }
            at = end;
        }
        return rest;
    }
}
