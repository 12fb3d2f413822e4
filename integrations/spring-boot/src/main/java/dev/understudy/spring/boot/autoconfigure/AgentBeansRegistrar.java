package dev.understudy.spring.boot.autoconfigure;

import dev.understudy.Understudy;
import dev.understudy.chat.ChatProvider;
import dev.understudy.ops.agent.Agents;
import dev.understudy.ops.agent.Config;
import java.util.Arrays;
import java.util.List;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotationMetadata;

/**
 * Defines one bean for each agent, under its id, and the chain where there is one agent. Beans of the application with the
 * same name are kept, and an application that declares {@link Agents} or {@link Config} itself takes providers from there.
 */
final class AgentBeansRegistrar implements ImportBeanDefinitionRegistrar {

    static final String CONFIG = "understudyConfig";
    static final String UNDERSTUDY = "understudy";

    private final Environment environment;
    private final ListableBeanFactory beans;

    AgentBeansRegistrar(Environment environment, org.springframework.beans.factory.BeanFactory beans) {
        this.environment = environment;
        this.beans = (ListableBeanFactory) beans;
    }

    @Override
    public void registerBeanDefinitions(AnnotationMetadata metadata, BeanDefinitionRegistry registry) {
        if (isDeclared(Agents.class) || isDeclared(Config.class)) {
            return;
        }
        List<String> agents = ConfigSource.of(environment).agents();
        boolean primary = !hasPrimaryProvider(registry);
        for (String agent : agents) {
            if (!registry.containsBeanDefinition(agent)) {
                RootBeanDefinition bean = definition(AgentProviderFactoryBean.class, agent, ChatProvider.class);
                bean.setPrimary(primary);
                registry.registerBeanDefinition(agent, bean);
            }
            primary = false;
        }
        if (agents.size() == 1 && !registry.containsBeanDefinition(UNDERSTUDY) && !isDeclared(Understudy.class)) {
            RootBeanDefinition bean = definition(UnderstudyFactoryBean.class, agents.get(0), Understudy.class);
            bean.setFallback(true);
            registry.registerBeanDefinition(UNDERSTUDY, bean);
        }
    }

    private static RootBeanDefinition definition(Class<?> factory, String agent, Class<?> type) {
        RootBeanDefinition bean = new RootBeanDefinition(factory);
        bean.getConstructorArgumentValues().addIndexedArgumentValue(0, agent);
        bean.setAutowireMode(RootBeanDefinition.AUTOWIRE_CONSTRUCTOR);
        bean.setAttribute(FactoryBean.OBJECT_TYPE_ATTRIBUTE, type);
        bean.setRole(BeanDefinition.ROLE_APPLICATION);
        return bean;
    }

    private boolean isDeclared(Class<?> type) {
        return Arrays.stream(beans.getBeanNamesForType(type, true, false)).anyMatch(name -> !name.equals(CONFIG));
    }

    private boolean hasPrimaryProvider(BeanDefinitionRegistry registry) {
        return Arrays.stream(beans.getBeanNamesForType(ChatProvider.class, true, false))
                .anyMatch(name -> registry.containsBeanDefinition(name)
                        && registry.getBeanDefinition(name).isPrimary());
    }

    /** Returns true for the beans that are defined here: they are providers, and none that an agent could use. */
    static boolean isDefinedHere(BeanDefinition definition) {
        String type = definition.getBeanClassName();
        return AgentProviderFactoryBean.class.getName().equals(type)
                || UnderstudyFactoryBean.class.getName().equals(type);
    }
}
