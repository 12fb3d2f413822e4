package dev.understudy.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.spring.web.UnderstudySse;
import dev.understudy.testing.RecordedRequest;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedReply.FaultPoint;
import dev.understudy.testing.ScriptedServer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.server.reactive.context.ReactiveWebServerApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.test.web.reactive.server.EntityExchangeResult;
import org.springframework.test.web.reactive.server.WebTestClient;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;
import reactor.test.StepVerifier;

/** An application on a port, with two vendors on sockets. */
@Timeout(60)
class WebFluxApplicationTest {

    private static final String[] TOKENS = {"The", " answer", " is", " forty", "-two", ",", "  of", " course", "."};
    private static final String WHOLE = String.join("", TOKENS);
    private static final String READ = "reader-token-of-a-test";
    private static final String WRITE = "writer-token-of-a-test";

    private static ScriptedServer first;
    private static ScriptedServer second;
    private static ReactiveWebServerApplicationContext application;
    private static WebTestClient client;

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @RestController
        record Chat(ChatProvider chat) {

            @GetMapping(path = "/chat", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
            Flux<ServerSentEvent<Map<String, Object>>> stream(@RequestParam String question) {
                return UnderstudySse.events(chat.stream(ChatRequest.of("any", question)));
            }

            @GetMapping("/whole")
            Mono<String> whole(@RequestParam String question) {
                return chat.chat(ChatRequest.of("any", question)).map(ChatResponse::text);
            }
        }

        @Bean
        RouterFunction<ServerResponse> openAiRoute(ChatProvider chat) {
            return RouterFunctions.route()
                    .GET("/openai", request -> ServerResponse.ok()
                            .contentType(MediaType.TEXT_EVENT_STREAM)
                            .body(
                                    UnderstudySse.openAi(chat.stream(ChatRequest.of("any", "Hi")), "chat"),
                                    new ParameterizedTypeReference<ServerSentEvent<String>>() {}))
                    .build();
        }
    }

    @BeforeAll
    static void start() {
        first = ScriptedServer.start();
        second = ScriptedServer.start();
        SpringApplication starter = new SpringApplication(Application.class);
        starter.setWebApplicationType(WebApplicationType.REACTIVE);
        starter.setDefaultProperties(Map.ofEntries(
                Map.entry("server.port", "0"),
                Map.entry("spring.main.banner-mode", "off"),
                Map.entry("logging.level.root", "off"),
                Map.entry("understudy.providers.first.dialect", "openai"),
                Map.entry("understudy.providers.first.base-url", first.url()),
                Map.entry("understudy.providers.first.keys", "key-of-the-first"),
                Map.entry("understudy.providers.second.dialect", "anthropic"),
                Map.entry("understudy.providers.second.base-url", second.url()),
                Map.entry("understudy.providers.second.keys", "key-of-the-second"),
                Map.entry("understudy.agents.support.primary", "first"),
                Map.entry("understudy.agents.support.backups", "second"),
                Map.entry("understudy.agents.support.retry.retries", "0"),
                Map.entry("understudy.agents.support.circuit.enabled", "false"),
                Map.entry("understudy.agents.support.resume.policy", "exact"),
                Map.entry("understudy.admin.enabled", "true"),
                Map.entry("understudy.admin.read-token", READ),
                Map.entry("understudy.admin.write-token", WRITE),
                Map.entry("management.endpoint.understudy.access", "unrestricted"),
                Map.entry("management.endpoint.health.show-details", "always"),
                Map.entry("management.endpoints.web.exposure.include", "*")));
        application = (ReactiveWebServerApplicationContext) starter.run();
        // one connection for each request: with a connection that is kept, the server may miss a request that arrives
        // while the
        // response before it is completed on another thread
        client = WebTestClient.bindToServer(
                        new ReactorClientHttpConnector(HttpClient.create().keepAlive(false)))
                .baseUrl("http://localhost:" + application.getWebServer().getPort())
                .responseTimeout(Duration.ofSeconds(30))
                .build();
    }

    @AfterAll
    static void stop() {
        application.close();
        first.close();
        second.close();
    }

    @BeforeEach
    void answers() {
        first.always(ScriptedReply.tokens(TOKENS));
        second.always(ScriptedReply.tokens(TOKENS));
    }

    @AfterEach
    void release() {
        change("first", "release");
        change("second", "release");
        change("first", "switch");
    }

    @Test
    void streamArrivesWithItsSpaces() {
        assertThat(text(events())).isEqualTo(WHOLE);
    }

    @Test
    void vendorThatDiesInMidAnswerIsNotSeen() {
        List<ServerSentEvent<Map<String, Object>>> uninterrupted = events();
        first.always(ScriptedReply.tokens(TOKENS).cut(FaultPoint.tokens(4)));
        int before = second.calls().size();
        List<ServerSentEvent<Map<String, Object>>> rescued = events();
        assertThat(text(rescued)).isEqualTo(text(uninterrupted)).isEqualTo(WHOLE);
        assertThat(rescued.get(rescued.size() - 1).event()).isEqualTo("done");
        assertThat(second.calls()).hasSize(before + 1);
        assertThat(rescued.toString()).doesNotContain("first", "second");
    }

