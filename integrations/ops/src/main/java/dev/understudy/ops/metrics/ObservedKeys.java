package dev.understudy.ops.metrics;

import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The values of one observation so far, from which the default conventions make its keys. Thread-safe.
 *
 * @param spanName name of its span
 */
record ObservedKeys(String spanName, Map<String, String> tags, EnumMap<ObservationKeys, String> values) {

    static ObservedKeys of(String spanName, Map<String, String> tags) {
        return new ObservedKeys(spanName, tags, new EnumMap<>(ObservationKeys.class));
    }

    /** Sets a value unless it is {@code null}. */
    void set(ObservationKeys key, @Nullable Object value) {
        if (value != null) {
            synchronized (values) {
                values.put(key, value.toString());
            }
        }
    }

    void setProvider(String provider) {
        set(ObservationKeys.VENDOR, ProviderNames.wellKnown(provider));
        set(ObservationKeys.PROVIDER, provider);
    }

    KeyValues low() {
        return KeyValues.of(keys(true));
    }

    KeyValues high() {
        List<KeyValue> keys = keys(false);
        tags.forEach((name, value) -> keys.add(KeyValue.of("understudy.tag." + name, value)));
        return KeyValues.of(keys);
    }

    private List<KeyValue> keys(boolean low) {
        List<KeyValue> keys = new ArrayList<>();
        synchronized (values) {
            values.forEach((key, value) -> {
                if (key.isLow() == low) {
                    keys.add(key.withValue(value));
                }
            });
        }
        return keys;
    }
}
