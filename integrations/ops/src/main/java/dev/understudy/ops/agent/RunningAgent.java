package dev.understudy.ops.agent;

import dev.understudy.Understudy;
import dev.understudy.chat.ChatProvider;
import dev.understudy.ops.config.AgentSpec;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One agent as it runs. It is closed when it is retired and its last call has ended, whichever comes last.
 */
final class RunningAgent {

    private final @Nullable AgentSpec spec;
    private final Understudy understudy;
    private final ChatProvider front;
    /** Calls in flight, and one for being in service; 0 is closed. */
    private final AtomicLong uses = new AtomicLong(1);

    /** @param front the door, or what keeps its streams alive around it */
    RunningAgent(@Nullable AgentSpec spec, Understudy door, ChatProvider front) {
        this.spec = spec;
        this.understudy = door;
        this.front = front;
    }

    /** As configured; {@code null} if it was composed in code. */
    @Nullable
    AgentSpec spec() {
        return spec;
    }

    FailoverSettings settings() {
        return spec == null ? CodeSettings.settings(understudy) : ConfiguredSettings.of(spec);
    }

    Understudy understudy() {
        return understudy;
    }

    ChatProvider front() {
        return front;
    }

    /** Counts a call in; false if it is closed already. */
    boolean enter() {
        long now = uses.get();
        while (now > 0) {
            if (uses.compareAndSet(now, now + 1)) {
                return true;
            }
            now = uses.get();
        }
        return false;
    }

    /** Counts a call out. */
    void leave() {
        if (uses.decrementAndGet() == 0) {
            front.close();
        }
    }

    /**
     * Once for each: nobody enters from now on who does not know it already.
     *
     * @return what was thrown by those that could not be closed
     */
    static @Nullable RuntimeException retire(Collection<RunningAgent> runningAgents) {
        RuntimeException stuck = null;
        for (RunningAgent runningAgent : runningAgents) {
            try {
                runningAgent.leave();
            } catch (RuntimeException e) {
                if (stuck == null) {
                    stuck = e;
                } else {
                    stuck.addSuppressed(e);
                }
            }
        }
        return stuck;
    }
}
