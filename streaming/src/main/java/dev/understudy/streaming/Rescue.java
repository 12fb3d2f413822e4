package dev.understudy.streaming;

import dev.understudy.CallContext;
import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Feature;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.Message;
import dev.understudy.chat.Phase;
import dev.understudy.chat.Receipt;
import dev.understudy.chat.ResumeToken;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Trail;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reactor.util.context.Context;

/** What follows when an attempt of one answer was cut: the next attempt, or the end. */
final class Rescue {

    /** However many routes there are, no answer is asked for more often than this. */
    private static final int MOST_ATTEMPTS = 16;

    /** A kept answer that so many connections brought nothing new of is given up. */
    private static final int MOST_BARREN = 3;

    private final Performance performance;
    private final ChatProvider company;
    private final Refusals refusals;
    private final CallContext wishes;
    private final long started;

    private final Set<String> broken = new HashSet<>(); // routes whose stream was cut
    private final Set<String> shunned = new HashSet<>(); // routes that were silent or gave nothing: never again
    private final EnumSet<Way> tried = EnumSet.noneOf(Way.class);
    private final List<ChatException.CallFailed> later = new ArrayList<>();
    private @Nullable Cut blow;
    private long blowAt;
    private String fragment = "";
    private boolean nobodyElse;
    private int takeovers;
    private int attempts = 1;
    private int
            barren; // connections to a kept answer, one behind the other, that died before they brought anything new

    Rescue(Performance performance, ChatProvider company, Refusals refusals, CallContext wishes, long started) {
        this.performance = performance;
        this.company = company;
        this.refusals = refusals;
        this.wishes = wishes;
        this.started = started;
    }

    /** The cut that the answer is being saved from. */
    Cut blow() {
        if (blow == null) {
            throw new IllegalStateException("Nothing was cut");
        }
        return blow;
    }

    Duration sinceBlow() {
        return Duration.ofNanos(Performance.now() - blowAt);
    }

    /** The next attempt, or {@code null} when nothing is left to try. */
    @Nullable
    Take after(Cut cut, Take take) {
        if (cut.sort == Cut.Sort.BROKEN) {
            broken(cut, take);
        } else {
            gaveNothing(cut, take);
        }
        boolean over = attempts >= MOST_ATTEMPTS || !isWorthIt(blow().failure) || isTimeOver();
        return over ? null : choose();
    }

    private void broken(Cut cut, Take take) {
        broken.add(cut.route());
        if (cut.failure.kind() == FailureKind.TIMEOUT) {
            shunned.add(cut.route());
        }
        askedInVain(cut.trail());
        takeovers += take.free() ? 0 : 1;
        nobodyElse = isRoute(cut);
        if (blow == null || cut.visible) {
            blow = cut;
            blowAt = Performance.now();
            tried.clear();
            barren = 0;
        } else {
            later.add(cut.asFailed());
            if (take.resumes() && ++barren >= MOST_BARREN) {
                tried.add(Way.SAME_RESPONSE);
            }
        }
        fragment = cut.fragment == null ? fragment : cut.fragment;
    }

    /** Who failed before the one that was cut began to answer comes after those who were not asked yet. */
    private void askedInVain(Trail trail) {
        for (Trail.Entry entry : trail.entries()) {
            Failure failure = entry.failure();
            if (entry.outcome() == Trail.Outcome.FAILED && failure != null) {
                String route = entry.provider() + "/" + entry.model();
                broken.add(route);
                if (failure.kind() == FailureKind.TIMEOUT) {
                    shunned.add(route);
                }
            }
        }
    }

    private void gaveNothing(Cut cut, Take take) {
        if (cut.sort == Cut.Sort.REJECTED && !take.resumes() && !nobodyElse && !shunned.containsAll(broken)) {
            nobodyElse = true; // the same way once more, now with those whose connection broke
            attempts--;
            return;
        }
        Way way = take.way();
        if (way != null) {
            tried.add(way);
        }
        nobodyElse = isRoute(blow());
        if (cut.sort == Cut.Sort.REJECTED) {
            attempts--; // nothing was sent
            return;
        }
        later.add(cut.asFailed());
        if (way == Way.PREFILL) {
            refusals.learn(cut.trail());
        }
        for (Trail.Entry entry : cut.trail().entries()) {
            Failure failure = entry.failure();
            boolean silent = failure != null && failure.kind() == FailureKind.TIMEOUT;
            boolean shuns = take.resumes()
                    ? silent
                    : !Refusals.isRefusal(entry); // an answer that is gone speaks against nobody
            if (entry.outcome() == Trail.Outcome.FAILED && shuns) {
                shunned.add(entry.provider() + "/" + entry.model());
            }
        }
    }

    /** Whether the company is a single provider: then there is nobody else. */
    private boolean isRoute(Cut cut) {
        return cut.served.provider().equals(company.name());
    }

