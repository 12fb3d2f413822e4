package dev.understudy.provider;

import dev.understudy.chat.CallScope;
import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Failure;
import dev.understudy.chat.StreamChunk;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** One vendor's endpoint: leases a key, makes one HTTP exchange, and lets the dialect speak. */
final class HttpProvider implements ChatProvider {

    private final Endpoint endpoint;
    private final Dialect dialect;
    private final Rotation rotation;
    private final Adapting adapting;
    private final Exchange exchange;
    private final Redactor redactor;
    private final Connections connections;
    private final String probePath;

    HttpProvider(Endpoint endpoint, Dialect dialect) {
        this(endpoint, dialect, null);
    }

    HttpProvider(Endpoint endpoint, Dialect dialect, @Nullable Signer signer) {
        this.endpoint = endpoint;
        this.dialect = dialect;
        this.rotation = new Rotation(endpoint.name(), new KeyRing(endpoint.keys()), () -> Schedulers.parallel()
                .now(TimeUnit.NANOSECONDS));
        this.adapting = new Adapting(endpoint.name(), dialect);
        this.redactor = Redactor.of(endpoint.secrets());
        this.connections = new Connections(endpoint.name(), endpoint.baseUrl(), endpoint.transport());
        this.exchange = new Exchange(endpoint, dialect, signer, connections);
        this.probePath = dialect.probePath();
    }

    /** The same one, connections and memory too, which is probed elsewhere. */
    private HttpProvider(HttpProvider same, String probePath) {
        this.endpoint = same.endpoint;
        this.dialect = same.dialect;
        this.rotation = same.rotation;
        this.adapting = same.adapting;
        this.redactor = same.redactor;
        this.connections = same.connections;
        this.exchange = same.exchange;
        this.probePath = probePath;
    }

    HttpProvider probedAt(String path) {
        return new HttpProvider(this, path);
    }

    @Override
    public String name() {
        return endpoint.name();
    }

    @Override
    public Capabilities capabilities(String model) {
        return Catalogue.capabilities(endpoint, model);
    }

    @Override
    public Mono<ChatResponse> chat(ChatRequest request) {
        return Flux.deferContextual(context -> {
                    CallScope scope = CallScope.of(context);
                    return rotation.around(lease -> adapting.around(request, false, scope, body -> exchange.whole(
                                            body, dialect.path(request, false), lease, rotation.gauge(lease, scope))
                                    .flux())
                            .map(body -> dialect.decode(name(), request, body))
                            .map(response -> response.withFinish(signed(response.finish(), lease))));
                })
                .onErrorMap(this::redacted)
                .singleOrEmpty();
    }

    @Override
    public Flux<StreamChunk> stream(ChatRequest request) {
        return Flux.deferContextual(context -> {
                    CallScope scope = CallScope.of(context);
                    return rotation.around(lease -> adapting.around(
                                    request,
                                    true,
                                    scope,
                                    body -> exchange.streamed(body, request, lease, rotation.gauge(lease, scope)))
                            .map(chunk -> chunk instanceof StreamChunk.Finish finish ? signed(finish, lease) : chunk));
                })
                .onErrorMap(this::redacted);
    }

    private static StreamChunk.Finish signed(StreamChunk.Finish finish, KeyRing.Lease lease) {
        @Nullable String fingerprint = lease.fingerprint();
        return new StreamChunk.Finish(
                finish.reason(), finish.usage(), finish.receipt().withKeyFingerprint(fingerprint), finish.served());
    }

    @Override
    public Mono<Void> probe() {
        if (probePath.isEmpty()) {
            return Mono.empty();
        }
        return rotation.around(lease -> exchange.probe(lease, probePath).flux())
                .onErrorMap(this::redacted)
                .then();
    }

    @Override
    public Mono<Void> warmup() {
        return connections.client().warmup().then(probe());
    }

    @Override
    public void close() {
        connections.close();
    }

    /** Whatever leaves here has no key in it. */
    private Throwable redacted(Throwable error) {
        CallFailed failed = TransportFailure.typed(error, false);
        Failure failure = failed.failure();
        Failure safe = failure.withMessage(redactor.redact(failure.message()))
                .withStatus(failure.status(), redacted(failure.code()))
                .withRefused(redacted(failure.advice().refused()));
        // Netty repeats what it could not read, and a server may have echoed a key there.
        boolean clean = failed.getCause() == null || redactor.isClean(failed.getCause());
        return clean ? failed.with(safe) : new CallFailed(safe);
    }

    private @Nullable String redacted(@Nullable String word) {
        return word == null ? null : redactor.redact(word);
    }

    @Override
    public String toString() {
        return name() + " (" + dialect.name() + " at " + endpoint.baseUrl().getHost() + ")";
    }
}
