package dev.understudy.provider.http;

import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.provider.json.Json;
import dev.understudy.provider.json.JsonReader;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Retirement days of models, as the vendor's list of models announces them in {@code data[].shutdown_date}: a date, a time
 * or seconds since 1970. A body of another form announces nothing.
 */
final class ModelRetirements {

    private static final int MAX_MODELS = 10_000;

    private volatile Map<String, LocalDate> days = Map.of();

    /** Replaces what was announced before, if this is a list of models. */
    void learn(byte[] body) {
        if (body.length == 0) {
            return;
        }
        try {
            Map<String, LocalDate> announced = read(Json.read(body));
            days = announced == null ? days : Map.copyOf(announced);
        } catch (CallFailed notJson) {
            // a probe checks that the server answers, not what it answers
        }
    }

    Capabilities apply(String model, Capabilities known) {
        LocalDate day = days.get(model);
        return day == null ? known : known.withRetirement(day);
    }

    private static @Nullable Map<String, LocalDate> read(JsonReader in) {
        Map<String, LocalDate> announced = null;
        if (in.object()) {
            while (in.nextField()) {
                if (in.field().equals("data") && in.isArray()) {
                    announced = models(in);
                } else {
                    in.skip();
                }
            }
        }
        return announced;
    }

    private static Map<String, LocalDate> models(JsonReader in) {
        Map<String, LocalDate> announced = new HashMap<>();
        in.array();
        while (in.nextElement()) {
            model(in, announced);
        }
        return announced;
    }

    private static void model(JsonReader in, Map<String, LocalDate> announced) {
        String id = "";
        LocalDate day = null;
        if (in.object()) {
            while (in.nextField()) {
                switch (in.field()) {
                    case "id" -> id = in.string("");
                    case "shutdown_date" -> day = day(in.string(""));
                    default -> in.skip();
                }
            }
        }
        if (!id.isEmpty() && day != null && announced.size() < MAX_MODELS) {
            announced.put(id, day);
        }
    }

    static @Nullable LocalDate day(String text) {
        try {
            return text.matches("\\d{4}-\\d\\d-\\d\\d.*")
                    ? LocalDate.parse(text.substring(0, 10))
                    : text.matches("\\d{9,11}(\\.0*)?")
                            ? LocalDate.ofInstant(
                                    Instant.ofEpochSecond((long) Double.parseDouble(text)), ZoneOffset.UTC)
                            : null;
        } catch (DateTimeException noDate) {
            return null;
        }
    }
}
