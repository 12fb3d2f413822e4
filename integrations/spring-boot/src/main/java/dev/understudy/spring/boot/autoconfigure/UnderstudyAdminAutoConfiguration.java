package dev.understudy.spring.boot.autoconfigure;

import dev.understudy.ops.admin.ActivityLog;
import dev.understudy.ops.admin.Admin;
import dev.understudy.ops.agent.Agents;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.web.reactive.DispatcherHandler;
import org.springframework.web.reactive.handler.SimpleUrlHandlerMapping;

/** Auto-configuration of admin routes and the dashboard, on the port of a WebFlux application and behind its filters. */
@AutoConfiguration(after = UnderstudyAutoConfiguration.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
@ConditionalOnClass(DispatcherHandler.class)
@ConditionalOnBooleanProperty("understudy.admin.enabled")
@EnableConfigurationProperties(UnderstudyAdminProperties.class)
public final class UnderstudyAdminAutoConfiguration {

    /** Behind the mappings of the application: controllers and routes of the same path are served first. */
    private static final int BEHIND_CONTROLLERS = Ordered.LOWEST_PRECEDENCE - 10;

    /** The agents report to the log, so it is there before them. */
    @Configuration(proxyBeanMethods = false)
    static class LogConfiguration {

        @Bean
        @ConditionalOnMissingBean
        ActivityLog understudyActivityLog() {
            return new ActivityLog();
        }
    }

    @Bean
    @ConditionalOnBean(Agents.class)
    @ConditionalOnMissingBean
    Admin understudyAdmin(Agents agents, ActivityLog log, UnderstudyAdminProperties properties) {
        return Admin.of(agents, log, options(properties));
    }

    @Bean
    @ConditionalOnBean(Admin.class)
    SimpleUrlHandlerMapping understudyAdminMapping(Admin admin) {
        AdminWebHandler handler = new AdminWebHandler(admin);
        Map<String, Object> mapping = new LinkedHashMap<>();
        Arrays.stream(AdminWebHandler.PATHS).forEach(path -> mapping.put(path, handler));
        return new SimpleUrlHandlerMapping(mapping, BEHIND_CONTROLLERS);
    }

    private static Admin.Options options(UnderstudyAdminProperties properties) {
        String read = properties.readToken();
        String write = properties.writeToken();
        if (read == null && write == null) {
            throw new IllegalStateException(
                    "understudy.admin.enabled needs understudy.admin.read-token, understudy.admin.write-token or both");
        }
        Admin.Options options = read != null && write != null
                ? Admin.Options.tokens(read, write)
                : write != null ? Admin.Options.writing(write) : Admin.Options.reading(String.valueOf(read));
        return options.withHosts(properties.hosts().toArray(String[]::new));
    }
}
