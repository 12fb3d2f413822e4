package dev.understudy.springai.autoconfigure;

import dev.understudy.springai.SpringAiProvider;
import dev.understudy.springai.UnderstudyChatModel;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.BeanDefinitionRegistryPostProcessor;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.core.env.Environment;

/** Defines a provider for each chat model whose bean name is that of a provider with {@code supplied: true}. */
final class SuppliedModels implements BeanDefinitionRegistryPostProcessor {

    private final Environment environment;

    SuppliedModels(Environment environment) {
        this.environment = environment;
    }

    @Override
    public void postProcessBeanDefinitionRegistry(BeanDefinitionRegistry registry) {
        ConfigurableListableBeanFactory beans = (ConfigurableListableBeanFactory) registry;
        for (String model : beans.getBeanNamesForType(ChatModel.class, true, false)) {
            Class<?> type = beans.getType(model, false);
            boolean own = type != null && UnderstudyChatModel.class.isAssignableFrom(type);
            if (!own && isSupplied(model)) {
                registry.registerBeanDefinition(model + "Provider", definition(model, beans));
            }
        }
    }

    private boolean isSupplied(String model) {
        return environment.getProperty("understudy.providers." + model + ".supplied", Boolean.class, false);
    }

    private static RootBeanDefinition definition(String model, ConfigurableListableBeanFactory beans) {
        RootBeanDefinition provider = new RootBeanDefinition(
                SpringAiProvider.class, () -> SpringAiProvider.of(model, beans.getBean(model, ChatModel.class)));
        // The agents find it by its type; injection points mean an agent.
        provider.setAutowireCandidate(false);
        return provider;
    }
}
