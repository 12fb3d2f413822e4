package dev.understudy.spring.boot.autoconfigure;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Options of web applications.
 *
 * @param errors problem details for failed calls
 * @param deadline deadlines from header fields of requests
 */
@ConfigurationProperties("understudy.web")
record UnderstudyWebProperties(
        @DefaultValue Errors errors, @DefaultValue Deadline deadline) {

    /**
     * Options of problem details.
     *
     * @param enabled true if failed calls are answered with problem details
     */
    record Errors(@DefaultValue("true") boolean enabled) {}

    /**
     * Options of deadlines.
     *
     * @param enabled true if header fields of requests set the deadline of calls
     * @param limit longest time of any request
     */
    record Deadline(
            @DefaultValue("true") boolean enabled, @Nullable Duration limit) {}
}
