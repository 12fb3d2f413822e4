package dev.understudy.spring.boot.autoconfigure;

import dev.understudy.Understudy;
import dev.understudy.ops.agent.Agents;
import org.springframework.beans.factory.FactoryBean;

/** The chain of the only agent as it runs now: a change of the configuration replaces it, so each lookup reads it anew. */
final class UnderstudyFactoryBean implements FactoryBean<Understudy> {

    private final String agent;
    private final Agents agents;

    UnderstudyFactoryBean(String agent, Agents agents) {
        this.agent = agent;
        this.agents = agents;
    }

    @Override
    public Understudy getObject() {
        Understudy understudy = agents.understudy(agent);
        if (understudy == null) {
            throw new IllegalStateException("No agent is called '" + agent + "' any more");
        }
        return understudy;
    }

    @Override
    public Class<?> getObjectType() {
        return Understudy.class;
    }

    @Override
    public boolean isSingleton() {
        return false;
    }
}
