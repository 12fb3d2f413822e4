package dev.understudy.streaming;

import dev.understudy.TokenCounter;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatResponseAggregator;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.ResumeToken;
import dev.understudy.chat.Served;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Trail;
import org.jspecify.annotations.Nullable;

/**
 * One attempt on its way to the audience: its text is joined to what was shown and let out word by word, tool calls are let
 * out whole, and whatever it ends with becomes a {@link Cut} if it is not a finish.
 */
final class Scene implements Relay.Role<StreamChunk, StreamChunk> {

    private final Take take;
    private final ChatResponseAggregator shown;
    private final Account account;
    private final PieceBoundaries pieces;
    private final Seam seam;
    private final Committer committer;
    private final Parts parts = new Parts();
    private final Retold retold;
    private final Delivery delivery;
    private final int base;
    private @Nullable ResumeToken kept;
    private int received; // text of the answer so far, as this attempt tells it
    private boolean content;
    private boolean finished;
    private boolean abandoned;

    /**
     * @param longestWord characters of one word that are held before it is delivered in parts
     * @param shown what was delivered so far
     * @param pieces where the pieces of it ended, as far as this attempt does not tell them again
     */
    Scene(
            Take take,
            int longestWord,
            ChatResponseAggregator shown,
            PieceBoundaries pieces,
            Account account,
            Delivery delivery) {
        this.take = take;
        this.shown = shown;
        this.pieces = pieces;
        this.account = account;
        this.base = take.takesBack() ? 0 : shown.length();
        this.seam = take.seam();
        this.committer = new Committer(longestWord);
        this.retold = new Retold(take, shown);
        this.delivery = delivery;
        this.kept = take.kept();
        this.received = take.continues() ? base : 0;
    }

    @Override
    public void next(StreamChunk chunk, Relay.Out<StreamChunk> out) {
        if (finished || abandoned) {
            return;
        }
        if (chunk instanceof StreamChunk.Text words) {
            content = true;
            String fresh = seam.add(words.text());
            received += take.continues() ? length(fresh) : words.text().length();
            pieces.add(received);
            text(fresh, out);
        } else if (chunk instanceof StreamChunk.Finish finish) {
            finish(finish, out);
        } else if (chunk instanceof StreamChunk.ToolCallPart part) {
            content = true;
            parts.add(part);
        } else if (chunk instanceof StreamChunk.ToolCallDone done) {
            content = true;
            toolCall(done, out);
        } else if (chunk instanceof StreamChunk.Reasoning reasoning) {
            content |= reasoning.isContent();
            reasoning(reasoning, out);
        } else if (chunk instanceof StreamChunk.Resumable offer) {
            kept = take.continues() ? null : offer.token(); // a continuation is not all of the answer
        } else if (chunk instanceof StreamChunk.Refusal && take.compares()) {
            refusal(chunk, out);
        } else if (take.isTakeover() && !take.fresh() && !take.takesBack() && !delivery.isVisible()) {
            abandon("it does not go on with the answer", out);
        } else if (chunk instanceof StreamChunk.Reset reset) {
            reset(reset, out);
        } else {
            behindText(chunk, out);
        }
    }

    private static int length(@Nullable String text) {
        return text == null ? 0 : text.length();
    }

    private void text(@Nullable String fresh, Relay.Out<StreamChunk> out) {
        if (fresh == null) {
            abandon("it tells another answer than was begun", out);
            return;
        }
        if (retold.reasonsLess()) {
            abandon("it reasons less", out);
            return;
        }
        String ripe = committer.add(fresh);
        if (!ripe.isEmpty()) {
            delivery.say(new StreamChunk.Text(ripe), out);
        }
    }

    private void reasoning(StreamChunk.Reasoning chunk, Relay.Out<StreamChunk> out) {
        if (!retold.isReasoned() && !seam.isJoined()) {
            return;
        }
        StreamChunk.Reasoning rest = retold.fresh(chunk);
        if (rest == null) {
            abandon("it reasons in another way", out);
        } else if (rest.isContent()) {
            behindText(rest, out);
        }
    }

    /** An answer may end with a refusal; told again it still does, behind all that was shown. */
    private void refusal(StreamChunk chunk, Relay.Out<StreamChunk> out) {
        if (settle(out)) {
            behindText(chunk, out);
        }
    }

