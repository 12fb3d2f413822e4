package dev.understudy.gateway.json;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Typed access to the fields of a JSON object. A field of another type is an error with its path. A {@code null}
 * field counts as absent.
 *
 * @param node the object
 * @param place its path, "" for the document
 */
public record JsonFields(JsonNode node, String place) {

    /** Limit of the elements of a document: values, names, brackets. */
    public static final int ELEMENTS = 200_000;

    /** Nesting of a text of a vendor, which is read in no recursion. */
    private static final int VENDOR_NESTING = 1_000;

    public static final JsonMapper JSON = JsonMapper.builder(factory(100))
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    /** Accepts what models write: names that occur twice, of which the last counts, deep nesting and long numbers. */
    private static final JsonMapper VENDOR = JsonMapper.builder(factory(VENDOR_NESTING))
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();
    /** Resolves its deserializer here: a mapper does that at its first use, behind a lock that blocks event loops. */
    private static final ObjectReader READER = JSON.readerFor(JsonNode.class);

    private static final ObjectReader VENDOR_READER = VENDOR.readerFor(JsonNode.class);

    private static JsonFactory factory(int nesting) {
        return JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxTokenCount(ELEMENTS)
                        .maxNestingDepth(nesting)
                        .build())
                .build();
    }

    public static JsonFields of(byte[] body) {
        try {
            return of(READER.readTree(body), "");
        } catch (JacksonException e) {
            throw BadRequest.request(400, "invalid_json", "The body is no valid JSON: " + e.getOriginalMessage());
        }
    }

    /** Returns the tree of a text that is known to be valid JSON. */
    public static JsonNode tree(String json) {
        return READER.readTree(json);
    }

    /** Returns the tree of a text; null if it is no valid JSON. */
    public static @Nullable JsonNode parsed(String json) {
        try {
            return tree(json);
        } catch (JacksonException broken) {
            return null;
        }
    }

    /** Returns the tree of a text that a vendor or its model wrote; null if it is no JSON. Numbers are exact. */
    public static @Nullable JsonNode ofVendor(String json) {
        try {
            return VENDOR_READER.readTree(json);
        } catch (JacksonException broken) {
            return null;
        }
    }

    public static JsonFields of(JsonNode node, String place) {
        if (!node.isObject()) {
            throw BadRequest.field(place, (place.isEmpty() ? "The body" : place) + " has to be an object");
        }
        return new JsonFields(node, place);
    }

    public @Nullable JsonNode find(String name) {
        JsonNode value = node.get(name);
        return value == null || value.isNull() ? null : value;
    }

    public boolean has(String name) {
        return find(name) != null;
    }

    public @Nullable String findText(String name) {
        JsonNode value = find(name);
        if (value != null && !value.isString()) {
            throw wrong(name, "a string");
        }
        return value == null ? null : value.stringValue();
    }

    public String text(String name) {
        String text = findText(name);
        if (text == null) {
            throw BadRequest.field(at(name), at(name) + " is missing");
        }
        return text;
    }

    public boolean flag(String name) {
        JsonNode value = find(name);
        if (value != null && !value.isBoolean()) {
            throw wrong(name, "true or false");
        }
        return value != null && value.booleanValue();
    }

    public @Nullable Double number(String name) {
        JsonNode value = find(name);
        if (value != null && !value.isNumber()) {
            throw wrong(name, "a number");
        }
        return value == null ? null : value.doubleValue();
    }

    public @Nullable Long whole(String name) {
        JsonNode value = find(name);
        if (value != null && !(value.isIntegralNumber() && value.canConvertToLong())) {
            throw wrong(name, "a whole number");
        }
        return value == null ? null : value.longValue();
    }

    public @Nullable JsonFields object(String name) {
        JsonNode value = find(name);
        return value == null ? null : of(value, at(name));
    }

    /** Returns the objects of an array; none if it is absent. */
    public List<JsonFields> objects(String name) {
        JsonNode value = find(name);
        if (value == null) {
            return List.of();
        }
        if (!value.isArray()) {
            throw wrong(name, "an array");
        }
        List<JsonFields> all = new ArrayList<>();
        for (JsonNode one : value) {
            all.add(of(one, at(name) + "[" + all.size() + "]"));
        }
        return all;
    }

    /** Returns the fields of an object as plain maps, lists, strings, numbers and booleans. */
    public @Nullable Map<String, Object> map(String name) {
        JsonFields object = object(name);
        return object == null ? null : plain((ObjectNode) object.node);
    }

    /** Returns the fields as plain maps, lists, strings, numbers and booleans. */
    public Map<String, Object> plain() {
        return plain((ObjectNode) node);
    }

    private static Map<String, Object> plain(ObjectNode object) {
        Map<String, Object> fields = new LinkedHashMap<>();
        object.properties().forEach(field -> fields.put(field.getKey(), plain(field.getValue())));
        return fields;
    }

    /**
     * Converts to plain maps, lists, strings, numbers and booleans. {@code ObjectMapper.convertValue} would do so too,
     * but waits for a lock while the mapper creates a deserializer, and requests are read on event loops.
     */
    public static @Nullable Object plain(JsonNode value) {
        return switch (value.getNodeType()) {
            case OBJECT -> plain((ObjectNode) value);
            case ARRAY -> {
                List<@Nullable Object> elements = new ArrayList<>();
                value.forEach(element -> elements.add(plain(element)));
                yield elements;
            }
            case NUMBER -> value.numberValue();
            case BOOLEAN -> value.booleanValue();
            case STRING -> value.stringValue();
            default -> null;
        };
    }

    public String at(String name) {
        return place.isEmpty() ? name : place + "." + name;
    }

    public BadRequest wrong(String name, String expected) {
        return BadRequest.field(at(name), at(name) + " has to be " + expected);
    }
}
