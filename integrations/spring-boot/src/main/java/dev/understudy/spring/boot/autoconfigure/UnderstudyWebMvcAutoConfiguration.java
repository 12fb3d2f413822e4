package dev.understudy.spring.boot.autoconfigure;

import dev.understudy.spring.web.ChatExceptionAdvice;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.web.servlet.DispatcherServlet;

/** Auto-configuration of Spring MVC applications. */
@AutoConfiguration
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass(DispatcherServlet.class)
@ConditionalOnBooleanProperty(name = "understudy.web.errors.enabled", matchIfMissing = true)
public final class UnderstudyWebMvcAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    ChatExceptionAdvice understudyExceptionAdvice() {
        return new ChatExceptionAdvice();
    }
}
