package dev.understudy.redis;

import dev.understudy.chat.FailureKind;
import dev.understudy.shared.SharedState.ActiveProvider;
import dev.understudy.shared.SharedState.CircuitClosed;
import dev.understudy.shared.SharedState.CircuitOpened;
import dev.understudy.shared.SharedState.CooldownEnded;
import dev.understudy.shared.SharedState.CooldownStarted;
import dev.understudy.shared.SharedState.HoldEnded;
import dev.understudy.shared.SharedState.HoldStarted;
import dev.understudy.shared.SharedState.LimitSpent;
import dev.understudy.shared.SharedState.Message;
import dev.understudy.shared.SharedState.Update;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Text of entries: the stamp, a space, and a JSON object with the version of the format. */
final class WireFormat {

    /** Number of characters above which a text is neither written nor read. */
    static final int MAX_LENGTH = 8_192;

    private static final int VERSION = 1;
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private WireFormat() {}

    /** Makes what is made once under a lock, so that no event loop waits for it. */
    static void prepare() {
        JSON.readTree(JSON.writeValueAsString(JSON.createObjectNode()));
    }

    static String write(Entry entry) {
        ObjectNode json = JSON.createObjectNode()
                .put("v", VERSION)
                .put("source", entry.message().source());
        if (entry.after() != 0) {
            json.put("after", entry.after());
        }
        write(entry.update(), json);
        return entry.stamp() + " " + JSON.writeValueAsString(json);
    }

    private static void write(Update update, ObjectNode json) {
        if (update instanceof CooldownStarted started) {
            about("cooldown-started", started.provider(), started.model(), json)
                    .put("kind", started.kind().name())
                    .put("until", started.until().toString());
        } else if (update instanceof CooldownEnded ended) {
            about("cooldown-ended", ended.provider(), ended.model(), json);
        } else if (update instanceof CircuitOpened opened) {
            about("circuit-opened", opened.provider(), opened.model(), json)
                    .put("cause", opened.cause())
                    .put("until", opened.until().toString());
        } else if (update instanceof CircuitClosed closed) {
            about("circuit-closed", closed.provider(), closed.model(), json);
        } else if (update instanceof HoldStarted hold) {
            about("hold-started", hold.provider(), hold.model(), json);
            if (hold.until() != null) {
                json.put("until", hold.until().toString());
            }
        } else if (update instanceof HoldEnded ended) {
            about("hold-ended", ended.provider(), ended.model(), json);
        } else if (update instanceof ActiveProvider active) {
            about("active", active.provider(), null, json)
                    .put("understudy", active.understudy())
                    .put("manual", active.manual());
        } else if (update instanceof LimitSpent spent) {
            about("spent", spent.provider(), null, json)
                    .put("requests", spent.requests())
                    .put("tokens", spent.tokens());
        }
    }

    private static ObjectNode about(String type, String provider, @Nullable String model, ObjectNode json) {
        json.put("type", type).put("provider", provider);
        return model == null ? json : json.put("model", model);
    }

    /** Returns the entry of a text; {@code null} if it is too long, damaged, of another version, or of an unknown type. */
    static @Nullable Entry read(String text) {
        if (text.length() > MAX_LENGTH || text.length() <= Stamp.LENGTH || text.charAt(Stamp.LENGTH) != ' ') {
            return null;
        }
        Stamp stamp = Stamp.parse(text.substring(0, Stamp.LENGTH));
        if (stamp == null) {
            return null;
        }
        try {
            JsonNode json = JSON.readTree(text.substring(Stamp.LENGTH + 1));
            Update update = json.path("v").asInt(0) == VERSION ? update(json) : null;
            return update == null
                    ? null
                    : new Entry(stamp, json.path("after").asLong(0), new Message(text(json, "source"), update));
        } catch (RuntimeException damaged) { // no JSON, a name that is missing, a number or an instant that is none
            return null;
        }
    }

    private static @Nullable Update update(JsonNode json) {
        String provider = text(json, "provider");
        return switch (text(json, "type")) {
            case "cooldown-started" ->
                new CooldownStarted(
                        provider,
                        text(json, "model"),
                        FailureKind.valueOf(text(json, "kind")),
                        Instant.parse(text(json, "until")));
            case "cooldown-ended" -> new CooldownEnded(provider, text(json, "model"));
            case "circuit-opened" ->
                new CircuitOpened(
                        provider, text(json, "model"), text(json, "cause"), Instant.parse(text(json, "until")));
            case "circuit-closed" -> new CircuitClosed(provider, text(json, "model"));
            case "hold-started" ->
                new HoldStarted(
                        provider,
                        optional(json, "model"),
                        json.has("until") ? Instant.parse(text(json, "until")) : null);
            case "hold-ended" -> new HoldEnded(provider, optional(json, "model"));
            case "active" ->
                new ActiveProvider(
                        text(json, "understudy"), provider, json.get("manual").asBoolean());
            case "spent" ->
                new LimitSpent(
                        provider,
                        json.get("requests").asInt(),
                        json.get("tokens").asInt());
            default -> null;
        };
    }

    private static String text(JsonNode json, String name) {
        JsonNode value = json.get(name);
        if (value == null || !value.isString()) {
            throw new IllegalArgumentException("no text: " + name);
        }
        return value.stringValue();
    }

    private static @Nullable String optional(JsonNode json, String name) {
        return json.has(name) ? text(json, name) : null;
    }
}
