package dev.understudy.spring.boot.autoconfigure;

import dev.understudy.ops.agent.Agents;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.springframework.context.SmartLifecycle;

/**
 * Drains the agents when the application is closed, behind the web server, which waits for its requests first: calls in flight
 * may end within the limit, and later calls fail. A context that is stopped or paused, to be started again, keeps its agents.
 */
final class AgentsLifecycle implements SmartLifecycle {

    /** Web servers stop in the phases 1024 and 2048 below the default one; lower phases stop later. */
    static final int PHASE = SmartLifecycle.DEFAULT_PHASE - 4096;

    private final Agents agents;
    private final Duration limit;
    private final BooleanSupplier closing;
    private volatile boolean running;

    AgentsLifecycle(Agents agents, Duration limit, BooleanSupplier closing) {
        this.agents = agents;
        this.limit = limit;
        this.closing = closing;
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop() {
        stop(() -> {});
    }

    @Override
    public void stop(Runnable callback) {
        running = false;
        if (!closing.getAsBoolean()) {
            callback.run();
            return;
        }
        agents.closeGracefully(limit).onErrorComplete().subscribe(done -> {}, error -> {}, callback);
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }
}
