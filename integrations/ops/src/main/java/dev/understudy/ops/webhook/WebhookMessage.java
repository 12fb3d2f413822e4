package dev.understudy.ops.webhook;

import dev.understudy.event.Event;
import dev.understudy.ops.event.EventPayload;
import dev.understudy.ops.event.JsonDocuments;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A message to a receiver of webhooks.
 *
 * @param id identical on every try, so that receivers can discard duplicates
 * @param at time of the event
 * @param event the event
 * @param count number of events that it represents
 */
record WebhookMessage(String id, Instant at, Event event, int count) {

    byte[] body() {
        EventPayload eventPayload = EventPayload.of(event);
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("id", id);
        body.put("type", eventPayload.type());
        body.put("timestamp", at.toString());
        body.put("agent", eventPayload.agent());
        body.put("count", count);
        body.put("data", eventPayload.data());
        return JsonDocuments.write(body);
    }
}
