package dev.understudy.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** The metadata for editors: generated from the keys of configurations, and the options of the auto-configuration. */
class PropertyMetadataTest {

    private static final String RESOURCE = "/META-INF/spring-configuration-metadata.json";
    private static final Path FILE =
            Path.of(System.getProperty("understudy.root"), "integrations/spring-boot/src/main/resources" + RESOURCE);
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    /** {@code -Dunderstudy.write=true} writes the file. */
    @Test
    void fileIsTheGeneratedOne() throws IOException {
        String generated = JSON.writeValueAsString(generated()) + "\n";
        if (Boolean.getBoolean("understudy.write")) {
            Files.writeString(FILE, generated);
        }
        assertThat(Files.readString(FILE)).isEqualTo(generated);
    }

    @Test
    void everyOptionIsDescribed() throws IOException {
        TreeSet<String> options = new TreeSet<>();
        collect(UnderstudyProperties.class, "understudy.", options);
        collect(UnderstudyWebProperties.class, "understudy.web.", options);
        collect(UnderstudyAdminProperties.class, "understudy.admin.", options);
        assertThat(names(read("/options.json"))).containsExactlyInAnyOrderElementsOf(options);
        assertThat(UnderstudyProperties.KEYS)
                .containsAll(options.stream()
                        .map(option -> option.split("\\.", -1)[1])
                        .collect(java.util.stream.Collectors.toSet()));
    }

    @Test
    void everyKeyOfConfigurationsIsDescribed() throws IOException {
        List<String> keys = names(read(KeyTable.RESOURCE).get("properties")).stream()
                .filter(name -> !name.equals("$schema"))
                .map(name -> "understudy." + name)
                .toList();
        assertThat(names(read(RESOURCE).get("properties"))).containsAll(keys);
        assertThat(keys).hasSizeGreaterThan(200);
    }

    private static void collect(Class<?> type, String prefix, TreeSet<String> names) {
        for (RecordComponent component : type.getRecordComponents()) {
            String name = prefix
                    + component.getName().replaceAll("([a-z])([A-Z])", "$1-$2").toLowerCase(java.util.Locale.ROOT);
            if (component.getType().isRecord()) {
                collect(component.getType(), name + ".", names);
            } else {
                names.add(name);
            }
        }
    }

    private static Map<String, Object> generated() throws IOException {
        List<Map<String, Object>> properties = new ArrayList<>();
        List<Map<String, Object>> hints = new ArrayList<>();
        read("/options.json")
                .forEach(
                        option -> properties.add(copy(option, option.get("name").asString())));
        for (JsonNode key : read(KeyTable.RESOURCE).get("properties")) {
            String name = "understudy." + key.get("name").asString();
            if (key.get("name").asString().equals("$schema")) {
                continue;
            }
            properties.add(copy(key, name));
            if (key.has("values")) {
                List<Map<String, Object>> values = new ArrayList<>();
                key.get("values").forEach(value -> values.add(Map.of("value", value.asString())));
                Map<String, Object> hint = new LinkedHashMap<>();
                hint.put("name", name);
                hint.put("values", values);
                hints.add(hint);
            }
        }
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("groups", List.of());
        metadata.put("properties", properties);
        metadata.put("hints", hints);
        return metadata;
    }

    private static Map<String, Object> copy(JsonNode key, String name) {
        Map<String, Object> property = new LinkedHashMap<>();
        property.put("name", name);
        for (String field : List.of("type", "description", "defaultValue")) {
            if (key.has(field)) {
                property.put(field, key.get(field));
            }
        }
        return property;
    }

    private static List<String> names(JsonNode properties) {
        List<String> names = new ArrayList<>();
        properties.forEach(property -> names.add(property.get("name").asString()));
        return names;
    }

    private static JsonNode read(String resource) throws IOException {
        try (InputStream file = PropertyMetadataTest.class.getResourceAsStream(resource)) {
            return JSON.readTree(Objects.requireNonNull(file, resource));
        }
    }
}
