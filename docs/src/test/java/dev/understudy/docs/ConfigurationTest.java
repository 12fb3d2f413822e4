package dev.understudy.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.ops.agent.Config;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** Checks docs/configuration.md: its tables are those of the schema, its examples load, and the longest one has every key. */
class ConfigurationTest {

    private static final Page PAGE = Page.of("docs/configuration.md");
    private static final String BEGIN =
            "<!-- Checked by ConfigurationTest, and written by it with -Dunderstudy.write=true. -->";
    private static final String END = "<!-- end of the keys -->";
    private static final JsonNode SCHEMA = new JsonMapper().readTree(Config.schema());

    private static final String AUTHORITY = "integrations/ops/src/test/resources/dev/understudy/ops/authority.pem";
    private static final String CLIENT = "integrations/ops/src/test/resources/dev/understudy/ops/client.pem";

    private static final Map<String, String> ENVIRONMENT = Map.ofEntries(
            Map.entry("OPENAI_API_KEY", "sk-example-1"),
            Map.entry("OPENAI_API_KEY_2", "sk-example-2"),
            Map.entry("ANTHROPIC_API_KEY", "sk-ant-example"),
            Map.entry("GROQ_API_KEY", "gsk-example"),
            Map.entry("AZURE_KEY", "azure-example"),
            Map.entry("BEDROCK_KEY", "bedrock-example"),
            Map.entry("CLOUDFLARE_KEY", "cloudflare-example"),
            Map.entry("TEAM_TOKEN", "team-example"),
            Map.entry("WEBHOOK_SECRET", "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="),
            Map.entry("PROXY_PASSWORD", "pw-of-the-proxy"),
            Map.entry("CLIENT_PEM", Page.ROOT.resolve(CLIENT).toString()),
            Map.entry("COMPANY_CA", Page.ROOT.resolve(AUTHORITY).toString()));

    @Test
    void pageHasEveryKey() throws IOException {
        List<String> wanted = tables();
        int begin = PAGE.lines().indexOf(BEGIN);
        int end = PAGE.lines().indexOf(END);
        if (Boolean.getBoolean("understudy.write")) {
            List<String> lines = new ArrayList<>(PAGE.lines().subList(0, begin + 1));
            lines.addAll(wanted);
            lines.addAll(PAGE.lines().subList(end, PAGE.lines().size()));
            Files.write(PAGE.path(), lines);
            return;
        }
        assertThat(PAGE.lines().subList(begin + 1, end)).isEqualTo(wanted);
    }