    private void toolCall(StreamChunk.ToolCallDone done, Relay.Out<StreamChunk> out) {
        parts.done(done.index());
        if (retold.awaitsCalls()) {
            if (!retold.isNext(done.call())) {
                abandon("it calls another tool", out);
            }
            return;
        }
        if (settle(out)) {
            behindText(done, out);
        }
    }

    /** The text before something else is over. */
    private boolean settle(Relay.Out<StreamChunk> out) {
        if (!seam.isJoined()) {
            text(seam.end(), out);
        }
        if (!abandoned && retold.reasonsLess()) {
            abandon("it reasons less", out);
        }
        return !abandoned;
    }

    private void finish(StreamChunk.Finish finish, Relay.Out<StreamChunk> out) {
        if (!settle(out)) {
            return;
        }
        if (retold.awaitsCalls()) {
            abandon("it calls fewer tools", out);
            return;
        }
        flush(out);
        if (finish.reason() == FinishReason.TOOL_CALLS || finish.reason() == FinishReason.STOP) {
            parts.close().forEach(call -> delivery.say(call, out));
        }
        delivery.open(out);
        delivery.say(account.finish(finish, take), out);
        finished = true;
    }

    /** A provider that takes back by itself, as one does that resumes streams as we do. Offsets count from its own beginning. */
    private void reset(StreamChunk.Reset reset, Relay.Out<StreamChunk> out) {
        if (take.continues() || take.compares()) {
            abandon("it takes back what was shown", out);
            return;
        }
        delivery.open(out);
        String held = committer.flush();
        int keep = Math.max(0, Math.min(held.length(), reset.discardFromOffset() - shown.length()));
        committer.add(held.substring(0, keep));
        received = Math.min(received, reset.discardFromOffset());
        pieces.truncate(received);
        delivery.say(new StreamChunk.Reset(Math.min(shown.length(), reset.discardFromOffset()), reset.reason()), out);
    }

    private void behindText(StreamChunk chunk, Relay.Out<StreamChunk> out) {
        flush(out);
        delivery.say(chunk, out);
    }

    private void flush(Relay.Out<StreamChunk> out) {
        String rest = committer.flush();
        if (!rest.isEmpty()) {
            delivery.say(new StreamChunk.Text(rest), out);
        }
    }

    @Override
    public void woken(Relay.Out<StreamChunk> out) {
        delivery.open(out);
    }

    @Override
    public boolean isTimed() {
        return delivery.isTimed();
    }

    @Override
    public boolean awaitsEnd() {
        return finished;
    }

    @Override
    public void over(@Nullable Throwable error, Relay.Out<StreamChunk> out) {
        if (finished) {
            out.end(null);
            return;
        }
        if (Cut.isUnexpected(error) && !take.isTakeover()) {
            out.end(error);
            return;
        }
        Failure failure = Cut.failure(error);
        Cut.Sort sort = Cut.Sort.of(error, content);
        if (sort == Cut.Sort.BROKEN || take.isTakeover()) {
            boolean visible = delivery.isVisible();
            Served served = account.ended(error, failure, sort, take, visible, told());
            out.end(new Cut(sort, failure, served, fragment(), pieces, visible, kept, error));
        } else {
            out.end(error != null ? error : new ChatException.CallFailed(failure));
        }
    }

    private void abandon(String why, Relay.Out<StreamChunk> out) {
        abandoned = true;
        Failure failure = Failure.of(FailureKind.PROTOCOL, why + ", noticed behind " + shown.length() + " characters");
        Served served = account.entry(take, Trail.Outcome.WASTED, failure, told());
        out.end(new Cut(Cut.Sort.ABANDONED, failure, served, null, pieces, delivery.isVisible(), null, null));
    }

    private @Nullable String fragment() {
        String held = seam.isJoined() ? committer.held() : "";
        return held.isEmpty() && !delivery.isVisible() ? null : held;
    }

    /** Tokens it has told us, as far as we know of them. */
    private int told() {
        String said = delivery.isVisible() ? shown.text().substring(Math.min(base, shown.length())) : "";
        return TokenCounter.estimate(seam.kept())
                + TokenCounter.estimate(said)
                + TokenCounter.estimate(committer.held())
                + TokenCounter.estimate(parts.told());
    }
}
