package dev.understudy.streaming;

import dev.understudy.Understudy;
import dev.understudy.UnderstudyBuilder;
import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Feature;
import dev.understudy.chat.StreamChunk;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.policy.TimeoutPolicy;
import dev.understudy.provider.Providers;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.provider.endpoint.TlsTrust;
import dev.understudy.provider.endpoint.Transport;
import dev.understudy.testing.RecordedRequest;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import io.netty.channel.ChannelOption;
import io.netty.pkitesting.X509Bundle;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;
import reactor.netty.DisposableServer;
import reactor.netty.tcp.TcpServer;

/** Three servers that all cells share, a path prefix for each cell, and servers that fail before HTTP. */
final class MatrixFixture implements AutoCloseable {

    private static final String[] NAMES = {"one", "two", "three"};
    private static final X509Bundle CERTIFICATE = Certificates.ofLoopback();
    private static final Duration WAIT_LIMIT = Duration.ofSeconds(20);

    private static final Capabilities PREFILL = Capabilities.assumed().withFeature(Feature.PREFILL);

    /** One run of a cell, with the requests that the servers received. */
    final class CellRun implements AutoCloseable {

        final MatrixCell cell;
        final List<List<RecordedRequest>> asked =
                List.of(new CopyOnWriteArrayList<>(), new CopyOnWriteArrayList<>(), new CopyOnWriteArrayList<>());
        final Understudy understudy;
        private final String path;
        private final List<ChatProvider> providers = new ArrayList<>();

        private CellRun(MatrixCell cell, int number) {
            this.cell = cell;
            this.path = "/c" + number;
            cells.put("c" + number, this);
            providers.add(provider(0, cell.first()));
            providers.add(provider(1, cell.first().other()));
            providers.add(provider(2, cell.first()));
            TimeoutPolicy patient =
                    TimeoutPolicy.defaults().withIdle(WAIT_LIMIT).withFirstContent(WAIT_LIMIT);
            UnderstudyBuilder builder = Understudy.builder()
                    .retry(RetryPolicy.none())
                    .timeouts(patient)
                    .reasoningTimeouts(cell.isSilent() ? hasty(patient) : patient);
            providers.forEach(builder::provider);
            this.understudy = builder.build();
        }

        /** Long enough for what comes before the silence; TLS takes its time when many open at once. */
        private TimeoutPolicy hasty(TimeoutPolicy patient) {
            Duration idle = Duration.ofMillis(1500);
            Duration first = cell.wire() == MatrixCell.Wire.HTTP2 ? idle.multipliedBy(2) : idle;
            return patient.withIdle(idle)
                    .withIdleInToolCall(idle)
                    .withIdleInReasoning(idle)
                    .withFirstContent(cell.phase().isCommitted() ? WAIT_LIMIT : first);
        }

        Flux<StreamChunk> play() {
            ResumePolicy policy = cell.policy();
            return ResumingProvider.over(understudy, policy).stream(
                    ChatRequest.of("m", "Tell me a story").withTemperature(0));
        }

        private ChatProvider provider(int index, AnswerEvents.Dialect dialect) {
            Endpoint endpoint = Endpoint.of(NAMES[index], url(index), "key-" + index)
                    .withTransport(Transport.defaults()
                            .withTrust(TlsTrust.only(CERTIFICATE.getCertificate()))
                            .withDrain(Duration.ofMillis(700))
                            .withConnect(WAIT_LIMIT)
                            .withAcquire(WAIT_LIMIT))
                    .withModel("m", index == 0 ? PREFILL.withFeature(Feature.REASONING) : PREFILL);
            return dialect == AnswerEvents.Dialect.OPEN_AI
                    ? Providers.openAiCompatible(endpoint, OpenAiCompatibility.defaults())
                    : Providers.anthropic(endpoint);
        }

