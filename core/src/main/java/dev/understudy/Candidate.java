package dev.understudy;

import dev.understudy.chat.Capabilities;
import java.time.Duration;
import java.util.Map;

/**
 * A route that could serve a request, as a {@link Selection} sees it.
 *
 * @param provider its name
 * @param model under which name it knows the model
 * @param capabilities what the model can do there, and its price
 * @param weight from its {@link Seat}
 * @param tags from its {@link Seat}
 * @param load how busy and how well it is now
 */
public record Candidate(
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
