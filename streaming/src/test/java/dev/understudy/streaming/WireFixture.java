package dev.understudy.streaming;

import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Feature;
import dev.understudy.chat.ForwardingChatProvider;
import dev.understudy.chat.StreamChunk;
import dev.understudy.provider.Providers;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.provider.endpoint.TlsTrust;
import dev.understudy.provider.endpoint.Transport;
import dev.understudy.testing.RecordedRequest;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import io.netty.pkitesting.X509Bundle;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import reactor.core.publisher.Flux;

/** Two servers, in the clear and with HTTP/2, that all cases share: a case is told apart by its model, a server by its path. */
final class WireFixture implements AutoCloseable {

    private static final X509Bundle CERTIFICATE = Certificates.ofLoopback();
    private static final Duration WAIT_LIMIT = Duration.ofSeconds(20);
    static final int SERVERS = 3;

    private final Map<String, WireRun> cases = new ConcurrentHashMap<>();
    private final AtomicInteger number = new AtomicInteger();
    private final AtomicInteger open = new AtomicInteger();
    private final ScriptedServer plain = ScriptedServer.start().rule(this::reply);
    private final ScriptedServer secured = ScriptedServer.startTls(
                    CERTIFICATE.getKeyPair().getPrivate(), CERTIFICATE.getCertificate())
            .rule(this::reply);
    private final Map<AnswerEvents.Dialect, List<ChatProvider>> overHttp1 = providers(plain);
    private final Map<AnswerEvents.Dialect, List<ChatProvider>> overHttp2 = providers(secured);

    private static Map<AnswerEvents.Dialect, List<ChatProvider>> providers(ScriptedServer server) {
        Map<AnswerEvents.Dialect, List<ChatProvider>> providers = new EnumMap<>(AnswerEvents.Dialect.class);
        for (AnswerEvents.Dialect dialect : AnswerEvents.Dialect.values()) {
            providers.put(
                    dialect,
                    IntStream.range(0, SERVERS)
                            .mapToObj(index -> provider(server, dialect, index))
                            .toList());
        }
        return providers;
    }

    private static ChatProvider provider(ScriptedServer server, AnswerEvents.Dialect dialect, int index) {
        Endpoint endpoint = Endpoint.of("p" + index, server.url("/" + index + "/v1"), "key")
                .withTransport(Transport.defaults()
                        .withTrust(TlsTrust.only(CERTIFICATE.getCertificate()))
                        .withConnect(WAIT_LIMIT)
                        .withAcquire(WAIT_LIMIT));
        return dialect == AnswerEvents.Dialect.OPEN_AI
                ? Providers.openAiCompatible(endpoint, OpenAiCompatibility.defaults())
                : Providers.anthropic(endpoint);
    }

    private ScriptedReply reply(RecordedRequest asked) {
        WireRun playing = cases.get(asked.model());
        if (playing == null) {
            return ScriptedReply.status(500); // its case is over
        }
        open.incrementAndGet();
        // Ends when the exchange does.
        asked.ended().subscribe(ended -> open.decrementAndGet());
        return playing.reply(asked.path().charAt(1) - '0', asked.text());
    }

    /** Plays a case, and fails when it does not end as it must. */
    WireRun play(WireCase played) throws InterruptedException {
        String model = "m" + number.incrementAndGet();
        WireRun playing = new WireRun(played);
        cases.put(model, playing);
        try {
            playing.listen(model, index -> {
                WireCase.Server server = played.servers().get(index);
                return (server.http2() ? overHttp2 : overHttp1)
                        .get(server.dialect())
                        .get(index);
            });
        } finally {
            cases.remove(model);
        }
        return playing;
    }

    /** Exchanges that go on, as the servers see it. */
    int open() {
        return open.get();
    }

    @Override
    public void close() {
        Stream.of(overHttp1, overHttp2)
                .flatMap(all -> all.values().stream())
                .flatMap(List::stream)
                .forEach(ChatProvider::close);
        plain.close();
        secured.close();
    }

    /** A provider whose calls are counted, and that outlives the understudy that asks it. */
    static final class Counted extends ForwardingChatProvider {

        private final boolean prefill;
        final AtomicInteger live = new AtomicInteger();
        final AtomicInteger peakDemand = new AtomicInteger();

        Counted(ChatProvider within, boolean prefill) {
            super(within);
            this.prefill = prefill;
        }

        @Override
        public Capabilities capabilities(String model) {
            return prefill ? Capabilities.assumed().withFeature(Feature.PREFILL) : Capabilities.assumed();
        }

        @Override
        public Flux<StreamChunk> stream(ChatRequest request) {
            return Flux.defer(() -> {
                AtomicInteger wanted = new AtomicInteger();
                live.incrementAndGet();
                return delegate().stream(request)
                        .doOnRequest(more -> {
                            int all = more > 1000 ? 1000 : wanted.addAndGet((int) more);
                            peakDemand.accumulateAndGet(all, Math::max);
                        })
                        .doOnNext(chunk -> wanted.decrementAndGet())
                        .doOnTerminate(live::decrementAndGet)
                        .doOnCancel(live::decrementAndGet);
            });
        }

        @Override
        public void close() {}
    }
}
