package dev.understudy.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Message;
import dev.understudy.chat.ResponseFormat;
import dev.understudy.chat.SamplingParameters;
import dev.understudy.chat.Tool;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.ToolSet;
import dev.understudy.testing.RecordedRequest;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A failover says the same words, on the wire. */
class PayloadTest {

    private static final ToolCall CALL = new ToolCall("call_1", "clock", "{\"zone\":\"Europe/Paris\",\"exact\":true}");

    @RegisterExtension
    final Rehearsal stage = new Rehearsal();

    private final ScriptedServer first = stage.server();
    private final ScriptedServer second = stage.server();

    /** All that a request can hold, with words that are hard to encode. */
    private static ChatRequest rich() {
        List<Message> history = List.of(
                Message.system("Be brief, \"precise\" and\nkind."),
                Message.user(
                        "Quelle heure est-il à Paris? 时间 😀 \u2028",
                        Message.Image.of("image/png", new byte[] {1, 2, 3}),
                        Message.Image.url("https://example.com/clock.png")),
                Message.assistant("I will look.", CALL),
                Message.toolResult(CALL, "{\"time\":\"12:00\"}"),
                Message.assistant("It is noon."),
                Message.user("And in New York?"));
        Tool clock = new Tool(
                "clock",
                "Tells the time.",
                Map.of(
                        "type",
                        "object",
                        "properties",
                        Map.of("zone", Map.of("type", "string"), "exact", Map.of("type", "boolean")),
                        "required",
                        List.of("zone")));
        return ChatRequest.of("m", history, List.of(clock)).withTemperature(0.5).withMaxTokens(100);
    }

    @OnEveryWire
    void everyAttemptAtEveryProviderOfADialectSendsTheSameBytes(Wire wire, Door door) {
        first.always(ScriptedReply.status(500));
        second.then(ScriptedReply.status(503), ScriptedReply.text("Morning."));
        Understudy understudy =
                stage.understudy(stage.provider(wire, "p1", first, "k1"), stage.provider(wire, "p2", second, "k2"));
        assertThat(door.hear(understudy, rich()).text()).isEqualTo("Morning.");
        assertThat(first.calls()).hasSize(3);
        assertThat(second.calls()).hasSize(2);
        byte[] sent = first.calls().get(0).body();
        assertThat(sent).hasSizeGreaterThan(500);
        assertThat(first.calls()).allSatisfy(asked -> assertThat(asked.body()).isEqualTo(sent));
        assertThat(second.calls()).allSatisfy(asked -> assertThat(asked.body()).isEqualTo(sent));
        assertThat(second.calls())
                .extracting(RecordedRequest::uri)
                .containsOnly(first.calls().get(0).uri());
    }

    @OnEveryWire
    void theNextKeySendsTheSameBytes(Wire wire, Door door) {
        first.rateLimitKey("k1", Duration.ofMinutes(1));
        door.hear(stage.understudy(stage.provider(wire, "p1", first, "k1", "k2")), rich())
                .served();
        assertThat(first.calls()).hasSize(2);
        assertThat(first.calls().get(1).body()).isEqualTo(first.calls().get(0).body());
    }

    @OnEveryWire
    void aSecondCallSendsTheSameBytes(Wire wire, Door door) {
        Understudy understudy = stage.understudy(stage.provider(wire, "p1", first, "k1"));
        door.hear(understudy, rich()).served();
        door.hear(understudy, rich()).served();
        assertThat(first.calls().get(1).body()).isEqualTo(first.calls().get(0).body());
    }

    @OnEveryWire
    void anotherModelChangesTheNameOfTheModelOnly(Wire wire, Door door) {
        first.then(ScriptedReply.status(404), ScriptedReply.text("Morning."));
        Understudy understudy = stage.builder(stage.provider(wire, "p1", first, "k1"))
                .fallback("m", "n")
                .build();
        door.hear(understudy, rich()).served();
        Map<String, Object> asked = Said.json(first.calls().get(0).text());
        Map<String, Object> fallback = Said.json(first.calls().get(1).text());
        assertThat(asked.put("model", "n")).isEqualTo("m");
        assertThat(fallback).isEqualTo(asked);
    }

    @OnEveryWire
    void acrossDialectsTheWordsAndToolsAreTheSame(Wire wire, Door door) {
        Wire other = wire == Wire.OPENAI ? Wire.ANTHROPIC : Wire.OPENAI;
        first.then(ScriptedReply.status(401));
        Understudy understudy =
                stage.understudy(stage.provider(wire, "p1", first, "k1"), stage.provider(other, "p2", second, "k2"));
        door.hear(understudy, rich()).served();
        RecordedRequest one = first.calls().get(0);
        RecordedRequest two = second.calls().get(0);
        assertThat(one.path()).isNotEqualTo(two.path());
        assertThat(Said.in(two)).isEqualTo(Said.in(one));
        assertThat(Said.in(one).conversation())
                .hasSize(9)
                .contains(
                        List.of("call", "call_1", "clock", Map.of("zone", "Europe/Paris", "exact", true)),
                        List.of("tool", "call_1", "{\"time\":\"12:00\"}"),
                        List.of("user", "data:image/png;base64,AQID"));
        assertThat(one.model()).isEqualTo(two.model());
        assertThat(one.streaming()).isEqualTo(two.streaming()).isEqualTo(door == Door.STREAM);
    }

    @OnEveryWire
    void theCallersRequestIsUnchanged(Wire wire, Door door) {
        List<Message> history = new ArrayList<>(rich().messages());
        Map<String, Object> fields = new HashMap<>(Map.of("user", "u-1"));
        ChatRequest request = new ChatRequest(
                "m",
                history,
                new ToolSet(rich().toolSet().tools(), ToolSet.Choice.auto()),
                ResponseFormat.text(),
                SamplingParameters.defaults(),
                Map.of("openai-chat", fields));
        ChatRequest before = new ChatRequest(
                request.model(),
                List.copyOf(request.messages()),
                request.toolSet(),
                request.format(),
                request.sampling(),
                request.extra());
        first.always(ScriptedReply.status(500));
        Understudy understudy = stage.builder(
                        stage.provider(wire, "p1", first, "k1"), stage.provider(wire, "p2", second, "k2"))
                .fallback("m", "n")
                .build();
        door.hear(understudy, request).served();
        assertThat(request).isEqualTo(before);
        assertThat(history).isEqualTo(before.messages());
        assertThat(fields).containsExactly(Map.entry("user", "u-1"));
        history.clear();
        fields.clear();
        assertThat(request).isEqualTo(before);
    }

    @ThroughBothDoors
    void aProviderGetsTheVeryObjectThatTheCallerGave(Door door) {
        ChatRequest request = rich();
        ScriptedProvider one = ScriptedProvider.named("p1").then(ScriptedAnswer.nothing());
        ScriptedProvider two = ScriptedProvider.named("p2").then(ScriptedAnswer.text("Morning."));
        door.hear(stage.understudy(one, two), request).served();
        assertThat(one.requests()).hasSize(2).allSatisfy(asked -> assertThat(asked)
                .isSameAs(request));
        assertThat(two.requests()).singleElement().isSameAs(request);
    }
}
