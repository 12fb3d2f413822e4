package dev.understudy.testing;

import static dev.understudy.testing.RawClient.CHAT;
import static dev.understudy.testing.RawClient.MESSAGES;
import static dev.understudy.testing.RawClient.SOON;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.testing.RawClient.Received;
import dev.understudy.testing.RecordedRequest.Ending;
import java.net.ConnectException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.netty.http.client.PrematureCloseException;
import reactor.test.StepVerifier;

class ScriptedServerTest {

    private final ScriptedServer server = ScriptedServer.start();
    private final RawClient client = new RawClient(server);

    @AfterEach
    void close() {
        client.close();
        server.close();
    }

    @Test
    void streamsAsOpenAiDoes() {
        server.then(ScriptedReply.tokens("Hel", "lo"));
        Received heard = client.stream(CHAT);
        String head = "data: {\"id\":\"chatcmpl-stage\",\"object\":\"chat.completion.chunk\",\"created\":1767225600,"
                + "\"model\":\"m\",\"choices\":[";
        String tail = "],\"usage\":null}";
        assertThat(heard.status()).isEqualTo(200);
        assertThat(heard.header("content-type")).isEqualTo("text/event-stream; charset=utf-8");
        assertThat(heard.header("x-request-id")).isEqualTo("req_stage1");
        assertThat(heard.events())
                .containsExactly(
                        head + "{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\",\"refusal\":null},"
                                + "\"logprobs\":null,\"finish_reason\":null}" + tail,
                        head + "{\"index\":0,\"delta\":{\"content\":\"Hel\"},\"logprobs\":null,\"finish_reason\":null}"
                                + tail,
                        head + "{\"index\":0,\"delta\":{\"content\":\"lo\"},\"logprobs\":null,\"finish_reason\":null}"
                                + tail,
                        head + "{\"index\":0,\"delta\":{},\"logprobs\":null,\"finish_reason\":\"stop\"}" + tail,
                        head + "],\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":2,\"total_tokens\":12,"
                                + "\"prompt_tokens_details\":{\"cached_tokens\":0},"
                                + "\"completion_tokens_details\":{\"reasoning_tokens\":0}}}",
                        "data: [DONE]");
        assertThat(heard.error()).isNull();
    }

