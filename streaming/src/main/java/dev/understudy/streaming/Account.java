package dev.understudy.streaming;

import dev.understudy.TokenCounter;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Failure;
import dev.understudy.chat.Notice;
import dev.understudy.chat.ResumeToken;
import dev.understudy.chat.Served;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Trail;
import dev.understudy.chat.Usage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Who tried to give one answer, what became of it, and what it cost. */
final class Account {

    private final String company;
    private final ChatRequest request;
    private Trail trail = Trail.empty();
    private @Nullable Served first;
    private Notice.@Nullable Answering answering;
    private long began;

    /** @param company the name for whoever has none here */
    Account(String company, ChatRequest request) {
        this.company = company;
        this.request = request;
    }

    /** The next attempt begins. */
    void begin() {
        began = Clock.now();
        answering = null;
    }

    /** Who gives the answer of this attempt: the first who says so. */
    void answers(Notice.Answering by) {
        answering = answering == null ? by : answering;
    }

    Notice.Answering answering() {
        return answering == null ? new Notice.Answering(company, request.model()) : answering;
    }

    /** An attempt that was cut. */
    void add(Cut cut, Take take) {
        if (first == null) {
            first = cut.served;
        }
        trail = joined(cut.sort == Cut.Sort.BROKEN ? paidOnce(take) : trail, cut.trail());
    }

    /** What was shown so far is no part of the answer any more. */
    void takeBack() {
        trail = new Trail(trail.entries().stream().map(Account::takenBack).toList());
    }

    private static Trail.Entry takenBack(Trail.Entry entry) {
        return entry.outcome() == Trail.Outcome.PARTIAL ? with(entry, Trail.Outcome.WASTED, entry.usage()) : entry;
    }

    /** The finish of the last attempt, as the finish of the whole. */
    StreamChunk.Finish finish(StreamChunk.Finish finish, Take take) {
        if (trail.entries().isEmpty()) {
            return finish;
        }
        Served last = finish.served();
        Trail theirs = last.trail();
        if (theirs.entries().isEmpty()) {
            theirs = theirs.plus(entry(last.provider(), last.model(), Trail.Outcome.SERVED, null, finish.usage()));
        }
        Trail whole = joined(paidOnce(take), theirs);
        return finish.withServed(served(last.provider(), last.model(), whole)).withUsage(whole.usage());
    }

    /** An answer that is told again is paid for once: what it cost stands at the attempt that told it last. */
    private Trail paidOnce(Take now) {
        ResumeToken kept = now.kept();
        List<Trail.Entry> all = new ArrayList<>(trail.entries());
        for (int i = all.size() - 1; kept != null && i >= 0; i--) {
            Trail.Entry entry = all.get(i);
            boolean began = entry.outcome() == Trail.Outcome.PARTIAL || entry.outcome() == Trail.Outcome.WASTED;
            if (began
                    && entry.provider().equals(kept.provider())
                    && entry.model().equals(kept.model())) {
                all.set(i, with(entry, entry.outcome(), Usage.none()));
                return new Trail(all);
            }
        }
        return trail;
    }

    /** One behind the other. That a route is not asked again after its attempt needs no line of its own. */
    private static Trail joined(Trail before, Trail after) {
        List<Trail.Entry> all = new ArrayList<>(before.entries());
        for (Trail.Entry entry : after.entries()) {
            boolean known = entry.outcome() == Trail.Outcome.SKIPPED
                    && before.entries().stream()
                            .anyMatch(earlier -> earlier.provider().equals(entry.provider())
                                    && earlier.model().equals(entry.model()));
            if (!known) {
                all.add(entry);
            }
        }
        return new Trail(all);
    }

    /** The whole trail, as served by this route. */
    Served served(String provider, String model) {
        return served(provider, model, trail);
    }

    private Served served(String provider, String model, Trail whole) {
        String firstProvider = first == null ? company : first.requestedProvider();
        String firstModel = first == null ? request.model() : first.requestedModel();
        boolean fallback = first != null
                && (first.fallback()
                        || !first.provider().equals(provider)
                        || !first.model().equals(model));
        return new Served(firstProvider, firstModel, provider, model, fallback, whole);
    }

    /**
     * Who gave an attempt that ended with a failure, and what it cost.
     *
     * @param told tokens that it told, as far as we know of them
     */
    Served ended(@Nullable Throwable error, Failure failure, Cut.Sort sort, Take which, boolean visible, int told) {
        if (error instanceof ChatException.PartialAnswer partial) {
            return judged(partial.partial(), which, visible);
        }
        if (error instanceof ChatException.Exhausted exhausted) {
            return nobody(exhausted.trail());
        }
        return switch (sort) {
            case REJECTED -> nobody(Trail.empty());
            case MISSED, ABANDONED -> entry(which, Trail.Outcome.FAILED, failure, told);
            case BROKEN -> entry(which, outcome(visible), failure, told);
        };
    }

    private static Trail.Outcome outcome(boolean visible) {
        return visible ? Trail.Outcome.PARTIAL : Trail.Outcome.WASTED;
    }

    /** Nobody was asked, or nobody who was asked has a name here. */
    private Served nobody(Trail theirs) {
        return new Served(company, request.model(), company, request.model(), false, theirs);
    }

    /** An attempt whose provider tells no trail. */
    Served entry(Take which, Trail.Outcome outcome, Failure failure, int told) {
        String provider = answering().provider();
        String model = answering().model();
        Usage usage = outcome == Trail.Outcome.FAILED ? Usage.none() : estimated(which, told);
        Trail.Entry entry = entry(provider, model, outcome, failure, usage);
        return new Served(
                provider, request.model(), provider, model, false, Trail.empty().plus(entry));
    }

    /** The trail of an attempt that was cut, with an estimate of what it cost, and judged by whether it was of any use. */
    private Served judged(ChatResponse partial, Take which, boolean visible) {
        Served by = partial.served();
        int told = TokenCounter.estimate(partial.text()) + TokenCounter.estimate(partial.reasoning());
        Trail.Outcome outcome = outcome(visible);
        Trail judged = new Trail(by.trail().entries().stream()
                .map(entry -> entry.outcome() == Trail.Outcome.PARTIAL
                        ? with(entry, outcome, usage(entry, which, told))
                        : entry)
                .toList());
        return new Served(
                by.requestedProvider(), by.requestedModel(), by.provider(), by.model(), by.fallback(), judged);
    }

    private static Usage usage(Trail.Entry entry, Take which, int told) {
        return entry.usage().total() > 0 ? entry.usage() : estimated(which, told);
    }

    /** The cost of an attempt whose provider reported none. */
    private static Usage estimated(Take which, int told) {
        return Usage.of(TokenCounter.characters().countAll(which.request().messages()), told)
                .withEstimated(true);
    }

    private Trail.Entry entry(
            String provider, String model, Trail.Outcome outcome, @Nullable Failure failure, Usage usage) {
        Trail.Timing timing = new Trail.Timing(Duration.ZERO, Duration.ofNanos(Clock.now() - began), null);
        return new Trail.Entry(provider, model, 1, 1, outcome, failure, timing, usage, null, 0);
    }

    private static Trail.Entry with(Trail.Entry entry, Trail.Outcome outcome, Usage usage) {
        return new Trail.Entry(
                entry.provider(),
                entry.model(),
                entry.attempt(),
                entry.of(),
                outcome,
                entry.failure(),
                entry.timing(),
                usage,
                entry.keyFingerprint(),
                entry.dropped());
    }

    Usage spent() {
        return trail.usage();
    }
}
