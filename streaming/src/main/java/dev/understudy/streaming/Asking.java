package dev.understudy.streaming;

import dev.understudy.TokenCounter;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Message;
import dev.understudy.chat.ResumeToken;
import dev.understudy.chat.StreamChunk;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What is asked for each way to go on, and how the text of the answer is joined to what was shown.
 *
 * @param request what the caller asked
 * @param limits how much is quoted and searched
 * @param text what was shown
 * @param fragment what the failed server had said behind it
 * @param kept how the vendor tells the same answer again; {@code null} if it cannot
 * @param length the end of an answer that has no tokens left
 */
record Asking(
        ChatRequest request,
        ResumePolicy.Limits limits,
        String text,
        String fragment,
        @Nullable ResumeToken kept,
        Supplier<StreamChunk.Finish> length) {

    /** While nobody has heard anything, whatever the way is called. */
    Take afresh(Way way, boolean free) {
        ResumeToken same = way == Way.SAME_RESPONSE ? kept : null;
        return new Take(way, request, Seam.none(), true, free || same != null, null, same);
    }

    /** Behind what was shown; {@code null} when this way cannot. */
    @Nullable
    Take behind(Way way, boolean free) {
        return switch (way) {
            case SAME_RESPONSE ->
                kept == null ? null : new Take(way, request, new Replay(text), false, true, null, kept);
            case REPLAY -> new Take(way, request, new Replay(text), false, free, null, null);
            case RESTART -> new Take(way, request, Seam.none(), false, free, null, null);
            case PREFILL -> shorter(way, request.plus(Message.assistant(text)), 0, new Echo(text, fragment), free);
            case ANCHORED -> anchored(free);
            case FAIL -> null;
        };
    }

    private @Nullable Take anchored(boolean free) {
        String words = Anchor.of(text, limits.anchor());
        return words == null
                ? null
                : shorter(
                        Way.ANCHORED,
                        Anchor.ask(request, text, words),
                        TokenCounter.estimate(words),
                        new Repeat(words, text, limits.search()),
                        free);
    }

    /** With what is left of the tokens, and some more for what is said again; with nothing left the answer ends. */
    private Take shorter(Way way, ChatRequest more, int again, Seam seam, boolean free) {
        Integer most = more.sampling().maxTokens();
        if (most == null) {
            return new Take(way, more, seam, false, free, null, null);
        }
        int left = most - TokenCounter.estimate(text);
        return left <= 0
                ? Take.end(way, request, length.get())
                : new Take(way, more.withMaxTokens(left + again), seam, false, free, null, null);
    }
}
