package dev.understudy.ops.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.ops.event.JsonDocuments;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** The schema that is shipped says what the code reads: every key, its type, its range, its default. */
class ConfigSchemaTest {

    private static final JsonMapper PRETTY =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    /** With -Dunderstudy.write=true the file is written instead. */
    @Test
    void schemaMatchesTheKeys() throws IOException {
        String made = PRETTY.writeValueAsString(ConfigSchema.generated()) + "\n";
        if (Boolean.getBoolean("understudy.write")) {
            Files.writeString(
                    Path.of(
                            System.getProperty("understudy.root"),
                            "integrations/ops/src/main/resources" + ConfigSchema.RESOURCE),
                    made);
            return;
        }
        assertThat(PRETTY.readTree(ConfigSchema.text())).isEqualTo(PRETTY.readTree(made));
    }

    @Test
    void itsReferencesLeadSomewhere() {
        Map<String, Object> schema = JsonDocuments.object(ConfigSchema.text().getBytes(StandardCharsets.UTF_8));
        Set<String> defined = new HashSet<>(((Map<?, ?>) schema.get("$defs"))
                .keySet().stream().map(name -> "#/$defs/" + name).toList());
        List<Object> referred = new ArrayList<>();
        collect(schema, referred);
        assertThat(Set.copyOf(referred)).isEqualTo(defined);
    }

    private static void collect(Object schema, List<Object> referred) {
        if (schema instanceof Map<?, ?> map) {
            if (map.get("$ref") instanceof String reference) {
                referred.add(reference);
            }
            map.values().forEach(value -> collect(value, referred));
        } else if (schema instanceof List<?> list) {
            list.forEach(value -> collect(value, referred));
        }
    }

    static Stream<ObjectType<?>> sections() {
        return ConfigDocument.SECTION.all().stream();
    }

    /** What is left out means what is told: a section with all its defaults written out is the same as an empty one. */
    @ParameterizedTest
    @MethodSource("sections")
    void defaultsApplyWithoutConfiguration(ObjectType<?> objectType) {
        assertThat(objectType.configKeys()).doesNotHaveDuplicates().allSatisfy(configKey -> assertThat(configKey.doc())
                .isNotBlank()
                .doesNotContain("|"));
        if (objectType.configKeys().stream().anyMatch(ConfigKey::required)
                || List.of("document", "provider", "resume").contains(objectType.name())) {
            return;
        }
        assertThat(read(objectType, written(objectType))).isEqualTo(read(objectType, Map.of()));
    }

    private static Map<String, ConfigNode> written(ObjectType<?> objectType) {
        Map<String, ConfigNode> fields = new LinkedHashMap<>();
        for (ConfigKey<?> configKey : objectType.configKeys()) {
            ConfigNode configNode = written(configKey);
            if (configNode != null) {
                fields.put(configKey.name(), configNode);
            }
        }
        return fields;
    }

    private static <T> ConfigNode written(ConfigKey<T> configKey) {
        if (configKey.fallback() == null || configKey.type() instanceof ObjectType) {
            return null;
        }
        Object value = configKey.type().written(configKey.fallback());
        if (value instanceof Number) {
            return new ConfigNode.Numeral(configKey.name(), value.toString());
        }
        if (value instanceof Boolean truth) {
            return new ConfigNode.Truth(configKey.name(), truth);
        }
        return value instanceof String text ? new ConfigNode.Text(configKey.name(), text) : null;
    }

    private static Object read(ObjectType<?> objectType, Map<String, ConfigNode> fields) {
        ConfigErrors found = new ConfigErrors(Map.of());
        Object read = objectType.read(new ConfigNode.Table("", fields), found);
        assertThat(found.errors()).isEmpty();
        return read instanceof ConfigValues said
                ? objectType.configKeys().stream()
                        .map(configKey -> String.valueOf(find(said, configKey)))
                        .toList()
                : read;
    }

    private static <T> Object find(ConfigValues said, ConfigKey<T> configKey) {
        return said.find(configKey);
    }
}
