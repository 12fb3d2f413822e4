package dev.understudy.provider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.FailureKind;
import dev.understudy.provider.DialectSample.Event;
import dev.understudy.provider.dialect.EventType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Events of more than 1 MiB: pictures and long tool calls. */
class LargeEventTest {

    private static final String BIG = "QUJD".repeat(500_000);

    @Test
    void textAroundALargePictureArrives() {
        List<Event> events = new ArrayList<>(DialectSample.GEMINI.events());
        events.add(
                3,
                Event.all("{'candidates':[{'content':{'parts':[{'inlineData':{'mimeType':'image/png','data':'" + BIG
                                + "'}}]}}]}")
                        .get(0));
        for (DialectSample sample : List.of(DialectSample.GEMINI, DialectSample.GEMINI_ARRAY)) {
            DecodedAnswer answer = decode(sample, events);
            assertThat(answer.failure).isNull();
            assertThat(answer.text).hasToString("Two towns: Bern, Rom.");
            assertThat(answer.response().blocks())
                    .filteredOn(ContentBlock.Image.class::isInstance)
                    .hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "response.image_generation_call.partial_image",
                "response.audio.delta",
                "response.code_interpreter_call_code.delta",
                "response.something_new.delta"
            })
    void unreadEventAboveTheLimitIsSkipped(String type) {
        List<Event> events = new ArrayList<>(DialectSample.RESPONSES.events());
        for (String head : List.of("'type':'" + type + "',", "'sequence_number':7,'type':'" + type + "',")) {
            events.add(
                    8, new Event(type, DialectSample.unquoted("{" + head + "'output_index':1,'data':'" + BIG + "'}")));
        }
        String expected = DialectSample.content(DialectSample.RESPONSES.decode(DialectSample.RESPONSES.events()));
        DecodedAnswer answer = DecodedAnswer.of(
                DialectSample.RESPONSES.dialect.framing(1 << 20),
                DialectSample.RESPONSES.dialect.decoder("p", DialectSample.REQUEST),
                DialectSample.RESPONSES.body(events),
                20_000,
                new Random(0));
        assertThat(DialectSample.content(answer)).isEqualTo(expected);
    }

    /** A picture or sound in one event with a text, in the form of each dialect. */
    private static List<Event> withMedia(DialectSample sample) {
        String event = sample == DialectSample.CHAT
                ? "{'choices':[{'index':0,'delta':{'audio':{'id':'a','data':'" + BIG
                        + "'},'images':[{'image_url':{'url':" + "'data:image/png;base64," + BIG
                        + "'}}],'content':' Look.'}}]}"
                : "{'candidates':[{'content':{'parts':[{'inlineData':{'mimeType':'image/png','data':'" + BIG
                        + "'}},{'text':' Look.'}]}}]}";
        List<Event> events = new ArrayList<>(sample.events());
        events.add(3, Event.all(event).get(0));
        return events;
    }

    private static DecodedAnswer limited(DialectSample sample, ChatRequest request, int pieces) {
        return DecodedAnswer.of(
                sample.dialect.framing(100_000),
                sample.dialect.decoder("p", request),
                sample.body(withMedia(sample)),
                pieces,
                new Random(pieces));
    }

    @ParameterizedTest
    @EnumSource(
            value = DialectSample.class,
            names = {"CHAT", "GEMINI"})
    void mediaAboveTheLimitThatNobodyAskedForAreSkipped(DialectSample sample) {
        for (int pieces : new int[] {500, 8_000, 60_000}) {
            DecodedAnswer answer = limited(sample, DialectSample.REQUEST, pieces);
            assertThat(answer.failure).isNull();
            assertThat(answer.text.toString()).contains(" Look.");
            assertThat(answer.response().blocks()).noneMatch(ContentBlock.Image.class::isInstance);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = DialectSample.class,
            names = {"CHAT", "GEMINI"})
    void mediaAboveTheLimitThatWereAskedForAreAFailure(DialectSample sample) {
        ChatRequest model = DialectSample.REQUEST.withModel("some-image-model");
        ChatRequest modalities = DialectSample.REQUEST
                .withExtra("openai-chat", "modalities", List.of("text", "audio"))
                .withExtra("gemini", "generationConfig", Map.of("responseModalities", List.of("TEXT", "IMAGE")));
        for (ChatRequest request : List.of(model, modalities)) {
            assertThat(limited(sample, request, 8_000).kind()).isEqualTo(FailureKind.PROTOCOL);
        }
    }

    @Test
    void largeArgumentsOfACallArrive() {
        String arguments = "{\"text\":\"" + BIG + "\"}";
        String chunk =
                "{'choices':[{'index':0,'delta':{'tool_calls':[{'index':0,'id':'c','function':{'name':'get_time','arguments':'"
                        + arguments.replace("\"", "\\'") + "'}}]},'finish_reason':'tool_calls'}]}";
        assertThat(decode(DialectSample.CHAT, Event.all(chunk)).toolCalls.get(0).arguments())
                .isEqualTo(arguments);
    }

    @Test
    void eventAboveTheLimitFailsAndSaysHowToRaiseIt() {
        byte[] body = DialectSample.CHAT.body(List.of(new Event("", "{\"choices\":[],\"x\":\"" + BIG + "\"}")));
        DecodedAnswer answer = DecodedAnswer.of(
                DialectSample.CHAT.dialect.framing(1 << 20),
                DialectSample.CHAT.dialect.decoder("p", DialectSample.REQUEST),
                body,
                10_000,
                new Random(0));
        assertThat(answer.kind()).isEqualTo(FailureKind.PROTOCOL);
        assertThat(answer.failure.message()).contains("Transport.withMaxAnswer");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"type\":\"a.b\",\"x\":1} | a.b",
                " { \"n\" : -1.5e3 , \"s\":\"t\",\"b\":true, \"type\" : \"a.b\" | a.b",
                "{\"x\":{\"type\":\"inner\"},\"type\":\"a.b\"} | name",
                "{\"x\":\"\\\"type\",\"type\":\"a.b\"} | name",
                "[1] | name"
            })
    void typeIsReadFromTheBeginning(String json, String expected) {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        assertThat(EventType.of("name", bytes, 0, bytes.length)).isEqualTo(expected);
    }

    private static DecodedAnswer decode(DialectSample sample, List<Event> events) {
        return sample.decode(sample.body(events), 20_000, new Random(1));
    }
}
