package dev.understudy.ops.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

class ConfigMetadataTest {

    private static final Path FILE = Path.of("src/main/resources" + ConfigMetadata.RESOURCE);

    /** {@code -Dunderstudy.write=true} writes the file. */
    @Test
    void fileIsThatOfTheKeys() throws IOException {
        String generated = JsonMapper.builder()
                        .enable(SerializationFeature.INDENT_OUTPUT)
                        .build()
                        .writeValueAsString(ConfigMetadata.generated())
                        .replace("\r\n", "\n")
                + "\n";
        if (Boolean.getBoolean("understudy.write")) {
            Files.writeString(FILE, generated);
        }
        assertThat(generated).isEqualTo(Files.readString(FILE));
    }

    @Test
    void everyKeyOfTheSchemaIsListed() {
        List<Object> names = properties().stream().map(key -> key.get("name")).toList();
        List<String> wanted = new ArrayList<>();
        count(ConfigDocument.SECTION, wanted);
        assertThat(names).doesNotHaveDuplicates().hasSameSizeAs(wanted);
        assertThat(names).contains("providers.*.base-url", "agents.*.retry.retries", "defaults.retry.retries");
    }

    @Test
    void keyHasTypeDefaultAndChoices() {
        assertThat(named("agents.*.health-check.interval"))
                .containsEntry("type", "java.time.Duration")
                .containsKey("defaultValue")
                .containsKey("description");
        assertThat(named("providers.*.dialect")).containsKey("values");
    }

    private static Map<String, Object> named(String name) {
        return properties().stream()
                .filter(key -> key.get("name").equals(name))
                .findFirst()
                .orElseThrow();
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> properties() {
        return (List<Map<String, Object>>) ConfigMetadata.generated().get("properties");
    }

    /** Collects the keys that are no sections, as often as their sections are used. */
    private static void count(ObjectType<?> section, List<String> keys) {
        for (ConfigKey<?> key : section.configKeys()) {
            ValueType<?> each = key.type() instanceof CollectionTypes<?, ?> collection ? collection.each() : key.type();
            if (each instanceof ObjectType<?> nested) {
                count(nested, keys);
            } else {
                keys.add(section.name() + "." + key.name());
            }
        }
    }
}
