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
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.StreamChunk.ResumeToken;
import dev.understudy.provider.catalog.ModelCatalog;
import dev.understudy.provider.dialect.Dialect;
import dev.understudy.provider.dialect.StoredAnswer;
import dev.understudy.provider.dialect.StreamDecoder;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.provider.endpoint.Endpoint.CredentialsSource;
import dev.understudy.provider.endpoint.Secret;
import dev.understudy.provider.error.CallerText;
import dev.understudy.provider.error.InBandError;
import dev.understudy.provider.http.ParameterFallback.AdaptableRequest;
import dev.understudy.provider.text.Redactor;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.util.context.ContextView;

/** Provider for one endpoint: leases a key, performs the HTTP exchange, and encodes and decodes with the dialect. */
public final class HttpProvider implements ChatProvider {

    private final Endpoint endpoint;
    private final Dialect dialect;
    private final KeyRotation keyRotation;
    private final @Nullable CredentialCache credentials;
    private final ParameterFallback parameterFallback;
    private final HttpExchange httpExchange;
    private final FailureRedactor failures;
    private final OriginScope originScope;
    private final RequestFitter requestFitter;
    private final HttpConnections httpConnections;
    private final String probePath;
    private final boolean loadsModels;
    private final ModelRetirements modelRetirements;

    public HttpProvider(Endpoint endpoint, Dialect dialect) {
        this(endpoint, dialect, null);
    }

    public HttpProvider(Endpoint endpoint, Dialect dialect, Endpoint.@Nullable Signer signer) {
        this(endpoint, dialect, signer, OriginScope.of(dialect, endpoint.baseUrl()));
    }

    HttpProvider(Endpoint endpoint, Dialect dialect, Endpoint.@Nullable Signer signer, OriginScope originScope) {
        ModelCatalog.load(); // blocks, which capabilities(model) must not
        this.endpoint = endpoint;
        this.dialect = dialect;
        LongSupplier clock = () -> Schedulers.parallel().now(TimeUnit.NANOSECONDS);
        this.keyRotation = new KeyRotation(endpoint.name(), new KeyRing(endpoint.keys()), clock);
        this.parameterFallback = new ParameterFallback(endpoint.name(), dialect, clock);
        this.originScope = originScope;
        this.requestFitter = new RequestFitter(endpoint.name(), dialect, originScope, endpoint::capabilities);
        this.credentials = credentials(endpoint);
        Supplier<Redactor> redactor = credentials == null ? redactor(endpoint) : credentials::redactor;
        this.failures = new FailureRedactor(redactor);
        this.httpConnections = new HttpConnections(endpoint.name(), endpoint.baseUrl(), endpoint.transport(), redactor);
        this.httpExchange = new HttpExchange(endpoint, dialect, signer, httpConnections, keyRotation::inUse);
        this.probePath = dialect.probePath();
        this.modelRetirements = new ModelRetirements();
        this.loadsModels =
                dialect.loads() && PrivateNetwork.contains(endpoint.baseUrl().getHost());
    }

    /** Copies a provider, sharing connections and state, with another probe path. */
    private HttpProvider(HttpProvider original, String probePath) {
        this.endpoint = original.endpoint;
        this.dialect = original.dialect;
        this.keyRotation = original.keyRotation;
        this.credentials = original.credentials;
        this.parameterFallback = original.parameterFallback;
        this.failures = original.failures;
        this.originScope = original.originScope;
        this.requestFitter = original.requestFitter;
        this.httpConnections = original.httpConnections;
        this.httpExchange = original.httpExchange;
        this.probePath = probePath;
        this.loadsModels = original.loadsModels;
        this.modelRetirements = original.modelRetirements;
    }

    private static @Nullable CredentialCache credentials(Endpoint endpoint) {
        CredentialsSource source = endpoint.credentials();
        return source == null
                ? null
                : new CredentialCache(
                        source,
                        endpoint.secrets(),
                        () -> Instant.ofEpochMilli(Schedulers.parallel().now(TimeUnit.MILLISECONDS)));
    }

    private static Supplier<Redactor> redactor(Endpoint endpoint) {
        Redactor redactor =
                Redactor.of(endpoint.secrets().stream().map(Secret::reveal).toList());
        return () -> redactor;
    }

    /** Sends a request with a key of the endpoint, or with its credential. */
    private <T> Flux<T> withKey(ContextView context, Function<KeyRing.Lease, AdaptableRequest<T>> request) {
        return credentials == null
                ? keyRotation.around(context, request)
                : credentials
                        .around(lease -> AdaptableRequest.sent(request.apply(lease)))
                        .onErrorMap(failures::redacted);
    }

    private <T> Flux<T> withKey(Function<KeyRing.Lease, AdaptableRequest<T>> request) {
        return Flux.deferContextual(context -> withKey(context, request));
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
        Capabilities can = modelRetirements.apply(model, endpoint.capabilities(model));
        can = loadsModels ? can.withFeature(Feature.LOADING) : can;
        return dialect.stores() ? can.withFeature(Feature.SAME_RESPONSE) : can;
    }

    @Override
    public Mono<ChatResponse> chat(ChatRequest request) {
        return Mono.fromDirect(Flux.deferContextual(context -> answer(request, CallScope.of(context), context)));
    }

    private Flux<ChatResponse> answer(ChatRequest request, CallScope scope, ContextView context) {
        CallerText caller = callerText(request, false);
        return withKey(context, lease -> {
            ResponseFields fields = new ResponseFields(keyRotation.bucketListener(lease, scope));
            return adaptable(
                    request,
                    false,
                    scope,
                    caller,
                    body -> httpExchange.whole(
                            body, request, caller, lease, fields, bytes -> decoded(request, bytes, lease, fields)));
        });
    }

