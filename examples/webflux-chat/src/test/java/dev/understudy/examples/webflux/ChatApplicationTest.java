package dev.understudy.examples.webflux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.testing.RecordedRequest;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedReply.FaultPoint;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.test.context.ActiveProfiles;
import org.springframework.test.web.reactive.server.WebTestClient;
import reactor.core.publisher.Flux;
import reactor.netty.http.client.HttpClient;
import reactor.test.StepVerifier;

@Timeout(60)
@ActiveProfiles({DemoVendors.PROFILE, "test"})
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT, properties = "demo.pace=1ms")
class ChatApplicationTest {

    private static final String WHOLE = String.join("", DemoVendors.tokens());

    @Autowired
    private DemoVendors vendors;

    @LocalServerPort
    private int port;

    private WebTestClient client;

    @BeforeEach
    void connect() {
        client = WebTestClient.bindToServer(
                        new ReactorClientHttpConnector(HttpClient.create().keepAlive(false)))
                .baseUrl("http://localhost:" + port)
                .responseTimeout(Duration.ofSeconds(30))
                .build();
        vendors.openAi().always(answer().cut(FaultPoint.tokens(24)));
    }

    @Test
    void textOfACutAnswerEqualsTheUninterruptedRun() {
        vendors.openAi().always(answer());
        List<ServerSentEvent<Map<String, Object>>> uninterrupted = read(start(), 0);
        vendors.openAi().always(answer().cut(FaultPoint.tokens(24)));
        int calls = vendors.claude().calls().size();
        List<ServerSentEvent<Map<String, Object>>> rescued = read(start(), 0);
        assertThat(vendors.claude().calls()).hasSize(calls + 1);
        assertThat(text(rescued)).isEqualTo(text(uninterrupted)).isEqualTo(WHOLE);
        assertThat(rescued.get(rescued.size() - 1).event()).isEqualTo("done");
    }

    @Test
    void readerThatComesBackReadsOnAndTheModelIsAskedOnce() {
        vendors.openAi().always(answer());
        String id = start();
        String all = text(read(id, 0));
        int calls = vendors.openAi().calls().size();
        List<ServerSentEvent<Map<String, Object>>> rest = read(id, 5);
        assertThat(rest.get(0).id()).isEqualTo(id + ".6");
        assertThat(all).endsWith(text(rest));
        assertThat(vendors.openAi().calls()).hasSize(calls);
    }

    @Test
    void stopEndsTheCallOfTheVendor() {
        vendors.openAi().always(answer().stall(FaultPoint.tokens(3)));
        int before = vendors.openAi().requests().size();
        String id = start();
        StepVerifier.create(exchange(id, 0))
                .expectNextCount(1)
                .then(() -> client.delete()
                        .uri("/chat/" + id)
                        .exchange()
                        .expectStatus()
                        .isNoContent())
                .thenConsumeWhile(event -> true)
                .expectComplete()
                .verify(Duration.ofSeconds(30));
        StepVerifier.create(vendors.openAi().arrivals().skip(before).next().flatMap(RecordedRequest::ended))
                .expectNextMatches(request -> request.ending() == RecordedRequest.Ending.CLIENT_CANCELLED)
                .expectComplete()
                .verify(Duration.ofSeconds(30));
    }

    @Test
    void unknownAnswerIsNotFound() {
        client.get().uri("/chat/nothing").exchange().expectStatus().isNotFound();
    }

    @Test
    void functionalRouteSpeaksTheFormOfOpenAi() {
        client.get()
                .uri("/openai?question=Hi")
                .exchange()
                .expectBody(String.class)
                .value(body -> assertThat(body).endsWith("data: [DONE]\n\n").contains("understudy"));
    }

    @Test
    void pageIsServed() {
        client.get().uri("/").exchange().expectBody(String.class).value(page -> assertThat(page)
                .contains("chat.js"));
    }

    private static ScriptedReply answer() {
        return ScriptedReply.tokens(DemoVendors.tokens());
    }

    private String start() {
        Map<String, String> started = client.post()
                .uri("/chat")
                .bodyValue(Map.of("question", "Hi"))
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody(new ParameterizedTypeReference<Map<String, String>>() {})
                .returnResult()
                .getResponseBody();
        return Objects.requireNonNull(started).get("id");
    }

    private Flux<ServerSentEvent<Map<String, Object>>> exchange(String id, long after) {
        return client.get()
                .uri("/chat/" + id)
                .header("Last-Event-ID", after == 0 ? "" : id + "." + after)
                .exchange()
                .expectStatus()
                .isOk()
                .returnResult(new ParameterizedTypeReference<ServerSentEvent<Map<String, Object>>>() {})
                .getResponseBody();
    }

    private List<ServerSentEvent<Map<String, Object>>> read(String id, long after) {
        return Objects.requireNonNull(exchange(id, after).collectList().block());
    }

    private static String text(List<ServerSentEvent<Map<String, Object>>> events) {
        StringBuilder text = new StringBuilder();
        events.stream()
                .filter(event -> "text".equals(event.event()))
                .forEach(event ->
                        text.append(Objects.requireNonNull(event.data()).get("text")));
        return text.toString();
    }
}
