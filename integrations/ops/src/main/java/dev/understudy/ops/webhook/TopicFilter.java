package dev.understudy.ops.webhook;

import dev.understudy.event.Event;
import dev.understudy.event.ProviderStatus;
import dev.understudy.ops.webhook.Webhooks.Topic;
import java.util.Set;

/** The events that belong to the topics of a webhook. */
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
        if (event instanceof Event.CircuitStateChanged moved) {
            return topic == Topic.CIRCUIT && !isTrial(moved)
                    || topic == Topic.RECOVERY && moved.to() == ProviderStatus.CircuitState.CLOSED;
        }
        if (event instanceof Event.HealthChanged changed) {
            return topic == Topic.HEALTH
                    || topic == Topic.RECOVERY && changed.health() == ProviderStatus.Health.HEALTHY;
        }
        if (event instanceof Event.FailedOver
                || event instanceof Event.StreamTakenOver
                || event instanceof Event.StreamLost) {
            return topic == Topic.FAILOVER;
        }
        return topic == Topic.ACTIVE && event instanceof Event.ActiveProviderChanged
                || topic == Topic.AUDIT && event instanceof Event.OperatorAction;
    }

    /** A half-open trial, and its failure: while a provider is down, each repeats the same news. */
    private static boolean isTrial(Event.CircuitStateChanged moved) {
        return moved.to() == ProviderStatus.CircuitState.HALF_OPEN
                || moved.from() == ProviderStatus.CircuitState.HALF_OPEN
                        && moved.to() == ProviderStatus.CircuitState.OPEN;
    }
}
