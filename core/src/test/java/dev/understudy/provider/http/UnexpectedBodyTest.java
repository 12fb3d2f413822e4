package dev.understudy.provider.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.StreamChunk;
import dev.understudy.provider.anthropic.Anthropic;
import dev.understudy.provider.cohere.Cohere;
import dev.understudy.provider.dialect.Dialect;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.provider.endpoint.Transport;
import dev.understudy.provider.openai.OpenAiChat;
import dev.understudy.provider.openai.responses.OpenAiResponses;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.test.StepVerifier;

/** Bodies in another form than was asked for: compressed, under another content type, a stream for an answer. */
class UnexpectedBodyTest {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final ChatRequest REQUEST = ChatRequest.of("m", "hi");

    enum Wire {
        CHAT(
                new OpenAiChat(OpenAiCompatibility.defaults()),
                "{'choices':[{'index':0,'message':{'role':'assistant','content':'Hello'},'finish_reason':'stop'}]}",
                "data: {'choices':[{'delta':{'content':'Hel'}}]}\n\n",
                "data: {'choices':[{'delta':{'content':'lo'},'finish_reason':'stop'}]}\n\ndata: [DONE]\n\n"),
        RESPONSES(
                new OpenAiResponses(),
                "{'status':'completed','output':[{'type':'message','content':[{'type':'output_text','text':'Hello'}]}]}",
                "data: {'type':'response.output_text.delta','output_index':0,'delta':'Hel'}\n\n",
                "data: {'type':'response.output_text.delta','output_index':0,'delta':'lo'}\n\n"
                        + "data: {'type':'response.completed','response':{'status':'completed','output':[]}}\n\n"),
        ANTHROPIC(
                new Anthropic(),
                "{'type':'message','content':[{'type':'text','text':'Hello'}],'stop_reason':'end_turn'}",
                "event: content_block_delta\n"
                        + "data: {'type':'content_block_delta','index':0,'delta':{'type':'text_delta','text':'Hel'}}\n\n",
                "event: content_block_delta\n"
                        + "data: {'type':'content_block_delta','index':0,'delta':{'type':'text_delta','text':'lo'}}\n\n"
                        + "event: message_delta\ndata: {'type':'message_delta','delta':{'stop_reason':'end_turn'}}\n\n"),
        COHERE(
                new Cohere(),
                "{'finish_reason':'COMPLETE','message':{'content':[{'type':'text','text':'Hello'}]}}",
                "event: content-delta\n"
                        + "data: {'type':'content-delta','delta':{'message':{'content':{'text':'Hel'}}}}\n\n",
                "data: {'type':'content-delta','delta':{'message':{'content':{'text':'lo'}}}}\n\n"
                        + "data: {'type':'message-end','delta':{'finish_reason':'COMPLETE'}}\n\n");

        final Dialect dialect;
        final String answer;
        final String first;
        final String rest;

        Wire(Dialect dialect, String answer, String first, String rest) {
            this.dialect = dialect;
            this.answer = answer.replace('\'', '"');
            this.first = first.replace('\'', '"');
            this.rest = rest.replace('\'', '"');
        }

        byte[] stream() {
            return (first + rest).getBytes(StandardCharsets.UTF_8);
        }

        byte[] answer() {
            return answer.getBytes(StandardCharsets.UTF_8);
        }
    }

    private DisposableServer server;

