package dev.understudy.provider.json;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatException.CallFailed;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Our reader and Jackson's on the same documents, whole and spoilt: the same values, or no values from both. */
class JsonReferenceTest {

    private static final int DOCUMENTS = 20_000;
    private static final String SPOILS = "{}[]\",:\\ue+-.0tfn \n\u0001\u00e9";

    private static final JsonMapper JACKSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private final SplittableRandom random = new SplittableRandom(20261120);

    @Test
    void wholeDocumentsReadAlike() {
        for (int i = 0; i < DOCUMENTS; i++) {
            byte[] document = object(0).getBytes(StandardCharsets.UTF_8);
            assertThat(ours(document)).as(text(document)).isNotNull().isEqualTo(theirs(document));
            assertThat(passedOver(document)).as(text(document)).isTrue();
        }
    }

    @Test
    void damagedDocumentsReadAlikeOrAreRejected() {
        int read = 0;
        for (int i = 0; i < DOCUMENTS; i++) {
            byte[] document = spoilt(object(0).getBytes(StandardCharsets.UTF_8));
            Object expected;
            try {
                expected = isUtf8(document) ? theirs(document) : null;
            } catch (NumberFormatException exponentBeyondAllLimits) {
                continue; // good grammar, and a number that cannot be had
            }
            assertThat(ours(document)).as(text(document)).isEqualTo(expected);
            assertThat(passedOver(document)).as(text(document)).isEqualTo(expected != null);
            read += expected == null ? 0 : 1;
        }
        assertThat(read).isBetween(DOCUMENTS / 20, DOCUMENTS * 19 / 20);
    }

    private static @Nullable Object ours(byte[] document) {
        try {
            JsonReader in = Json.read(document);
            return in.isObject() ? JsonTree.object(in) : null;
        } catch (CallFailed notJson) {
            return null;
        }
    }

    /** What nobody looks at is checked no less. */
    private static boolean passedOver(byte[] document) {
        byte[] wrapped = ("{\"a\":" + text(document) + "}").getBytes(StandardCharsets.ISO_8859_1);
        try {
            JsonReader in = Json.read(wrapped);
            in.object();
            in.nextField();
            boolean object = in.isObject();
            return !in.nextField() && object;
        } catch (CallFailed notJson) {
            return false;
        }
    }

    private static @Nullable Object theirs(byte[] document) {
        try {
            JsonNode node = JACKSON.readTree(document);
            return node.isObject() ? plain(node) : null;
        } catch (JacksonException notJson) {
            return null;
        }
    }

    private static @Nullable Object plain(JsonNode node) {
        if (node.isObject()) {
            Map<String, @Nullable Object> map = new LinkedHashMap<>();
            node.properties().forEach(field -> map.put(field.getKey(), plain(field.getValue())));
            return map;
        }
        if (node.isArray()) {
            return node.valueStream().map(JsonReferenceTest::plain).toList();
        }
        if (node.isNumber()) {
            return node.canConvertToLong() && node.isIntegralNumber() ? node.asLong() : node.decimalValue();
        }
        return node.isBoolean() ? (Object) node.asBoolean() : node.isNull() ? null : node.asString();
    }

    private static boolean isUtf8(byte[] document) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(document));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    private byte[] spoilt(byte[] document) {
        byte[] spoilt = document.clone();
        int at = random.nextInt(spoilt.length);
        if (random.nextInt(4) == 0) {
            return Arrays.copyOf(spoilt, at);
        }
        spoilt[at] = random.nextInt(3) == 0
                ? (byte) random.nextInt(256)
                : (byte) SPOILS.charAt(random.nextInt(SPOILS.length()));
        return spoilt;
    }

    private String value(int depth) {
        return switch (random.nextInt(depth > 4 ? 5 : 7)) {
            case 0 -> string(0);
            case 1 -> number();
            case 2 -> "true";
            case 3 -> "false";
            case 4 -> "null";
            case 5 -> object(depth + 1);
            default -> array(depth + 1);
        };
    }

    private String object(int depth) {
        StringBuilder out = new StringBuilder("{");
        int fields = random.nextInt(4);
        for (int i = 0; i < fields; i++) {
            out.append(i > 0 ? "," : "")
                    .append(space())
                    .append(string(2)) // in names Jackson refuses half a surrogate pair, which we do not
                    .append(space())
                    .append(':')
                    .append(space())
                    .append(value(depth));
        }
        return out.append(space()).append('}').toString();
    }

    private String array(int depth) {
        StringBuilder out = new StringBuilder("[");
        int elements = random.nextInt(4);
        for (int i = 0; i < elements; i++) {
            out.append(i > 0 ? "," : "").append(space()).append(value(depth)).append(space());
        }
        return out.append(space()).append(']').toString();
    }

    private String space() {
        return random.nextInt(3) == 0 ? " \n\t\r".substring(random.nextInt(4)) : "";
    }

    private String string(int without) {
        String[] parts = {
            "a", "content", "é", "€", "😀", "\\n", "\\\"", "\\\\", "\\/", "\\u00e9", "\\ud83d\\ude00", "\\ud83d"
        };
        StringBuilder out = new StringBuilder("\"");
        int count = random.nextInt(8) == 0 ? 30 : random.nextInt(5);
        for (int i = 0; i < count; i++) {
            out.append(parts[random.nextInt(parts.length - without)]);
        }
        return out.append('"').toString();
    }

    private String number() {
        String[] numbers = {
            "0",
            "-0",
            "7",
            "-12",
            "1.50",
            "-0.0",
            "1e3",
            "1E-3",
            "2.5e+10",
            "9223372036854775807",
            "-9223372036854775808",
            "9223372036854775808",
            "123456789012345678901234567890"
        };
        return numbers[random.nextInt(numbers.length)];
    }

    private static String text(byte[] document) {
        return new String(document, StandardCharsets.ISO_8859_1);
    }
}
