package dev.understudy.provider.http;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.guard.InFlight;
import dev.understudy.guard.Nanos;
import dev.understudy.provider.endpoint.Transport;
import dev.understudy.provider.text.Redactor;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.ApplicationProtocolNames;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;
import reactor.netty.Connection;
import reactor.netty.NettyPipeline;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.client.Http2AllocationStrategy;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientState;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.resources.ConnectionProvider.ConnectionMetadata;

/** Connection pool and HTTP client of one provider. */
final class HttpConnections {

    static final int MAX_HEADERS = 16 << 10;
    private static final String INTERIM = "understudy.interim";
    private static final String CLOSED = "the provider is closed";

    private final ConnectionProvider pool;
    private final ConnectionTracker tracker =
            new ConnectionTracker(() -> Schedulers.parallel().now(TimeUnit.NANOSECONDS));
    private final InFlight requests = new InFlight(this::release);
    private final AtomicBoolean released = new AtomicBoolean();
    private final Sinks.Empty<Void> closedSignal = Sinks.empty();
    private volatile boolean forced;
    private final @Nullable ProtocolNegotiation negotiation;
    private final HttpClient client;
    private final HttpClient http1;
    private final String provider;
    private final @Nullable Consumer<String> wireLog;
    private final Supplier<Redactor> redactor;

    HttpConnections(String provider, URI baseUrl, Transport transport, Supplier<Redactor> redactor) {
        this.redactor = redactor;
        this.provider = provider;
        this.wireLog = transport.network().netty().wireLog();
        boolean http2 = transport.wire() == Transport.Wire.HTTP2 && NetworkRoute.isSecure(baseUrl);
        this.negotiation = http2 ? new ProtocolNegotiation() : null;
        this.pool = ConnectionProvider.builder("understudy-" + provider)
                .allocationStrategy(Http2AllocationStrategy.builder()
                        .maxConnections(transport.pool().maxConnections())
                        .maxConcurrentStreams(transport.network().maxConcurrentStreams())
                        .strictConnectionReuse(true)
                        .streamBatchSize(transport.network().maxConcurrentStreams())
                        .build())
                .pendingAcquireMaxCount(2 * transport.pool().maxConnections())
                .pendingAcquireTimeout(transport.pool().acquire())
                .pendingAcquireTimer(new AcquireTimer(
                        () -> http2 && tracker.isOpening(), transport.connect(), Schedulers.parallel()))
                .evictionPredicate((connection, age) -> isUsedUp(transport.pool(), connection, age))
                .evictInBackground(Duration.ofSeconds(30))
                .lifo()
                .metrics(transport.network().netty().poolMetrics())
                .build();
        HttpClient routed = NetworkRoute.of(HttpClient.create(pool), baseUrl, transport);
        boolean direct = NetworkRoute.isDirect(baseUrl, transport);
        this.http1 = client(false, direct, baseUrl, transport, routed);
        this.client = http2 ? client(true, direct, baseUrl, transport, routed) : http1;
    }

    private HttpClient client(boolean http2, boolean direct, URI baseUrl, Transport transport, HttpClient routed) {
        HttpClient plain = routed.protocol(
                        http2
                                ? new HttpProtocol[] {HttpProtocol.H2, HttpProtocol.HTTP11}
                                : new HttpProtocol[] {HttpProtocol.HTTP11})
                .httpResponseDecoder(spec -> spec.maxHeaderSize(MAX_HEADERS).maxInitialLineLength(MAX_HEADERS))
                .http2Settings(settings -> settings.maxHeaderListSize(MAX_HEADERS))
                .doOnChannelInit((observer, channel, address) -> {
                    ConnectionWatch.install(channel, transport, tracker, this::negotiated);
                    if (direct) {
                        AddressCheck.install(channel, transport.network().addresses());
                    }
                })
                .doOnConnected(this::install)
                .observe((connection, state) -> {
                    if (state == HttpClientState.STREAM_CONFIGURED) {
                        install(connection);
                    }
                })
                .disableRetry(true) // a POST that is sent twice is billed twice, and attempts are counted
                .followRedirect(false) // a key belongs to one origin
                .compress(false);
        return NetworkRoute.to(baseUrl, NetworkRoute.secured(plain, http2, transport), transport);
    }

    private void negotiated(String protocol) {
        if (negotiation != null) {
            negotiation.known(ApplicationProtocolNames.HTTP_2.equals(protocol));
        }
    }

