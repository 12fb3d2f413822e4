package dev.understudy.spring.boot.autoconfigure;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Options of the auto-configuration. The keys of providers and agents, below the same prefix, are those of configuration
 * files.
 *
 * @param config location of a configuration file, in place of the properties: classpath:understudy.yaml, or a path
 * @param watch true if the file of 'config' is watched, and its changes are put into use
 * @param logging lines in the log for failovers, outages and failed calls
 * @param metrics meters of calls, attempts and decisions
 * @param observations observations of calls and attempts, which become spans
 */
@ConfigurationProperties("understudy")
record UnderstudyProperties(
        @Nullable String config,
        @DefaultValue("false") boolean watch,
        @DefaultValue Switch logging,
        @DefaultValue Metrics metrics,
        @DefaultValue Switch observations) {

    /** Roots of all options, in uniform spelling; those of other groups included. */
    static final Set<String> KEYS =
            Set.of("config", "watch", "logging", "metrics", "observations", "web", "admin", "springai");

    /**
     * Option of one part.
     *
     * @param enabled true if the part is there
     */
    record Switch(@DefaultValue("true") boolean enabled) {}

    /**
     * Options of meters.
     *
     * @param enabled true if meters are registered
     * @param genAi true if the meters of OpenTelemetry's conventions for generative AI are registered too
     */
    record Metrics(
            @DefaultValue("true") boolean enabled,
            @DefaultValue("false") boolean genAi) {}
}
