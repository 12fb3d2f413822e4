package dev.understudy.ops.agent;

import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.StreamChunk;
import java.util.function.Supplier;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * An agent for callers: each call goes to the chain that is in service when it is subscribed, and keeps it open to its end.
 */
final class AgentProvider implements ChatProvider {

    private final String id;
    private final Supplier<RunningAgent> inService;

    /** @param inService throws if there is none */
    AgentProvider(String id, Supplier<RunningAgent> inService) {
        this.id = id;
        this.inService = inService;
    }

    @Override
    public String name() {
        return id;
    }

    @Override
    public Capabilities capabilities(String model) {
        return inService.get().front().capabilities(model);
    }

    @Override
    public Mono<ChatResponse> chat(ChatRequest request) {
        return Mono.using(
                this::entered, runningAgent -> runningAgent.front().chat(request), RunningAgent::leave, false);
    }

    @Override
    public Flux<StreamChunk> stream(ChatRequest request) {
        return Flux.using(
                this::entered, runningAgent -> runningAgent.front().stream(request), RunningAgent::leave, false);
    }

    @Override
    public Mono<Void> probe() {
        return Mono.using(this::entered, runningAgent -> runningAgent.front().probe(), RunningAgent::leave, false);
    }

    @Override
    public Mono<Void> warmup() {
        return Mono.using(this::entered, runningAgent -> runningAgent.front().warmup(), RunningAgent::leave, false);
    }

    /** A chain that closes between being looked up and entered has a successor by then. */
    private RunningAgent entered() {
        RunningAgent runningAgent = inService.get();
        while (!runningAgent.enter()) {
            runningAgent = inService.get();
        }
        return runningAgent;
    }

    /** The agents close their chains; this is only a way to them. */
    @Override
    public void close() {}

    @Override
    public String toString() {
        return "agent " + id;
    }
}