    static Stream<Page.Fence> examples() {
        return Stream.of(PAGE, Page.of("docs/model_failover.md"), Page.of("docs/migration/litellm.md"))
                .flatMap(page -> page.fences().stream())
                .filter(fence -> fence.info().equals("yaml")
                        || (fence.page() == PAGE && fence.info().equals("json")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("examples")
    void exampleLoads(Page.Fence example) {
        assertThat(Config.parse(String.join("\n", example.lines()), ENVIRONMENT).agents())
                .isNotEmpty();
    }

    @Test
    void gatewayConfigurationLoads() {
        assertThat(Config.read(
                                Page.ROOT.resolve(Path.of("integrations", "gateway", "deploy", "understudy.yaml")),
                                ENVIRONMENT)
                        .agents())
                .isNotEmpty();
    }

    @Test
    void longestExampleHasEveryKey() {
        Page.Fence longest = examples()
                .max((one, other) -> one.lines().size() - other.lines().size())
                .orElseThrow();
        Set<String> used = new TreeSet<>();
        collect(SCHEMA, new YAMLMapper().readTree(String.join("\n", longest.lines())), "", used);
        Set<String> there = new TreeSet<>();
        sections()
                .forEach((name, section) ->
                        section.get("properties").propertyNames().forEach(key -> there.add(name + "." + key)));
        there.removeIf(key -> key.startsWith("defaults.")); // the same as those of an agent
        used.removeIf(key -> key.startsWith("defaults."));
        assertThat(used).isEqualTo(there);
    }

    /** Collects every key of the example as {@code section.key}. */
    private static void collect(JsonNode schema, JsonNode value, String section, Set<String> used) {
        if (schema.has("$ref")) {
            String name = schema.get("$ref").asString().substring("#/$defs/".length());
            collect(SCHEMA.get("$defs").get(name), value, name, used);
        } else if (schema.has("properties")) {
            value.properties().forEach(field -> {
                used.add(section + "." + field.getKey());
                collect(schema.get("properties").get(field.getKey()), field.getValue(), section, used);
            });
        } else if (schema.has("items")) {
            value.forEach(item -> collect(schema.get("items"), item, section, used));
        } else if (schema.has("additionalProperties")) {
            value.forEach(item -> collect(schema.get("additionalProperties"), item, section, used));
        }
    }

    private static Map<String, JsonNode> sections() {
        Map<String, JsonNode> sections = new LinkedHashMap<>();
        sections.put("", SCHEMA);
        SCHEMA.get("$defs").properties().forEach(each -> sections.put(each.getKey(), each.getValue()));
        return sections;
    }

    private static List<String> tables() {
        List<String> lines = new ArrayList<>();
        sections().forEach((name, section) -> {
            lines.add("");
            lines.add("### " + (name.isEmpty() ? "document" : name));
            lines.add("");
            lines.add(capital(section.get("description").asString().replaceFirst("\\.$", "")) + ".");
            lines.add("");
            lines.add("| key | value | default | meaning |");
            lines.add("|---|---|---|---|");
            section.get("properties").properties().forEach(key -> {
                JsonNode required = section.get("required");
                boolean needed = required != null
                        && required.valueStream()
                                .anyMatch(each -> each.asString().equals(key.getKey()));
                lines.add("| `" + key.getKey() + "` | " + type(key.getValue()) + " | "
                        + (needed ? "required" : fallback(key.getValue())) + " | "
                        + key.getValue().get("description").asString() + " |");
            });
        });
        lines.add("");
        return lines;
    }

    private static String capital(String text) {
        return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
    }

    private static String fallback(JsonNode key) {
        JsonNode value = key.get("default");
        if (value == null) {
            return key.has("$ref") ? "" : "none";
        }
        if (value.isContainer()) {
            return value.isEmpty() ? "none" : "all";
        }
        return "`" + value.asString() + "`";
    }

    private static String type(JsonNode key) {
        if (key.has("$ref")) {
            String name = key.get("$ref").asString().substring("#/$defs/".length());
            return "[" + name + "](#" + name.toLowerCase(Locale.ROOT) + ")";
        }
        if (key.has("enum")) {
            return String.join(
                    ", ",
                    key.get("enum")
                            .valueStream()
                            .map(each -> "`" + each.asString() + "`")
                            .toList());
        }
        return switch (key.get("type").asString()) {
            case "array" -> "list: " + type(key.get("items"));
            case "object" -> "by name: " + type(key.get("additionalProperties"));
            case "boolean" -> "`true` or `false`";
            case "integer", "number" -> range(key);
            default -> text(key);
        };
    }

    private static String range(JsonNode key) {
        StringBuilder range =
                new StringBuilder(key.get("type").asString().equals("integer") ? "whole number" : "number");
        bound(range, key, "minimum", " ≥ ");
        bound(range, key, "exclusiveMinimum", " > ");
        bound(range, key, "maximum", " ≤ ");
        bound(range, key, "exclusiveMaximum", " < ");
        return range.toString();
    }

    private static void bound(StringBuilder range, JsonNode key, String name, String sign) {
        if (key.has(name)) {
            range.append(range.indexOf(" ≥") + range.indexOf(" >") > -2 ? "," : "")
                    .append(sign)
                    .append(key.get(name).asString());
        }
    }

    private static String text(JsonNode key) {
        String pattern = key.has("pattern") ? key.get("pattern").asString() : "";
        if (pattern.contains("(ms|s|m|h|d)")) {
            return "duration";
        }
        return switch (pattern) {
            case "" -> key.has("format") ? "URL" : "text";
            case "^/" -> "path";
            case "^\\S+$" -> "word";
            default -> "`${NAME}`";
        };
    }
}
