package dev.understudy.spring.boot.autoconfigure;

import dev.understudy.ops.agent.Agents;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.CompositeReactiveHealthContributor;
import org.springframework.context.annotation.Bean;

/** Auto-configuration of the health of agents. */
@AutoConfiguration(after = UnderstudyAutoConfiguration.class)
@ConditionalOnClass({CompositeReactiveHealthContributor.class, ConditionalOnEnabledHealthIndicator.class})
@ConditionalOnEnabledHealthIndicator("understudy")
@ConditionalOnBean(Agents.class)
public final class UnderstudyHealthAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean(name = "understudyHealthContributor")
    AgentsHealthContributor understudyHealthContributor(Agents agents) {
        return new AgentsHealthContributor(agents);
    }
}
