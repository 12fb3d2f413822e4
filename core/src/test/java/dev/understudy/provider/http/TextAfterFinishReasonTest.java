package dev.understudy.provider.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.CallContext;
import dev.understudy.Understudy;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ChatResponseAggregator;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.StreamChunk;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.policy.TimeoutPolicy;
import dev.understudy.provider.Providers;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.provider.endpoint.Transport;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedReply.FaultPoint;
import dev.understudy.testing.ScriptedServer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;

/**
 * Streams whose finish reason arrives before the last text, or whose terminal event does not arrive. The tests wait for
 * their servers, so they run at the same time.
 */
class TextAfterFinishReasonTest {

    private static final Duration PAUSE = Duration.ofMillis(400);
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Duration SHORT = Duration.ofMillis(2500);
    private static final ChatRequest REQUEST = ChatRequest.of("m", "Tell me a story");

    private final ScriptedServer server = ScriptedServer.start();

    /** Events of one answer; the finish reason is the event at index {@code finish}. */
    enum Wire {
        OPEN_AI(
                1,
                "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Once \"}}]}\n\n",
                "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n",
                "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"upon a \"}}]}\n\n",
                "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"time\"}}]}\n\n",
                "data: [DONE]\n\n"),
        ANTHROPIC(
                3,
                "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"c\",\"role\":\"assistant\","
                        + "\"usage\":{\"input_tokens\":7,\"output_tokens\":1}}}\n\n",
                "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,"
                        + "\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n",
                anthropic("Once "),
                "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},"
                        + "\"usage\":{\"output_tokens\":9}}\n\n",
                anthropic("upon a "),
                anthropic("time"),
                "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n");

        private final int finish;
        private final byte[][] events;

        Wire(int finish, String... events) {
            this.finish = finish;
            this.events = Stream.of(events)
                    .map(event -> event.getBytes(StandardCharsets.UTF_8))
                    .toArray(byte[][]::new);
        }

        private static String anthropic(String text) {
            return "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,"
                    + "\"delta\":{\"type\":\"text_delta\",\"text\":\"" + text + "\"}}\n\n";
        }

        ScriptedReply whole() {
            String body = this == OPEN_AI
                    ? "{\"id\":\"c\",\"choices\":[{\"finish_reason\":\"stop\",\"index\":0,"
                            + "\"message\":{\"role\":\"assistant\",\"content\":\"Once upon a time\"}}]}"
                    : "{\"id\":\"c\",\"type\":\"message\",\"role\":\"assistant\",\"stop_reason\":\"end_turn\","
                            + "\"content\":[{\"type\":\"text\",\"text\":\"Once upon a time\"}]}";
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            int half = body.indexOf("upon");
            return ScriptedReply.raw(
                    200,
                    "application/json",
                    Arrays.copyOfRange(bytes, 0, half),
                    Arrays.copyOfRange(bytes, half, bytes.length));
        }

        ScriptedReply reply() {
            return ScriptedReply.raw(200, "text/event-stream", events);
        }
    }

    /** Makes a first exchange, which is slow, before time matters. */
    @BeforeAll
    static void warmUp() {
        try (ScriptedServer server = ScriptedServer.start()) {
            for (Wire wire : Wire.values()) {
                server.always(wire.reply());
                try (Understudy understudy = understudy(server, wire, LIMIT)) {
                    assertWhole(understudy.stream(REQUEST));
                }
            }
        }
    }

    @AfterEach
    void close() {
        server.close();
    }

    @ParameterizedTest
    @EnumSource
    @Execution(ExecutionMode.CONCURRENT)
    void textAfterAPauseLongerThanTheDrainIsDelivered(Wire wire) {
        server.always(wire.reply().between(PAUSE));
        try (Understudy understudy = understudy(wire, LIMIT)) {
            assertWhole(understudy.stream(REQUEST));
        }
    }

    @ParameterizedTest
    @EnumSource
    @Execution(ExecutionMode.CONCURRENT)
    void aWholeAnswerWithAPauseInItsBodyIsDelivered(Wire wire) {
        server.always(wire.whole().between(PAUSE));
        try (Understudy understudy = understudy(wire, LIMIT)) {
            ChatResponse response = understudy.chat(REQUEST).block(LIMIT);
            assertThat(response.text()).isEqualTo("Once upon a time");
            assertThat(response.finish().reason()).isEqualTo(FinishReason.STOP);
        }
    }

