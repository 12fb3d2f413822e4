package dev.understudy.spring.boot.autoconfigure;

import dev.understudy.chat.ChatProvider;
import java.util.Arrays;
import java.util.List;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/** The providers that the application declares as beans, for {@code supplied: true}. */
record SuppliedProviders(ConfigurableListableBeanFactory beans) {

    /** Returns the beans of providers, without those of agents. */
    List<ChatProvider> all() {
        return Arrays.stream(beans.getBeanNamesForType(ChatProvider.class, true, false))
                .filter(name -> !beans.containsBeanDefinition(name)
                        || !AgentBeansRegistrar.isDefinedHere(beans.getBeanDefinition(name)))
                .map(name -> beans.getBean(name, ChatProvider.class))
                .toList();
    }
}