    @AfterEach
    void close() {
        server.disposeNow();
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "deflate", ""})
    void compressedAnswersAreRead(String encoding) throws IOException {
        for (Wire wire : Wire.values()) {
            serve(200, "text/event-stream", encoding, Flux.just(compressed(encoding, wire.stream())));
            try (HttpProvider provider = provider(wire)) {
                assertThat(streamed(provider)).as("%s", wire).isEqualTo("Hello");
            }
            server.disposeNow();
            serve(200, "application/json", encoding, Flux.just(compressed(encoding, wire.answer())));
            try (HttpProvider provider = provider(wire)) {
                assertThat(asked(provider)).as("%s", wire).isEqualTo("Hello");
            }
            server.disposeNow();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "deflate", ""})
    void compressedErrorKeepsItsKind(String encoding) throws IOException {
        String quota = "{\"error\":{\"message\":\"You have no credits left\",\"type\":\"insufficient_quota\","
                + "\"code\":\"insufficient_quota\"}}";
        serve(429, "application/json", encoding, Flux.just(compressed(encoding, bytes(quota))));
        try (HttpProvider provider = provider(Wire.CHAT)) {
            StepVerifier.create(provider.chat(REQUEST)).verifyErrorSatisfies(error -> {
                assertThat(((CallFailed) error).failure().kind()).isEqualTo(FailureKind.QUOTA);
                assertThat(((CallFailed) error).failure().message()).contains("no credits left");
            });
            StepVerifier.create(provider.stream(REQUEST))
                    .verifyErrorSatisfies(error ->
                            assertThat(((CallFailed) error).failure().kind()).isEqualTo(FailureKind.QUOTA));
        }
    }

    @Test
    void streamThatExpandsWithoutEndIsCutAtTheLimit() throws IOException {
        byte[] bomb = compressed("gzip", bytes("data: 0\n\n".repeat(2 << 20)));
        serve(200, "text/event-stream", "gzip", Flux.just(bomb));
        Endpoint endpoint = endpoint().withTransport(Transport.defaults().withMaxStream(1 << 20));
        try (HttpProvider provider = new HttpProvider(endpoint, new Anthropic())) {
            StepVerifier.create(provider.stream(REQUEST))
                    .verifyErrorSatisfies(error ->
                            assertThat(((CallFailed) error).failure().kind()).isEqualTo(FailureKind.PROTOCOL));
        }
    }

    @ParameterizedTest
    @EnumSource
    void streamIsReadAsItComesUnderAnyContentType(Wire wire) {
        for (String type : List.of("application/json", "text/plain; charset=utf-8", "application/octet-stream")) {
            Sinks.One<byte[]> rest = Sinks.one();
            serve(200, type, "", Flux.concat(Flux.just(bytes("\n: hi\n\n"), bytes(wire.first)), rest.asMono()));
            try (HttpProvider provider = provider(wire)) {
                StepVerifier.create(provider.stream(REQUEST)
                                .filter(StreamChunk::isContent)
                                .map(StreamChunk::text))
                        .expectNext("Hel")
                        .then(() -> rest.tryEmitValue(bytes(wire.rest)))
                        .expectNext("lo")
                        .expectComplete()
                        .verify(SOON);
            }
            server.disposeNow();
        }
    }

    @ParameterizedTest
    @EnumSource
    void streamInPlaceOfAnAnswerIsAggregated(Wire wire) {
        for (String type : List.of("text/event-stream", "application/json")) {
            serve(200, type, "", Flux.just(wire.stream()));
            try (HttpProvider provider = provider(wire)) {
                assertThat(asked(provider)).isEqualTo("Hello");
            }
            server.disposeNow();
        }
    }

    @ParameterizedTest
    @EnumSource
    void answerInPlaceOfAStreamIsRead(Wire wire) {
        for (String before : List.of("", "\n\n ", ": waiting\n\n: waiting\n\n")) {
            serve(200, "application/json", "", Flux.just(bytes(before), wire.answer()));
            try (HttpProvider provider = provider(wire)) {
                assertThat(asked(provider)).isEqualTo("Hello");
                if (!before.startsWith(":")) {
                    assertThat(streamed(provider)).isEqualTo("Hello");
                }
            }
            server.disposeNow();
        }
    }

    @ParameterizedTest
    @EnumSource
    void cutStreamInPlaceOfAnAnswerIsNoAnswer(Wire wire) {
        serve(200, "text/event-stream", "", Flux.just(bytes(wire.first)));
        try (HttpProvider provider = provider(wire)) {
            StepVerifier.create(provider.chat(REQUEST))
                    .verifyErrorSatisfies(error ->
                            assertThat(((CallFailed) error).failure().kind()).isEqualTo(FailureKind.TRUNCATED));
        }
    }

    @Test
    void limitOfAnAnswerIsSetByTheTransport() {
        byte[] big = bytes(Wire.CHAT.answer.replace("Hello", "x".repeat(3_000)));
        serve(200, "application/json", "", Flux.just(big));
        Endpoint small = endpoint().withTransport(Transport.defaults().withMaxAnswer(2_000));
        try (HttpProvider provider = new HttpProvider(small, Wire.CHAT.dialect)) {
            for (Flux<?> call : List.of(provider.chat(REQUEST).flux(), provider.stream(REQUEST))) {
                StepVerifier.create(call).verifyErrorSatisfies(error -> {
                    assertThat(((CallFailed) error).failure().kind()).isEqualTo(FailureKind.PROTOCOL);
                    assertThat(((CallFailed) error).failure().message()).contains("2000 bytes", "withMaxAnswer");
                });
            }
        }
        try (HttpProvider provider = provider(Wire.CHAT)) {
            assertThat(asked(provider)).hasSize(3_000);
        }
    }

    private static String asked(ChatProvider provider) {
        ChatResponse response = provider.chat(REQUEST).block(SOON);
        return response == null ? "" : response.text();
    }

    private static String streamed(ChatProvider provider) {
        return provider.stream(REQUEST)
                .map(StreamChunk::text)
                .collect(Collectors.joining())
                .block(SOON);
    }

    private HttpProvider provider(Wire wire) {
        return new HttpProvider(endpoint(), wire.dialect);
    }

    private Endpoint endpoint() {
        return Endpoint.of("edge", "http://127.0.0.1:" + server.port(), "key-0123456789");
    }

    private void serve(int status, String type, String encoding, Flux<byte[]> pieces) {
        server = HttpServer.create()
                .host("127.0.0.1")
                .port(0)
                .handle((request, response) -> {
                    response.status(status).header("content-type", type);
                    if (!encoding.isEmpty()) {
                        response.header("content-encoding", encoding);
                    }
                    return response.send(pieces.map(Unpooled::wrappedBuffer), piece -> true);
                })
                .bindNow(SOON);
    }

    /** Compresses a body; without an encoding by gzip, which is not declared then. */
    private static byte[] compressed(String encoding, byte[] content) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        try (OutputStream out =
                encoding.equals("deflate") ? new DeflaterOutputStream(body) : new GZIPOutputStream(body)) {
            out.write(content);
        }
        return body.toByteArray();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