    @Test
    void openAiFormIsReadByItsClients() {
        first.always(ScriptedReply.tokens(TOKENS).reset(FaultPoint.tokens(3)));
        List<String> data = client.get()
                .uri("/openai")
                .exchange()
                .returnResult(String.class)
                .getResponseBody()
                .collectList()
                .block();
        assertThat(data).isNotNull().last().isEqualTo("[DONE]");
        assertThat(data.toString()).doesNotContain("first", "second").contains("\"content\":");
    }

    @Test
    void failedCallIsAProblemWithRetryAfter() {
        first.always(ScriptedReply.rateLimited(Duration.ofSeconds(40)));
        second.always(ScriptedReply.rateLimited(Duration.ofSeconds(40)));
        for (String path : List.of("/whole?question=Hi", "/chat?question=Hi", "/openai")) {
            EntityExchangeResult<String> problem =
                    client.get().uri(path).exchange().expectBody(String.class).returnResult();
            assertThat(problem.getStatus().value()).as(path).isEqualTo(503);
            HttpHeaders headers = problem.getResponseHeaders();
            assertThat(headers.getContentType()).isEqualTo(MediaType.APPLICATION_PROBLEM_JSON);
            assertThat(problem.getResponseBody())
                    .contains("urn:understudy:problem:")
                    .doesNotContain("first", "second");
            assertThat(headers.getFirst(HttpHeaders.RETRY_AFTER))
                    .as(path + problem.getResponseBody())
                    .matches("[1-9]\\d?");
            change("first", "release");
            change("second", "release");
        }
    }

    @Test
    void headerOfTheClientIsTheDeadline() {
        first.always(ScriptedReply.tokens(TOKENS).stall(FaultPoint.nothing()));
        second.always(ScriptedReply.tokens(TOKENS).stall(FaultPoint.nothing()));
        client.get()
                .uri("/whole?question=Hi")
                .header("X-Request-Timeout", "300ms")
                .exchange()
                .expectStatus()
                .isEqualTo(504);
    }

    @Test
    void clientThatDisconnectsEndsTheCall() {
        first.always(ScriptedReply.tokens(TOKENS).stall(FaultPoint.tokens(3)));
        int before = first.requests().size();
        StepVerifier.create(exchange()).expectNextCount(1).thenCancel().verify(Duration.ofSeconds(30));
        StepVerifier.create(first.arrivals().skip(before).next().flatMap(RecordedRequest::ended))
                .expectNextMatches(request -> request.ending() == RecordedRequest.Ending.CLIENT_CANCELLED)
                .expectComplete()
                .verify(Duration.ofSeconds(30));
    }

    @Test
    void healthIsUpWhileOneProviderCanBeAsked() {
        change("first", "hold");
        client.get()
                .uri("/actuator/health")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.components.understudy.components.support.status")
                .isEqualTo("UP")
                .jsonPath("$.components.understudy.components.support.details.providers.first.usable")
                .isEqualTo(false);
        change("second", "hold");
        client.get()
                .uri("/actuator/health")
                .exchange()
                .expectStatus()
                .isEqualTo(503)
                .expectBody()
                .jsonPath("$.components.understudy.status")
                .isEqualTo("DOWN");
    }

    @Test
    void endpointReadsHoldsAndSwitches() {
        change("second", "switch");
        client.get()
                .uri("/actuator/understudy/support")
                .exchange()
                .expectBody()
                .jsonPath("$[1].active")
                .isEqualTo(true);
        assertThat(text(events())).isEqualTo(WHOLE);
        change("first", "switch");
        client.post()
                .uri("/actuator/understudy/support/nobody")
                .contentType(MediaType.APPLICATION_JSON)
                .bodyValue(Map.of("action", "hold"))
                .exchange()
                .expectStatus()
                .isBadRequest();
        client.get()
                .uri("/actuator/understudy")
                .exchange()
                .expectBody()
                .jsonPath("$.agents.support[0].provider")
                .isEqualTo("first");
    }

    @Test
    void adminRoutesAreServedBehindTheirTokens() {
        client.get().uri("/api/overview").exchange().expectStatus().isUnauthorized();
        client.get()
                .uri("/api/overview")
                .headers(headers -> headers.setBearerAuth(READ))
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody(String.class)
                .value(body -> assertThat(body).contains("support"));
        client.get()
                .uri("/understudy/")
                .exchange()
                .expectStatus()
                .isOk()
                .expectHeader()
                .contentTypeCompatibleWith(MediaType.TEXT_HTML);
    }

    private static void change(String provider, String action) {
        client.post()
                .uri("/actuator/understudy/support/" + provider)
                .contentType(MediaType.APPLICATION_JSON)
                .bodyValue(Map.of("action", action))
                .exchange()
                .expectStatus()
                .isOk();
    }

    private static Flux<ServerSentEvent<Map<String, Object>>> exchange() {
        return client.get()
                .uri("/chat?question=Hi")
                .exchange()
                .expectStatus()
                .isOk()
                .returnResult(new ParameterizedTypeReference<ServerSentEvent<Map<String, Object>>>() {})
                .getResponseBody();
    }

    private static List<ServerSentEvent<Map<String, Object>>> events() {
        return java.util.Objects.requireNonNull(exchange().collectList().block());
    }

    private static String text(List<ServerSentEvent<Map<String, Object>>> events) {
        StringBuilder text = new StringBuilder();
        events.stream()
                .filter(event -> "text".equals(event.event()))
                .forEach(event -> text.append(
                        java.util.Objects.requireNonNull(event.data()).get("text")));
        return text.toString();
    }
}
