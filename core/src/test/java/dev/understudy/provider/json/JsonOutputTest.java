package dev.understudy.provider.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** Strings are written as Jackson writes them. */
class JsonOutputTest {

    private static final String AWKWARD = "\"\\/\b\f\n\r\t\u0000\u001f\u007f\u0080\u07ff\u0800\u2028\ufeff\uffff";

    private static String text(Random random, int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            switch (random.nextInt(4)) {
                case 0 -> text.append(AWKWARD.charAt(random.nextInt(AWKWARD.length())));
                case 1 -> text.appendCodePoint(0x10000 + random.nextInt(0xFFFFF));
                case 2 -> text.append((char) random.nextInt(0xD800));
                default -> text.append((char) (' ' + random.nextInt(95)));
            }
        }
        return text.toString();
    }

    private static byte[] byJackson(String text) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator json = new JsonFactory().createGenerator(ObjectWriteContext.empty(), out)) {
            json.writeString(text);
        }
        return out.toByteArray();
    }

    @Test
    void anyTextIsWrittenAsByJackson() {
        Random random = new Random(1);
        for (int i = 0; i < 2_000; i++) {
            String text = text(random, i % 200 == 0 ? 3_000 : random.nextInt(30));
            assertThat(JsonWriter.bytes(text)).isEqualTo(byJackson(text));
        }
    }

    @Test
    void loneSurrogateIsReplaced() {
        assertThat(JsonWriter.text("a\ud83d")).isEqualTo("\"a\ufffd\"");
        assertThat(JsonWriter.text("\ude00b")).isEqualTo("\"\ufffdb\"");
        assertThat(JsonWriter.text("\ud83d\ud83d\ude00")).isEqualTo("\"\ufffd\ud83d\ude00\"");
    }

    @Test
    void valueWhoseTextIsJsonIsWritten() {
        CharSequence value = new CharSequence() {
            @Override
            public int length() {
                return toString().length();
            }

            @Override
            public char charAt(int index) {
                return toString().charAt(index);
            }

            @Override
            public CharSequence subSequence(int start, int end) {
                return toString().subSequence(start, end);
            }

            @Override
            public String toString() {
                return JsonWriter.text(List.of(1, "two"));
            }
        };
        assertThat(JsonWriter.text(List.of("before", value, "behind")))
                .isEqualTo("[\"before\",\"[1,\\\"two\\\"]\",\"behind\"]");
    }

    @Test
    void longTextLeavesTheNextOneWhole() {
        String text = "é".repeat(100_000);
        assertThat(new String(JsonWriter.bytes(text), StandardCharsets.UTF_8)).isEqualTo('"' + text + '"');
        assertThat(JsonWriter.text("next")).isEqualTo("\"next\"");
    }
}