    /** What is refused here is not carried elsewhere, and nothing is saved by trying once the time is over. */
    private static boolean isWorthIt(Failure failure) {
        return failure.kind() != FailureKind.CONTENT_FILTERED
                && failure.kind() != FailureKind.CONTEXT_OVERFLOW
                && failure.phase() != Phase.DEADLINE;
    }

    private boolean isTimeOver() {
        Long deadline = wishes.deadline();
        Duration left = left();
        return (left != null && left.isNegative()) || (deadline != null && deadline - Performance.now() <= 0);
    }

    /** What is left of the caller's timeout, which is for the answer and not for each attempt. */
    private @Nullable Duration left() {
        Duration timeout = wishes.timeout();
        return timeout == null ? null : timeout.minusNanos(Performance.now() - started + 1);
    }

    private @Nullable Take choose() {
        Assembler shown = performance.shown();
        boolean free = shown.isEmpty() && !nobodyElse;
        boolean spent = !free && takeovers >= performance.policy().takeovers();
        boolean silent = nobodyElse && isRoute(blow()) && shunned.contains(blow().route());
        while (true) {
            Heard heard = Heard.in(shown, fragment);
            Way way = Choice.of(performance.policy(), heard, performance.request(), target(), tried);
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

    private Capabilities target() {
        Capabilities theirs = company.capabilities(performance.request().model());
        Capabilities can = kept() == null ? theirs.without(Feature.SAME_RESPONSE) : theirs.with(Feature.SAME_RESPONSE);
        boolean refused = isRoute(blow()) && refusals.contains(blow().route());
        return refused ? can.without(Feature.PREFILL) : can;
    }

    /** The answer that was cut, if its vendor can tell it again. */
    private @Nullable ResumeToken kept() {
        ResumeToken kept = blow().kept;
        return kept != null && kept.isAlive() ? kept : null;
    }

    private @Nullable Take prepare(Way way, Heard heard, boolean free) {
        ChatRequest request = performance.request();
        ResumeToken kept = way == Way.SAME_RESPONSE ? kept() : null;
        if (heard == Heard.NOTHING) {
            return new Take(way, request, Seam.none(), true, free || kept != null, null, kept);
        }
        String text = performance.shown().text();
        return switch (way) {
            case SAME_RESPONSE -> new Take(way, request, new Replay(text), false, true, null, kept);
            case REPLAY -> new Take(way, request, new Replay(text), false, free, null, null);
            case RESTART -> new Take(way, request, Seam.none(), false, free, null, null);
            case PREFILL -> {
                ChatRequest more = shorter(request.plus(Message.assistant(text)), text, 0);
                yield more == null
                        ? Take.end(way, request, length())
                        : new Take(way, more, new Echo(text, fragment), false, free, null, null);
            }
            case ANCHORED -> {
                ResumePolicy.Limits limits = performance.policy().limits();
                String words = Anchor.of(text, limits.anchor());
                if (words == null) {
                    yield null;
                }
                ChatRequest more = shorter(Anchor.ask(request, text, words), text, Tokens.of(words));
                yield more == null
                        ? Take.end(way, request, length())
                        : new Take(way, more, Anchor.repeated(words, text, limits.search()), false, free, null, null);
            }
            case FAIL -> null;
        };
    }

    /** With what is left of the tokens; {@code null} when nothing is. */
    private static @Nullable ChatRequest shorter(ChatRequest request, String text, int extra) {
        Integer most = request.sampling().maxTokens();
        if (most == null) {
            return request;
        }
        int left = most - Tokens.of(text);
        return left <= 0 ? null : request.withMaxTokens(left + extra);
    }

    private StreamChunk.Finish length() {
        return new StreamChunk.Finish(
                FinishReason.LENGTH,
                performance.account().spent(),
                Receipt.none(),
                performance
                        .account()
                        .served(blow().served.provider(), blow().served.model()));
    }

    /** What is said to the company about whom to ask. */
    Context wishes(Take take, Context context) {
        Context wishing = timed(context.delete(ResumeToken.class));
        ResumeToken kept = take.kept();
        if (kept != null) {
            return kept.in(CallContext.require(Feature.SAME_RESPONSE).apply(wishing));
        }
        Set<String> avoid = new HashSet<>(shunned);
        if (!nobodyElse) {
            avoid.addAll(broken);
        }
        if (take.way() == Way.PREFILL && !take.fresh()) {
            avoid.addAll(refusals.all());
            wishing = CallContext.require(Feature.PREFILL).apply(wishing);
        }
        return avoid.isEmpty()
                ? wishing
                : CallContext.avoid(avoid.toArray(String[]::new)).apply(wishing);
    }

    private Context timed(Context context) {
        Duration left = left();
        return left == null || left.isNegative()
                ? context
                : CallContext.timeout(left).apply(context);
    }

    /** The end of an answer that could not be saved: what was delivered, and why there is no more. */
    ChatException failed() {
        Cut cut = blow();
        Assembler shown = performance.shown();
        var served = performance.account().served(cut.served.provider(), cut.served.model());
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
