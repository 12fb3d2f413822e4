package dev.understudy.ops.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.chat.Capabilities;
import dev.understudy.chat.Usage;
import dev.understudy.provider.Providers;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

class CatalogRefresherTest {

    private static final Duration LONG = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    /** The figures of the jar are in use again for other tests of the process. */
    @AfterEach
    void restore() throws IOException {
        try (InputStream models =
                Objects.requireNonNull(Providers.class.getResourceAsStream("/dev/understudy/provider/models.json"))) {
            Path file = directory.resolve("jar.json");
            Files.write(file, models.readAllBytes());
            Providers.refreshCatalog(file).block(LONG);
        }
    }

    private static Config config(String catalog) {
        return Config.parse(
                "{\"providers\":{\"p\":{\"dialect\":\"openai\",\"baseUrl\":\"https://api.openai.com/v1\",\"keys\":[\"${K}\"]}},"
                        + "\"agents\":{\"a\":{}}" + catalog + "}",
                Map.of("K", "k"));
    }

    @Test
    void documentIsReadAnewUntilItCanBeUsedAndThenItsFiguresHold() throws IOException {
        Path file = directory.resolve("models.json");
        try (Agents agents =
                Agents.open(config(",\"modelCatalog\":{\"source\":\"" + file + "\",\"interval\":\"20ms\"}"))) {
            StepVerifier.create(agents.reloads().next())
                    .assertNext(reload -> {
                        assertThat(reload.accepted()).isFalse();
                        assertThat(reload.source()).isEqualTo("model catalog " + file);
                        assertThat(reload.errors()).hasSize(1);
                    })
                    .expectComplete()
                    .verify(LONG);
            assertThat(agents.lastReload()).isNull();
            Path written = directory.resolve("written.json");
            Files.writeString(
                    written,
                    "{\"asOf\":\"2099-01-01\",\"hosts\":{\"api.openai.com\":{\"models\":{\"gpt-new\":{\"window\":777,"
                            + "\"price\":{\"input\":1,\"output\":2,\"tokens\":100,\"above\":{\"input\":10,\"output\":20}}}}}}}");
            Files.move(written, file);
            Capabilities known = Mono.fromSupplier(
                            () -> Objects.requireNonNull(agents.understudy("a")).capabilities("p", "gpt-new"))
                    .filter(capabilities -> Objects.equals(capabilities.window(), 777))
                    .repeatWhenEmpty(tries -> tries.delayElements(Duration.ofMillis(10)))
                    .block(LONG);
            Capabilities.Price price =
                    Objects.requireNonNull(Objects.requireNonNull(known).price());
            assertThat(price.cost(Usage.of(100, 10))).isEqualTo((100 * 1 + 10 * 2) / 1e6);
            assertThat(price.cost(Usage.of(101, 10))).isEqualTo((101 * 10 + 10 * 20) / 1e6);
        }
    }

    @Test
    void catalogNeedsASource() {
        assertThatThrownBy(() -> config(",\"modelCatalog\":{\"interval\":\"1h\"}"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("modelCatalog.source");
    }

    @Test
    void documentOfAServerIsReadUntilTheConfigurationNamesNone() {
        try (ScriptedServer server = ScriptedServer.start()) {
            server.always(ScriptedReply.status(404));
            try (Agents agents = Agents.open(config(
                    ",\"modelCatalog\":{\"source\":\"" + server.url("/models.json") + "\",\"interval\":\"20ms\"}"))) {
                assertThat(agents.reloads().blockFirst(LONG)).isNotNull();
                agents.swap(config(""));
                assertThat(agents.reloads()
                                .take(Duration.ofMillis(100))
                                .collectList()
                                .block(LONG))
                        .isEmpty();
            }
        }
    }

    @Test
    void priceOfLongPromptsIsConfigurable() {
        Config config = Config.parse(
                "{\"providers\":{\"p\":{\"dialect\":\"openai\",\"keys\":[\"${K}\"],\"catalogue\":{\"m\":"
                        + "{\"price\":{\"input\":1,\"output\":2,\"longPrompts\":{\"above\":100,\"input\":10,\"output\":20}}}}}},"
                        + "\"agents\":{\"a\":{}}}",
                Map.of("K", "k"));
        try (Agents agents = Agents.open(config)) {
            Capabilities.Price price = Objects.requireNonNull(Objects.requireNonNull(agents.understudy("a"))
                    .capabilities("p", "m")
                    .price());
            assertThat(price)
                    .isEqualTo(
                            new Capabilities.Price(1, 1, 2).withLongPrompts(100, new Capabilities.Price(10, 10, 20)));
        }
    }
}
