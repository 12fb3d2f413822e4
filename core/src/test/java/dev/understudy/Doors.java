package dev.understudy;

import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Trail;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Pieces of a door, for tests of the rooms behind it. */
final class Doors {

    static final Policies DEFAULTS = policies(Listener.none(), Selection.sequential(), CallLimits.none());

    /** Nothing is scarce, and nothing can be made shorter. */
    static final Decision.Resources PLENTY = resources(true);

    static final Decision.Resources NO_RETRY_TOKENS = resources(false);

    private static Decision.Resources resources(boolean retryTokens) {
        return new Decision.Resources() {
            @Override
            public boolean retryToken(Route route) {
                return retryTokens;
            }

            @Override
            public boolean letsThrough(Route route, Duration after) {
                return true;
            }

            @Override
            public boolean affordable(Route route, Cursor cursor) {
                return true;
            }

            @Override
            public @Nullable Integer window(Route route) {
                return route.capabilities().window();
            }

            @Override
            public Trim.Outcome shorter(Cursor cursor) {
                return new Trim.Stuck(ChatRequest.of("m", "hello"));
            }
        };
    }

    private Doors() {}

    static Policies policies(Listener listener, Selection selection, CallLimits limits) {
        return new Policies(
                "understudy",
                new Decision.Options(RetryPolicy.defaults(), 0, false, false),
                limits,
                RetryBudget.defaults(),
                Timeouts.defaults(),
                Timeouts.reasoning(),
                CircuitPolicy.defaults(),
                Failover.defaults(),
                selection,
                Hedging.off(),
                Probes.off(),
                ContextWindow.auto(),
                listener,
                Voice.SILENT,
                Time.PARALLEL,
                new FixedDice(0.5));
    }

    static Member member(ChatProvider provider, Seat seat) {
        PoolEvents events = new PoolEvents(DEFAULTS.door(), DEFAULTS.listener());
        return new Member.Factory(
                        DEFAULTS.retryBudget(),
                        DEFAULTS.circuit(),
                        events,
                        DEFAULTS.voice(),
                        DEFAULTS.time(),
                        DEFAULTS.dice())
                .member(provider, seat, 0);
    }

    static Route route(String name) {
        return route(name, Capabilities.assumed());
    }

    static Route route(String name, Capabilities capabilities) {
        return new Route(member(new Nobody(name), Seat.any()), "m", capabilities);
    }

    static Plan plan(Route... routes) {
        return new Plan(
                List.of(routes), Collections.nCopies(routes.length, 0L), routes.length, routes[0], Trail.empty());
    }

    static Roster roster(Member... members) {
        PoolEvents events = new PoolEvents(DEFAULTS.door(), DEFAULTS.listener());
        return new Roster(List.of(members), DEFAULTS.failover(), events, DEFAULTS.voice(), 0);
    }
}
