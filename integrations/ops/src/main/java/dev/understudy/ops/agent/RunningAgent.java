package dev.understudy.ops.agent;

import dev.understudy.Understudy;
import dev.understudy.chat.ChatProvider;
import dev.understudy.ops.config.AgentSpec;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** One running agent. Closes when it is retired and its last call has ended. */
final class RunningAgent {

    private final @Nullable AgentSpec spec;
    private final Understudy understudy;
    private final ChatProvider front;
    /** Number of calls in flight, plus one while the agent is not retired; 0 means closed. */
    private final AtomicLong uses = new AtomicLong(1);

    private final Sinks.Empty<Void> closed = Sinks.empty();

    /** @param front the understudy, or the resuming provider around it */
    RunningAgent(@Nullable AgentSpec spec, Understudy understudy, ChatProvider front) {
        this.spec = spec;
        this.understudy = understudy;
        this.front = front;
    }

    /** Returns the specification; {@code null} if the agent was composed in code. */
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

    /** Registers a call; returns {@code false} if the agent is closed. */
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

    /** Ends a call that was registered. */
    void leave() {
        if (uses.decrementAndGet() == 0) {
            try {
                front.close();
            } finally {
                closed.tryEmitEmpty();
            }
        }
    }

    /** Completes when the agent is retired, and its last call has ended. */
    Mono<Void> closed() {
        return closed.asMono();
    }

    /**
     * Retires these agents; call it once for each. Later calls must not enter them.
     *
     * @return the exceptions of closing, or {@code null}
     */
    static @Nullable RuntimeException retire(Collection<RunningAgent> runningAgents) {
        RuntimeException closeFailure = null;
        for (RunningAgent agent : runningAgents) {
            try {
                agent.leave();
            } catch (RuntimeException e) {
                if (closeFailure == null) {
                    closeFailure = e;
                } else {
                    closeFailure.addSuppressed(e);
                }
            }
        }
        return closeFailure;
    }
}
