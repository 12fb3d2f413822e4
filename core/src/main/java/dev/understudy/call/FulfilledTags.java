package dev.understudy.call;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import reactor.core.publisher.Flux;
import reactor.util.context.ContextView;

/**
 * Required tags that the providers of an understudy have: one of them that is an understudy itself does not require them of
 * its own providers.
 *
 * @param names names of the tags
 */
record FulfilledTags(Set<String> names) {

    /** Returns the options of a call without the required tags that an outer understudy has checked. */
    static CallOptions without(CallOptions options, ContextView context) {
        Set<String> fulfilled = of(context);
        if (fulfilled.isEmpty() || options.requiredTags().isEmpty()) {
            return options;
        }
        Map<String, String> left = new HashMap<>(options.requiredTags());
        left.keySet().removeAll(fulfilled);
        return new CallOptions(
                options.timeout(),
                options.deadline(),
                options.tags(),
                options.avoided(),
                left,
                options.requiredFeatures(),
                options.withoutRetries());
    }

    /** Adds the required tags of a call to the Context of its attempts. */
    static <T> Flux<T> addTo(Flux<T> attempts, CallOptions options) {
        if (options.requiredTags().isEmpty()) {
            return attempts;
        }
        return attempts.contextWrite(context -> {
            Set<String> names = new HashSet<>(of(context));
            names.addAll(options.requiredTags().keySet());
            return context.put(FulfilledTags.class, new FulfilledTags(names));
        });
    }

    private static Set<String> of(ContextView context) {
        return context.hasKey(FulfilledTags.class)
                ? context.get(FulfilledTags.class).names()
                : Set.of();
    }
}
