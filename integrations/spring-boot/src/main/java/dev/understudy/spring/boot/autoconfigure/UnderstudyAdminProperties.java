package dev.understudy.spring.boot.autoconfigure;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Options of admin routes and the dashboard.
 *
 * @param enabled true if the application serves them
 * @param readToken token that allows reading, of 16 characters or more
 * @param writeToken token that allows reading and writing, of 16 characters or more
 * @param hosts host names that requests may carry, besides localhost and addresses
 */
@ConfigurationProperties("understudy.admin")
record UnderstudyAdminProperties(
        @DefaultValue("false") boolean enabled,
        @Nullable String readToken,
        @Nullable String writeToken,
        @DefaultValue List<String> hosts) {

    /** Contains no token. */
    @Override
    public String toString() {
        return "admin routes " + (enabled ? "on" : "off");
    }
}