    private ChatResponse decoded(ChatRequest request, byte[] body, KeyRing.Lease lease, ResponseFields fields) {
        ChatResponse response = WholeAnswer.decode(dialect, name(), request, body);
        return originScope.received(response).withFinish(withOrigin(response.finish(), lease, fields));
    }

    /** Returns the request in a form that fits the target; its errors are typed, and without secrets. */
    private <T> AdaptableRequest<T> adaptable(
            ChatRequest request,
            boolean stream,
            CallScope scope,
            CallerText caller,
            Function<EncodedBody, Flux<T>> send) {
        try {
            return parameterFallback.of(
                    requestFitter.fit(request, scope),
                    stream,
                    scope,
                    send,
                    error -> failures.redacted(InBandError.typed(TransportErrors.beforeAnswer(error), caller)));
        } catch (RuntimeException unsent) {
            throw failures.redacted(unsent);
        }
    }

    @Override
    public Flux<StreamChunk> stream(ChatRequest request) {
        return Flux.deferContextual(context -> {
            CallScope scope = CallScope.of(context);
            ResumeToken token = ResumeToken.of(context);
            return token == null ? start(request, scope, context) : resume(token, request, scope);
        });
    }

    private Flux<StreamChunk> start(ChatRequest request, CallScope scope, ContextView context) {
        CallerText caller = callerText(request, true);
        return withKey(context, lease -> {
            ResponseFields fields = new ResponseFields(keyRotation.bucketListener(lease, scope));
            return adaptable(
                    request,
                    true,
                    scope,
                    caller,
                    body -> httpExchange.streamed(
                            body,
                            request,
                            caller,
                            decoder(request),
                            lease,
                            fields,
                            chunk -> withOrigin(chunk, lease, fields)));
        });
    }

    /** Text of the request in this vendor's form, encoded only when an error is read. */
    private CallerText callerText(ChatRequest request, boolean stream) {
        return CallerText.of(request.model(), () -> dialect.body(request, stream));
    }

    private Supplier<StreamDecoder> decoder(ChatRequest request) {
        StoredAnswer stored = dialect.store(name(), request);
        return stored == null ? () -> dialect.decoder(name(), request) : stored::connect;
    }

    /** Resumes a stored answer with the key that requested it. A refusal concerns the answer and not the model. */
    private Flux<StreamChunk> resume(ResumeToken token, ChatRequest request, CallScope scope) {
        if (!(token instanceof StoredContinuation stored) || !stored.provider().equals(name())) {
            return Flux.error(
                    new CallFailed(Failure.of(FailureKind.UNSUPPORTED, "the answer was not started by this provider")));
        }
        CallerText caller = callerText(request, true);
        ResponseFields fields = new ResponseFields(keyRotation.bucketListener(stored.lease(), scope));
        return Flux.defer(() -> httpExchange.resume(
                        stored.answer(),
                        request,
                        caller,
                        stored.lease(),
                        fields,
                        chunk -> withOrigin(chunk, stored.lease(), fields)))
                .onErrorMap(error ->
                        unavailable(failures.redacted(InBandError.typed(TransportErrors.beforeAnswer(error), caller))));
    }

    private static CallFailed unavailable(CallFailed failed) {
        Failure failure = failed.failure();
        boolean unavailable = Set.of(400, 404, 410).contains(failure.status());
        return unavailable
                ? failed.with(Failure.of(FailureKind.INVALID_REQUEST, "the stored answer is not available any more")
                        .withStatus(failure.status(), failure.code())
                        .withPhase(Failure.Phase.HEADERS))
                : failed;
    }

    /** Adds the key's fingerprint to the finish, and the origin to blocks with data of the vendor. */
    private StreamChunk withOrigin(StreamChunk chunk, KeyRing.Lease lease, ResponseFields fields) {
        if (chunk instanceof StreamChunk.Finish finish) {
            return withOrigin(finish, lease, fields);
        }
        return chunk instanceof StreamChunk.Resumable resumable && resumable.token() instanceof StoredAnswer answer
                ? new StreamChunk.Resumable(new StoredContinuation(answer, lease))
                : originScope.received(chunk);
    }

    private static StreamChunk.Finish withOrigin(
            StreamChunk.Finish finish, KeyRing.Lease lease, ResponseFields fields) {
        @Nullable String fingerprint = lease.fingerprint();
        return new StreamChunk.Finish(
                finish.reason(),
                finish.usage(),
                fields.in(finish.vendorMetadata()).withKeyFingerprint(fingerprint),
                finish.servedBy());
    }

    @Override
    public Mono<Void> probe() {
        if (probePath.isEmpty()) {
            return Mono.empty();
        }
        return withKey(lease -> () -> httpExchange.probe(lease, probePath).flux())
                .doOnNext(modelRetirements::learn)
                .onErrorMap(failures::redacted)
                .then();
    }

    /** Emits the body of a GET of the base URL; above the limit, a PROTOCOL failure. */
    public Mono<byte[]> document(int limit) {
        return withKey(lease -> () -> httpExchange.document(lease, "", limit).flux())
                .onErrorMap(failures::redacted)
                .next();
    }

    @Override
    public Mono<Void> warmup() {
        return httpConnections.client().warmup().then(probe());
    }

    @Override
    public void forgetFailures() {
        keyRotation.keys().reset();
        if (credentials != null) {
            credentials.reset();
        }
        parameterFallback.reset();
    }

    @Override
    public void close() {
        httpConnections.close();
    }

    @Override
    public Mono<Void> closeGracefully(Duration limit) {
        return httpConnections.closeGracefully(limit);
    }

    @Override
    public String toString() {
        return name() + " (" + dialect.name() + " at " + endpoint.baseUrl().getHost() + ")";
    }
}
