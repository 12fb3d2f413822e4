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
 * In which order providers are asked for one model. Whoever cannot serve a request (tools, images, schema, streaming, tags,
 * open circuit) is no candidate in any strategy. The model chain comes first: all candidates of one model are asked
 * before those of the next.
 */
@FunctionalInterface
public interface Selection {

    /**
     * @param candidates in the order of the list, the active provider first; at least one
     * @param request what is asked; its words should not leave here
     * @param random where chance comes from
     * @return the candidates in the order they should be asked; those left out are not asked
     */
    List<Candidate> order(List<Candidate> candidates, ChatRequest request, RandomGenerator random);

    /** In the order of the list: the default. */
    static Selection sequential() {
        return (candidates, request, random) -> candidates;
    }

    /** In turn, each by its weight ("smooth weighted round robin"). One selection belongs to one door. */
    static Selection weighted() {
        return new WeightedSelection();
    }

    /** The better of two drawn by chance, by time to the first content and calls in flight; the others by the same. */
    static Selection leastLatency() {
        return new LeastLatencySelection();
    }

    /** By expected price of this request divided by the chance of success; unknown prices last. */
    static Selection cheapest() {
        return new CheapestSelection();
    }

    /** Only those that can do all of {@code features}, ordered by {@code then}. */
    static Selection capable(Set<Feature> features, Selection then) {
        Set<Feature> wanted = Set.copyOf(features);
        return (candidates, request, random) -> {
            List<Candidate> able = candidates.stream()
                    .filter(candidate -> candidate.capabilities().has(wanted))
                    .toList();
            return able.isEmpty() ? able : then.order(able, request, random);
        };
    }

    /** By an order of one's own; equals stay in the order of the list. */
    static Selection by(Comparator<Candidate> order) {
        return (candidates, request, random) ->
                candidates.stream().sorted(order).toList();
    }

    /**
     * A route that could serve a request, as a {@link Selection} sees it.
     *
     * @param provider its name
     * @param model under which name it knows the model
     * @param capabilities what the model can do there, and its price
     * @param weight from its {@link ProviderOptions}
     * @param tags from its {@link ProviderOptions}
     * @param load how busy and how well it is now
     */
    record Candidate(
            String provider, String model, Capabilities capabilities, int weight, Map<String, String> tags, Load load) {

        /**
         * How busy and how well a provider is.
         *
         * @param latency time to the first content, slow samples foremost; zero when unknown
         * @param inFlight attempts that run now
         * @param successRate of the last 60 s, 1 when there were no calls
         */
        public record Load(Duration latency, int inFlight, double successRate) {}
    }
}