    @ParameterizedTest
    @EnumSource
    @Execution(ExecutionMode.CONCURRENT)
    void aProviderWithoutAClientDeliversItToo(Wire wire) {
        server.always(wire.reply().between(PAUSE));
        ChatProvider provider = provider(server, wire);
        try {
            assertWhole(provider.stream(REQUEST));
        } finally {
            provider.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    @Execution(ExecutionMode.CONCURRENT)
    void aReaderThatIsSlowerThanTheDrainLosesNothing(Wire wire) {
        server.always(wire.reply().between(Duration.ofMillis(20)));
        try (Understudy understudy = understudy(wire, LIMIT)) {
            assertWhole(understudy.stream(REQUEST).delayElements(PAUSE).limitRate(1));
        }
    }

    @ParameterizedTest
    @EnumSource
    @Execution(ExecutionMode.CONCURRENT)
    void silenceAfterTheFinishReasonEndsAtTheIdleLimit(Wire wire) {
        server.always(wire.reply().stall(FaultPoint.events(wire.finish + 1)));
        try (Understudy understudy = understudy(wire, SHORT)) {
            ChatResponse response = aggregate(understudy.stream(REQUEST));
            assertThat(response.text()).isEqualTo("Once ");
            assertThat(response.finish().reason()).isEqualTo(FinishReason.STOP);
        }
    }

    @ParameterizedTest
    @EnumSource
    @Execution(ExecutionMode.CONCURRENT)
    void silenceAfterTheFinishReasonEndsAtTheDeadline(Wire wire) {
        server.always(wire.reply().stall(FaultPoint.events(wire.finish + 1)));
        try (Understudy understudy = understudy(wire, LIMIT)) {
            ChatResponse response = aggregate(understudy.stream(REQUEST).contextWrite(CallContext.timeout(SHORT)));
            assertThat(response.text()).isEqualTo("Once ");
        }
    }

    @ParameterizedTest
    @EnumSource
    @Execution(ExecutionMode.CONCURRENT)
    void silenceAfterSuchTextIsATimeout(Wire wire) {
        server.always(wire.reply().stall(FaultPoint.events(wire.finish + 2)));
        try (Understudy understudy = understudy(wire, SHORT)) {
            assertPartial(understudy, FailureKind.TIMEOUT);
        }
    }

    @ParameterizedTest
    @EnumSource
    @Execution(ExecutionMode.CONCURRENT)
    void aLostConnectionAfterSuchTextIsTruncated(Wire wire) {
        server.always(wire.reply().resetConnection(FaultPoint.events(wire.finish + 2)));
        try (Understudy understudy = understudy(wire, LIMIT)) {
            assertPartial(understudy, FailureKind.TRUNCATED);
        }
    }

    private static void assertPartial(Understudy understudy, FailureKind kind) {
        assertThatThrownBy(() -> aggregate(understudy.stream(REQUEST)))
                .isInstanceOfSatisfying(ChatException.PartialAnswer.class, partial -> {
                    assertThat(partial.failure().kind()).isEqualTo(kind);
                    assertThat(partial.partial().text()).isEqualTo("Once upon a ");
                });
    }

    private static void assertWhole(Flux<StreamChunk> stream) {
        ChatResponse response = aggregate(stream);
        assertThat(response.text()).isEqualTo("Once upon a time");
        assertThat(response.finish().reason()).isEqualTo(FinishReason.STOP);
    }

    private static ChatResponse aggregate(Flux<StreamChunk> stream) {
        ChatResponseAggregator aggregator = new ChatResponseAggregator();
        stream.doOnNext(aggregator::add).blockLast(LIMIT);
        return aggregator.response();
    }

    private Understudy understudy(Wire wire, Duration idle) {
        return understudy(server, wire, idle);
    }

    private static Understudy understudy(ScriptedServer server, Wire wire, Duration idle) {
        return Understudy.builder()
                .provider(provider(server, wire))
                .retry(RetryPolicy.none())
                .timeouts(TimeoutPolicy.defaults().withFirstContent(LIMIT).withIdle(idle))
                .build();
    }

    private static ChatProvider provider(ScriptedServer server, Wire wire) {
        Endpoint endpoint = Endpoint.of("p", server.url("/v1"), "key")
                .withTransport(Transport.defaults().withDrain(Duration.ofMillis(50)));
        return wire == Wire.OPEN_AI
                ? Providers.openAiCompatible(endpoint, OpenAiCompatibility.defaults())
                : Providers.anthropic(endpoint);
    }
}
