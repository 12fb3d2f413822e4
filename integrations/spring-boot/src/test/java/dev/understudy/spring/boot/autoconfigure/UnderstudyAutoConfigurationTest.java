package dev.understudy.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.event.Event;
import dev.understudy.event.Listener;
import dev.understudy.ops.admin.Admin;
import dev.understudy.ops.agent.Agents;
import dev.understudy.ops.agent.Config;
import dev.understudy.ops.log.Logs;
import dev.understudy.ops.metrics.Metrics;
import dev.understudy.policy.TokenCounter;
import dev.understudy.provider.endpoint.Endpoint.CredentialsSource;
import dev.understudy.spring.boot.BlockingChat;
import dev.understudy.spring.boot.UnderstudyBuilderCustomizer;
import dev.understudy.spring.boot.UnderstudyConnectionDetails;
import dev.understudy.spring.web.ChatExceptionAdvice;
import dev.understudy.spring.web.ChatExceptionHandler;
import dev.understudy.spring.web.DeadlineWebFilter;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.aot.generate.ClassNameGenerator;
import org.springframework.aot.generate.DefaultGenerationContext;
import org.springframework.aot.generate.GeneratedFiles;
import org.springframework.aot.generate.InMemoryGeneratedFiles;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.cloud.context.environment.EnvironmentChangeEvent;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.AnnotatedBeanDefinitionReader;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.io.InputStreamSource;
import org.springframework.javapoet.ClassName;
import org.springframework.mock.env.MockEnvironment;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.test.StepVerifier;

class UnderstudyAutoConfigurationTest {

    private static final String[] ONE_AGENT = {
        "understudy.providers.mine.supplied=true", "understudy.agents.support.primary=mine"
    };

