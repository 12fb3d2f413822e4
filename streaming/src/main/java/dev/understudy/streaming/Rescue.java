package dev.understudy.streaming;

import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponseAggregator;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.ResumeToken;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.util.context.Context;

/** What follows when an attempt of one answer was cut: the next attempt, or the end. */
final class Rescue {

    /** However many routes there are, no answer is asked for more often than this. */
    private static final int MOST_ATTEMPTS = 16;

    /** A kept answer that so many connections brought nothing new of is given up. */
    private static final int MOST_BARREN = 3;

    private final ResumePolicy policy;
    private final ChatRequest request;
    private final ChatResponseAggregator shown;
    private final Account account;
    private final Candidates candidates;
    private final Patience patience;
    private final EnumSet<Way> tried = EnumSet.noneOf(Way.class);
    private final List<ChatException.CallFailed> later = new ArrayList<>();
    private @Nullable Cut blow;
    private long blowAt;
    private String fragment = "";
    private PieceBoundaries pieces = new PieceBoundaries();
    private int takeovers;
    private int attempts = 1;
    private int barren; // connections to a kept answer, in a row, that died before they brought anything to show

    Rescue(
            ResumePolicy policy,
            ChatRequest request,
            ChatResponseAggregator shown,
            Account account,
            Candidates candidates,
            Patience patience) {
        this.policy = policy;
        this.request = request;
        this.shown = shown;
        this.account = account;
        this.candidates = candidates;
        this.patience = patience;
    }

    /** The cut that the answer is being saved from. */
    Cut blow() {
        if (blow == null) {
            throw new IllegalStateException("Nothing was cut");
        }
        return blow;
    }

    /** Where the pieces of all text ended that was received. */
    PieceBoundaries pieces() {
        return pieces;
    }

    Duration sinceBlow() {
        return Duration.ofNanos(Clock.now() - blowAt);
    }

    /** The next attempt, or {@code null} when nothing is left to try. */
    @Nullable
    Take after(Cut cut, Take take) {
        if (cut.sort == Cut.Sort.BROKEN) {
            broken(cut, take);
        } else {
            gaveNothing(cut, take);
        }
        boolean over = attempts >= MOST_ATTEMPTS || !isWorthIt(blow().failure) || patience.isOver();
        return over ? null : choose();
    }

    private void broken(Cut cut, Take take) {
        candidates.broke(cut);
        takeovers += take.free() ? 0 : 1;
        if (blow == null || cut.visible) {
            blow = cut;
            blowAt = Clock.now();
            tried.clear();
            barren = 0;
        } else {
            later.add(cut.asFailed());
            if (take.resumes() && ++barren >= MOST_BARREN) {
                tried.add(Way.SAME_RESPONSE);
            }
        }
        if (cut.fragment != null) {
            fragment = cut.fragment;
            pieces = cut.pieces;
        }
    }

    private void gaveNothing(Cut cut, Take take) {
        boolean rejected = cut.sort == Cut.Sort.REJECTED;
        attempts -= rejected ? 1 : 0; // nothing was sent
        if (rejected && !take.resumes() && candidates.askAgain()) {
            return; // the same way once more
        }
        Way way = take.way();
        if (way != null) {
            tried.add(way);
        }
        candidates.startOver(blow());
        if (!rejected) {
            later.add(cut.asFailed());
            candidates.failed(cut.trail(), take);
        }
    }

    /** What is refused here is not carried elsewhere, and nothing is saved by trying once the time is over. */
    private static boolean isWorthIt(Failure failure) {
        return failure.kind() != FailureKind.CONTENT_FILTERED
                && failure.kind() != FailureKind.CONTEXT_OVERFLOW
                && failure.phase() != Failure.Phase.DEADLINE;
    }

    private @Nullable Take choose() {
        boolean free = shown.isEmpty() && candidates.hasOthers();
        boolean spent = !free && takeovers >= policy.takeovers();
        boolean silent = candidates.isSilent(blow());
        while (true) {
            Heard heard = Heard.in(shown, fragment);
            Way way = Choice.of(policy, heard, request, candidates.can(request.model(), blow()), tried);
            if (way == Way.FAIL) {
                return null;
            }
            Take next = prepare(way, heard, free);
            if (next != null && (next.resumes() || (!spent && !silent))) {
                attempts++;
                return next;
            }
            tried.add(way);
        }
    }

    private @Nullable Take prepare(Way way, Heard heard, boolean free) {
        ResumeToken kept = blow().isKept() ? blow().kept : null;
        Asking asking = new Asking(request, policy.limits(), shown.text(), fragment, pieces, kept);
        return heard == Heard.NOTHING ? asking.afresh(way, free) : asking.behind(way, free);
    }

    /** What is said to the company about whom to ask, and how long. */
    Context wishes(Take take, Context context) {
        return candidates.in(patience.in(context), take);
    }

    /** The end of an answer that could not be saved: what was delivered, and why there is no more. */
    ChatException failed() {
        Cut cut = blow();
        var served = account.served(cut.served.provider(), cut.served.model());
        if (shown.isEmpty()) {
            List<ChatException.CallFailed> all = new ArrayList<>();
            all.add(cut.asFailed());
            all.addAll(later);
            return new ChatException.Exhausted("The answer was cut before any of it was shown", served.trail(), all);
        }
        ChatException.PartialAnswer partial = new ChatException.PartialAnswer(cut.failure, shown.partial(served));
        later.forEach(partial::addSuppressed);
        return partial;
    }
}
