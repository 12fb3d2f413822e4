package dev.understudy.gateway.protocol;

import dev.understudy.gateway.json.JsonFields;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** Reads server-sent events. */
public final class EventReader {

    /**
     * An event.
     *
     * @param name "" without one
     */
    public record Event(String name, String data) {

        public JsonNode json() {
            return JsonFields.JSON.readTree(data);
        }
    }

    private EventReader() {}

    /** Returns the events, without comments. */
    public static List<Event> read(String body) {
        List<Event> events = new ArrayList<>();
        for (String block : body.split("\n\n")) {
            String name = "";
            String data = null;
            for (String line : block.split("\n")) {
                if (line.startsWith("event: ")) {
                    name = line.substring(7);
                } else if (line.startsWith("data: ")) {
                    data = line.substring(6);
                }
            }
            if (data != null) {
                events.add(new Event(name, data));
            }
        }
        return events;
    }

    /** Returns the names of the events, in order and each once for equal ones in a row. */
    public static List<String> names(String body) {
        List<String> names = new ArrayList<>();
        for (Event event : read(body)) {
            if (names.isEmpty() || !names.get(names.size() - 1).equals(event.name())) {
                names.add(event.name());
            }
        }
        return names;
    }
}
