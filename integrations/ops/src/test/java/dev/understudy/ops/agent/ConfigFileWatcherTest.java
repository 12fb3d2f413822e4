package dev.understudy.ops.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.Understudy;
import dev.understudy.testing.ScriptedProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.Disposable;
import reactor.test.scheduler.VirtualTimeScheduler;

/** A file that changes while its agents run, in virtual time. */
class ConfigFileWatcherTest {

    private static final String ANN = """
            providers: {ann: {supplied: true}, bob: {supplied: true}}
            agents: {support: {primary: ann, backups: [bob]}}
            """;
    private static final String BOB = ANN.replace("primary: ann, backups: [bob]", "primary: bob");
    private static final String BROKEN = ANN.replace("primary: ann", "primary: eve");

    @TempDir
    Path directory;

    private VirtualTimeScheduler time;
    private Path file;
    private Agents agents;
    private final List<Agents.Reload> reloads = new ArrayList<>();

    @BeforeEach
    void open() throws IOException {
        time = VirtualTimeScheduler.getOrSet();
        file = directory.resolve("understudy.yaml");
        write(ANN);
        agents = Agents.builder(Config.read(file, Map.of()))
                .supply(ScriptedProvider.named("ann"))
                .supply(ScriptedProvider.named("bob"))
                .open();
        agents.reloads().subscribe(reloads::add);
    }

    @AfterEach
    void close() {
        agents.close();
        VirtualTimeScheduler.reset();
    }

    @Test
    void aChangeIsUsedWithinTwoSeconds() throws IOException {
        agents.watch(file);
        pass(10);
        assertThat(reloads).isEmpty();
        assertThat(agents.lastReload()).isNull();
        write(BOB);
        pass(2);
        assertThat(agents.failover("support").primary()).isEqualTo("bob");
        assertThat(reloads)
                .containsExactly(new Agents.Reload(Instant.ofEpochSecond(12), file.toString(), true, List.of()));
        assertThat(agents.config().text()).isEqualTo(BOB);
    }

    @Test
    void wrongFileIsRejectedAndReportedOnce() throws IOException {
        agents.watch(file);
        Understudy before = agents.understudy("support");
        write(BROKEN);
        pass(20);
        assertThat(agents.understudy("support")).isSameAs(before);
        assertThat(reloads).singleElement().satisfies(refused -> {
            assertThat(refused.accepted()).isFalse();
            assertThat(refused)
                    .hasToString(file
                            + " is refused\n  agents.support.primary: is the name of no provider; one of ann, bob");
        });
        assertThat(agents.lastReload()).isEqualTo(reloads.get(0));
        write(BOB);
        pass(2);
        assertThat(agents.lastReload().accepted()).isTrue();
        assertThat(agents.understudy("support")).isNotSameAs(before);
    }

    @Test
    void removedFileIsReportedAndMayReturn() throws IOException {
        agents.watch(file);
        pass(2);
        Files.delete(file);
        pass(4);
        assertThat(agents.lastReload().accepted()).isFalse();
        assertThat(agents.lastReload().toString()).contains("cannot be read");
        assertThat(agents.failover("support").primary()).isEqualTo("ann");
        write(BOB);
        pass(2);
        assertThat(agents.failover("support").primary()).isEqualTo("bob");
        assertThat(reloads).hasSize(2);
    }

    @Test
    void fileWithMissingSuppliedProviderIsRefused() throws IOException {
        agents.watch(file);
        write(BOB.replace("providers: {", "providers: {eve: {supplied: true}, ")
                .replace("primary: bob", "primary: eve"));
        pass(2);
        assertThat(reloads).singleElement().satisfies(refused -> assertThat(refused.errors())
                .extracting(ConfigException.Error::path)
                .containsExactly("providers.eve"));
        assertThat(agents.failover("support").primary()).isEqualTo("ann");
    }

    @Test
    void anotherFileThanTheOneThatRunsIsUsedAtOnce() throws IOException {
        Path other = directory.resolve("other.yaml");
        Files.writeString(other, BOB);
        agents.watch(other);
        pass(0);
        assertThat(agents.failover("support").primary()).isEqualTo("bob");
    }

    @Test
    void watchingEnds() throws IOException {
        Disposable watching = agents.watch(file);
        pass(1);
        watching.dispose();
        write(BOB);
        pass(100);
        assertThat(reloads).isEmpty();
    }

    @Test
    void watchingEndsWithTheAgents() throws IOException {
        agents.watch(file);
        pass(1);
        agents.close();
        write(BOB);
        pass(100);
        assertThat(agents.lastReload()).isNull();
    }

    @Test
    void agentsOfCodeHaveNothingToWatch() {
        try (Agents composed = Agents.of(Understudy.over(ScriptedProvider.named("ann")))) {
            assertThatThrownBy(() -> composed.watch(file)).isInstanceOf(UnsupportedOperationException.class);
        }
    }

    private void pass(int seconds) {
        time.advanceTimeBy(Duration.ofSeconds(seconds));
    }

    private void write(String text) throws IOException {
        Files.writeString(file, text);
    }
}