    private final ReactiveWebApplicationContextRunner runner = new ReactiveWebApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    UnderstudyAutoConfiguration.class,
                    UnderstudyMetricsAutoConfiguration.class,
                    UnderstudyObservationAutoConfiguration.class));

    private final ReactiveWebApplicationContextRunner oneAgent =
            runner.withUserConfiguration(Supplied.class).withPropertyValues(ONE_AGENT);

    @Configuration(proxyBeanMethods = false)
    static class Supplied {
        @Bean
        ScriptedProvider mine() {
            return ScriptedProvider.named("mine").always(ScriptedAnswer.text("Hello there"));
        }
    }

    @Test
    void nothingIsThereWithoutConfiguration() {
        runner.run(context ->
                assertThat(context).hasNotFailed().doesNotHaveBean(Agents.class).doesNotHaveBean(ChatProvider.class));
    }

    @Test
    void agentIsABeanUnderItsIdAndPrimary() {
        oneAgent.run(context -> {
            assertThat(context).hasNotFailed().hasBean("support").hasSingleBean(Agents.class);
            assertThat(context.getBean(ChatProvider.class)).isSameAs(context.getBean("support"));
            StepVerifier.create(context.getBean(ChatProvider.class).chat(ChatRequest.of("any", "Hi")))
                    .expectNextMatches(answer -> answer.text().equals("Hello there"))
                    .verifyComplete();
        });
    }

    @Test
    void onlyAgentIsAlsoAnUnderstudy() {
        oneAgent.run(
                context -> assertThat(context.getBean(Understudy.class).name()).isEqualTo("support"));
    }

    @Test
    void firstOfSeveralAgentsIsPrimary() {
        oneAgent.withPropertyValues("understudy.agents.other.primary=mine").run(context -> {
            assertThat(context).doesNotHaveBean(Understudy.class).hasBean("other");
            assertThat(context.getBean(ChatProvider.class).name()).isEqualTo("support");
        });
    }

    @Test
    void nameOfAnotherBeanIsKept() {
        oneAgent.withBean("support", String.class, () -> "mine").run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(context.getBean("support")).isEqualTo("mine");
        });
    }

    @Test
    void ownAgentsReplaceTheConfiguredOnes() {
        Agents own = Agents.of(Understudy.over(ScriptedProvider.named("p")));
        oneAgent.withBean(Agents.class, () -> own)
                .run(context ->
                        assertThat(context).hasNotFailed().getBean(Agents.class).isSameAs(own));
    }

    @Test
    void ownConfigIsOpened() {
        Config own = Config.parse("{\"providers\": {\"mine\": {\"supplied\": true}}, \"agents\": {\"b\": {}}}");
        runner.withUserConfiguration(Supplied.class)
                .withBean(Config.class, () -> own)
                .run(context -> assertThat(context.getBean(Agents.class).ids()).containsExactly("b"));
    }

    @Test
    void configurationFileIsRead() {
        runner.withUserConfiguration(Supplied.class)
                .withPropertyValues("understudy.config=classpath:agents.yaml", "limit=mine")
                .run(context -> {
                    assertThat(context).hasNotFailed().hasBean("from-file");
                    assertThat(context.getBean(Agents.class).config().providers())
                            .containsExactly("mine");
                });
    }

    @Test
    void invalidConfigurationIsExplainedAtStart() {
        oneAgent.withPropertyValues("understudy.agents.support.retry.retrys=3").run(context -> {
            assertThat(context).hasFailed();
            FailureAnalysis analysis =
                    new ConfigFailureAnalyzer(new MockEnvironment()).analyze(context.getStartupFailure());
            assertThat(analysis).isNotNull();
            assertThat(analysis.getDescription()).contains("understudy.agents.support.retry.retrys", "retries");
        });
    }

    @Test
    void listenersReceiveEventsInOrder() {
        List<Event> events = new CopyOnWriteArrayList<>();
        oneAgent.withBean("mine2", Listener.class, () -> events::add).run(context -> {
            ask(context.getBean(ChatProvider.class));
            assertThat(events).hasAtLeastOneElementOfType(Event.CallSucceeded.class);
        });
    }

    @Test
    void customizersAndTokenCountersReachTheChain() {
        List<String> agents = new CopyOnWriteArrayList<>();
        List<String> counted = new CopyOnWriteArrayList<>();
        oneAgent.withBean(UnderstudyBuilderCustomizer.class, () -> (agent, builder) -> agents.add(agent))
                .withBean(
                        TokenCounter.class,
                        () -> TokenCounter.of(text -> {
                            counted.add(text);
                            return 1;
                        }))
                .withPropertyValues("understudy.agents.support.context-window.tokens=2000")
                .run(context -> {
                    ask(context.getBean(ChatProvider.class));
                    assertThat(agents).containsExactly("support");
                    assertThat(counted).contains("Hi");
                });
    }

    @Test
    void metersAreCountedOnceWithObservations() {
        oneAgent.withUserConfiguration(Meters.class).run(context -> {
            ask(context.getBean(ChatProvider.class));
            MeterRegistry registry = context.getBean(MeterRegistry.class);
            assertThat(context).hasSingleBean(Metrics.class);
            assertThat(registry.get("understudy.call").timer().count()).isEqualTo(1);
            assertThat(registry.find("understudy.request").meters()).isEmpty();
            assertThat(registry.find("understudy.attempt").meters()).isEmpty();
        });
    }

    @Test
    void metricsAreAbsentWithoutMicrometer() {
        oneAgent.withClassLoader(new FilteredClassLoader("io.micrometer")).run(context -> assertThat(context)
                .hasNotFailed()
                .hasSingleBean(Agents.class)
                .doesNotHaveBean("understudyMetrics"));
    }

    @Test
    void partsCanBeSwitchedOff() {
        oneAgent.withUserConfiguration(Meters.class)
                .withPropertyValues(
                        "understudy.metrics.enabled=false",
                        "understudy.logging.enabled=false",
                        "understudy.observations.enabled=false")
                .run(context -> assertThat(context)
                        .doesNotHaveBean(Metrics.class)
                        .doesNotHaveBean(Logs.class)
                        .hasSingleBean(Agents.class));
    }

    @Test
    void connectionDetailsOverrideAddressAndKey() {
        try (ScriptedServer server = ScriptedServer.start()) {
            server.always(ScriptedReply.tokens("From", " the", " container"));
            runner.withPropertyValues(
                            "understudy.providers.openai.dialect=openai",
                            "understudy.providers.openai.keys=${NOT_SET_ANYWHERE}",
                            "understudy.agents.support.primary=openai")
                    .withBean(UnderstudyConnectionDetails.class, () -> new UnderstudyConnectionDetails() {
                        @Override
                        public Connection connection(String provider) {
                            return new Connection(URI.create(server.url()), "key-of-a-test");
                        }
                    })
                    .run(context -> {
                        assertThat(context).hasNotFailed();
                        ChatResponse answer = ask(context.getBean(ChatProvider.class));
                        assertThat(answer.text()).isEqualTo("From the container");
                    });
        }
    }

    @Test
    void closedContextWaitsForCallsInFlight() {
        ScriptedProvider slow = ScriptedProvider.named("mine")
                .always(ScriptedAnswer.text("Late").beforeFirst(Duration.ofSeconds(1)));
        List<String> answers = new CopyOnWriteArrayList<>();
        runner.withPropertyValues(ONE_AGENT)
                .withBean("mine", ScriptedProvider.class, () -> slow)
                .run(context -> context.getBean(ChatProvider.class)
                        .chat(ChatRequest.of("any", "Hi"))
                        .map(ChatResponse::text)
                        .onErrorResume(error -> Mono.just(error.toString()))
                        .subscribe(answers::add));
        assertThat(answers).containsExactly("Late");
    }

    @Test
    void firstOfSeveralConnectionDetailsThatKnowsAProviderAnswers() {
        ScriptedProvider scripted = ScriptedProvider.named("mine").always(ScriptedAnswer.text("Scripted"));
        UnderstudyConnectionDetails other = new UnderstudyConnectionDetails() {};
        UnderstudyConnectionDetails known = new UnderstudyConnectionDetails() {
            @Override
            public ChatProvider replacement(String provider) {
                return scripted;
            }
        };
        runner.withPropertyValues(
                        "understudy.providers.mine.dialect=openai",
                        "understudy.providers.mine.keys=k",
                        "understudy.agents.support.primary=mine")
                .withBean("a", UnderstudyConnectionDetails.class, () -> other)
                .withBean("b", UnderstudyConnectionDetails.class, () -> known)
                .run(context -> assertThat(
                                ask(context.getBean(ChatProvider.class)).text())
                        .isEqualTo("Scripted"));
    }

    @Test
    void webhooksOfTheConfigurationArePosted() {
        Sinks.One<String> posted = Sinks.one();
        DisposableServer server = HttpServer.create()
                .host("127.0.0.1")
                .handle((request, response) -> request.receive()
                        .aggregate()
                        .asString()
                        .doOnNext(posted::tryEmitValue)
                        .then(response.send()))
                .bindNow();
        try {
            oneAgent.withPropertyValues(
                            "understudy.webhooks[0].url=http://127.0.0.1:" + server.port() + "/",
                            "understudy.webhooks[0].secret=whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                            "understudy.webhooks[0].plain-http=true")
                    .run(context -> {
                        assertThat(context).hasNotFailed();
                        context.getBean(Understudy.class).control().hold("mine", Duration.ofMinutes(1));
                        StepVerifier.create(posted.asMono())
                                .expectNextMatches(body -> body.contains("mine"))
                                .expectComplete()
                                .verify(Duration.ofSeconds(30));
                    });
        } finally {
            server.disposeNow();
        }
    }

    @Test
    void fileWithDefaultsStartsWithoutTheVariables(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("understudy.yaml"), """
                providers: {mine: {dialect: openai, keys: ["${KEY_OF_A_TEST}"], baseUrl: "${NOT_SET_ANYWHERE:-https://api.example.com/v1}"}}
                agents: {support: {primary: mine, timeouts: {total: "${NOT_SET_EITHER:-10s}"}}}
                """);
        runner.withPropertyValues("understudy.config=" + file, "KEY_OF_A_TEST=k")
                .run(context -> assertThat(context).hasNotFailed().hasBean("support"));
    }

    @Test
    void missingFileIsNamedAtStart() {
        runner.withPropertyValues("understudy.config=/nowhere/understudy.yaml").run(context -> {
            FailureAnalysis analysis = new ConfigFailureAnalyzer(
                            new MockEnvironment().withProperty("understudy.config", "a.yaml"))
                    .analyze(context.getStartupFailure());
            assertThat(analysis.getDescription())
                    .contains("/nowhere/understudy.yaml")
                    .doesNotContain("understudy.cannot");
        });
    }

    @Test
    void agentsCloseWithTheContext() {
        Agents[] agents = new Agents[1];
        oneAgent.run(context -> agents[0] = context.getBean(Agents.class));
        assertThat(agents[0].ids()).isEmpty();
    }

    @Test
    void refreshedEnvironmentIsPutIntoUse() {
        oneAgent.run(context -> {
            Agents agents = context.getBean(Agents.class);
            ChatProvider provider = context.getBean(ChatProvider.class);
            TestPropertyValues.of("understudy.agents.later.primary=mine").applyTo(context);
            context.publishEvent(new EnvironmentChangeEvent(context));
            assertThat(agents.ids()).containsExactly("support", "later");
            assertThat(ask(provider).text()).isEqualTo("Hello there");
        });
    }

    @Test
    void refusedRefreshKeepsTheRunningConfiguration() {
        oneAgent.run(context -> {
            Agents agents = context.getBean(Agents.class);
            TestPropertyValues.of("understudy.agents.later.primary=unknown").applyTo(context);
            context.publishEvent(new EnvironmentChangeEvent(context));
            assertThat(agents.ids()).containsExactly("support");
            assertThat(agents.lastReload()).isNull();
        });
    }

    @Test
    void webPartsNeedTheirLibraries() {
        ReactiveWebApplicationContextRunner web = oneAgent.withConfiguration(AutoConfigurations.of(
                UnderstudyWebFluxAutoConfiguration.class,
                UnderstudyWebMvcAutoConfiguration.class,
                UnderstudyAdminAutoConfiguration.class,
                UnderstudyHealthAutoConfiguration.class,
                UnderstudyEndpointAutoConfiguration.class));
        web.run(context -> assertThat(context)
                .hasNotFailed()
                .hasSingleBean(ChatExceptionHandler.class)
                .hasSingleBean(DeadlineWebFilter.class)
                .hasSingleBean(AgentsHealthContributor.class)
                .doesNotHaveBean(ChatExceptionAdvice.class)
                .doesNotHaveBean(Admin.class)
                .doesNotHaveBean(UnderstudyEndpoint.class));
        web.withClassLoader(new FilteredClassLoader("org.springframework.boot.health.contributor"))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(AgentsHealthContributor.class));
        web.withPropertyValues("understudy.web.errors.enabled=false", "understudy.web.deadline.enabled=false")
                .run(context -> assertThat(context)
                        .doesNotHaveBean(ChatExceptionHandler.class)
                        .doesNotHaveBean(DeadlineWebFilter.class));
    }

    @Test
    void endpointIsThereWhereItIsExposed() {
        oneAgent.withConfiguration(AutoConfigurations.of(UnderstudyEndpointAutoConfiguration.class))
                .withPropertyValues("management.endpoints.web.exposure.include=understudy")
                .run(context -> assertThat(context).hasSingleBean(UnderstudyEndpoint.class));
    }

    @Test
    void adminRoutesNeedAToken() {
        oneAgent.withConfiguration(AutoConfigurations.of(UnderstudyAdminAutoConfiguration.class))
                .withPropertyValues("understudy.admin.enabled=true")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .hasMessageContaining("understudy.admin.read-token"));
    }

    @Test
    void servletApplicationsGetAnAdviceAndBlockingCalls() {
        new WebApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        UnderstudyAutoConfiguration.class,
                        UnderstudyWebFluxAutoConfiguration.class,
                        UnderstudyWebMvcAutoConfiguration.class))
                .withUserConfiguration(Supplied.class)
                .withPropertyValues(ONE_AGENT)
                .run(context -> {
                    assertThat(context)
                            .hasSingleBean(ChatExceptionAdvice.class)
                            .doesNotHaveBean(ChatExceptionHandler.class);
                    assertThat(context.getBean(BlockingChat.class)
                                    .chat(ChatRequest.of("any", "Hi"))
                                    .text())
                            .isEqualTo("Hello there");
                });
    }

    @Test
    void replacedProviderKeepsItsModels() {
        ScriptedProvider scripted = ScriptedProvider.named("openai").always(ScriptedAnswer.text("Scripted"));
        runner.withPropertyValues(
                        "understudy.providers.openai.dialect=openai",
                        "understudy.providers.openai.keys=${NOT_SET_ANYWHERE}",
                        "understudy.providers.openai.model=gpt-5.6",
                        "understudy.agents.support.primary=openai")
                .withBean(UnderstudyConnectionDetails.class, () -> new UnderstudyConnectionDetails() {
                    @Override
                    public ChatProvider replacement(String provider) {
                        return scripted;
                    }
                })
                .run(context -> {
                    assertThat(ask(context.getBean("support", ChatProvider.class))
                                    .servedBy()
                                    .model())
                            .isEqualTo("gpt-5.6");
                });
    }

    @Test
    void sourceOfCredentialsReplacesTheKeys() {
        try (ScriptedServer server = ScriptedServer.start()) {
            server.always(ScriptedReply.text("Hello"));
            runner.withPropertyValues(
                            "understudy.providers.openai.dialect=openai",
                            "understudy.providers.openai.base-url=" + server.url(),
                            "understudy.agents.support.primary=openai")
                    .withBean(
                            "openai",
                            CredentialsSource.class,
                            () -> () -> Mono.just(CredentialsSource.Credential.of("token-of-a-service")))
                    .run(context -> {
                        ask(context.getBean(ChatProvider.class));
                        assertThat(server.calls().get(0).header("authorization"))
                                .isEqualTo("Bearer token-of-a-service");
                    });
        }
    }

    /** Writes no secret into the image: beans of agents know their id only. */
    @Test
    void contextIsProcessedAheadOfTime() {
        GenericApplicationContext context = new GenericApplicationContext();
        TestPropertyValues.of(ONE_AGENT)
                .and("understudy.providers.mine.tags.note=value-of-a-property")
                .applyTo(context.getEnvironment());
        new AnnotatedBeanDefinitionReader(context).register(UnderstudyAutoConfiguration.class, Supplied.class);
        InMemoryGeneratedFiles files = new InMemoryGeneratedFiles();
        DefaultGenerationContext generation =
                new DefaultGenerationContext(new ClassNameGenerator(ClassName.get("x", "Test")), files);
        new ApplicationContextAotGenerator().processAheadOfTime(context, generation);
        generation.writeGeneratedContent();
        Map<String, InputStreamSource> sources = files.getGeneratedFiles(GeneratedFiles.Kind.SOURCE);
        assertThat(sources.keySet()).anyMatch(name -> name.contains("AgentProviderFactoryBean"));
        assertThat(sources.values()).noneMatch(source -> text(source).contains("value-of-a-property"));
    }

    private static String text(InputStreamSource source) {
        try (java.io.InputStream stream = source.getInputStream()) {
            return new String(stream.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void nativeImagesHaveTheResources() {
        RuntimeHints hints = new RuntimeHints();
        new UnderstudyRuntimeHints().registerHints(hints, null);
        for (String resource : List.of(
                "dev/understudy/ops/understudy.keys.json",
                "dev/understudy/ops/openapi.json",
                "dev/understudy/ops/dashboard/index.html")) {
            assertThat(getClass().getClassLoader().getResource(resource))
                    .as(resource)
                    .isNotNull();
            assertThat(hints).matches(RuntimeHintsPredicates.resource().forResource(resource));
        }
    }

    @Test
    void contextThatIsStoppedAndStartedAnswers() {
        oneAgent.run(context -> {
            ConfigurableApplicationContext running = context.getSourceApplicationContext();
            running.stop();
            running.start();
            assertThat(ask(context.getBean(ChatProvider.class)).text()).isEqualTo("Hello there");
        });
    }

    private static ChatResponse ask(ChatProvider provider) {
        @Nullable ChatResponse[] answer = new ChatResponse[1];
        StepVerifier.create(provider.chat(ChatRequest.of("any", "Hi")))
                .consumeNextWith(value -> answer[0] = value)
                .verifyComplete();
        return java.util.Objects.requireNonNull(answer[0]);
    }

    @Configuration(proxyBeanMethods = false)
    static class Meters {
        @Bean
        MeterRegistry meterRegistry(
                org.springframework.beans.factory.ObjectProvider<io.micrometer.core.instrument.config.MeterFilter>
                        filters) {
            SimpleMeterRegistry registry = new SimpleMeterRegistry();
            filters.orderedStream().forEach(registry.config()::meterFilter);
            return registry;
        }

        @Bean
        ObservationRegistry observationRegistry(MeterRegistry meters) {
            ObservationRegistry registry = ObservationRegistry.create();
            registry.observationConfig().observationHandler(new DefaultMeterObservationHandler(meters));
            return registry;
        }
    }
}
