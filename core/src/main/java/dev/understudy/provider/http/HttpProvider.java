package dev.understudy.provider.http;

import dev.understudy.chat.CallScope;
import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Feature;
import dev.understudy.chat.ResumeToken;
import dev.understudy.chat.StreamChunk;
import dev.understudy.provider.dialect.Dialect;
import dev.understudy.provider.dialect.StoredAnswer;
import dev.understudy.provider.dialect.StreamDecoder;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.provider.endpoint.Secret;
import dev.understudy.provider.catalog.ModelCatalog;
import dev.understudy.provider.text.Redactor;
import dev.understudy.provider.error.CallerText;
import dev.understudy.provider.error.InBandError;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** One vendor's endpoint: leases a key, makes one HTTP exchange, and lets the dialect speak. */
public final class HttpProvider implements ChatProvider {

    private final Endpoint endpoint;
    private final Dialect dialect;
    private final KeyRotation keyRotation;
    private final ParameterFallback parameterFallback;
    private final HttpExchange httpExchange;
    private final Redactor redactor;
    private final SignatureScope seals;
    private final HttpConnections httpConnections;
    private final String probePath;

    public HttpProvider(Endpoint endpoint, Dialect dialect) {
        this(endpoint, dialect, null);
    }

    public HttpProvider(Endpoint endpoint, Dialect dialect, Endpoint.@Nullable Signer signer) {
        this(
                endpoint,
                dialect,
                signer,
                SignatureScope.of(dialect, endpoint.baseUrl().getHost()));
    }

    HttpProvider(Endpoint endpoint, Dialect dialect, Endpoint.@Nullable Signer signer, SignatureScope seals) {
        ModelCatalog.load(); // blocks, which capabilities(model) must not
        this.endpoint = endpoint;
        this.dialect = dialect;
        this.keyRotation = new KeyRotation(endpoint.name(), new KeyRing(endpoint.keys()), () -> Schedulers.parallel()
                .now(TimeUnit.NANOSECONDS));
        this.parameterFallback = new ParameterFallback(endpoint.name(), dialect);
        this.seals = seals;
        this.redactor = Redactor.of(endpoint.secrets().stream().map(Secret::reveal).toList());
        this.httpConnections = new HttpConnections(endpoint.name(), endpoint.baseUrl(), endpoint.transport());
        this.httpExchange = new HttpExchange(endpoint, dialect, signer, httpConnections);
        this.probePath = dialect.probePath();
    }

    /** The same one, connections and memory too, which is probed elsewhere. */
    private HttpProvider(HttpProvider same, String probePath) {
        this.endpoint = same.endpoint;
        this.dialect = same.dialect;
        this.keyRotation = same.keyRotation;
        this.parameterFallback = same.parameterFallback;
        this.redactor = same.redactor;
        this.seals = same.seals;
        this.httpConnections = same.httpConnections;
        this.httpExchange = same.httpExchange;
        this.probePath = probePath;
    }

    public HttpProvider probedAt(String path) {
        return new HttpProvider(this, path);
    }

    @Override
    public String name() {
        return endpoint.name();
    }

    @Override
    public Capabilities capabilities(String model) {
        Capabilities can = endpoint.capabilities(model);
        return dialect.stores() ? can.withFeature(Feature.SAME_RESPONSE) : can;
    }

    @Override
    public Mono<ChatResponse> chat(ChatRequest request) {
        return Flux.deferContextual(context -> {
                    CallScope scope = CallScope.of(context);
                    CallerText caller = caller(request, false);
                    return keyRotation.around(lease -> parameterFallback
                            .around(
                                    seals.sent(request),
                                    false,
                                    scope,
                                    body -> httpExchange
                                            .whole(
                                                    body,
                                                    dialect.path(request, false),
                                                    caller,
                                                    lease,
                                                    keyRotation.gauge(lease, scope))
                                            .flux(),
                                    error -> TransportErrors.typed(error, false))
                            .map(body -> dialect.decode(name(), request, body))
                            .onErrorMap(error -> InBandError.typed(error, caller))
                            .map(response -> seals.told(response).withFinish(signed(response.finish(), lease))));
                })
                .onErrorMap(this::redacted)
                .singleOrEmpty();
    }

    @Override
    public Flux<StreamChunk> stream(ChatRequest request) {
        return Flux.deferContextual(context -> {
            CallScope scope = CallScope.of(context);
            ResumeToken begun = ResumeToken.of(context);
            return begun == null ? anew(request, scope) : again(begun, request, scope);
        });
    }

