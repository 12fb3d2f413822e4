package dev.understudy.spring.boot.autoconfigure;

import dev.understudy.ops.agent.Agents;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** Auto-configuration of the endpoint of Actuator. */
@AutoConfiguration(after = UnderstudyAutoConfiguration.class)
@ConditionalOnClass({Endpoint.class, ConditionalOnAvailableEndpoint.class})
@ConditionalOnAvailableEndpoint(UnderstudyEndpoint.class)
@ConditionalOnBean(Agents.class)
public final class UnderstudyEndpointAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    UnderstudyEndpoint understudyEndpoint(Agents agents) {
        return new UnderstudyEndpoint(agents);
    }
}
