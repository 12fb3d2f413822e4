package dev.understudy.streaming;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Message;
import dev.understudy.chat.StreamChunk.ResumeToken;
import dev.understudy.streaming.seam.Anchor;
import dev.understudy.streaming.seam.AnchorSeam;
import dev.understudy.streaming.seam.PieceBoundaries;
import dev.understudy.streaming.seam.PrefillSeam;
import dev.understudy.streaming.seam.ReplaySeam;
import dev.understudy.streaming.seam.Reproduction;
import dev.understudy.streaming.seam.Seam;
import dev.understudy.streaming.seam.WordBoundaries;
import org.jspecify.annotations.Nullable;

/**
 * Builds the request of each strategy, and the seam that joins its text to the delivered text.
 *
 * @param request the caller's request
 * @param limits sizes of the quotation and of the searched text
 * @param text delivered text
 * @param fragment received text after it
 * @param pieces ends of the pieces of both
 * @param kept token of the stored answer; {@code null} if it cannot be requested again
 */
record ResumeRequests(
        ChatRequest request,
        ResumePolicy.Limits limits,
        String text,
        String fragment,
        PieceBoundaries pieces,
        @Nullable ResumeToken kept) {

    /** Number of received characters that are not sent, where they prove that an answer is the same. */
    private static final int EVIDENCE = 16;

    /** Builds the next attempt when nothing was delivered yet: the caller's request, for every strategy. */
    AttemptSpec afresh(ResumePolicy.Strategy resumeStrategy, boolean free) {
        ResumeToken same = resumeStrategy == ResumePolicy.Strategy.SAME_RESPONSE ? kept : null;
        return new AttemptSpec(resumeStrategy, request, Seam.none(), true, free || same != null, same);
    }

    /** Builds the next attempt after delivered content; {@code null} when the strategy is impossible. */
    @Nullable
    AttemptSpec behind(ResumePolicy.Strategy resumeStrategy, boolean free) {
        return switch (resumeStrategy) {
            case SAME_RESPONSE ->
                kept == null ? null : new AttemptSpec(resumeStrategy, request, new ReplaySeam(text), false, true, kept);
            case REPLAY -> new AttemptSpec(resumeStrategy, request, new ReplaySeam(text), false, free, null);
            case RESTART -> new AttemptSpec(resumeStrategy, request, Seam.none(), false, free, null);
            case PREFILL -> prefill(free);
            case ANCHORED -> anchored(free);
            case FAIL -> null;
        };
    }

    /**
     * A deterministic model has to reproduce the end of what was received. For a sampled one all of it is sent, because a
     * prefix that ends inside a token changes what a model says next.
     */
    private @Nullable AttemptSpec prefill(boolean free) {
        String received = text.concat(fragment);
        Double temperature = request.sampling().temperature();
        if (temperature != null && temperature == 0) {
            int sent = pieces.last(received, received.length() - EVIDENCE);
            sent = sent > 0 ? sent : pieces.last(received, received.length() - 1);
            return sent == 0
                    ? null
                    : behindPrefix(received, sent, new Reproduction(received, sent, text.length()), free);
        }
        int sent = sendable(received);
        int boundary = pieces.last(received, received.length());
        if (boundary > 0 && boundary < sent) {
            return behindPrefix(received, boundary, new Reproduction(received, boundary, text.length()), free);
        }
        if (sent > 0 && sent < text.length()) { // delivered white space has to come again
            return behindPrefix(received, sent, new Reproduction(received, sent, text.length()), free);
        }
        String prefix = received.substring(0, sent);
        return PrefillSeam.isRepetitive(prefix)
                ? null
                : behindPrefix(received, sent, new PrefillSeam(prefix, text.length(), received.substring(sent)), free);
    }

    /** The length of a text without white space and half a character at its end. */
    private static int sendable(String text) {
        int end = text.length();
        while (end > 0
                && (WordBoundaries.isSpace(text.charAt(end - 1)) || Character.isHighSurrogate(text.charAt(end - 1)))) {
            end--;
        }
        return end;
    }

    private @Nullable AttemptSpec behindPrefix(String received, int sent, Seam seam, boolean free) {
        ChatRequest more = request.plus(Message.assistant(received.substring(0, sent)));
        Integer most = more.sampling().maxTokens();
        if (most != null) {
            int left = most - pieces.count(sent);
            if (left <= 0) {
                return null; // perhaps the answer is whole, but no server said so
            }
            more = more.withMaxTokens(left);
        }
        return new AttemptSpec(ResumePolicy.Strategy.PREFILL, more, seam, false, free, null);
    }

    private @Nullable AttemptSpec anchored(boolean free) {
        String words = Anchor.of(text, limits.anchor());
        if (words == null) {
            return null;
        }
        ChatRequest more = Anchor.ask(request, text, words);
        Integer most = more.sampling().maxTokens();
        if (most != null) {
            int left = most - pieces.count(text.length());
            if (left <= 0) {
                return null;
            }
            more = more.withMaxTokens(left + words.length()); // a token has one character or more
        }
        return new AttemptSpec(
                ResumePolicy.Strategy.ANCHORED, more, new AnchorSeam(words, text, limits.search()), false, free, null);
    }
}