    private Flux<StreamChunk> anew(ChatRequest request, CallScope scope) {
        CallerText caller = caller(request, true);
        return keyRotation.around(lease -> {
            try {
                return parameterFallback.around(
                        seals.sent(request),
                        true,
                        scope,
                        body -> httpExchange.streamed(
                                body,
                                request,
                                caller,
                                decoder(request),
                                lease,
                                keyRotation.gauge(lease, scope),
                                chunk -> signed(chunk, lease)),
                        error -> redacted(InBandError.typed(TransportErrors.typed(error, false), caller)));
            } catch (RuntimeException unsent) {
                return Flux.error(redacted(unsent));
            }
        });
    }

    /** The request in this vendor's form, which is made anew only where an error is read. */
    private CallerText caller(ChatRequest request, boolean stream) {
        return CallerText.of(request.model(), () -> dialect.body(request, stream));
    }

    private Supplier<StreamDecoder> decoder(ChatRequest request) {
        StoredAnswer kept = dialect.store(name(), request);
        return kept == null ? () -> dialect.decoder(name(), request) : kept::connect;
    }

    /** Only with the key that asked for it, and whoever refuses it speaks of the answer and not of the model. */
    private Flux<StreamChunk> again(ResumeToken begun, ChatRequest request, CallScope scope) {
        if (!(begun instanceof Continuation kept) || !kept.provider().equals(name())) {
            return Flux.error(new CallFailed(Failure.of(FailureKind.UNSUPPORTED, "the answer was not begun here")));
        }
        CallerText caller = caller(request, true);
        return Flux.defer(() -> httpExchange.again(
                        kept.answer,
                        request,
                        caller,
                        kept.lease,
                        keyRotation.gauge(kept.lease, scope),
                        chunk -> signed(chunk, kept.lease)))
                .onErrorMap(error -> gone(redacted(InBandError.typed(TransportErrors.typed(error, false), caller))));
    }

    private static CallFailed gone(CallFailed failed) {
        Failure failure = failed.failure();
        boolean gone = Set.of(400, 404, 410).contains(failure.status());
        return gone
                ? failed.with(Failure.of(FailureKind.INVALID_REQUEST, "the answer is kept no longer")
                        .withStatus(failure.status(), failure.code())
                        .withPhase(Failure.Phase.HEADERS))
                : failed;
    }

    private StreamChunk signed(StreamChunk chunk, KeyRing.Lease lease) {
        if (chunk instanceof StreamChunk.Finish finish) {
            return signed(finish, lease);
        }
        return chunk instanceof StreamChunk.Resumable resumable && resumable.token() instanceof StoredAnswer answer
                ? new StreamChunk.Resumable(new Continuation(answer, lease))
                : seals.told(chunk);
    }

    private static StreamChunk.Finish signed(StreamChunk.Finish finish, KeyRing.Lease lease) {
        @Nullable String fingerprint = lease.fingerprint();
        return new StreamChunk.Finish(
                finish.reason(),
                finish.usage(),
                finish.vendorMetadata().withKeyFingerprint(fingerprint),
                finish.servedBy());
    }

    @Override
    public Mono<Void> probe() {
        if (probePath.isEmpty()) {
            return Mono.empty();
        }
        return keyRotation
                .around(lease -> httpExchange.probe(lease, probePath).flux())
                .onErrorMap(this::redacted)
                .then();
    }

    @Override
    public Mono<Void> warmup() {
        return httpConnections.client().warmup().then(probe());
    }

    @Override
    public void close() {
        httpConnections.close();
    }

    @Override
    public Mono<Void> closeGracefully(Duration limit) {
        return httpConnections.closeGracefully(limit);
    }

    /** Whatever leaves here has no key in it. */
    private CallFailed redacted(Throwable error) {
        CallFailed failed = TransportErrors.typed(error, false);
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

    /**
     * A stored answer together with the key that requested it.
     *
     * @param lease the only key that may read the answer again
     */
    private record Continuation(StoredAnswer answer, KeyRing.Lease lease) implements ResumeToken {

        @Override
        public String provider() {
            return answer.provider();
        }

        @Override
        public String model() {
            return answer.model();
        }

        @Override
        public boolean isAlive() {
            return answer.isAlive();
        }
    }
}