    @Test
    void streamsAsAnthropicDoes() {
        server.then(ScriptedReply.tokens("Hel", "lo"));
        assertThat(client.stream(MESSAGES).events())
                .containsExactly(
                        "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"msg_stage\","
                                + "\"type\":\"message\",\"role\":\"assistant\",\"model\":\"m\",\"content\":[],"
                                + "\"stop_reason\":null,\"stop_sequence\":null,\"usage\":{\"input_tokens\":10,"
                                + "\"cache_creation_input_tokens\":0,\"cache_read_input_tokens\":0,"
                                + "\"output_tokens\":1}}}",
                        "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,"
                                + "\"content_block\":{\"type\":\"text\",\"text\":\"\"}}",
                        "event: ping\ndata: {\"type\":\"ping\"}",
                        "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,"
                                + "\"delta\":{\"type\":\"text_delta\",\"text\":\"Hel\"}}",
                        "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,"
                                + "\"delta\":{\"type\":\"text_delta\",\"text\":\"lo\"}}",
                        "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}",
                        "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":"
                                + "\"end_turn\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":2}}",
                        "event: message_stop\ndata: {\"type\":\"message_stop\"}");
    }

    @Test
    void remembersWhatItWasAskedByteForByte() {
        String body = "{ \"model\":\"gpt-5\",\n \"messages\":[{\"content\":\"\\\"stream\\\":true äø😀\"}] }";
        client.post(CHAT + "?a=1", body);
        RecordedRequest asked = server.requests().get(0);
        assertThat(asked.text()).isEqualTo(body);
        assertThat(asked.body()).isEqualTo(body.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        assertThat(asked.method()).isEqualTo("POST");
        assertThat(asked.uri()).isEqualTo(CHAT + "?a=1");
        assertThat(asked.path()).isEqualTo(CHAT);
        assertThat(asked.header("Content-Type")).isEqualTo("application/json");
        assertThat(asked.key()).isEqualTo("k1");
        assertThat(asked.model()).isEqualTo("gpt-5");
        assertThat(asked.streaming()).isFalse();
        assertThat(asked.toString()).doesNotContain("k1", "äø");
    }

    @Test
    void connectionsAreSharedAndNumbered() {
        client.whole(CHAT);
        client.stream(MESSAGES);
        assertThat(server.requests()).extracting(RecordedRequest::connection).containsExactly(1, 1);
        assertThat(server.connectionsOpened()).isEqualTo(1);
        StepVerifier.create(server.endings().take(2).map(RecordedRequest::ending))
                .expectNext(Ending.COMPLETED, Ending.COMPLETED)
                .expectComplete()
                .verify(SOON);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 17, 100, 333})
    void cutsAfterExactlySoManyBytes(int bytes) {
        server.then(ScriptedReply.text("one two three four").cut(ScriptedReply.FaultPoint.bytes(bytes)));
        Received heard = client.stream(CHAT);
        assertThat(heard.bytes()).isEqualTo(bytes);
        assertThat(heard.error()).isInstanceOf(PrematureCloseException.class);
        assertThat(server.requests().get(0).ending()).isEqualTo(Ending.CUT);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 17, 100, 333})
    void resetsAfterExactlySoManyBytes(int bytes) {
        server.then(ScriptedReply.text("one two three four").reset(ScriptedReply.FaultPoint.bytes(bytes)));
        Received heard = client.stream(CHAT);
        assertThat(heard.bytes()).isEqualTo(bytes);
        assertThat(heard.error()).isNotNull().isNotInstanceOf(PrematureCloseException.class);
        assertThat(heard.error()).hasMessageContaining("reset");
    }

    @Test
    void seesThatTheClientCancelled() {
        server.then(ScriptedReply.text("one two three").stall(ScriptedReply.FaultPoint.tokens(2)));
        StepVerifier.create(client.pieces(CHAT))
                .thenConsumeWhile(piece -> !piece.contains(" two"))
                .thenCancel()
                .verify(SOON);
        StepVerifier.create(server.endings().next().map(RecordedRequest::ending))
                .expectNext(Ending.CLIENT_CANCELLED)
                .expectComplete()
                .verify(SOON);
        StepVerifier.create(server.connections().filter(open -> open == 0).next())
                .expectNext(0)
                .expectComplete()
                .verify(SOON);
    }

    @Test
    void stallsBeforeTheHeaders() {
        server.then(ScriptedReply.text("never").stall(ScriptedReply.FaultPoint.nothing()));
        StepVerifier.create(client.pieces(CHAT))
                .expectSubscription()
                .expectNoEvent(Duration.ofMillis(300))
                .thenCancel()
                .verify(SOON);
        StepVerifier.create(server.endings().next().map(RecordedRequest::ending))
                .expectNext(Ending.CLIENT_CANCELLED)
                .expectComplete()
                .verify(SOON);
    }

    @Test
    void refusesConnections() {
        try (ScriptedServer refusing = ScriptedServer.refusing();
                RawClient refused = new RawClient(refusing)) {
            assertThat(refused.whole(CHAT).error()).isInstanceOf(ConnectException.class);
        }
    }

    @Test
    void limitsOneKeyOnly() {
        server.rateLimitKey("k1", Duration.ofSeconds(7)).rateLimitKey("k2", Duration.ofSeconds(1));
        Received heard = client.whole(MESSAGES);
        assertThat(heard.status()).isEqualTo(429);
        assertThat(heard.header("retry-after")).isEqualTo("7");
        assertThat(heard.body())
                .isEqualTo("{\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\",\"message\":"
                        + "\"This request would exceed your rate limit.\"},\"request_id\":\"req_stage\"}");
    }

    @Test
    void answersProbesWithoutUsingUpTheScript() {
        server.then(ScriptedReply.status(500), ScriptedReply.text("ok"));
        String models = client.http()
                .get()
                .uri("/v1/models")
                .responseContent()
                .aggregate()
                .asString()
                .block(SOON);
        assertThat(models).contains("\"object\":\"list\"");
        assertThat(List.of(
                        client.whole(CHAT).status(),
                        client.whole(CHAT).status(),
                        client.whole(CHAT).status()))
                .containsExactly(500, 200, 200);
        assertThat(server.calls()).hasSize(3);
        assertThat(server.requests()).hasSize(4);
    }
}
