package dev.understudy.spring.boot.autoconfigure;

import dev.understudy.ops.metrics.Observations;
import io.micrometer.observation.ObservationRegistry;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** Auto-configuration of observations. */
@AutoConfiguration(
        afterName = "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration")
@ConditionalOnClass(ObservationRegistry.class)
@ConditionalOnBean(ObservationRegistry.class)
@ConditionalOnBooleanProperty(name = "understudy.observations.enabled", matchIfMissing = true)
public final class UnderstudyObservationAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    ProviderDecorator understudyProviderDecorator(ObservationRegistry registry) {
        return agent -> Observations.over(agent, registry);
    }
}
