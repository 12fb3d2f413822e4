package dev.understudy.ops.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.Understudy;
import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.StreamChunk;
import dev.understudy.event.ProviderStatus;
import dev.understudy.ops.agent.FailoverSettings.HealthCheck;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

class AgentsTest {

    private static final ChatRequest REQUEST = ChatRequest.of("m", "Who is there?");

    private final ScriptedProvider ann =
            ScriptedProvider.named("ann").always(ScriptedAnswer.tokens("I", " am", " Ann"));
    private final ScriptedProvider bob =
            ScriptedProvider.named("bob").always(ScriptedAnswer.tokens("I", " am", " Bob"));

    private static Config yaml(String agents) {
        return Config.parse(
                "providers:\n  ann: {supplied: true}\n  bob: {supplied: true}\nagents: " + agents, Map.of());
    }

    private Agents open(String agents) {
        return Agents.builder(yaml(agents)).supply(ann).supply(bob).open();
    }

    private static String said(ChatProvider agent) {
        return agent.chat(REQUEST).map(ChatResponse::text).block(Duration.ofSeconds(10));
    }

    @Test
    void anAgentIsServedByItsPrimary() {
        try (Agents agents = open("{support: {primary: bob, backups: [ann]}, sales: {}}")) {
            assertThat(agents.ids()).containsExactly("support", "sales");
            assertThat(said(agents.provider("support"))).isEqualTo("I am Bob");
            assertThat(said(agents.provider("sales"))).isEqualTo("I am Ann");
            assertThat(agents.understudy("support").name()).isEqualTo("support");
            assertThat(agents.understudy("nobody")).isNull();
            assertThat(agents.failover("nobody")).isNull();
        }
    }

    @Test
    void aHandleFollowsTheConfiguration() {
        try (Agents agents = open("{support: {primary: ann}}")) {
            ChatProvider support = agents.provider("support");
            assertThat(said(support)).isEqualTo("I am Ann");
            agents.swap(yaml("{support: {primary: bob}}"));
            assertThat(said(support)).isEqualTo("I am Bob");
            agents.swap(yaml("{other: {primary: bob}}"));
            StepVerifier.create(support.stream(REQUEST)).verifyErrorSatisfies(error -> assertThat(error)
                    .isInstanceOf(ChatException.Rejected.class)
                    .hasMessage("No agent is called 'support'; there are [other]"));
        }
    }

    @Test
    void aStreamEndsWhereItBegan() {
        try (Agents agents = open("{support: {primary: ann}}")) {
            Understudy before = agents.understudy("support");
            StepVerifier.create(agents.provider("support").stream(REQUEST).map(StreamChunk::text), 1)
                    .expectNext("I")
                    .then(() -> agents.swap(yaml("{support: {primary: bob}}")))
                    .thenRequest(10)
                    .expectNext(" am", " Ann", "")
                    .verifyComplete();
            assertThat(agents.understudy("support")).isNotSameAs(before);
        }
    }

    @Test
    void unchangedAgentIsKeptOnSwap() {
        try (Agents agents = open("{support: {primary: ann}, sales: {primary: bob}}")) {
            Understudy support = agents.understudy("support");
            Understudy sales = agents.understudy("sales");
            agents.swap(yaml("{support: {primary: ann}, sales: {primary: ann}}"));
            assertThat(agents.understudy("support")).isSameAs(support);
            assertThat(agents.understudy("sales")).isNotSameAs(sales);
        }
    }

    @Test
    void operatorChangesTheProviderAsked() {
        try (Agents agents = open("{support: {primary: ann, backups: [bob]}}")) {
            FailoverSettings is = agents.failover("support");
            assertThat(is)
                    .isEqualTo(new FailoverSettings(
                            "ann",
                            List.of("bob"),
                            true,
                            5,
                            new HealthCheck(false, Duration.ofSeconds(60), Duration.ofSeconds(5), null)));
            FailoverSettings wanted =
                    is.withPrimary("bob").withBackups(List.of()).withMaxConsecutiveFailures(2);
            agents.change("support", wanted);
            assertThat(agents.failover("support")).isEqualTo(wanted);
            assertThat(said(agents.provider("support"))).isEqualTo("I am Bob");
        }
    }

    @Test
    void invalidChangeIsRejectedAsAWhole() {
        try (Agents agents = open("{support: {primary: ann, backups: [bob]}}")) {
            FailoverSettings is = agents.failover("support");
            assertThatExceptionOfType(ConfigException.class)
                    .isThrownBy(() -> agents.change(
                            "support",
                            is.withPrimary("eve")
                                    .withBackups(List.of("bob", "bob"))
                                    .withMaxConsecutiveFailures(0)))
                    .satisfies(e -> assertThat(e.errors()).hasSize(3));
            assertThat(agents.failover("support")).isEqualTo(is);
        }
    }

    @Test
    void concurrentChangesAreAppliedOneAfterAnother() {
        try (Agents agents = open("{support: {primary: ann, backups: [bob]}}")) {
            // A change object of its own for each thread.
            oneMore(agents, 1)
                    .repeat(49)
                    .mergeWith(oneMore(agents, 1).repeat(49))
                    .blockLast(Duration.ofSeconds(20));
            assertThat(agents.failover("support").maxConsecutiveFailures()).isEqualTo(105);
        }
    }

