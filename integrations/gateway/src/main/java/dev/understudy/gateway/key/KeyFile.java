package dev.understudy.gateway.key;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** Reads keys of clients from a file in YAML or JSON. Errors name the field and contain no value. */
public final class KeyFile {

    private static final int SECRET = 16;
    private static final YAMLMapper YAML = new YAMLMapper();
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,63}");
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Z][A-Z0-9_]{0,63})}");
    private static final Pattern SHA_256 = Pattern.compile("[0-9a-fA-F]{64}");
    private static final Set<String> FIELDS =
            Set.of("name", "key", "sha256", "requestsPerMinute", "tokensPerMinute", "concurrent", "budget");

    private final Path file;
    private final Map<String, String> environment;

    private KeyFile(Path file, Map<String, String> environment) {
        this.file = file;
        this.environment = environment;
    }

    /**
     * Reads a file. Blocks.
     *
     * @param environment values of variables by name
     * @throws IllegalArgumentException if the file cannot be used
     */
    public static List<KeySpec> read(Path file, Map<String, String> environment) {
        try {
            return new KeyFile(file, environment).keys(YAML.readTree(Files.readString(file)));
        } catch (IOException e) {
            throw new IllegalArgumentException(file + " cannot be read: "
                    + (Files.exists(file) ? "it is no readable UTF-8" : "it does not exist"));
        } catch (JacksonException e) {
            throw new IllegalArgumentException(
                    file + " is no YAML, at line " + e.getLocation().getLineNr());
        }
    }

    private List<KeySpec> keys(JsonNode document) {
        checkFields("", document, Set.of("keys"));
        JsonNode entries = document.path("keys");
        if (!entries.isArray() || entries.isEmpty()) {
            throw wrong("keys", "has to be a list with at least one key");
        }
        List<KeySpec> keys = new ArrayList<>();
        Set<String> names = new LinkedHashSet<>();
        for (JsonNode entry : entries) {
            String at = "keys[" + keys.size() + "]";
            checkFields(at + ".", entry, FIELDS);
            String name = name(at, entry);
            if (!names.add(name)) {
                throw wrong(at + ".name", "is the name of another key");
            }
            keys.add(new KeySpec(name, digest(at, entry), limits(at, entry)));
        }
        return keys;
    }

    private void checkFields(String at, JsonNode node, Set<String> known) {
        if (!node.isObject()) {
            throw wrong(at.isEmpty() ? "the document" : at.substring(0, at.length() - 1), "has to be an object");
        }
        node.properties().forEach(field -> {
            if (!known.contains(field.getKey())) {
                throw wrong(at + field.getKey(), "is not known; known are " + String.join(", ", sorted(known)));
            }
        });
    }

    private static List<String> sorted(Set<String> names) {
        return names.stream().sorted().toList();
    }

    private String name(String at, JsonNode entry) {
        String name = entry.path("name").asString("");
        if (!NAME.matcher(name).matches()) {
            throw wrong(at + ".name", "has to be letters, digits, _, . or -, at most 64");
        }
        return name;
    }

    private byte[] digest(String at, JsonNode entry) {
        String hash = entry.path("sha256").asString("");
        if (entry.has("sha256") == entry.has("key")) {
            throw wrong(at, "needs either key or sha256");
        }
        if (entry.has("sha256")) {
            if (!SHA_256.matcher(hash).matches()) {
                throw wrong(at + ".sha256", "has to be 64 hexadecimal digits");
            }
            return HexFormat.of().parseHex(hash);
        }
        Matcher variable = VARIABLE.matcher(entry.path("key").asString(""));
        if (!variable.matches()) {
            throw wrong(at + ".key", "has to be an environment variable, ${NAME}; a key itself does not belong here");
        }
        String secret = environment.getOrDefault(variable.group(1), "").strip();
        if (secret.length() < SECRET) {
            throw wrong(
                    at + ".key",
                    "is the environment variable " + variable.group(1) + ", which needs " + SECRET
                            + " characters or more");
        }
        return Sha256.of(secret);
    }

    private KeyLimits limits(String at, JsonNode entry) {
        return new KeyLimits(
                number(at, entry, "requestsPerMinute"),
                number(at, entry, "tokensPerMinute"),
                number(at, entry, "concurrent"),
                budget(at + ".budget", entry.get("budget")));
    }

    private @Nullable Integer number(String at, JsonNode entry, String field) {
        Long number = wholeNumber(at, entry, field);
        if (number != null && number > Integer.MAX_VALUE) {
            throw wrong(at + "." + field, "is too large");
        }
        return number == null ? null : number.intValue();
    }

    private @Nullable Long wholeNumber(String at, JsonNode entry, String field) {
        JsonNode node = entry.get(field);
        if (node == null || node.isNull()) {
            return null;
        }
        if (!node.isIntegralNumber() || !node.canConvertToLong() || node.longValue() < 1) {
            throw wrong(at + "." + field, "has to be a whole number, 1 or more");
        }
        return node.longValue();
    }

    private @Nullable Budget budget(String at, @Nullable JsonNode node) {
        if (node == null || node.isNull()) {
            return null;
        }
        checkFields(at + ".", node, Set.of("cost", "tokens", "per"));
        JsonNode cost = node.get("cost");
        if (cost != null && (!cost.isNumber() || !(cost.doubleValue() > 0))) {
            throw wrong(at + ".cost", "has to be a number above 0");
        }
        Long tokens = wholeNumber(at, node, "tokens");
        if (cost == null && tokens == null) {
            throw wrong(at, "needs cost or tokens");
        }
        return new Budget(cost == null ? null : cost.doubleValue(), tokens, period(at, node));
    }

    private Budget.Period period(String at, JsonNode node) {
        String per = node.path("per").asString("");
        for (Budget.Period period : Budget.Period.values()) {
            if (period.name().toLowerCase(Locale.ROOT).equals(per)) {
                return period;
            }
        }
        throw wrong(at + ".per", "has to be hour, day or month");
    }

    private IllegalArgumentException wrong(String field, String what) {
        return new IllegalArgumentException(file + ": " + field + " " + what);
    }
}
