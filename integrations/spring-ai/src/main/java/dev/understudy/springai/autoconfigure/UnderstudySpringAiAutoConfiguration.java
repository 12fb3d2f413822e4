package dev.understudy.springai.autoconfigure;

import dev.understudy.Understudy;
import dev.understudy.chat.ChatProvider;
import dev.understudy.ops.agent.Agents;
import dev.understudy.springai.UnderstudyChatModel;
import dev.understudy.springai.UnderstudyChatOptions;
import io.micrometer.observation.ObservationRegistry;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.chat.observation.ChatModelObservationConvention;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Primary;
import org.springframework.core.env.Environment;

/**
 * Makes the primary {@link ChatProvider} the application's primary {@link ChatModel}, before Spring AI builds its {@code
 * ChatClient.Builder}. Chat models that the application has already become providers under the names of their beans, where
 * the configuration declares them with {@code supplied: true}. Off with {@code understudy.spring-ai.enabled=false}.
 */
@AutoConfiguration(
        afterName = "dev.understudy.spring.boot.autoconfigure.UnderstudyAutoConfiguration",
        beforeName = "org.springframework.ai.model.chat.client.autoconfigure.ChatClientAutoConfiguration")
@ConditionalOnClass({ChatModel.class, Agents.class})
@ConditionalOnBooleanProperty(name = "understudy.spring-ai.enabled", matchIfMissing = true)
public final class UnderstudySpringAiAutoConfiguration {

    /** Creates the auto-configuration. */
    public UnderstudySpringAiAutoConfiguration() {}

    @Bean
    static SuppliedModels understudySuppliedModels(Environment environment) {
        return new SuppliedModels(environment);
    }

    @Bean
    @Primary
    @ConditionalOnSingleCandidate(ChatProvider.class)
    @ConditionalOnMissingBean
    UnderstudyChatModel understudyChatModel(
            ChatProvider provider,
            ObjectProvider<Agents> agents,
            ObjectProvider<UnderstudyChatOptions> options,
            ObjectProvider<ObservationRegistry> registry,
            ObjectProvider<ChatModelObservationConvention> convention) {
        UnderstudyChatModel.Builder builder = UnderstudyChatModel.builder(provider)
                .options(options.getIfUnique(() -> options(provider, agents.getIfAvailable())));
        registry.ifUnique(builder::observationRegistry);
        convention.ifUnique(builder::observationConvention);
        return builder.build();
    }

    private static UnderstudyChatOptions options(ChatProvider provider, @Nullable Agents agents) {
        return UnderstudyChatOptions.builder().model(model(provider, agents)).build();
    }

    /** Returns the first model of the first provider, which prompts that name no model ask for. */
    private static @Nullable String model(ChatProvider provider, @Nullable Agents agents) {
        Understudy understudy = agents == null ? null : of(provider, agents);
        if (provider instanceof Understudy own) {
            understudy = own;
        }
        return understudy == null
                ? null
                : understudy.models().stream().findFirst().orElse(null);
    }

    private static @Nullable Understudy of(ChatProvider provider, Agents agents) {
        List<String> ids = agents.ids();
        if (ids.contains(provider.name())) {
            return agents.understudy(provider.name());
        }
        return ids.size() == 1 ? agents.understudy(ids.get(0)) : null;
    }
}
