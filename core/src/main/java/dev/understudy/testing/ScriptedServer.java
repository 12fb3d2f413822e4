package dev.understudy.testing;

import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import reactor.core.publisher.Flux;
import reactor.netty.DisposableServer;
import reactor.netty.http.Http2SslContextSpec;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.server.HttpServer;
import reactor.netty.tcp.SslProvider;

/**
 * A vendor's server on a free port of the loopback interface, that answers by script and remembers what it was asked.
 *
 * <p>It answers {@code POST …/chat/completions} and {@code POST …/responses} as OpenAI does, {@code POST …/messages} as
 * Anthropic does, streamed when the body asks for it, and {@code GET …/models} with a list and without using up the script.
 * Other paths get raw replies only, else 404.
 *
 * <p>An answer that was asked for with {@code background} is kept: {@code GET …/responses/ID} tells it again, behind the event
 * {@code starting_after}. It was the connection that broke, so that comes without the reply's fault and without using up
 * the script; a rule for {@link RecordedRequest#method()} GET makes it fail too.
 *
 * <p>Each request is answered by the first rule that has an answer; else by the next reply of the queue; else by the one
 * set with {@link #always}, or without one by the last of the queue again. Without any script it says hello.
 *
 * <p>Safe for use by many threads; the script may change while the server plays. Its threads are reactor-netty's shared
 * ones, and none of them ever waits.
 */
public final class ScriptedServer implements AutoCloseable {

    private final Script<RecordedRequest, ScriptedReply> script =
            new Script<>(ScriptedReply.text("Hello from the stage."));
    private final ConnectionTracker connections = new ConnectionTracker();
    private final int port;
    private final String scheme;
    private final AutoCloseable listener;

    private ScriptedServer(String scheme, UnaryOperator<HttpServer> wire) {
        ExchangeHandler exchangeHandler = new ExchangeHandler(script, connections);
        DisposableServer server = wire.apply(HttpServer.create())
                .host("127.0.0.1")
                .port(0)
                .doOnChannelInit((observer, channel, remote) -> connections.opened(channel))
                .handle(exchangeHandler::handle)
                .bindNow(Duration.ofSeconds(10));
        this.port = server.port();
        this.scheme = scheme;
        this.listener = server::dispose;
    }

    private ScriptedServer(Socket unheard) {
        this.port = unheard.getLocalPort();
        this.scheme = "http";
        this.listener = unheard;
    }

    /**
     * A server that speaks HTTP/1.1. Waits for the port, which takes milliseconds: not for threads that must not block.
     */
    public static ScriptedServer start() {
        return new ScriptedServer("http", server -> server.protocol(HttpProtocol.HTTP11));
    }

    /** A server that speaks HTTP/2 without TLS, to clients that know so beforehand. Waits like {@link #start()}. */
    public static ScriptedServer startHttp2() {
        return new ScriptedServer("http", server -> server.protocol(HttpProtocol.H2C));
    }

    /**
     * A server that speaks TLS, and HTTP/2 or HTTP/1.1 inside, as the client likes. Waits like {@link #start()}.
     *
     * @param key of the certificate
     * @param chain its certificate, which is for 127.0.0.1, and those that vouch for it; a client must be told to trust
     *     one of them, for no authority signs such a thing
     */
    public static ScriptedServer startTls(PrivateKey key, X509Certificate... chain) {
        SslProvider.GenericSslContextSpec<SslContextBuilder> tls = Http2SslContextSpec.forServer(key, chain);
        return new ScriptedServer("https", server -> server.protocol(HttpProtocol.H2, HttpProtocol.HTTP11)
                .secure(spec -> spec.sslContext(tls)));
    }

    /** A port that refuses every connection, and that nobody else can get until this is closed. */
    public static ScriptedServer refusing() {
        try {
            Socket unheard = new Socket();
            // Bound and not listening: the system refuses connections and gives the port to nobody else.
            unheard.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0));
            return new ScriptedServer(unheard);
        } catch (IOException e) {
            throw new UncheckedIOException("No free port on the loopback interface", e);
        }
    }

    /** Adds replies to the queue; each is used once, and the last one again for ever unless {@link #always} is set. */
    public ScriptedServer then(ScriptedReply... replies) {
        script.then(List.of(replies));
        return this;
    }

    /** Answers so whenever no rule answers and the queue is empty. */
    public ScriptedServer always(ScriptedReply scriptedReply) {
        script.always(scriptedReply);
        return this;
    }

    /**
     * Adds a rule, which is applied after earlier ones and before the queue, once for each call and on its caller's thread: a
     * rule must not block. {@code null} leaves the answer to the next rule, and then to the queue.
     */
    public ScriptedServer rule(AnswerRule<RecordedRequest, ScriptedReply> rule) {
        script.rule(rule);
        return this;
    }

    /** Answers requests like these so, whatever the queue says. */
    public ScriptedServer when(Predicate<RecordedRequest> asked, ScriptedReply scriptedReply) {
        return rule(recordedRequest -> asked.test(recordedRequest) ? scriptedReply : null);
    }

    /** Answers requests with this key, probes aside, with 429 and this Retry-After. */
    public ScriptedServer rateLimitKey(String key, Duration retryAfter) {
        return when(
                asked -> asked.method().equals("POST") && asked.key().equals(key),
                ScriptedReply.rateLimited(retryAfter));
    }

    public int port() {
        return port;
    }

    /** {@code http://127.0.0.1:port/v1}, or https: the base URL for either vendor's dialect. */
    public String url() {
        return url("/v1");
    }

    /** {@code http://127.0.0.1:port}, or https, and this path. */
    public String url(String path) {
        return scheme + "://127.0.0.1:" + port + path;
    }

    /** What was asked so far, oldest first, probes included; the last 10 000. */
    public List<RecordedRequest> asked() {
        return connections.requests();
    }

    /** What was asked with POST so far, oldest first: probes left out. */
    public List<RecordedRequest> calls() {
        return asked().stream().filter(one -> one.method().equals("POST")).toList();
    }

    /** What was asked so far and what will be, as it arrives. Completes when the server closes. */
    public Flux<RecordedRequest> arrivals() {
        return connections.arrivals();
    }

    /** The exchanges that ended so far and those that will, as they end. */
    public Flux<RecordedRequest> endings() {
        return arrivals().flatMap(RecordedRequest::ended, Integer.MAX_VALUE);
    }

    /** How many connections were ever opened. */
    public int connectionsOpened() {
        return connections.openedCount();
    }

    /** How many connections are open now, as far as the server knows. */
    public int connectionsOpen() {
        return connections.openCount();
    }

    /** How many connections are open: now, and whenever that changes. Does not complete. */
    public Flux<Integer> connections() {
        return connections.connections();
    }

    /** Stops listening and closes all connections, without waiting. Idempotent. */
    @Override
    public void close() {
        try {
            listener.close();
        } catch (Exception e) {
            throw new IllegalStateException("Could not close port " + port, e);
        } finally {
            connections.close();
        }
    }
}
