package dev.understudy.ops.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;

/** Parses text into a tree of nodes, with limits. A document that begins with a brace is JSON, any other is YAML. */
final class ConfigParser {

    static final int MAX_CHARACTERS = 1 << 20;
    static final int MAX_DEPTH = 32;

    static final String LONE_SURROGATE = "a lone surrogate, which is half of a character";
    static final String WHOLE_CHARACTER = "the whole character";

    private static final String BYTE_ORDER_MARK = "\uFEFF";

    static final StreamReadConstraints BOUNDS = StreamReadConstraints.builder()
            .maxNestingDepth(MAX_DEPTH)
            .maxDocumentLength(4L * MAX_CHARACTERS)
            .maxNumberLength(100)
            .maxNameLength(1_000)
            .build();

    private static final JsonFactory JSON =
            JsonFactory.builder().streamReadConstraints(BOUNDS).build();

    private final JsonParser parser;
    private final ConfigErrors errors;

    private ConfigParser(JsonParser parser, ConfigErrors errors) {
        this.parser = parser;
        this.errors = errors;
    }

    /** Parses a document; returns {@code null}, with an error added, if it is malformed. */
    static @Nullable ConfigNode read(String text, ConfigErrors errors) {
        if (text.isBlank()) {
            errors.add("", "is empty", "a document in JSON or YAML");
            return null;
        }
        if (text.length() > MAX_CHARACTERS) {
            errors.add("", "is longer than 1 MiB", "a shorter document");
            return null;
        }
        String plain = text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
        boolean json = plain.stripLeading().startsWith("{");
        try (JsonParser parser = factory(json).createParser(ObjectReadContext.empty(), plain)) {
            parser.nextToken();
            return new ConfigParser(parser, errors).document();
        } catch (NoClassDefFoundError e) {
            errors.add(
                    "",
                    "is no JSON, and there is nobody to read YAML",
                    "add tools.jackson.dataformat:jackson-dataformat-yaml to the class path, or write JSON");
        } catch (JacksonException e) { // the exception's message quotes the document, which may contain a secret
            malformed(e, plain, json, errors);
        }
        return null;
    }

    private static void malformed(JacksonException e, String text, boolean json, ConfigErrors errors) {
        if (e instanceof StreamConstraintsException) {
            errors.add("", "is nested too deep, or has an endless name or number", "at most " + MAX_DEPTH + " levels");
            return;
        }
        TokenStreamLocation at = e.getLocation();
        int tab = !json && at != null && e.getOriginalMessage().contains("(TAB)") ? tabAfter(at, text) : -1;
        if (tab >= 0) {
            long line = text.substring(0, tab).lines().count() + (tab == 0 || text.charAt(tab - 1) == '\n' ? 1 : 0);
            errors.add("", "has a tab at line " + line + ", where YAML allows none", "spaces");
            return;
        }
        String where = at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
        errors.add("", "cannot be read" + where, "well-formed " + (json ? "JSON" : "YAML"));
    }

    /** Finds the tab that the YAML parser stopped at; it reports the token before the tab. */
    private static int tabAfter(TokenStreamLocation at, String text) {
        int line = 0;
        for (int i = 1; i < at.getLineNr() && line >= 0; i++) {
            line = text.indexOf('\n', line) + 1;
        }
        return text.indexOf('\t', Math.min(text.length(), line + Math.max(0, at.getColumnNr() - 1)));
    }

    private static TokenStreamFactory factory(boolean json) {
        return json ? JSON : YamlSupport.factory();
    }

    private @Nullable ConfigNode document() {
        ConfigNode document = node("");
        if (parser.nextToken() != null) {
            errors.add("", "is more than one document", "one document");
            return null;
        }
        return document;
    }

    private ConfigNode node(String path) {
        if (parser.currentToken() == null) {
            return new ConfigNode.Nothing(path);
        }
        unshared(path);
        JsonToken token = parser.currentToken();
        return switch (token) {
            case START_OBJECT -> table(path);
            case START_ARRAY -> row(path);
            case VALUE_TRUE, VALUE_FALSE -> new ConfigNode.Truth(path, token == JsonToken.VALUE_TRUE);
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new ConfigNode.Numeral(path, parser.getString());
            case VALUE_STRING -> text(path, parser.getString());
            default -> new ConfigNode.Nothing(path);
        };
    }

    /** YAML represents an omitted value as an empty text. */
    private ConfigNode text(String path, String text) {
        if (hasLoneSurrogate(text)) {
            errors.add(path, "contains " + LONE_SURROGATE, WHOLE_CHARACTER);
        }
        return text.isEmpty() ? new ConfigNode.Nothing(path) : new ConfigNode.Text(path, text);
    }

    private ConfigNode table(String path) {
        Map<String, ConfigNode> fields = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            if (hasLoneSurrogate(name)) {
                errors.add(path, "has a name with " + LONE_SURROGATE, WHOLE_CHARACTER);
                name = "?";
            }
            String below = ConfigNode.below(path, name);
            parser.nextToken();
            ConfigNode value = node(below);
            if (fields.putIfAbsent(name, value) != null) {
                errors.add(below, "stands here twice", "name it once");
            }
        }
        return new ConfigNode.Table(path, fields);
    }

    private ConfigNode row(String path) {
        List<ConfigNode> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            items.add(node(ConfigNode.below(path, items.size())));
        }
        return new ConfigNode.Row(path, items);
    }

    /** JSON can escape a surrogate without its other half, which no request, header or log line can carry. */
    static boolean hasLoneSurrogate(String text) {
        return text.codePoints()
                .anyMatch(point -> point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE);
    }

    /** Rejects anchors and aliases of YAML, which can make a small document expand without bound. */
    private void unshared(String path) {
        if (parser.canReadObjectId() && YamlSupport.isShared(parser)) {
            errors.add(path, "has an anchor or an alias", "write it out, or use 'defaults' for what agents share");
        }
    }
}
