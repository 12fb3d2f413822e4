package dev.understudy.spring.boot.autoconfigure;

import dev.understudy.ops.agent.Agents;
import dev.understudy.ops.metrics.Metrics;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.config.MeterFilter;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/** Auto-configuration of meters. */
@AutoConfiguration(
        afterName = "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration")
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean(MeterRegistry.class)
@ConditionalOnBooleanProperty(name = "understudy.metrics.enabled", matchIfMissing = true)
@EnableConfigurationProperties(UnderstudyProperties.class)
public final class UnderstudyMetricsAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    Metrics understudyMetrics(MeterRegistry registry, UnderstudyProperties properties) {
        Metrics metrics = Metrics.to(registry);
        return properties.metrics().genAi() ? metrics.addGenAiMeters() : metrics;
    }

    @Bean
    SmartInitializingSingleton understudyMetricsBinder(Metrics metrics, ObjectProvider<Agents> agents) {
        return () -> agents.ifAvailable(metrics::bind);
    }

    /** Observations become spans; what their meters would count, the meters of calls and attempts count already. */
    @Bean
    static MeterFilter understudyObservationMeterFilter() {
        return MeterFilter.deny(id -> id.getName().matches("understudy\\.(request|attempt)(\\.active)?"));
    }
}
