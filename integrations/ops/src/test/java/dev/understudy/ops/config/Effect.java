package dev.understudy.ops.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.ops.agent.Config;
import dev.understudy.ops.event.JsonDocuments;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A key, a value for it that is not the default, and where it is seen.
 *
 * @param path the key's, below the provider {@code p}, the agent {@code a} or the webhook {@code 0}
 * @param value what is set
 * @param also what must be set besides, by path; {@code null} takes a thing away
 * @param seen what the configuration then has
 * @param expected what that should be
 */
public record Effect(
        String path, Object value, Map<String, Object> also, Function<ConfigDocument, Object> seen, Object expected) {

    public static final Map<String, String> ENVIRONMENT = Map.of(
            "KEY_1", "sk-first-0123456789",
            "KEY_2", "sk-second-0123456789",
            "HOOK", "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=");

    static Effect of(String path, Object value, Function<ConfigDocument, Object> seen, Object expected) {
        return new Effect(path, value, Map.of(), seen, expected);
    }

    Effect with(String other, Object what) {
        Map<String, Object> more = new LinkedHashMap<>(also);
        more.put(other, what);
        return new Effect(path, value, more, seen, expected);
    }

    /** The same key where it is said for all agents. */
    Effect forAll() {
        return new Effect(path.replaceFirst("^agents\\.a\\.", "defaults."), value, also, seen, expected);
    }

    ConfigDocument config() {
        return document(true);
    }

    public Config config(Map<String, String> environment) {
        return Config.parse(text(true), environment);
    }

    ConfigDocument configWithoutIt() {
        return document(false);
    }

    private ConfigDocument document(boolean withIt) {
        ConfigErrors errors = new ConfigErrors(ENVIRONMENT);
        ConfigDocument document = ConfigDocument.parse(text(withIt), errors);
        assertThat(errors.errors()).isEmpty();
        return document;
    }

    private String text(boolean withIt) {
        Map<String, Object> document = base();
        also.forEach((other, what) -> put(document, other, what));
        if (withIt) {
            put(document, path, value);
        }
        return new String(JsonDocuments.write(document), StandardCharsets.UTF_8);
    }

    private static Map<String, Object> base() {
        Map<String, Object> document = new LinkedHashMap<>();
        put(document, "providers.p.dialect", "openai");
        put(document, "providers.q.dialect", "anthropic");
        put(document, "agents.a.primary", "p");
        put(document, "webhooks.0.url", "https://hooks.test/x");
        put(document, "webhooks.0.secret", "${HOOK}");
        return document;
    }

    @SuppressWarnings("unchecked")
    private static void put(Map<String, Object> document, String path, Object value) {
        Object at = document;
        String[] steps = path.split("\\.");
        for (int i = 0; i < steps.length; i++) {
            boolean last = i == steps.length - 1;
            if (at instanceof List<?> list) {
                at = list.get(Integer.parseInt(steps[i]));
                continue;
            }
            Map<String, Object> table = (Map<String, Object>) at;
            if (last && value == null) {
                table.remove(steps[i]);
            } else if (last) {
                table.put(steps[i], value);
            } else {
                boolean row = steps[i + 1].equals("0");
                at = table.computeIfAbsent(
                        steps[i], any -> row ? new ArrayList<>(List.of(new LinkedHashMap<>())) : new LinkedHashMap<>());
            }
        }
    }

    @Override
    public String toString() {
        return path;
    }
}
