package dev.understudy.ops.webhook;

import dev.understudy.event.Event;
import dev.understudy.event.ProviderStatus;
import dev.understudy.ops.webhook.Webhooks.Topic;
import java.util.Set;

/** Decides which events belong to the topics of a webhook. */
final class TopicFilter {

    private static final Topic[] ALL = Topic.values();

    private TopicFilter() {}

    static boolean covers(Set<Topic> topics, Event event) {
        for (Topic topic : ALL) {
            if (topics.contains(topic) && covers(topic, event)) {
                return true;
            }
        }
        return false;
    }

    private static boolean covers(Topic topic, Event event) {
        if (event instanceof Event.CircuitStateChanged changed) {
            return (topic == Topic.CIRCUIT && !isTrial(changed))
                    || (topic == Topic.RECOVERY && changed.to() == ProviderStatus.CircuitState.CLOSED);
        }
        if (event instanceof Event.HealthChanged changed) {
            return topic == Topic.HEALTH
                    || (topic == Topic.RECOVERY && changed.health() == ProviderStatus.Health.HEALTHY);
        }
        if (event instanceof Event.HoldChanged changed) {
            return topic == Topic.CIRCUIT || (topic == Topic.RECOVERY && !changed.held());
        }
        if (event instanceof Event.FailedOver
                || event instanceof Event.StreamTakenOver
                || event instanceof Event.StreamLost) {
            return topic == Topic.FAILOVER;
        }
        return (topic == Topic.ACTIVE && event instanceof Event.ActiveProviderChanged)
                || (topic == Topic.RETIREMENT && event instanceof Event.ModelRetiring)
                || (topic == Topic.AUDIT && event instanceof Event.OperatorAction);
    }

    /** A half-open trial and its failure, which repeat while a provider is down. */
    private static boolean isTrial(Event.CircuitStateChanged changed) {
        return changed.to() == ProviderStatus.CircuitState.HALF_OPEN
                || (changed.from() == ProviderStatus.CircuitState.HALF_OPEN
                        && changed.to() == ProviderStatus.CircuitState.OPEN);
    }
}
