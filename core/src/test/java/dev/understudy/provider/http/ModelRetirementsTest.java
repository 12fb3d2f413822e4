package dev.understudy.provider.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatProvider;
import dev.understudy.provider.Providers;
import dev.understudy.provider.endpoint.Endpoint;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.LocalDate;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.test.StepVerifier;

/** Retirement days in lists of models, which probes read. */
class ModelRetirementsTest {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final String LIST =
            "{\"object\":\"list\",\"data\":[{\"id\":\"old\",\"shutdown_date\":\"2026-12-11\"},"
                    + "{\"id\":\"new\",\"shutdown_date\":null}]}";

    private final AtomicReference<String> body = new AtomicReference<>(LIST);
    private final DisposableServer server = HttpServer.create()
            .host("localhost")
            .port(0)
            .route(routes ->
                    routes.get("/v1/models", (request, response) -> response.sendString(Mono.fromSupplier(body::get))))
            .bindNow();

    @AfterEach
    void close() {
        server.disposeNow();
    }

    private Endpoint endpoint() {
        return Endpoint.of("o", "http://localhost:" + server.port() + "/v1", "k");
    }

    private static void probe(ChatProvider provider) {
        StepVerifier.create(provider.probe()).expectComplete().verify(SOON);
    }

    @Test
    void probeLearnsTheDays() {
        try (ChatProvider openAi = Providers.openAi(endpoint())) {
            assertThat(openAi.capabilities("old").retirement()).isNull();
            probe(openAi);
            assertThat(openAi.capabilities("old").retirement()).isEqualTo(LocalDate.of(2026, 12, 11));
            assertThat(openAi.capabilities("new")).isEqualTo(Capabilities.assumed());
            body.set("{\"data\":[]}");
            probe(openAi);
            assertThat(openAi.capabilities("old").retirement()).as("withdrawn").isNull();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "ok", "{", "[1]", "{\"data\":7}", "{\"data\":[7,null,[]]}"})
    void otherBodiesAnnounceNothingAndFailNoProbe(String other) {
        try (ChatProvider openAi = Providers.openAi(endpoint())) {
            probe(openAi);
            body.set(other);
            probe(openAi);
            assertThat(openAi.capabilities("new").retirement()).isNull();
        }
    }

    @Test
    void listAboveTheLimitIsReadToItsEndAndDropped() {
        body.set(LIST.replace("list", "x".repeat(3 << 20)));
        try (ChatProvider openAi = Providers.openAi(endpoint())) {
            probe(openAi);
            assertThat(openAi.capabilities("old").retirement()).isNull();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'\"2026-12-11\"', 2026-12-11",
        "'\"2026-12-11T23:00:00Z\"', 2026-12-11",
        "1796947200, 2026-12-11",
        "'\"2026-13-45\"',",
        "'\"\"',",
        "true,",
        "12,"
    })
    void formsOfADay(String json, LocalDate day) {
        ModelRetirements retirements = new ModelRetirements();
        retirements.learn(
                ("{\"data\":[{\"shutdown_date\":" + json + ",\"id\":\"m\"}]}").getBytes(StandardCharsets.UTF_8));
        assertThat(retirements.apply("m", Capabilities.assumed()).retirement()).isEqualTo(day);
    }
}
