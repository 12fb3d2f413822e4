package dev.understudy.ops;

import java.util.LinkedHashMap;
import java.util.Map;

/** Where a mistake of the configuration's stands in the words of the admin routes. */
final class Pointers {

    private static final Map<String, String> FIELDS = new LinkedHashMap<>();

    static {
        FIELDS.put("primary", "primary_provider_id");
        FIELDS.put("backups", "backup_provider_ids");
        FIELDS.put("failover.maxConsecutiveFailures", "max_consecutive_failures");
        FIELDS.put("healthCheck.interval", "health_check_interval");
        FIELDS.put("healthCheck.timeout", "health_check_timeout");
        FIELDS.put("healthCheck.query", "health_check_query");
    }

    private Pointers() {}

    static String of(String agent, String path) {
        String own = path.startsWith("agents." + agent + ".") ? path.substring(agent.length() + 8) : path;
        String field = own.replaceFirst("\\[\\d+]$", "");
        String index = own.substring(field.length()).replaceAll("[\\[\\]]", "");
        return "#/" + FIELDS.getOrDefault(field, field) + (index.isEmpty() ? "" : "/" + index);
    }
}
