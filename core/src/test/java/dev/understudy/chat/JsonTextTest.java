package dev.understudy.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.provider.json.Json;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTextTest {

    @Test
    void schemaOfAToolIsReadFromJson() {
        Tool tool = Tool.ofJson(
                "get_weather",
                "Weather of a town",
                " {\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\",\"maxLength\":80}},\"required\":[\"city\"]}\n");
        assertThat(tool)
                .isEqualTo(new Tool(
                        "get_weather",
                        "Weather of a town",
                        Map.of(
                                "type",
                                "object",
                                "properties",
                                Map.of("city", Map.of("type", "string", "maxLength", 80L)),
                                "required",
                                List.of("city"))));
        assertThat(List.copyOf(tool.schema().keySet())).isEqualTo(List.of("type", "properties", "required"));
    }

    @Test
    void valuesAreThoseOfTheProvidersReader() {
        Random random = new Random(7);
        for (int i = 0; i < 200; i++) {
            String json = Json.text(object(random, 0));
            assertThat(JsonText.object(json)).isEqualTo(Json.object(json));
        }
    }

    private static Map<String, Object> object(Random random, int depth) {
        Map<String, Object> object = new LinkedHashMap<>();
        for (int i = random.nextInt(4); i >= 0; i--) {
            object.put("n" + i + (char) (random.nextInt(200) + 1), value(random, depth));
        }
        return object;
    }

    private static Object value(Random random, int depth) {
        return switch (random.nextInt(depth > 3 ? 5 : 7)) {
            case 0 -> random.nextLong();
            case 1 -> BigDecimal.valueOf(random.nextInt(), random.nextInt(8));
            case 2 -> random.nextBoolean();
            case 3 -> "\"\\/\t\u0001é😀" + (char) (random.nextInt(500) + 1);
            case 4 -> new ArrayList<>();
            case 5 -> List.of(value(random, depth + 1), object(random, depth + 1));
            default -> object(random, depth + 1);
        };
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{",
                "{}}",
                "{\"a\":}",
                "{\"a\":1,}",
                "{,}",
                "{\"a\":[1,]}",
                "{\"a\":01}",
                "{\"a\":1e99999}",
                "{\"a\":tru}",
                "{\"a\" 1}",
                "{a:1}",
                "{\"a\":\"\\x\"}",
                "{\"a\":\"\\u00g0\"}",
                "{\"a\":\"\n\"}",
                "{\"a\":\"b"
            })
    void textThatIsNoJsonObjectIsRefused(String text) {
        assertThatThrownBy(() -> Tool.ofJson("t", "d", text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void nestingIsLimited() {
        String deep = "{\"a\":".repeat(200) + "1" + "}".repeat(200);
        assertThatThrownBy(() -> JsonText.object(deep)).isInstanceOf(IllegalArgumentException.class);
    }
}
