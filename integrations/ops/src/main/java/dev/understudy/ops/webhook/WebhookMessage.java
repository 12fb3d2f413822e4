package dev.understudy.ops.webhook;

import dev.understudy.event.Event;
import dev.understudy.ops.event.EventPayload;
import dev.understudy.ops.event.JsonDocuments;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One thing to tell a receiver of webhooks.
 *
 * @param id the same on every try, so that receivers can tell what they know already
 * @param at when it happened
 * @param event what happened
 * @param count for how many of its kind it stands
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
