package dev.understudy.provider.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.ResponseFormat;
import dev.understudy.chat.Tool;
import java.lang.management.ManagementFactory;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {

    @Test
    void schemaOfAnUnorderedMapIsWrittenInOneOrderInEachProcess() {
        Map<String, Object> schema = Map.of("a", 1, "b", 2, "c", 3, "d", 4, "e", 5, "f", 6, "g", 7);
        String sorted = "{\"a\":1,\"b\":2,\"c\":3,\"d\":4,\"e\":5,\"f\":6,\"g\":7}";
        assertThat(JsonWriter.text(new Tool("t", "a tool", schema).schema())).isEqualTo(sorted);
        assertThat(JsonWriter.text(new ResponseFormat.JsonSchema("s", schema, true).schema()))
                .isEqualTo(sorted);
    }

    @Test
    void readsFieldsAndSkipsOthers() {
        List<String> seen = new ArrayList<>();
        JsonReader in = open("{\"a\":\"x\",\"deep\":{\"a\":[1,{\"b\":2}]},\"list\":[\"p\",{\"q\":1},\"r\"],\"n\":7}");
        assertThat(in.object()).isTrue();
        while (in.nextField()) {
            switch (in.field()) {
                case "a", "n" -> seen.add(in.field() + "=" + in.string());
                case "list" -> {
                    assertThat(in.array()).isTrue();
                    while (in.nextElement()) {
                        seen.add("element " + in.string());
                    }
                }
                default -> {}
            }
        }
        assertThat(seen).containsExactly("a=x", "element p", "element null", "element r", "n=7");
    }

    @Test
    void toleratesValuesOfAnotherType() {
        JsonReader in =
                open("{\"a\":\"12\",\"b\":3.9,\"c\":null,\"d\":{},\"e\":1e30,\"f\":true,\"g\":99999999999999999999}");
        in.object();
        in.nextField();
        assertThat(in.integer(-1)).isEqualTo(12);
        in.nextField();
        assertThat(in.integer(-1)).isEqualTo(3);
        assertThat(in.string()).isEqualTo("3.9");
        in.nextField();
        assertThat(in.integer(-1)).isEqualTo(-1);
        assertThat(in.string()).isNull();
        assertThat(in.isNull()).isTrue();
        in.nextField();
        assertThat(in.string()).isNull();
        assertThat(in.array()).isFalse();
        assertThat(in.bool(true)).isTrue();
        in.nextField();
        assertThat(in.integer(-1)).isEqualTo(Integer.MAX_VALUE);
        in.nextField();
        assertThat(in.string()).isEqualTo("true");
        assertThat(in.bool(false)).isTrue();
        assertThat(in.integer(5)).isEqualTo(5);
        in.nextField();
        assertThat(in.longer(-1)).isEqualTo(Long.MAX_VALUE);
        assertThat(in.nextField()).isFalse();
    }

    @Test
    void capturesASubTreeInTheOrderReceived() {
        String tree = "{\"z\":1,\"a\":[true,null,\"é\\n\"],\"m\":{\"x\":1.50,\"e\":1E+3}}";
        JsonReader in = open(" { \"skip\" : [ ] , \"tree\" : " + tree + " } ");
        in.object();
        in.nextField();
        in.nextField();
        assertThat(JsonTree.text(in)).isEqualTo(tree);
        assertThat(in.nextField()).isFalse();
        assertThat(Json.object(tree))
                .containsEntry("z", 1L)
                .containsEntry("a", Arrays.asList(true, null, "é\n"))
                .containsEntry("m", Map.of("x", new BigDecimal("1.50"), "e", new BigDecimal("1E+3")));
        assertThat(Json.object("[1]")).isNull();
        assertThat(Json.object("{\"a\":")).isNull();
        assertThat(Json.object("")).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "   ",
                "{\"secret\":",
                "{\"secret\":\"word",
                "{\"secret\" \"word\"}",
                "secret",
                "{\"secret\":word}",
                "{\"a\":1}secret",
                "{\"a\":1} {\"secret\":2}",
                "{\"a\":\"\u0001secret\"}"
            })
    void invalidJsonIsProtocolFailureWithoutQuote(String body) {
        assertThatThrownBy(() -> drain(body.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOfSatisfying(CallFailed.class, e -> {
                    assertThat(e.failure().kind()).isEqualTo(FailureKind.PROTOCOL);
                    assertThat(e.getMessage()).doesNotContain("secret").doesNotContain("word");
                    assertThat(e.getCause()).isNull();
                });
    }

    @Test
    void invalidUtf8IsAProtocolFailure() {
        byte[] body = "{\"a\":\"xx\"}".getBytes(StandardCharsets.UTF_8);
        body[6] = (byte) 0xC3;
        body[7] = (byte) 0x28;
        assertThatThrownBy(() -> drain(body))
                .isInstanceOfSatisfying(
                        CallFailed.class, e -> assertThat(e.failure().kind()).isEqualTo(FailureKind.PROTOCOL));
    }

    @Test
    void nestingHasALimit() {
        drain(("[".repeat(128) + "]".repeat(128)).getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> drain(("[".repeat(129) + "]".repeat(129)).getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(CallFailed.class)
                .hasMessageContaining("limit");
    }

    @Test
    void aReaderIsGoodAgainAfterAnyNumberOfDocumentsAndFailures() {
        for (int i = 0; i < 2_000; i++) {
            String text = "x".repeat(i * 7 % 20_000) + "😀é";
            if (i % 5 == 0) {
                assertThatThrownBy(() -> drain("{\"a\":[1,".getBytes(StandardCharsets.UTF_8)))
                        .isInstanceOf(CallFailed.class);
            }
            JsonReader in = open("{\"a\":\"" + text + "\"}  ");
            in.object();
            in.nextField();
            JsonReader inner = open("{\"b\":" + i + "}");
            inner.object();
            inner.nextField();
            assertThat(inner.integer(-1)).isEqualTo(i);
            assertThat(inner.nextField()).isFalse();
            assertThat(in.string()).isEqualTo(text);
            assertThat(in.nextField()).isFalse();
        }
    }

    @Test
    void readersOfManyThreadsDoNotMeet() throws Exception {
        List<Thread> threads = new ArrayList<>();
        List<String> wrong = Collections.synchronizedList(new ArrayList<>());
        for (int t = 0; t < 8; t++) {
            String own = "thread " + t;
            Thread thread = new Thread(() -> {
                for (int i = 0; i < 2_000; i++) {
                    JsonReader in = open("{\"a\":\"" + own + "\"}");
                    in.object();
                    in.nextField();
                    String read = in.string("");
                    if (!read.equals(own) || in.nextField()) {
                        wrong.add(read);
                    }
                }
            });
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void aStringThatRepeatsIsNotMadeAnew() {
        String before = String.valueOf("same".toCharArray());
        JsonReader in = open("{\"a\":\"same\",\"b\":\"other\",\"c\":\"\",\"d\":null,\"e\":\"sam\\u0065\"}");
        in.object();
        in.nextField();
        assertThat(in.repeated(before)).isSameAs(before);
        in.nextField();
        assertThat(in.repeated(before)).isEqualTo("other");
        in.nextField();
        assertThat(in.repeated(before)).isSameAs(before);
        in.nextField();
        assertThat(in.repeated(before)).isSameAs(before);
        in.nextField();
        assertThat(in.repeated(before)).isSameAs(before);
        assertThat(in.nextField()).isFalse();
    }

    @Test
    void aByteOrderMarkIsPassedOver() {
        assertThat(Json.object("\uFEFF{\"a\":1}")).containsEntry("a", 1L);
    }

    @Test
    void writesOrderedMapsAsTheyAreAndSortsTheOthers() {
        Map<String, Object> ordered = new LinkedHashMap<>();
        ordered.put("z", 1);
        ordered.put("b", List.of(1.5, true, "q\"\n\u20AC"));
        ordered.put(
                "chance", Map.of("k4", 4, "k1", Set.of("y", "x", "w"), "k3", new HashMap<>(Map.of("n", 1, "m", 2))));
        ordered.put("a", null);
        assertThat(Json.text(ordered))
                .isEqualTo("{\"z\":1,\"b\":[1.5,true,\"q\\\"\\n€\"],"
                        + "\"chance\":{\"k1\":[\"w\",\"x\",\"y\"],\"k3\":{\"m\":2,\"n\":1},\"k4\":4},\"a\":null}");
    }

    @Test
    void halfASurrogatePairIsRepaired() {
        assertThat(Json.text(List.of("a\uD83D", "\uDE00b", "\uD83D\uDE00")))
                .isEqualTo("[\"a\uFFFD\",\"\uFFFDb\",\"😀\"]");
    }

    @Test
    void valuesThatJsonLacksAreRefused() {
        assertThatThrownBy(() -> Json.write(Map.of("a", Double.NaN))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Json.write(List.of(new Object()))).isInstanceOf(IllegalArgumentException.class);
        List<Object> itself = new ArrayList<>();
        itself.add(itself);
        assertThatThrownBy(() -> Json.write(itself)).isInstanceOf(IllegalArgumentException.class);
    }

    private static JsonReader open(String json) {
        return Json.read(json.getBytes(StandardCharsets.UTF_8));
    }

    private static void drain(byte[] body) {
        JsonReader in = Json.read(body);
        JsonTree.of(in);
    }

    @Test
    void longDocumentIsCopiedAFewTimesOnly() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        Map<String, Object> document = Map.of("text", "word ".repeat(1 << 20));
        Json.write(document);
        long before = threads.getCurrentThreadAllocatedBytes();
        byte[] written = Json.write(document);
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(6L * written.length);
    }
}
