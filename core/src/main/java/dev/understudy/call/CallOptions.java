package dev.understudy.call;

import dev.understudy.chat.Feature;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Options of one call, as the engine reads them from the Reactor Context.
 *
 * @param timeout longest time of this call, {@code null} for the configured one
 * @param deadline the instant on the clock of the understudy when the call must be over, {@code null} for none
 * @param tags names and values that events repeat
 * @param avoided routes that must not be asked: "provider" or "provider/model"
 * @param requiredTags tags that a provider must have
 * @param requiredFeatures features that a model must have besides those that the request needs
 * @param withoutRetries true to ask each route at most once
 */
public record CallOptions(
        @Nullable Duration timeout,
        @Nullable Long deadline,
        Map<String, String> tags,
        Set<String> avoided,
        Map<String, String> requiredTags,
        Set<Feature> requiredFeatures,
        boolean withoutRetries) {

    static final CallOptions NONE = new CallOptions(null, null, Map.of(), Set.of(), Map.of(), Set.of(), false);
}
