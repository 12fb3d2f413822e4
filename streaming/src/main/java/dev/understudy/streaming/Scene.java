package dev.understudy.streaming;

import dev.understudy.chat.ChatException;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.ResumeToken;
import dev.understudy.chat.Served;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.Trail;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One attempt on its way to the audience: its text is joined to what was shown and let out word by word, tool calls are let
 * out whole, and whatever it ends with becomes a {@link Cut} if it is not a finish.
 */
final class Scene implements Relay.Role<StreamChunk, StreamChunk> {

    private final Performance performance;
    private final Take take;
    private final Assembler shown;
    private final Seam seam;
    private final Committer committer;
    private final Parts parts = new Parts();
    private final @Nullable Replay thoughts;
    private final List<ToolCall> callsShown;
    private final int sealsShown;
    private final int base;
    private @Nullable Hold hold;
    private @Nullable ResumeToken kept;
    private int seals;
    private int calls;
    private boolean content;
    private boolean visible;
    private boolean finished;
    private boolean abandoned;

    Scene(Performance performance, Take take) {
        ResumePolicy policy = performance.policy();
        this.performance = performance;
        this.take = take;
        this.shown = performance.shown();
        this.base = take.takesBack() ? 0 : shown.length();
        this.seam = take.seam();
        this.committer = new Committer(policy.limits().word());
        this.hold = take.fresh() ? performance.hold() : null;
        this.kept = take.kept();
        boolean compares = take.compares();
        // Where text was shown, the reasoning of another answer is of no interest; without text it is all there is to
        // compare. The same answer told again has the same reasoning, before its text or after it.
        boolean ofInterest = take.resumes() || shown.length() == 0;
        this.thoughts = compares && ofInterest && shown.hasReasoning() ? new Replay(shown.reasoning()) : null;
        this.callsShown = compares ? shown.toolCalls() : List.of();
        this.sealsShown = compares ? shown.sealed() : 0;
    }

    @Override
    public void next(StreamChunk chunk, Relay.Out<StreamChunk> out) {
        if (finished || abandoned) {
            return;
        }
        if (chunk instanceof StreamChunk.Text words) {
            content = true;
            text(seam.add(words.text()), out);
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
        } else if (take.isTakeover() && !take.fresh() && !take.takesBack() && !visible) {
            abandon("it does not go on with the answer", out);
        } else if (chunk instanceof StreamChunk.Reset reset) {
            reset(reset, out);
        } else {
            flush(out);
            say(chunk, out);
        }
    }

    private void text(@Nullable String fresh, Relay.Out<StreamChunk> out) {
        if (fresh == null) {
            abandon("it tells another answer than was begun", out);
            return;
        }
        if (reasonsLess()) {
            abandon("it reasons less", out);
            return;
        }
        String ripe = committer.add(fresh);
        if (!ripe.isEmpty()) {
            say(new StreamChunk.Text(ripe), out);
        }
    }

    private void reasoning(StreamChunk.Reasoning chunk, Relay.Out<StreamChunk> out) {
        if (thoughts != null) {
            String fresh = thoughts.add(chunk.thought());
            if (fresh == null) {
                abandon("it reasons in another way", out);
                return;
            }
            boolean sealShown = chunk.closes() != null && seals++ < sealsShown;
            StreamChunk.Reasoning rest = new StreamChunk.Reasoning(fresh, sealShown ? null : chunk.closes());
            if (rest.isContent()) {
                flush(out);
                say(rest, out);
            }
        } else if (seam.isJoined()) {
            flush(out);
            say(chunk, out);
        }
    }

    private void toolCall(StreamChunk.ToolCallDone done, Relay.Out<StreamChunk> out) {
        parts.done(done.index());
        if (calls < callsShown.size()) {
            ToolCall before = callsShown.get(calls++);
            if (!before.name().equals(done.call().name())
                    || !before.arguments().equals(done.call().arguments())) {
                abandon("it calls another tool", out);
            }
            return;
        }
        if (settle(out)) {
            flush(out);
            say(done, out);
        }
    }

    private boolean reasonsLess() {
        return thoughts != null && !thoughts.isJoined() && !take.resumes();
    }

    /** The text before something else is over. */
    private boolean settle(Relay.Out<StreamChunk> out) {
        if (!seam.isJoined()) {
            text(seam.end(), out);
        }
        if (!abandoned && reasonsLess()) {
            abandon("it reasons less", out);
        }
        return !abandoned;
    }

