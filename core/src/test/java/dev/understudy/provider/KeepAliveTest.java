package dev.understudy.provider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.FailureKind;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.Usage;
import dev.understudy.provider.DialectSample.Event;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Payload that only keeps a connection open changes no answer, in any dialect and at any place. */
class KeepAliveTest {

    private static final List<String> PULSES = List.of(
            "",
            "  ",
            ": keepalive",
            ":",
            ":PROCESSING",
            "ping",
            "PING",
            "pong",
            "keep-alive",
            "heartbeat",
            "null",
            "\"\"",
            "\": keepalive\"",
            "\"ping\"",
            "[]",
            "{}",
            "{ }");

    private static final List<String> OBJECTS = List.of(
            "{\"type\":\"ping\"}",
            "{\"type\":\"keepalive\",\"sequence_number\":3}",
            "{\"type\":\"heartbeat\",\"ts\":1750000000}",
            "{\"event\":\"ping\"}",
            "{\"keepalive\":true}");

    @ParameterizedTest
    @EnumSource
    void sampleIsDecodedWhole(DialectSample sample) {
        DecodedAnswer answer = sample.decode(sample.events());
        assertThat(answer.failure).isNull();
        assertThat(answer.text).hasToString("Two towns: Bern, Rom.");
        assertThat(answer.reasoning).hasToString("I look twice.");
        assertThat(answer.toolCalls)
                .containsExactly(
                        new ToolCall("call_a", "get_weather", "{\"city\":\"Bern\"}"),
                        new ToolCall("call_b", "get_time", "{\"zone\":7}"));
        assertThat(answer.callsFromParts()).isEqualTo(answer.toolCalls);
        assertThat(answer.finished().reason()).isEqualTo(FinishReason.TOOL_CALLS);
        assertThat(answer.finished().usage()).isEqualTo(Usage.of(40, 30));
    }

    @ParameterizedTest
    @EnumSource
    void pulseAtAnyPlaceChangesNothing(DialectSample sample) {
        String expected = DialectSample.content(sample.decode(sample.events()));
        for (int at = 0; at < sample.events().size(); at++) {
            for (String pulse : PULSES) {
                check(sample, at, new Event("", pulse), expected);
            }
            for (String object : OBJECTS) {
                check(sample, at, new Event("", object), expected);
                check(sample, at, new Event("ping", object), expected);
            }
        }
    }

    private static void check(DialectSample sample, int at, Event pulse, String expected) {
        List<Event> events = new ArrayList<>(sample.events());
        events.add(at, pulse);
        byte[] body = sample.body(events);
        for (int most : new int[] {1, body.length}) {
            assertThat(DialectSample.content(sample.decode(body, most, new Random(at))))
                    .as("'%s' before event %d", pulse.json(), at)
                    .isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @EnumSource
    void commentWithinAnEventIsNoPartOfIt(DialectSample sample) {
        if (!sample.form.isSse()) {
            return;
        }
        String expected = DialectSample.content(sample.decode(sample.events()));
        String body = new String(sample.body(sample.events()), StandardCharsets.UTF_8);
        for (String inserted : List.of(
                body.replace("data: {", "data: : keepalive\ndata: {"), body.replace("}\n\n", "}\ndata: : OK\n\n"))) {
            byte[] bytes = inserted.getBytes(StandardCharsets.UTF_8);
            assertThat(DialectSample.content(sample.decode(bytes, 50, new Random(1))))
                    .isEqualTo(expected);
        }
    }

    @Test
    void jsonMayContinueAfterAColonOnALineOfItsOwn() {
        String body = "data: {\"choices\"\ndata: :[{\"delta\":{\"content\"\ndata: :\ndata: \"Yes\"},\"finish_reason\""
                + "\ndata: : \"stop\"}]}\n\n";
        DecodedAnswer answer =
                DialectSample.CHAT.decode(body.getBytes(StandardCharsets.UTF_8), body.length(), new Random(0));
        assertThat(answer.text).hasToString("Yes");
    }

    @Test
    void emptyPayloadOfAnErrorIsAnError() {
        for (String payload : List.of("{}", "null", "ping")) {
            List<Event> events = new ArrayList<>(DialectSample.CHAT.events().subList(0, 4));
            String body = new String(DialectSample.CHAT.body(events), StandardCharsets.UTF_8) + "event: error\ndata: "
                    + payload + "\n\n";
            DecodedAnswer answer = DialectSample.CHAT.decode(body.getBytes(StandardCharsets.UTF_8), 20, new Random(0));
            assertThat(answer.kind()).as(payload).isEqualTo(FailureKind.SERVER);
        }
    }

    @ParameterizedTest
    @EnumSource
    void streamOfPulsesAloneIsTruncated(DialectSample sample) {
        for (String pulse : PULSES) {
            List<Event> events = List.of(new Event("", pulse), new Event("", pulse));
            assertThat(sample.decode(events).kind()).as(pulse).isEqualTo(FailureKind.TRUNCATED);
        }
    }

    /** A proxy that makes server-sent events of Ollama's lines. */
    @Test
    void linesInDataFieldsAreRead() {
        StringBuilder body = new StringBuilder();
        for (Event event : DialectSample.OLLAMA.events()) {
            body.append("id: 7\nevent: message\ndata: ").append(event.json()).append("\n\n");
        }
        body.append("data: [DONE]\n\n");
        byte[] bytes = body.toString().getBytes(StandardCharsets.UTF_8);
        for (int most : new int[] {1, 7, bytes.length}) {
            assertThat(DialectSample.content(DialectSample.OLLAMA.decode(bytes, most, new Random(2))))
                    .isEqualTo(DialectSample.content(DialectSample.OLLAMA.decode(DialectSample.OLLAMA.events())));
        }
    }
}
