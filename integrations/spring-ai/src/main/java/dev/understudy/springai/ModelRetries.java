package dev.understudy.springai;

import java.lang.reflect.Field;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.model.ChatModel;

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
    static @Nullable String warning(String provider, ChatModel model) {
        Integer retries = maxRetries(model);
        if (retries != null) {
            return retries == 0
                    ? null
                    : "The model of provider " + provider + " repeats failed requests by itself, up to " + retries
                            + " times, before the understudy hears of a failure. Set its maxRetries to 0.";
        }
        return hasRetryTemplate(model.getClass())
                ? "The model of provider " + provider + " may repeat failed requests by itself, before the understudy"
                        + " hears of a failure. Build it with a retry template without retries, or set"
                        + " spring.ai.retry.max-attempts to 0."
                : null;
    }

    /** Reads the number that SDKs of vendors are configured with, where the options have it. */
    private static @Nullable Integer maxRetries(ChatModel model) {
        Object options = model.getOptions();
        try {
            Object value = options.getClass().getMethod("getMaxRetries").invoke(options);
            return value instanceof Integer retries ? retries : null;
        } catch (ReflectiveOperationException | RuntimeException none) {
            return null;
        }
    }

    private static boolean hasRetryTemplate(Class<?> type) {
        for (Class<?> each = type; each != null && each != Object.class; each = each.getSuperclass()) {
            for (Field field : each.getDeclaredFields()) {
                if (field.getType().getSimpleName().equals("RetryTemplate")) {
                    return true;
                }
            }
        }
        return false;
    }
}
