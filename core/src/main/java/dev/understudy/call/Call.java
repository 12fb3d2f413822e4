package dev.understudy.call;

import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.CallScope;
import dev.understudy.chat.ChatRequest;
import dev.understudy.event.Event;
import dev.understudy.event.Listener;
import dev.understudy.guard.Nanos;
import dev.understudy.policy.ContextWindow;
import dev.understudy.policy.UsageEstimate;
import dev.understudy.pool.Cooldowns;
import dev.understudy.pool.ProviderPool;
import dev.understudy.pool.Route;
import dev.understudy.trim.ConversationTrimmer;
import dev.understudy.trim.LearnedContextWindows;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One call in progress: what all of its attempts share. Made at subscription.
 *
 * @param id which call
 * @param request what the caller asked, never changed
 * @param plan who may be asked
 * @param started when it began
 * @param deadline when it must be over, {@link Long#MAX_VALUE} for never
 * @param scope what providers keep and report
 * @param around the scope of whoever asks this door
 * @param contextWindow how much of a long conversation is sent
 * @param policies the policies
 * @param listener who hears what happens: the door's, and the call's own
 * @param memory what the door has learned
 * @param wasted attempts that another one was faster than
 * @param over whether its last event was told
 */
public record Call(
        Event.CallId id,
        ChatRequest request,
        Plan plan,
        long started,
        long deadline,
        CallScope scope,
        CallScope around,
        ContextWindow contextWindow,
        Policies policies,
        Listener listener,
        Memory memory,
        Queue<AttemptLog.Attempt> wasted,
        AtomicBoolean over)
        implements Decision.Resources {

    /**
     * What the door has learned from vendors' answers.
     *
     * @param providerPool who is asked first
     * @param cooldowns which models should not be asked for a while
     * @param learnedContextWindows how large context windows really are
     */
    public record Memory(ProviderPool providerPool, Cooldowns cooldowns, LearnedContextWindows learnedContextWindows) {}

    /** The request as it goes to this route, as short as it has to be. */
    ConversationTrimmer.Outcome fitted(Route route, Cursor cursor) {
        ConversationTrimmer.Shorter shortened = cursor.routeState().shortened();
        return shortened != null
                ? shortened
                : ConversationTrimmer.before(request.withModel(route.model()), contextWindow, window(route));
    }

    @Override
    public ConversationTrimmer.Outcome shorter(Cursor cursor) {
        Route route = plan.route(cursor.route());
        int dropped = cursor.dropped(route);
        ConversationTrimmer.Outcome sent =
                dropped == 0 ? new ConversationTrimmer.Fits(request.withModel(route.model())) : fitted(route, cursor);
        if (!(sent instanceof ConversationTrimmer.Shorter before)) {
            return ConversationTrimmer.after(sent.request(), contextWindow, window(route));
        }
        if (before.messages() > dropped) {
            return before; // its window has been learned since, and this is what fits
        }
        ConversationTrimmer.Outcome less = ConversationTrimmer.after(before.request(), contextWindow, window(route));
        return less instanceof ConversationTrimmer.Shorter more ? before.then(more) : less;
    }

    @Override
    public boolean letsThrough(Route route, Duration after) {
        long then = now() + Nanos.of(after);
        return !route.pooledProvider().isHeld(then) && route.circuit().remaining(then) == 0;
    }

    @Override
    public @Nullable Integer window(Route route) {
        return memory.learnedContextWindows.known(
                route.name(), route.model(), route.capabilities().window(), now());
    }

    @Override
    public boolean retryToken(Route route) {
        return route.pooledProvider().retryTokens().take(now());
    }

    @Override
    public boolean affordable(Route route, Cursor cursor) {
        return affordable(cursor, route);
    }

    /** Whether the call can still pay for a try at each of these routes. */
    boolean affordable(Cursor cursor, Route... routes) {
        Double most = policies.limits().maxCost();
        double expected = 0;
        for (Route route : routes) {
            expected += route.capabilities().price() == null ? 0 : UsageEstimate.cost(request, route.capabilities());
        }
        return most == null || expected == 0 || spent(cursor.attemptLog()) + expected <= most;
    }

    private double spent(AttemptLog attemptLog) {
        double sum = 0;
        for (AttemptLog.Attempt attempt : attemptLog.attempts()) {
            for (Route route : plan.routes()) {
                boolean same =
                        route.name().equals(attempt.provider()) && route.model().equals(attempt.model());
                if (same && route.capabilities().price() != null) {
                    sum += route.capabilities().price().cost(attempt.usage());
                }
            }
        }
        return sum;
    }

    void tell(Event event) {
        Listener.safely(listener, event);
    }

    /** The last event of a call; whatever would end it once more is not told. */
    void end(Event event) {
        if (over.compareAndSet(false, true)) {
            tell(event);
        }
    }

    long now() {
        return policies.timeSource().nanos();
    }

    Duration took() {
        return Duration.ofNanos(now() - started);
    }
}
