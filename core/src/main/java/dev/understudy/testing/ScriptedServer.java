package dev.understudy.testing;

import dev.understudy.testing.strict.StrictVendor;
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
 * HTTP server on a free port of the loopback interface that answers by script and records its requests.
 *
 * <p>{@code POST …/chat/completions} and {@code POST …/responses} are answered as by OpenAI, {@code …/messages} as by
 * Anthropic, {@code …:generateContent} as by Gemini, {@code …/model/ID/converse} and {@code …/model/ID/invoke} as by
 * Bedrock (the latter with Anthropic's models), {@code …/v2/chat} as by Cohere and {@code …/api/chat} as by Ollama,
 * streamed where the body or the path asks for a stream; {@code GET …/models} and {@code GET …/api/tags} with a list and
 * without using up the script. Other paths get raw replies only, else 404.
 *
 * <p>An answer to a request with {@code background} is stored: {@code GET …/responses/ID} sends it again, after the
 * event {@code starting_after}, without the reply's fault and without using up the script. A rule for
 * {@link RecordedRequest#method()} GET makes that request fail too.
 *
 * <p>Each request is answered by the first rule that has an answer; else by the next reply of the queue; else by the
 * one set with {@link #always}, or without one by the last of the queue again. Without any script the answer is a short
 * greeting.
 *
 * <p>Thread-safe; the script may change while the server runs. The threads are reactor-netty's shared ones, and none of
 * them blocks.
 */
public final class ScriptedServer implements AutoCloseable {

    private final Script<RecordedRequest, ScriptedReply> script =
            new Script<>(ScriptedReply.text("Hello from the server."));
    private final ConnectionTracker connections = new ConnectionTracker();
    private final StrictMode strictMode = new StrictMode();
    private final int port;
    private final String scheme;
    private final AutoCloseable listener;

    private ScriptedServer(String scheme, UnaryOperator<HttpServer> wire) {
        ExchangeHandler exchangeHandler = new ExchangeHandler(script, connections, strictMode);
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

    private ScriptedServer(Socket bound) {
        this.port = bound.getLocalPort();
        this.scheme = "http";
        this.listener = bound;
    }

    /**
     * Starts a server for HTTP/1.1. Blocks for milliseconds until the port is bound.
     *
     * @return the running server
     */
    public static ScriptedServer start() {
        return new ScriptedServer("http", server -> server.protocol(HttpProtocol.HTTP11));
    }

    /**
     * Starts a server for HTTP/2 without TLS and without upgrade (prior knowledge). Blocks like {@link #start()}.
     *
     * @return the running server
     */
    public static ScriptedServer startHttp2() {
        return new ScriptedServer("http", server -> server.protocol(HttpProtocol.H2C));
    }

    /**
     * Starts a server for TLS, with HTTP/2 or HTTP/1.1 as the client selects. Blocks like {@link #start()}.
     *
     * @param key private key of the certificate
     * @param chain certificate for 127.0.0.1, followed by its issuers; the client must trust one of them
     * @return the running server
     */
    public static ScriptedServer startTls(PrivateKey key, X509Certificate... chain) {
        SslProvider.GenericSslContextSpec<SslContextBuilder> tls = Http2SslContextSpec.forServer(key, chain);
        return new ScriptedServer("https", server -> server.protocol(HttpProtocol.H2, HttpProtocol.HTTP11)
                .secure(spec -> spec.sslContext(tls)));
    }

    /**
     * A port that refuses every connection, and stays reserved until {@link #close()}.
     *
     * @return the server
     * @throws UncheckedIOException if no port is free
     */
    public static ScriptedServer refusing() {
        try {
            Socket bound = new Socket();
            // Bound and not listening: the system refuses connections and gives the port to nobody else.
            bound.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0));
            return new ScriptedServer(bound);
        } catch (IOException e) {
            throw new UncheckedIOException("No free port on the loopback interface", e);
        }
    }

    /**
     * Adds replies to the queue; each is used once, and the last one again without end unless {@link #always} is set.
     *
     * @param replies replies in order
     * @return this server
     */
    public ScriptedServer then(ScriptedReply... replies) {
        script.then(List.of(replies));
        return this;
    }

    /**
     * Sets the reply for requests without matching rule while the queue is empty.
     *
     * @param scriptedReply the reply
     * @return this server
     */
    public ScriptedServer always(ScriptedReply scriptedReply) {
        script.always(scriptedReply);
        return this;
    }

    /**
     * Adds a rule, which is applied after earlier ones and before the queue, once for each request and on an event
     * loop: a rule must not block. {@code null} leaves the answer to the next rule, and then to the queue.
     *
     * @param rule the rule
     * @return this server
     */
    public ScriptedServer rule(ScriptedAnswer.Rule<RecordedRequest, ScriptedReply> rule) {
        script.rule(rule);
        return this;
    }

    /**
     * Sets the reply for matching requests, before the queue.
     *
     * @param asked selects requests; must not block
     * @param scriptedReply the reply
     * @return this server
     */
    public ScriptedServer when(Predicate<RecordedRequest> asked, ScriptedReply scriptedReply) {
        return rule(recordedRequest -> asked.test(recordedRequest) ? scriptedReply : null);
    }

    /**
     * Refuses requests that break the rules of their vendor for conversations, with the vendor's own error, as OpenAI's
     * for Chat Completions.
     *
     * @return this server
     * @see #strict(ChatRules)
     */
    public ScriptedServer strict() {
        return strict(ChatRules.OPENAI);
    }

    /**
     * Refuses requests that break the rules of their vendor for conversations, with the vendor's own error: order of
     * turns, results of tool calls, forms of ids, signatures, empty turns. The script is not used up by it. Signatures
     * are valid if an answer of this server had them, raw replies excepted. {@link RecordedRequest#refusal()} names the
     * rule; docs/strict-servers.md lists all.
     *
     * @param chatRules vendor whose rules hold for Chat Completions
     * @return this server
     */
    public ScriptedServer strict(ChatRules chatRules) {
        strictMode.turnOn(StrictVendor.valueOf(chatRules.name()));
        return this;
    }

    /** Vendors of Chat Completions whose rules a strict server knows. */
    public enum ChatRules {
        /** OpenAI. */
        OPENAI,
        /** DeepSeek's thinking models. */
        DEEPSEEK,
        /** Mistral. */
        MISTRAL,
        /** Chat templates of local models, as vLLM and llama.cpp apply them. */
        CHAT_TEMPLATE
    }

    /**
     * Answers POST requests with a key with status 429.
     *
     * @param key the API key
     * @param retryAfter value of Retry-After
     * @return this server
     */
    public ScriptedServer rateLimitKey(String key, Duration retryAfter) {
        return when(
                asked -> asked.method().equals("POST") && asked.key().equals(key),
                ScriptedReply.rateLimited(retryAfter));
    }

    /**
     * Port of the server on 127.0.0.1.
     *
     * @return the port
     */
    public int port() {
        return port;
    }

    /**
     * Base URL for the API of either vendor: {@code http://127.0.0.1:port/v1}, or https.
     *
     * @return the URL
     */
    public String url() {
        return url("/v1");
    }

    /**
     * URL of a path: {@code http://127.0.0.1:port}, or https, and the path.
     *
     * @param path path with its leading slash
     * @return the URL
     */
    public String url(String path) {
        return scheme + "://127.0.0.1:" + port + path;
    }

    /**
     * Requests so far, oldest first, probes included; the last 10 000.
     *
     * @return a copy
     */
    public List<RecordedRequest> requests() {
        return connections.requests();
    }

    /**
     * Requests with POST so far, oldest first, so without probes.
     *
     * @return a copy
     */
    public List<RecordedRequest> calls() {
        return requests().stream().filter(one -> one.method().equals("POST")).toList();
    }

    /**
     * Requests so far, and later ones as they arrive. Completes when the server closes.
     *
     * @return the requests
     */
    public Flux<RecordedRequest> arrivals() {
        return connections.arrivals();
    }

    /**
     * Requests of exchanges that ended so far, and later ones as they end.
     *
     * @return the requests
     */
    public Flux<RecordedRequest> endings() {
        return arrivals().flatMap(RecordedRequest::ended, Integer.MAX_VALUE);
    }

    /**
     * Number of connections that were ever opened.
     *
     * @return the number
     */
    public int connectionsOpened() {
        return connections.openedCount();
    }

    /**
     * Number of connections that are open now, as far as the server knows.
     *
     * @return the number
     */
    public int connectionsOpen() {
        return connections.openCount();
    }

    /**
     * Number of open connections: the current one, and each later change. Does not complete.
     *
     * @return the numbers
     */
    public Flux<Integer> connections() {
        return connections.connections();
    }

    /** Stops listening and closes all connections, without blocking. Idempotent. */
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
