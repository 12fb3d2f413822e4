package dev.understudy.policy;

import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Feature;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Order in which providers are asked for one model. Routes that cannot serve a request (tools, images, schema,
 * streaming, tags, open circuit) are not candidates of any strategy. The model chain takes precedence: all candidates
 * of one model are asked before those of the next. Called on the subscribing thread or an event loop; must not block.
 */
@FunctionalInterface
public interface Selection {

    /**
     * Orders the candidates of a call.
     *
     * @param candidates in the order of the list, the active provider first; at least one
     * @param request the request; implementations should not log its text
     * @param random source of randomness
     * @return the candidates in the order to ask them; those left out are not asked
     */
    List<Candidate> order(List<Candidate> candidates, ChatRequest request, RandomGenerator random);

    /**
     * Returns the default: candidates in the order of the list.
     *
     * @return the selection
     */
    static Selection sequential() {
        return (candidates, request, random) -> candidates;
    }

    /**
     * Returns a smooth weighted round robin by {@link ProviderOptions#weight()}. The selection has state; use one for
     * each client.
     *
     * @return a new selection
     */
    static Selection weighted() {
        return new WeightedSelection();
    }

    /**
     * Returns a selection by time to the first content and attempts in flight: the better of two candidates drawn at
     * random first, the others in that order.
     *
     * @return the selection
     */
    static Selection leastLatency() {
        return new LeastLatencySelection();
    }

    /**
     * Returns a selection by expected price of the request divided by the success rate; candidates with unknown prices
     * last.
     *
     * @return the selection
     */
    static Selection cheapest() {
        return new CheapestSelection();
    }

    /**
     * Returns a selection of only those candidates that have all features, ordered by another selection.
     *
     * @param features the features
     * @param then order of the remaining candidates
     * @return the selection
     */
    static Selection capable(Set<Feature> features, Selection then) {
        Set<Feature> wanted = Set.copyOf(features);
        return (candidates, request, random) -> {
            List<Candidate> able = candidates.stream()
                    .filter(candidate -> candidate.capabilities().has(wanted))
                    .toList();
            return able.isEmpty() ? able : then.order(able, request, random);
        };
    }

    /**
     * Returns a selection by a comparator; equal candidates stay in the order of the list.
     *
     * @param order the comparator
     * @return the selection
     */
    static Selection by(Comparator<Candidate> order) {
        return (candidates, request, random) ->
                candidates.stream().sorted(order).toList();
    }

    /**
     * A route that can serve a request.
     *
     * @param provider name of the provider
     * @param model the model as the provider names it
     * @param capabilities capabilities and price of the model at this provider
     * @param weight weight from {@link ProviderOptions}
     * @param tags tags from {@link ProviderOptions}
     * @param load current load and success rate of the provider
     */
    record Candidate(
            String provider, String model, Capabilities capabilities, int weight, Map<String, String> tags, Load load) {

        /**
         * Load and success rate of a provider.
         *
         * @param latency smoothed time to the first content, weighted towards slow samples; zero if unknown
         * @param inFlight attempts in flight
         * @param successRate share of successful calls of the last 60 s; 1 without calls
         */
        public record Load(Duration latency, int inFlight, double successRate) {}
    }
}
