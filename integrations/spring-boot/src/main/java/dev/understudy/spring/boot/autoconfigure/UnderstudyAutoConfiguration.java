package dev.understudy.spring.boot.autoconfigure;

import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.Failure;
import dev.understudy.event.Listener;
import dev.understudy.ops.agent.Agents;
import dev.understudy.ops.agent.Config;
import dev.understudy.ops.log.Logs;
import dev.understudy.policy.Selection;
import dev.understudy.policy.TokenCounter;
import dev.understudy.provider.endpoint.Endpoint.CredentialsSource;
import dev.understudy.shared.SharedState;
import dev.understudy.spring.boot.BlockingChat;
import dev.understudy.spring.boot.UnderstudyBuilderCustomizer;
import dev.understudy.spring.boot.UnderstudyConnectionDetails;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

/** Auto-configuration of agents: their configuration, the agents, and a provider for each. */
@AutoConfiguration(
        afterName = {
            "dev.understudy.spring.boot.autoconfigure.UnderstudyMetricsAutoConfiguration",
            "dev.understudy.spring.boot.autoconfigure.UnderstudyObservationAutoConfiguration"
        })
@EnableConfigurationProperties(UnderstudyProperties.class)
@ImportRuntimeHints(UnderstudyRuntimeHints.class)
public final class UnderstudyAutoConfiguration {

    @Configuration(proxyBeanMethods = false)
    @Conditional(OnConfiguration.class)
    @Import(AgentBeansRegistrar.class)
    static class ConfigConfiguration {

        @Bean(AgentBeansRegistrar.CONFIG)
        @ConditionalOnMissingBean({Config.class, Agents.class})
        Config understudyConfig(Environment environment, ObjectProvider<UnderstudyConnectionDetails> details) {
            return source(environment, details).read();
        }

        @Bean
        @ConditionalOnBean(Config.class)
        AgentsRefresher understudyAgentsRefresher(
                ObjectProvider<Agents> agents,
                Environment environment,
                ObjectProvider<UnderstudyConnectionDetails> details) {
            return new AgentsRefresher(agents, source(environment, details));
        }

        private static ConfigSource source(
                Environment environment, ObjectProvider<UnderstudyConnectionDetails> details) {
            return new ConfigSource(environment, new DeclaredConnections(details));
        }
    }

    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnBooleanProperty(name = "understudy.logging.enabled", matchIfMissing = true)
    Logs understudyLogs() {
        return Logs.create();
    }

    @Bean(destroyMethod = "close")
    @ConditionalOnBean(Config.class)
    ConfiguredWebhooks understudyConfiguredWebhooks(Config config) {
        return new ConfiguredWebhooks(config.webhooks());
    }

    @Bean
    @ConditionalOnMissingBean
    ProviderDecorator understudyProviderDecorator() {
        return agent -> agent;
    }

    @Bean
    @Order(0)
    UnderstudyBuilderCustomizer understudyBeansCustomizer(
            ObjectProvider<Failure.Classifier> classifiers,
            ObjectProvider<TokenCounter> tokenCounter,
            ObjectProvider<Selection> selection) {
        return (agent, builder) -> {
            classifiers.orderedStream().forEach(builder::failureClassifier);
            tokenCounter.ifUnique(builder::tokenCounter);
            selection.ifUnique(builder::selection);
        };
    }

    @Bean(destroyMethod = "close")
    @ConditionalOnBean(Config.class)
    @ConditionalOnMissingBean
    Agents understudyAgents(
            Config config,
            ObjectProvider<Listener> listeners,
            ObjectProvider<SharedState> sharedState,
            Map<String, CredentialsSource> credentials,
            ObjectProvider<UnderstudyBuilderCustomizer> customizers,
            ObjectProvider<UnderstudyConnectionDetails> details,
            ConfigurableListableBeanFactory beans,
            UnderstudyProperties properties) {
        Agents.Builder builder =
                Agents.builder(config).listener(listeners.orderedStream().reduce(Listener.none(), Listener::and));
        new SuppliedProviders(beans).all().forEach(builder::supply);
        credentials.forEach(builder::credentials);
        replace(config, new DeclaredConnections(details), builder);
        sharedState.ifAvailable(builder::sharedState);
        customizers.orderedStream().forEach(customizer -> builder.customize(customizer::customize));
        Agents agents = builder.open();
        Path file = config.file();
        if (properties.watch() && file != null) {
            agents.watch(file);
        }
        return agents;
    }

    /** Supplies what answers in place of declared providers. */
    private static void replace(Config config, UnderstudyConnectionDetails details, Agents.Builder builder) {
        for (String provider : config.providers()) {
            ChatProvider replacement = details.replacement(provider);
            if (replacement != null) {
                builder.supply(replacement);
            }
        }
    }

    @Bean
    @ConditionalOnBean(Agents.class)
    AgentsLifecycle understudyAgentsLifecycle(
            Agents agents, Environment environment, ConfigurableApplicationContext context) {
        Duration limit = Binder.get(environment)
                .bind("spring.lifecycle.timeout-per-shutdown-phase", Duration.class)
                .orElse(Duration.ofSeconds(30));
        return new AgentsLifecycle(agents, limit, context::isClosed);
    }

    @Bean
    @Lazy
    @ConditionalOnSingleCandidate(ChatProvider.class)
    @ConditionalOnMissingBean
    BlockingChat understudyBlockingChat(ChatProvider provider) {
        return BlockingChat.over(provider);
    }
}