    /**
     * Adds the response handlers: to a connection over HTTP/1.1, to each stream over HTTP/2. They stay on a pooled
     * connection, so that only its first request pays for them.
     */
    private void install(Connection connection) {
        ChannelPipeline pipeline = connection.channel().pipeline();
        if (pipeline.context(INTERIM) != null) {
            return;
        }
        if (wireLog != null) {
            add(pipeline, "understudy.discreet", DecoderErrorScrubber.HANDLER);
            add(pipeline, "understudy.wirelog", new WireLog(provider, redactor, wireLog));
        }
        add(pipeline, INTERIM, new InterimResponseFilter(wireLog == null));
    }

    private static void add(ChannelPipeline pipeline, String name, ChannelHandler handler) {
        if (pipeline.context(NettyPipeline.ReactiveBridge) == null) {
            pipeline.addLast(name, handler);
        } else {
            pipeline.addBefore(NettyPipeline.ReactiveBridge, name, handler);
        }
    }

    /** Eviction predicate, which replaces the pool's own conditions. */
    private boolean isUsedUp(Transport.Pool limits, Connection connection, ConnectionMetadata age) {
        if (age.lifeTime() >= limits.maxLifeTime().toMillis()
                || age.idleTime() >= limits.idle().toMillis()) {
            return true;
        }
        ConnectionWatch watch = ConnectionWatch.of(connection.channel());
        if (watch != null && watch.isDistrusted()) {
            return true;
        }
        return (watch != null && watch.isMultiplexed())
                ? watch.isRetired()
                : !connection.channel().isActive() || !connection.isPersistent();
    }

    /** Returns the client for the protocol known so far. */
    HttpClient client() {
        return negotiation != null && negotiation.isHttp1() ? http1 : client;
    }

    /** See {@link ProtocolNegotiation#pass()}. */
    @Nullable
    Mono<Void> pass() {
        return negotiation == null ? null : negotiation.pass();
    }

    /** Returns true if requests may have to wait for the protocol, and are counted: not with HTTP/1.1 alone. */
    boolean negotiates() {
        return negotiation != null;
    }

    /** Records the end of a request that was let pass. */
    void ended() {
        if (negotiation != null) {
            negotiation.ended();
        }
    }

    /** Counts a started request; returns false if the provider is closed. */
    boolean enter() {
        return requests.enter();
    }

    /** Counts a finished request. */
    void leave() {
        requests.leave();
    }

    /**
     * Excludes connections that receive nothing from now on, so that the next request uses a fresh one. Requests in
     * flight may finish.
     */
    void foundDead() {
        tracker.foundDead();
    }

    /**
     * Adapts the failure of a request if the provider was closed meanwhile.
     *
     * @param sent true if the request had a connection
     */
    CallFailed failed(CallFailed error, boolean sent) {
        FailureKind kind = error.failure().kind();
        boolean lost = kind == FailureKind.CONNECT || kind == FailureKind.TRUNCATED || kind == FailureKind.SKIPPED;
        if (!lost || !requests.isClosed() || (sent && !forced)) {
            return error;
        }
        return error.with(sent ? error.failure().withMessage(CLOSED) : closed());
    }

    boolean isClosed() {
        return requests.isClosed();
    }

    /** Failure of a request after the provider was closed. */
    static Failure closed() {
        return Failure.of(FailureKind.SKIPPED, CLOSED);
    }

    /**
     * Refuses new requests, and fails those whose connection is still being opened. Others may finish; connections
     * close with the last of them.
     */
    void close() {
        requests.close();
        tracker.closeOpening();
    }

    /** Closes at subscription; completes when all connections are closed. Requests in flight fail after the limit. */
    Mono<Void> closeGracefully(Duration limit) {
        return Mono.defer(() -> {
            close();
            return closedSignal
                    .asMono()
                    .timeout(
                            Duration.ofNanos(Nanos.of(limit)),
                            Mono.defer(() -> {
                                forced = true;
                                release();
                                return closedSignal.asMono();
                            }),
                            Schedulers.parallel());
        });
    }

    /** Disposes of the pool on a thread that may block, because disposal takes a lock shared by all pools. */
    private void release() {
        if (released.compareAndSet(false, true)) {
            Schedulers.boundedElastic().schedule(() -> {
                pool.dispose();
                tracker.closeAll(closedSignal::tryEmitEmpty);
            });
        }
    }
}
