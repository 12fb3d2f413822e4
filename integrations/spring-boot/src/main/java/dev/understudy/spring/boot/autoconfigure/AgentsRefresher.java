package dev.understudy.spring.boot.autoconfigure;

import dev.understudy.ops.agent.Agents;
import dev.understudy.ops.agent.ConfigException;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.event.GenericApplicationListener;
import org.springframework.core.ResolvableType;

/**
 * Puts changed properties into use when Spring Cloud refreshes the environment. A configuration that cannot be used is logged,
 * and the running one stays. The event is known by its name, so that Spring Cloud is no dependency.
 */
final class AgentsRefresher implements GenericApplicationListener {

    static final String EVENT = "org.springframework.cloud.context.environment.EnvironmentChangeEvent";

    private static final Log LOG = LogFactory.getLog(AgentsRefresher.class);

    private final ObjectProvider<Agents> agents;
    private final ConfigSource source;

    AgentsRefresher(ObjectProvider<Agents> agents, ConfigSource source) {
        this.agents = agents;
        this.source = source;
    }

    @Override
    public boolean supportsEventType(ResolvableType type) {
        return type.toClass().getName().equals(EVENT);
    }

    @Override
    public void onApplicationEvent(ApplicationEvent event) {
        Agents running = agents.getIfAvailable();
        if (running == null || running.config() == null || !source.exists()) {
            return;
        }
        try {
            running.swap(source.read());
        } catch (ConfigException e) {
            LOG.warn("The changed configuration is refused, and the running one stays: " + e.getMessage());
        }
    }
}