        private String url(int index) {
            Integer port = index == 0 ? plainPort() : null;
            boolean http2 = cell.wire() == MatrixCell.Wire.HTTP2;
            return port == null
                    ? (http2 ? secured : servers).get(index).url(path + "/v1")
                    : (http2 ? "https" : "http") + "://127.0.0.1:" + port + path + "/v1";
        }

        private @Nullable Integer plainPort() {
            if (cell.phase() == MatrixCell.Phase.CONNECT) {
                return switch (cell.fault()) {
                    case REFUSED -> refusing.port();
                    case RST -> resetting.port();
                    case FIN -> closing.port();
                    default -> silent.port();
                };
            }
            if (cell.phase() == MatrixCell.Phase.HEADERS) {
                return switch (cell.fault()) {
                    case DRIP -> dripping.port();
                    case BAD_JSON -> garbling.port();
                    default -> null;
                };
            }
            return null;
        }

        boolean countsFirst() {
            return plainPort() == null;
        }

        private ScriptedReply reply(int index, RecordedRequest recordedRequest) {
            asked.get(index).add(recordedRequest);
            if (index == 0) {
                return MatrixScript.reply(cell);
            }
            ScriptedReply answer = MatrixAnswer.answer(
                    cell.phase().sort, Continued.asked(recordedRequest.text()).from());
            boolean dies = index == 1
                    ? cell.fallbacks() != MatrixCell.Fallbacks.ANSWERING
                    : cell.fallbacks() == MatrixCell.Fallbacks.ALL_FAIL;
            return dies ? answer.reset(ScriptedReply.FaultPoint.tokens(2)) : answer;
        }

        @Override
        public void close() {
            understudy.close();
            providers.forEach(ChatProvider::close);
        }
    }

    private final Map<String, CellRun> cells = new ConcurrentHashMap<>();
    private final List<ScriptedServer> servers = servers(ScriptedServer::start);
    private final List<ScriptedServer> secured =
            servers(() -> ScriptedServer.startTls(CERTIFICATE.getKeyPair().getPrivate(), CERTIFICATE.getCertificate()));
    private final ScriptedServer refusing = ScriptedServer.refusing();
    private final DisposableServer resetting = hangingUp(true);
    private final DisposableServer closing = hangingUp(false);
    private final DisposableServer silent = speaking(Flux.never());
    private final DisposableServer dripping =
            speaking(Flux.fromIterable("HTTP/1.1 200 OK\r\nx-filler: and so on and so on and so on"
                            .chars()
                            .mapToObj(c -> new byte[] {(byte) c})
                            .toList())
                    .delayElements(Duration.ofMillis(30))
                    .concatWith(Mono.never()));
    private final DisposableServer garbling =
            speaking(Flux.just("What do you want?\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));

    private List<ScriptedServer> servers(Supplier<ScriptedServer> wire) {
        return IntStream.range(0, NAMES.length)
                .mapToObj(index -> wire.get().rule(recordedRequest -> {
                    CellRun played = cells.get(recordedRequest.path().split("/")[1]);
                    return played == null ? null : played.reply(index, recordedRequest);
                }))
                .toList();
    }

    private static DisposableServer hangingUp(boolean reset) {
        return TcpServer.create()
                .host("127.0.0.1")
                .port(0)
                .doOnConnection((Connection connection) -> {
                    if (reset) {
                        connection.channel().config().setOption(ChannelOption.SO_LINGER, 0);
                    }
                    connection.dispose();
                })
                .bindNow();
    }

    private static DisposableServer speaking(Flux<byte[]> bytes) {
        return TcpServer.create()
                .host("127.0.0.1")
                .port(0)
                .handle((in, out) -> out.sendByteArray(bytes))
                .bindNow();
    }

    CellRun open(MatrixCell cell, int number) {
        return new CellRun(cell, number);
    }

    @Override
    public void close() {
        servers.forEach(ScriptedServer::close);
        secured.forEach(ScriptedServer::close);
        refusing.close();
        List.of(resetting, closing, silent, dripping, garbling).forEach(DisposableServer::disposeNow);
    }
}
