package dev.understudy.langchain4j;

import java.lang.reflect.Field;
import org.jspecify.annotations.Nullable;

/** Finds out about retries inside a model, which multiply those of an understudy and hide failures from it. */
final class ModelRetries {

    private ModelRetries() {}

    /**
     * Returns a warning about retries.
     *
     * @param provider name of the provider
     * @param model the model
     * @return the warning; {@code null} if no retries are known of
     */
    static @Nullable String warning(String provider, Object model) {
        for (Class<?> type = model.getClass(); type != null; type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                if (field.getName().equals("maxRetries")) {
                    return warning(provider, read(field, model));
                }
            }
        }
        return null;
    }

    private static @Nullable String warning(String provider, int retries) {
        return retries == 0
                ? null
                : "The model of provider " + provider + " repeats failed requests by itself"
                        + (retries > 0 ? ", up to " + retries + " times" : "")
                        + ", before the understudy hears of a failure. Build it with maxRetries(0).";
    }

    /** Returns the value, and -1 if it cannot be read. */
    private static int read(Field field, Object model) {
        try {
            return field.trySetAccessible() && field.get(model) instanceof Integer retries ? retries : -1;
        } catch (IllegalAccessException unreadable) {
            return -1;
        }
    }
}
