package dev.understudy.ops.agent;

import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.StreamChunk;
import dev.understudy.streaming.ResumingProvider;
import java.util.List;
import java.util.function.Supplier;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * An agent as a provider: each call goes to the chain that is running when the call is subscribed, and keeps that
 * chain open until the call ends.
 */
final class AgentProvider implements ChatProvider {

    private final String id;
    private final Supplier<RunningAgent> running;

    /** @param running throws if there is no such agent */
    AgentProvider(String id, Supplier<RunningAgent> running) {
        this.id = id;
        this.running = running;
    }

    @Override
    public String name() {
        return id;
    }

    @Override
    public Capabilities capabilities(String model) {
        return running.get().front().capabilities(model);
    }

    @Override
    public Mono<ChatResponse> chat(ChatRequest request) {
        return Mono.using(this::entered, agent -> agent.front().chat(request), RunningAgent::leave, false);
    }

    @Override
    public Flux<StreamChunk> stream(ChatRequest request) {
        return Flux.using(this::entered, agent -> agent.front().stream(request), RunningAgent::leave, false);
    }

    /** Continues an answer as the agent's resume says; without it, an answer of which nothing was delivered begins anew. */
    Flux<StreamChunk> streamAfter(ChatRequest request, List<StreamChunk> delivered) {
        return Flux.using(this::entered, agent -> rest(agent.front(), request, delivered), RunningAgent::leave, false);
    }

    private static Flux<StreamChunk> rest(ChatProvider front, ChatRequest request, List<StreamChunk> delivered) {
        if (front instanceof ResumingProvider resuming) {
            return resuming.streamAfter(request, delivered);
        }
        return delivered.stream().anyMatch(StreamChunk::isContent)
                ? Flux.error(() -> new ChatException.CallFailed(
                        Failure.of(FailureKind.TRUNCATED, "the answer was interrupted, and the agent does not resume")))
                : front.stream(request);
    }

    @Override
    public Mono<Void> probe() {
        return Mono.using(this::entered, agent -> agent.front().probe(), RunningAgent::leave, false);
    }

    @Override
    public Mono<Void> warmup() {
        return Mono.using(this::entered, agent -> agent.front().warmup(), RunningAgent::leave, false);
    }

    /**
     * Enters the running chain. A chain that closes between lookup and entry has been replaced, so the lookup is
     * repeated.
     */
    private RunningAgent entered() {
        RunningAgent agent = running.get();
        while (!agent.enter()) {
            agent = running.get();
        }
        return agent;
    }

    @Override
    public void forgetFailures() {
        running.get().front().forgetFailures();
    }

    /** Does nothing: {@link Agents#close} closes the chains. */
    @Override
    public void close() {}

    @Override
    public String toString() {
        return "agent " + id;
    }
}
