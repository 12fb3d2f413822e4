package dev.understudy.ops;

import static org.assertj.core.api.Assertions.assertThat;

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
class SchemaTest {

    private static final JsonMapper PRETTY =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    /** With -Dunderstudy.write=true the file is written instead. */
    @Test
    void itIsWhatTheKeysSay() throws IOException {
        String made = PRETTY.writeValueAsString(Schema.made()) + "\n";
        if (Boolean.getBoolean("understudy.write")) {
            Files.writeString(
                    Path.of(
                            System.getProperty("understudy.root"),
                            "integrations/ops/src/main/resources" + Schema.RESOURCE),
                    made);
            return;
        }
        assertThat(PRETTY.readTree(Config.schema())).isEqualTo(PRETTY.readTree(made));
    }

    @Test
    void itsReferencesLeadSomewhere() {
        Map<String, Object> schema = Json.object(Config.schema().getBytes(StandardCharsets.UTF_8));
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

    static Stream<Section<?>> sections() {
        return Document.SECTION.all().stream();
    }

    /** What is left out means what is told: a section with all its defaults written out is the same as an empty one. */
    @ParameterizedTest
    @MethodSource("sections")
    void defaultsAreWhatHoldsWhenNothingIsSaid(Section<?> section) {
        assertThat(section.keys())
                .doesNotHaveDuplicates()
                .allSatisfy(key -> assertThat(key.doc()).isNotBlank().doesNotContain("|"));
        if (section.keys().stream().anyMatch(Key::required)
                || List.of("document", "provider", "resume").contains(section.name())) {
            return;
        }
        assertThat(read(section, written(section))).isEqualTo(read(section, Map.of()));
    }

    private static Map<String, Node> written(Section<?> section) {
        Map<String, Node> fields = new LinkedHashMap<>();
        for (Key<?> key : section.keys()) {
            Node node = written(key);
            if (node != null) {
                fields.put(key.name(), node);
            }
        }
        return fields;
    }

    private static <T> Node written(Key<T> key) {
        if (key.fallback() == null || key.type() instanceof Section) {
            return null;
        }
        Object value = key.type().written(key.fallback());
        if (value instanceof Number) {
            return new Node.Numeral(key.name(), value.toString());
        }
        if (value instanceof Boolean truth) {
            return new Node.Truth(key.name(), truth);
        }
        return value instanceof String text ? new Node.Text(key.name(), text) : null;
    }

    private static Object read(Section<?> section, Map<String, Node> fields) {
        Findings found = new Findings(Map.of());
        Object read = section.read(new Node.Table("", fields), found);
        assertThat(found.errors()).isEmpty();
        return read instanceof Values said
                ? section.keys().stream()
                        .map(key -> String.valueOf(find(said, key)))
                        .toList()
                : read;
    }

    private static <T> Object find(Values said, Key<T> key) {
        return said.find(key);
    }
}
