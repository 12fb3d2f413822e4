package dev.understudy.ops.config;

import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What a section says: values by key. Equal if it says the same. */
public record ConfigValues(Map<ConfigKey<?>, Object> said) {

    static final ConfigValues NONE = new ConfigValues(Map.of());

    public ConfigValues {
        said = Collections.unmodifiableMap(new HashMap<>(said));
    }

    /** What is said, or holds when nothing is. */
    public <T> T get(ConfigKey<T> configKey) {
        return Objects.requireNonNull(find(configKey), configKey.name());
    }

    /** The same, {@code null} if nothing holds. */
    public <T> @Nullable T find(ConfigKey<T> configKey) {
        T value = said(configKey);
        return value == null ? configKey.fallback() : value;
    }

    /** What is said, {@code null} if nothing is. */
    @SuppressWarnings("unchecked")
    <T> @Nullable T said(ConfigKey<T> configKey) {
        return (T) said.get(configKey);
    }

    /** These, and those of the other where these say nothing. */
    ConfigValues over(ConfigValues base) {
        Map<ConfigKey<?>, Object> both = new HashMap<>(base.said);
        both.putAll(said);
        return new ConfigValues(both);
    }

    public <T> ConfigValues with(ConfigKey<T> configKey, T value) {
        return new ConfigValues(Map.of(configKey, value)).over(this);
    }
}
