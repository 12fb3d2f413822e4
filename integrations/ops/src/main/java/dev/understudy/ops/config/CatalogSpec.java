package dev.understudy.ops.config;

import java.time.Duration;
import java.util.List;

/**
 * Where the published figures of models are read from while the agents run.
 *
 * @param source URL or path of the document
 * @param interval time between two readings
 */
public record CatalogSpec(String source, Duration interval) {

    private static final ConfigKey<String> SOURCE = ConfigKey.required(
            "source", ScalarTypes.TEXT, "URL of a document in the form of `models.json`, or path of such a file");
    private static final ConfigKey<Duration> INTERVAL = ConfigKey.of(
            "interval",
            ScalarTypes.DURATION,
            Duration.ofHours(24),
            "time between two readings; the first is at the start");

    static final ObjectType<CatalogSpec> SECTION = new ObjectType<>(
            "modelCatalog",
            "figures of models that replace those of the jar, for all providers of the process",
            List.of(SOURCE, INTERVAL),
            values -> new CatalogSpec(values.get(SOURCE), values.get(INTERVAL)));

    /** Returns the source for messages: a query may hold a secret. */
    public String described() {
        int query = isUrl() ? source.indexOf('?') : -1;
        return query < 0 ? source : source.substring(0, query);
    }

    /** Returns true if the source is a URL, false if it is a path. */
    public boolean isUrl() {
        return source.startsWith("https://") || source.startsWith("http://");
    }
}
