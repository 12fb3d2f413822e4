package dev.understudy.spring.boot.autoconfigure;

import dev.understudy.spring.web.ChatExceptionHandler;
import dev.understudy.spring.web.DeadlineWebFilter;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.web.reactive.DispatcherHandler;

/** Auto-configuration of WebFlux applications. */
@AutoConfiguration
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
@ConditionalOnClass(DispatcherHandler.class)
@EnableConfigurationProperties(UnderstudyWebProperties.class)
public final class UnderstudyWebFluxAutoConfiguration {

    /** Before the handler of Spring Boot, whose order is -1, and behind those that an application puts first. */
    private static final int BEFORE_BOOT = -2;

    @Bean
    @Order(BEFORE_BOOT)
    @ConditionalOnMissingBean
    @ConditionalOnBooleanProperty(name = "understudy.web.errors.enabled", matchIfMissing = true)
    ChatExceptionHandler understudyExceptionHandler() {
        return new ChatExceptionHandler();
    }

    @Bean
    @Order(Ordered.LOWEST_PRECEDENCE - 100)
    @ConditionalOnMissingBean
    @ConditionalOnBooleanProperty(name = "understudy.web.deadline.enabled", matchIfMissing = true)
    DeadlineWebFilter understudyDeadlineFilter(UnderstudyWebProperties properties) {
        return new DeadlineWebFilter(properties.deadline().limit());
    }
}