    private static Mono<Boolean> oneMore(Agents agents, int step) {
        return Mono.fromCallable(() -> agents.change(
                        "support", is -> is.withMaxConsecutiveFailures(is.maxConsecutiveFailures() + step)))
                .subscribeOn(Schedulers.boundedElastic());
    }

    @Test
    void rejectedConfigurationKeepsTheActiveProvider() {
        try (Agents agents = open("{support: {primary: ann, backups: [bob]}}")) {
            Config refused = Config.parse("""
                    providers:
                      ann: {supplied: true}
                      bob: {supplied: true}
                      eve: {supplied: true}
                    agents:
                      support: {primary: bob, backups: [ann]}
                      sales: {primary: eve}
                    """, Map.of());
            assertThatExceptionOfType(ConfigException.class)
                    .isThrownBy(() -> agents.swap(refused))
                    .withMessageContaining("providers.eve: is supplied by nobody");
            assertThat(said(agents.provider("support"))).isEqualTo("I am Ann");
        }
    }

    @Test
    void newPrimaryIsAskedFirst() {
        try (Agents agents = open("{support: {primary: ann, backups: [bob]}}")) {
            agents.understudy("support").control().switchTo("ann");
            agents.swap(yaml("{support: {primary: bob, backups: [ann]}}"));
            assertThat(said(agents.provider("support"))).isEqualTo("I am Bob");
        }
    }

    @Test
    void failingCloseDoesNotKeepOthersOpen() {
        ChatProvider stuck = new Stuck(bob);
        Agents agents = Agents.of(
                Understudy.builder().name("one").provider(stuck).build(),
                Understudy.builder().name("two").provider(ann).build());
        StepVerifier.create(agents.reloads())
                .then(() -> assertThatThrownBy(agents::close).hasMessage("stuck"))
                .expectComplete()
                .verify(Duration.ofSeconds(10));
        assertThat(ann.closes()).isEqualTo(1);
    }

    @Test
    void holdsOutliveAChange() {
        try (Agents agents = open("{support: {primary: ann, backups: [bob]}}")) {
            agents.understudy("support").control().hold("ann", null);
            agents.change("support", agents.failover("support").withMaxConsecutiveFailures(2));
            assertThat(said(agents.provider("support"))).isEqualTo("I am Bob");
        }
    }

    @Test
    void healthOutlivesChangesAndReloads() {
        try (Agents agents = open("{support: {primary: ann, backups: [bob]}}")) {
            ann.always(ScriptedAnswer.fail(FailureKind.SERVER));
            assertThat(said(agents.provider("support"))).isEqualTo("I am Bob");
            ProviderStatus before = status(agents, "support");
            assertThat(before.consecutiveFailures()).isPositive();
            agents.change("support", agents.failover("support").withMaxConsecutiveFailures(9));
            assertThat(status(agents, "support").lastCheck()).isEqualTo(before.lastCheck());
            assertThat(status(agents, "support").health()).isEqualTo(before.health());
            agents.swap(yaml("{support: {primary: ann, backups: [bob], failover: {maxConsecutiveFailures: 7}}}"));
            assertThat(status(agents, "support").lastFailure()).isEqualTo(before.lastFailure());
            assertThat(status(agents, "support").consecutiveFailures()).isEqualTo(before.consecutiveFailures());
        }
    }

    private static ProviderStatus status(Agents agents, String agent) {
        return agents.understudy(agent).control().status().get(0);
    }

    @Test
    void agentsComposedInCodeAreReadAndNotChanged() {
        Understudy support =
                Understudy.builder().name("support").provider(ann).provider(bob).build();
        try (Agents agents = Agents.of(support)) {
            assertThat(agents.ids()).containsExactly("support");
            assertThat(agents.understudy("support")).isSameAs(support);
            assertThat(said(agents.provider("support"))).isEqualTo("I am Ann");
            FailoverSettings is = agents.failover("support");
            assertThat(is.primary()).isEqualTo("ann");
            assertThat(is.backups()).containsExactly("bob");
            assertThatThrownBy(() -> agents.change("support", is))
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageContaining("composed in code");
        }
    }

    @Test
    void missingSuppliedProviderIsRefused() {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(
                        () -> Agents.builder(yaml("{support: {primary: ann}}")).open())
                .withMessageContaining("providers.ann: is supplied by nobody");
    }

    @Test
    void suppliedProviderIsNotClosed() {
        try (Agents agents = open("{support: {primary: ann}}")) {
            agents.swap(yaml("{support: {primary: bob}}"));
            assertThat(said(agents.provider("support"))).isEqualTo("I am Bob");
        }
        assertThat(ann.closes() + bob.closes()).isZero();
    }

    /** Cannot be closed. */
    private record Stuck(ChatProvider within) implements ChatProvider {
        @Override
        public String name() {
            return within.name();
        }

        @Override
        public Capabilities capabilities(String model) {
            return within.capabilities(model);
        }

        @Override
        public Mono<ChatResponse> chat(ChatRequest request) {
            return within.chat(request);
        }

        @Override
        public Flux<StreamChunk> stream(ChatRequest request) {
            return within.stream(request);
        }

        @Override
        public void close() {
            throw new IllegalStateException("stuck");
        }
    }
}
