package dev.understudy.scenario;

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

/** Requests of retries and failovers, as the servers receive them. */
class FailoverRequestTest {

    private static final ToolCall CALL = new ToolCall("call_1", "clock", "{\"zone\":\"Europe/Paris\",\"exact\":true}");

    @RegisterExtension
    final SocketScenario scenario = new SocketScenario();

    private final ScriptedServer first = scenario.server();
    private final ScriptedServer second = scenario.server();

    /** A request with every kind of content and characters that need encoding. */
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

    @EveryDialectAndKind
    void attemptsInOneDialectSendEqualBytes(SocketDialect dialect, CallKind kind) {
        first.always(ScriptedReply.status(500));
        second.then(ScriptedReply.status(503), ScriptedReply.text("Morning."));
        Understudy understudy = scenario.understudy(
                scenario.provider(dialect, "p1", first, "k1"), scenario.provider(dialect, "p2", second, "k2"));
        assertThat(kind.result(understudy, rich()).text()).isEqualTo("Morning.");
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

    @EveryDialectAndKind
    void nextKeySendsEqualBytes(SocketDialect dialect, CallKind kind) {
        first.rateLimitKey("k1", Duration.ofMinutes(1));
        kind.result(scenario.understudy(scenario.provider(dialect, "p1", first, "k1", "k2")), rich())
                .servedBy();
        assertThat(first.calls()).hasSize(2);
        assertThat(first.calls().get(1).body()).isEqualTo(first.calls().get(0).body());
    }

    @EveryDialectAndKind
    void secondCallSendsEqualBytes(SocketDialect dialect, CallKind kind) {
        Understudy understudy = scenario.understudy(scenario.provider(dialect, "p1", first, "k1"));
        kind.result(understudy, rich()).servedBy();
        kind.result(understudy, rich()).servedBy();
        assertThat(first.calls().get(1).body()).isEqualTo(first.calls().get(0).body());
    }

    @EveryDialectAndKind
    void fallbackModelChangesModelNameOnly(SocketDialect dialect, CallKind kind) {
        first.then(ScriptedReply.status(404), ScriptedReply.text("Morning."));
        Understudy understudy = scenario.builder(scenario.provider(dialect, "p1", first, "k1"))
                .fallback("m", "n")
                .build();
        kind.result(understudy, rich()).servedBy();
        Map<String, Object> asked = RequestContent.json(first.calls().get(0).text());
        Map<String, Object> fallback = RequestContent.json(first.calls().get(1).text());
        assertThat(asked.put("model", "n")).isEqualTo("m");
        assertThat(fallback).isEqualTo(asked);
    }

    @EveryDialectAndKind
    void dialectsSendEqualContentAndTools(SocketDialect dialect, CallKind kind) {
        SocketDialect other = dialect == SocketDialect.OPENAI ? SocketDialect.ANTHROPIC : SocketDialect.OPENAI;
        first.then(ScriptedReply.status(401));
        Understudy understudy = scenario.understudy(
                scenario.provider(dialect, "p1", first, "k1"), scenario.provider(other, "p2", second, "k2"));
        kind.result(understudy, rich()).servedBy();
        RecordedRequest one = first.calls().get(0);
        RecordedRequest two = second.calls().get(0);
        assertThat(one.path()).isNotEqualTo(two.path());
        assertThat(RequestContent.in(two)).isEqualTo(RequestContent.in(one));
        assertThat(RequestContent.in(one).conversation())
                .hasSize(9)
                .contains(
                        List.of("call", "call_1", "clock", Map.of("zone", "Europe/Paris", "exact", true)),
                        List.of("tool", "call_1", "{\"time\":\"12:00\"}"),
                        List.of("user", "data:image/png;base64,AQID"));
        assertThat(one.model()).isEqualTo(two.model());
        assertThat(one.streaming()).isEqualTo(two.streaming()).isEqualTo(kind == CallKind.STREAM);
    }

    @EveryDialectAndKind
    void requestOfCallerIsUnchanged(SocketDialect dialect, CallKind kind) {
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
        Understudy understudy = scenario.builder(
                        scenario.provider(dialect, "p1", first, "k1"), scenario.provider(dialect, "p2", second, "k2"))
                .fallback("m", "n")
                .build();
        kind.result(understudy, request).servedBy();
        assertThat(request).isEqualTo(before);
        assertThat(history).isEqualTo(before.messages());
        assertThat(fields).containsExactly(Map.entry("user", "u-1"));
        history.clear();
        fields.clear();
        assertThat(request).isEqualTo(before);
    }

    @ChatAndStream
    void providerReceivesTheObjectOfTheCaller(CallKind kind) {
        ChatRequest request = rich();
        ScriptedProvider one = ScriptedProvider.named("p1").then(ScriptedAnswer.nothing());
        ScriptedProvider two = ScriptedProvider.named("p2").then(ScriptedAnswer.text("Morning."));
        kind.result(scenario.understudy(one, two), request).servedBy();
        assertThat(one.requests()).hasSize(2).allSatisfy(asked -> assertThat(asked)
                .isSameAs(request));
        assertThat(two.requests()).singleElement().isSameAs(request);
    }
}
