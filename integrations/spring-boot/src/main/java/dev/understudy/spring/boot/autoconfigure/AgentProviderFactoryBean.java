package dev.understudy.spring.boot.autoconfigure;

import dev.understudy.chat.ChatProvider;
import dev.understudy.ops.agent.Agents;
import org.springframework.beans.factory.FactoryBean;

/** The bean of one agent: its provider, which stays valid when the configuration changes. */
final class AgentProviderFactoryBean implements FactoryBean<ChatProvider> {

    private final String agent;
    private final Agents agents;
    private final ProviderDecorator decorator;

    AgentProviderFactoryBean(String agent, Agents agents, ProviderDecorator decorator) {
        this.agent = agent;
        this.agents = agents;
        this.decorator = decorator;
    }

    @Override
    public ChatProvider getObject() {
        return decorator.decorate(agents.provider(agent));
    }

    @Override
    public Class<?> getObjectType() {
        return ChatProvider.class;
    }
}
