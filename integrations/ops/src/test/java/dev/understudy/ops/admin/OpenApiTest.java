package dev.understudy.ops.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.Understudy;
import dev.understudy.ops.agent.Agents;
import dev.understudy.ops.event.JsonDocuments;
import dev.understudy.testing.ScriptedProvider;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OpenApiTest {

    @Test
    void theDocumentAndTheRoutesAreTheSame() {
        List<String> documented = new ArrayList<>();
        OpenApi.at(OpenApi.DOCUMENT, "paths").forEach((path, methods) -> OpenApi.at(methods)
                .keySet()
                .forEach(method -> documented.add(method.toUpperCase(Locale.ROOT) + " " + path)));
        try (Understudy understudy = Understudy.over(ScriptedProvider.named("a"))) {
            Admin admin =
                    Admin.of(Agents.of(understudy), new ActivityLog(), Admin.Options.reading(OperatorClient.READ));
            assertThat(admin.paths()).containsExactlyInAnyOrderElementsOf(documented);
        }
    }

    @Test
    void everyExampleIsWhatItsSchemaSays() {
        int[] examples = new int[1];
        walk(OpenApi.DOCUMENT, map -> {
            if (map.containsKey("example") && map.containsKey("schema")) {
                examples[0]++;
                String json = new String(JsonDocuments.write(map.get("example")), StandardCharsets.UTF_8);
                OpenApi.validate(OpenApi.at(map, "schema"), json);
            }
        });
        assertThat(examples[0]).isGreaterThan(20);
    }

    @Test
    void aWrongExampleWouldBeFound() {
        Map<String, Object> schema = OpenApi.at(OpenApi.DOCUMENT, "components", "schemas", "Switch");
        assertThatThrownBy(() -> OpenApi.validate(schema, "{\"provider\":\"a\"}"))
                .isInstanceOf(AssertionError.class);
    }

    @Test
    void onlyWriteTokensMayPost() {
        OpenApi.at(OpenApi.DOCUMENT, "paths")
                .forEach((path, methods) -> OpenApi.at(methods).forEach((method, operation) -> assertThat(
                                String.valueOf(OpenApi.at(operation).get("security")))
                        .isEqualTo(method.equals("post") ? "[{write=[]}]" : "[{read=[]}, {write=[]}]")));
    }

    private static void walk(Object value, java.util.function.Consumer<Map<String, Object>> visitor) {
        if (value instanceof Map<?, ?>) {
            visitor.accept(OpenApi.at(value));
            OpenApi.at(value).values().forEach(each -> walk(each, visitor));
        } else if (value instanceof List<?> list) {
            list.forEach(each -> walk(each, visitor));
        }
    }
}
