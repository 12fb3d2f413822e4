package dev.understudy.ops;

import dev.understudy.Event;
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
record Post(String id, Instant at, Event event, int count) {

    byte[] body() {
        News news = News.of(event);
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("id", id);
        body.put("type", news.type());
        body.put("timestamp", at.toString());
        body.put("agent", news.agent());
        body.put("count", count);
        body.put("data", news.data());
        return Json.write(body);
    }
}