    private void finish(StreamChunk.Finish finish, Relay.Out<StreamChunk> out) {
        if (!settle(out)) {
            return;
        }
        if (calls < callsShown.size()) {
            abandon("it calls fewer tools", out);
            return;
        }
        flush(out);
        if (finish.reason() == FinishReason.TOOL_CALLS || finish.reason() == FinishReason.STOP) {
            parts.close().forEach(call -> say(call, out));
        }
        open(out);
        deliver(performance.account().finish(finish, take), out);
        finished = true;
    }

    /** A provider that takes back by itself, as one does that resumes streams as we do. Offsets count from its own beginning. */
    private void reset(StreamChunk.Reset reset, Relay.Out<StreamChunk> out) {
        if (take.continues() || take.compares()) {
            abandon("it takes back what was shown", out);
            return;
        }
        open(out);
        String held = committer.flush();
        int keep = Math.max(0, Math.min(held.length(), reset.discardFromOffset() - shown.length()));
        committer.add(held.substring(0, keep));
        say(new StreamChunk.Reset(Math.min(shown.length(), reset.discardFromOffset()), reset.reason()), out);
    }

    private void flush(Relay.Out<StreamChunk> out) {
        String rest = committer.flush();
        if (!rest.isEmpty()) {
            say(new StreamChunk.Text(rest), out);
        }
    }

    private void say(StreamChunk chunk, Relay.Out<StreamChunk> out) {
        Hold holding = hold;
        if (holding == null) {
            deliver(chunk, out);
            return;
        }
        boolean first = !holding.isBegun();
        holding.add(chunk);
        if (holding.isFull()) {
            open(out);
        } else if (first && holding.isBegun() && isTimed()) {
            out.wake(performance.holdTime());
        }
    }

    private void open(Relay.Out<StreamChunk> out) {
        Hold holding = hold;
        if (holding != null) {
            hold = null;
            holding.all().forEach(chunk -> deliver(chunk, out));
        }
    }

    private void deliver(StreamChunk chunk, Relay.Out<StreamChunk> out) {
        if (!visible) {
            visible = true;
            if (take.isTakeover()) {
                performance.announce(take).forEach(out::emit);
            }
        }
        shown.add(chunk);
        out.emit(chunk);
    }

    @Override
    public void woken(Relay.Out<StreamChunk> out) {
        open(out);
    }

    @Override
    public boolean isTimed() {
        return hold != null && performance.isHoldTimed();
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
        Failure failure = Cut.failure(error);
        if (failure == null) {
            if (!take.isTakeover() && error != null) {
                out.end(error);
                return;
            }
            failure = Failure.of(FailureKind.PROTOCOL, "the provider failed with an exception of its own");
        }
        Cut.Sort sort = sort(error);
        if (sort == Cut.Sort.BROKEN || take.isTakeover()) {
            out.end(new Cut(sort, failure, served(error, failure, sort), fragment(), visible, kept, error));
        } else {
            out.end(error != null ? error : new ChatException.CallFailed(failure));
        }
    }

    private Cut.Sort sort(@Nullable Throwable error) {
        if (error instanceof ChatException.PartialAnswer || content) {
            return Cut.Sort.BROKEN;
        }
        return error instanceof ChatException.Rejected ? Cut.Sort.REJECTED : Cut.Sort.MISSED;
    }

    private void abandon(String why, Relay.Out<StreamChunk> out) {
        abandoned = true;
        Failure failure = Failure.of(FailureKind.PROTOCOL, why + ", noticed behind " + shown.length() + " characters");
        Served served = performance.account().entry(take, Trail.Outcome.WASTED, failure, told());
        out.end(new Cut(Cut.Sort.ABANDONED, failure, served, null, visible, null, null));
    }

    private Served served(@Nullable Throwable error, Failure failure, Cut.Sort sort) {
        if (error instanceof ChatException.PartialAnswer partial) {
            return performance.account().judged(partial.partial(), take, visible);
        }
        if (error instanceof ChatException.Exhausted exhausted) {
            return performance.account().nobody(exhausted.trail());
        }
        return sort == Cut.Sort.REJECTED
                ? performance.account().nobody(Trail.empty())
                : performance.account().entry(take, outcome(sort), failure, told());
    }

    private Trail.Outcome outcome(Cut.Sort sort) {
        if (sort == Cut.Sort.BROKEN) {
            return visible ? Trail.Outcome.PARTIAL : Trail.Outcome.WASTED;
        }
        return Trail.Outcome.FAILED;
    }

    private @Nullable String fragment() {
        String held = seam.isJoined() ? committer.held() : "";
        return held.isEmpty() && !visible ? null : held;
    }

    /** Tokens it has told us, as far as we know of them. */
    private int told() {
        String said = shown.text().substring(Math.min(base, shown.length()));
        return Tokens.of(seam.kept()) + Tokens.of(said) + Tokens.of(committer.held()) + Tokens.of(parts.told());
    }
}
