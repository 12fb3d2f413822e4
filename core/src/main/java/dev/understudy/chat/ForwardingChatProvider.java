package dev.understudy.chat;

import java.time.Duration;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A provider that forwards every method to another one. Subclasses override methods to change them. */
public abstract class ForwardingChatProvider implements ChatProvider {

    private final ChatProvider delegate;

    /**
     * Creates a provider that forwards to another one.
     *
     * @param delegate the provider that calls are forwarded to
     */
    protected ForwardingChatProvider(ChatProvider delegate) {
        this.delegate = delegate;
    }

    /** {@return the provider that calls are forwarded to} */
    public final ChatProvider delegate() {
        return delegate;
    }

    @Override
    public String name() {
        return delegate.name();
    }

    @Override
    public Capabilities capabilities(String model) {
        return delegate.capabilities(model);
    }

    @Override
    public Mono<ChatResponse> chat(ChatRequest request) {
        return delegate.chat(request);
    }

    @Override
    public Flux<StreamChunk> stream(ChatRequest request) {
        return delegate.stream(request);
    }

    @Override
    public Mono<Void> probe() {
        return delegate.probe();
    }

    @Override
    public Mono<Void> warmup() {
        return delegate.warmup();
    }

    @Override
    public void forgetFailures() {
        delegate.forgetFailures();
    }

    /** Closes the delegate. */
    @Override
    public void close() {
        delegate.close();
    }

    /** Closes the delegate gracefully, then this. */
    @Override
    public Mono<Void> closeGracefully(Duration limit) {
        return delegate.closeGracefully(limit).then(Mono.fromRunnable(this::close));
    }

    @Override
    public String toString() {
        return delegate.toString();
    }
}
