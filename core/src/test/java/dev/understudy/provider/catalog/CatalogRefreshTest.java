package dev.understudy.provider.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Feature;
import dev.understudy.provider.Providers;
import dev.understudy.provider.endpoint.Endpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.test.StepVerifier;

/** Replacement of the figures of models at run time, from a real server and from a file. */
class CatalogRefreshTest {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final LocalDate DAY = LocalDate.of(2027, 1, 2);
    private static final String DOCUMENT =
            "{\"asOf\": \"2027-01-02\", \"later\": {\"a\": []}, \"hosts\": {\"api.anthropic.com\":"
                    + " {\"models\": {\"claude-haiku-4-5\": {\"window\": 77, \"speed\": 3, \"with\": [\"flight\"]},"
                    + " \"claude-next\": {\"price\": {\"input\": 1, \"output\": 2, \"hourly\": 4}}}}}}";
    private static final Endpoint ANTHROPIC = Endpoint.of("a", "https://api.anthropic.com/v1", "k");

    @TempDir
    private Path folder;

    private DisposableServer server;

    @AfterEach
    void restore() {
        ModelCatalog.useThoseOfTheJar();
        if (server != null) {
            server.disposeNow();
        }
    }

    private Endpoint served(int status, String body) {
        server = HttpServer.create()
                .host("localhost")
                .port(0)
                .handle((request, response) -> response.status(status).sendString(Mono.just(body)))
                .bindNow();
        return Endpoint.of("catalog", "http://localhost:" + server.port() + "/models.json");
    }

    @Test
    void figuresOfAServerAreUsedByProvidersMadeBefore() {
        Capabilities before = ANTHROPIC.capabilities("claude-haiku-4-5");
        StepVerifier.create(Providers.refreshCatalog(served(200, DOCUMENT)))
                .expectNext(DAY)
                .expectComplete()
                .verify(SOON);
        Capabilities after = ANTHROPIC.capabilities("claude-haiku-4-5");
        assertThat(before.window()).isEqualTo(200_000);
        assertThat(after.window()).isEqualTo(77);
        assertThat(after.maxOutput()).as("a fact of the jar").isEqualTo(64_000);
        assertThat(after.has(Feature.PREFILL)).isTrue();
        assertThat(ANTHROPIC.capabilities("claude-next").price()).isEqualTo(Capabilities.Price.of(1, 2));
        assertThat(ModelCatalog.asOf()).isEqualTo(DAY);
    }

    @Test
    void nothingIsRequestedBeforeSubscription() {
        Mono<LocalDate> refresh = Providers.refreshCatalog(served(200, DOCUMENT));
        assertThat(ModelCatalog.asOf()).isNotEqualTo(DAY);
        StepVerifier.create(refresh).expectNext(DAY).expectComplete().verify(SOON);
        ModelCatalog.useThoseOfTheJar();
        StepVerifier.create(refresh).expectNext(DAY).expectComplete().verify(SOON);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "200 | not json | PROTOCOL",
                "200 | [] | PROTOCOL",
                "200 | {\"asOf\": \"2027-01-02\"} | PROTOCOL",
                "200 | {\"hosts\": {\"h\": {\"models\": {}}}} | PROTOCOL",
                "200 | {\"asOf\": \"soon\", \"hosts\": {\"h\": {}}} | PROTOCOL",
                "200 | {\"asOf\": \"2027-01-02\", \"hosts\": {\"h\": {\"models\": {\"m\": {\"window\": -1}}}}} | PROTOCOL",
                "200 | {\"asOf\": \"2027-01-02\", \"hosts\": {\"h\": {\"models\": {\"m\": {\"price\": {\"input\": \"x\"}}}}}} | PROTOCOL",
                "404 | gone | INVALID_REQUEST",
                "503 | later | OVERLOADED"
            })
    void failureIsTypedAndKeepsTheFigures(int status, String body, FailureKind kind) {
        LocalDate before = ModelCatalog.asOf();
        StepVerifier.create(Providers.refreshCatalog(served(status, body)))
                .expectErrorSatisfies(
                        error -> assertThat(error).isInstanceOfSatisfying(CallFailed.class, failed -> assertThat(
                                        failed.failure().kind())
                                .isEqualTo(kind)))
                .verify(SOON);
        assertThat(ModelCatalog.asOf()).isEqualTo(before);
    }

    @Test
    void documentAboveTheLimitIsRefused() {
        StepVerifier.create(Providers.refreshCatalog(served(200, DOCUMENT + " ".repeat(4 << 20))))
                .expectErrorSatisfies(error -> assertThat(error).hasMessageContaining("4194304"))
                .verify(SOON);
    }

    @Test
    void fileIsReadOffTheCallersThread() throws IOException {
        Path file = Files.writeString(folder.resolve("models.json"), DOCUMENT);
        StepVerifier.create(Providers.refreshCatalog(file)
                        .map(day -> day + " " + Thread.currentThread().getName()))
                .assertNext(text -> assertThat(text).startsWith("2027-01-02 boundedElastic"))
                .expectComplete()
                .verify(SOON);
        assertThat(ANTHROPIC.capabilities("claude-haiku-4-5").window()).isEqualTo(77);
    }

    @ParameterizedTest
    @ValueSource(strings = {"missing.json", "."})
    void unreadableFileIsATypedFailure(String name) {
        StepVerifier.create(Providers.refreshCatalog(folder.resolve(name)))
                .expectError(CallFailed.class)
                .verify(SOON);
    }
}
