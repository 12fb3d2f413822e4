package dev.understudy.provider.ollama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.Message;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.ResponseFormat;
import dev.understudy.chat.StreamChunk.Finish;
import dev.understudy.chat.StreamChunk.Reasoning;
import dev.understudy.chat.StreamChunk.Text;
import dev.understudy.chat.StreamChunk.ToolCallDone;
import dev.understudy.chat.StreamChunk.ToolCallPart;
import dev.understudy.chat.Tool;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.ToolSet;
import dev.understudy.chat.Usage;
import dev.understudy.provider.Corpus;
import dev.understudy.provider.DecodedAnswer;
import dev.understudy.provider.endpoint.Secret;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class OllamaTest {

    private static final Ollama DIALECT = new Ollama();
    private static final ChatRequest REQUEST = ChatRequest.of("asked-for", "?");
    private static final String DONE =
            "{'model':'tiny','message':{'role':'assistant','content':''},'done':true,'done_reason':'stop',"
                    + "'prompt_eval_count':7,'eval_count':5}";

    @Test
    void requestAlwaysHasTheStreamField() {
        assertThat(json(ChatRequest.of("m", "Be kind.", "hi"), false))
                .hasToString("{\"model\":\"m\",\"messages\":[{\"role\":\"system\",\"content\":\"Be kind.\"},"
                        + "{\"role\":\"user\",\"content\":\"hi\"}],\"stream\":false}");
        assertThat(json(REQUEST, true).path("stream").booleanValue()).isTrue();
    }

    @Test
    void samplingStandsInTheOptionsAndIsJoinedWithTheCallersOwn() {
        JsonNode body = json(
                ChatRequest.of("m", "q")
                        .withTemperature(0.5)
                        .withTopP(0.25)
                        .withMaxTokens(9)
                        .withStop("END")
                        .withSeed(4)
                        .withExtra("ollama", "options", Map.of("num_ctx", 8192, "seed", 5))
                        .withExtra("ollama", "think", true),
                true);
        assertThat(body.path("options"))
                .hasToString("{\"temperature\":0.5,\"top_p\":0.25,\"num_predict\":9,\"stop\":[\"END\"],\"seed\":5,"
                        + "\"num_ctx\":8192}");
        assertThat(body.path("think").booleanValue()).isTrue();
    }

    @Test
    void picturesAreSentAsBytes() {
        JsonNode message = json(
                        ChatRequest.of(
                                "m",
                                List.of(Message.user(
                                        "look",
                                        Message.Image.of("image/png", new byte[] {1, 2, 3}),
                                        Message.Image.url("data:image/gif;base64,AAAA")))),
                        true)
                .path("messages")
                .get(0);
        assertThat(message).hasToString("{\"role\":\"user\",\"content\":\"look\",\"images\":[\"AQID\",\"AAAA\"]}");
    }

    @Test
    void imageByUrlIsRefusedBeforeSending() {
        ChatRequest request = ChatRequest.of("m", List.of(Message.user("look", Message.Image.url("https://h/p.png"))));
        assertThatThrownBy(() -> DIALECT.encode(request, true)).isInstanceOfSatisfying(CallFailed.class, failed -> {
            assertThat(failed.failure().kind()).isEqualTo(FailureKind.UNSUPPORTED);
            assertThat(failed.failure().advice().refusedParameter()).isEqualTo("image_url");
        });
    }

    @Test
    void toolExchangesUseObjectsAndNames() {
        ToolCall call = new ToolCall("c1", "weather", "{\"city\":\"Oslo\"}");
        Message.Assistant said = new Message.Assistant(
                "",
                List.of(call),
                List.of(
                        new ReasoningBlock("t", new ReasoningBlock.Signature("s", false, "gemini")),
                        ReasoningBlock.of("u")));
        assertThat(json(ChatRequest.of("m", List.of(Message.user("q"), said, Message.toolResult(call, "rain"))), true)
                        .path("messages"))
                .hasToString("[{\"role\":\"user\",\"content\":\"q\"},"
                        + "{\"role\":\"assistant\",\"content\":\"\",\"tool_calls\":[{\"function\":{\"name\":\"weather\","
                        + "\"arguments\":{\"city\":\"Oslo\"}}}]},"
                        + "{\"role\":\"tool\",\"content\":\"rain\",\"tool_name\":\"weather\"}]");
    }

    @Test
    void toolsAreLeftOutWhereTheyMustNotBeCalled() {
        ChatRequest request = ChatRequest.of(
                "m", List.of(Message.user("q")), List.of(Tool.of("now", "Tells the time"), Tool.of("x", "")));
        assertThat(json(request, true).path("tools")).hasSize(2);
        assertThat(json(request, true)
                        .path("tools")
                        .get(0)
                        .path("function")
                        .path("name")
                        .stringValue())
                .isEqualTo("now");
        assertThat(json(request.withToolChoice(ToolSet.Choice.required()), true).path("tools"))
                .hasSize(2);
        assertThat(json(request.withToolChoice(ToolSet.Choice.none()), true).has("tools"))
                .isFalse();
        JsonNode named =
                json(request.withToolChoice(ToolSet.Choice.named("x")), true).path("tools");
        assertThat(named).hasSize(1);
        assertThat(named.get(0).path("function").path("name").stringValue()).isEqualTo("x");
    }

    @Test
    void aSchemaIsTheFormat() {
        assertThat(json(REQUEST.withFormat(ResponseFormat.json()), true)
                        .path("format")
                        .stringValue())
                .isEqualTo("json");
        assertThat(json(REQUEST.withFormat(ResponseFormat.jsonSchema("s", Map.of("type", "object"))), true)
                        .path("format"))
                .hasToString("{\"type\":\"object\"}");
        assertThat(json(REQUEST, true).has("format")).isFalse();
    }

    @Test
    void equalRequestsAreEqualBytes() {
        ChatRequest request = ChatRequest.of(
                "m",
                List.of(Message.user("q")),
                List.of(new Tool("t", "d", new HashMap<>(Map.of("type", "object", "a", 1, "b", 2)))));
        assertThat(DIALECT.encode(request, true)).isEqualTo(DIALECT.encode(request, true));
    }

    @Test
    void textAndReasoningAreEmittedAsTheyArrive() {
        DecodedAnswer decodedAnswer =
                hear(line("'thinking':'Hm','content':''"), line("'content':'Hel'"), line("'content':'lo 👋'"), DONE);
        assertThat(decodedAnswer.chunks.subList(0, 3))
                .containsExactly(new Reasoning("Hm", null), new Text("Hel"), new Text("lo 👋"));
        Finish finish = decodedAnswer.finished();
        assertThat(finish.reason()).isEqualTo(FinishReason.STOP);
        assertThat(finish.usage()).isEqualTo(Usage.of(7, 5));
        assertThat(finish.vendorMetadata().model()).isEqualTo("tiny");
        assertThat(finish.servedBy().model()).isEqualTo("asked-for");
    }

    @Test
    void toolCallsAreWholeAtOnce() {
        DecodedAnswer decodedAnswer = hear(
                line("'content':'','tool_calls':[{'function':{'name':'now','arguments':{'zone':'CET'}}},"
                        + "{'id':'c7','function':{'index':1,'name':'now','arguments':{}}},{'function':{}}]"),
                line("'content':'','tool_calls':[{'function':{'name':'then'}}]"),
                DONE);
        assertThat(decodedAnswer.toolCalls).hasSize(3);
        ToolCall first = decodedAnswer.toolCalls.get(0);
        assertThat(first.arguments()).isEqualTo("{\"zone\":\"CET\"}");
        assertThat(decodedAnswer.chunks.subList(0, 2))
                .containsExactly(new ToolCallPart(0, first.id(), "now", first.arguments()), new ToolCallDone(0, first));
        assertThat(decodedAnswer.toolCalls.get(1)).isEqualTo(new ToolCall("c7", "now", "{}"));
        assertThat(decodedAnswer.toolCalls.get(2).name()).isEqualTo("then");
        assertThat(decodedAnswer.toolCalls.stream().map(ToolCall::id)).doesNotHaveDuplicates();
        assertThat(decodedAnswer.finished().reason()).isEqualTo(FinishReason.TOOL_CALLS);
    }

    @ParameterizedTest
    @CsvSource({"stop, STOP", "length, LENGTH", "load, OTHER", "a-new-word, OTHER", "tool_calls, TOOL_CALLS", "'', STOP"
    })
    void finishReasonsAreOurs(String word, FinishReason reason) {
        DecodedAnswer decodedAnswer = hear(line("'content':'x'"), "{'done':true,'done_reason':'" + word + "'}");
        assertThat(decodedAnswer.finished().reason()).isEqualTo(reason);
    }

    @Test
    void oldServersGiveNoReason() {
        DecodedAnswer decodedAnswer = hear(line("'content':'x'"), "{'done':true}");
        assertThat(decodedAnswer.finished().reason()).isEqualTo(FinishReason.STOP);
        assertThat(decodedAnswer.finished().vendorMetadata().finishReason()).isNull();
        assertThat(decodedAnswer.finished().usage()).isEqualTo(Usage.none());
    }

    @Test
    void errorFailsTheStreamAfterTheDeliveredContent() {
        DecodedAnswer decodedAnswer =
                hear(line("'content':'Hel'"), "{'error':'an error was encountered while running the model'}", DONE);
        assertThat(decodedAnswer.kind()).isEqualTo(FailureKind.SERVER);
        assertThat(decodedAnswer.text).hasToString("Hel");
        assertThat(hear("{'done':true,'done_reason':'error'}").kind()).isEqualTo(FailureKind.SERVER);
        assertThat(hear("{'error':''}", line("'content':'x'"), DONE).isComplete())
                .isTrue();
    }

    @Test
    void nothingAfterTheEndMatters() {
        assertThat(hear(line("'content':'x'"), DONE, "{'error':'late'}", "words")
                        .isComplete())
                .isTrue();
    }

    @Test
    void malformedLinesAreRejected() {
        assertThat(hear("{'message':{'content':}}", DONE).kind()).isEqualTo(FailureKind.PROTOCOL);
        assertThat(hear("{'message':{'content':'half", DONE).kind()).isEqualTo(FailureKind.PROTOCOL);
        assertThat(hear("<!doctype html><p>Sign in</p>").kind()).isEqualTo(FailureKind.PROTOCOL);
        assertThat(hear("{'a':" + "[".repeat(200) + "]".repeat(200) + "}").kind())
                .isEqualTo(FailureKind.PROTOCOL);
        byte[] big = quoted(line("'content':'" + "x".repeat(2_000) + "'")).getBytes(StandardCharsets.UTF_8);
        assertThat(DecodedAnswer.of(DIALECT.framing(2_000), DIALECT.decoder("p", REQUEST), big)
                        .kind())
                .isEqualTo(FailureKind.PROTOCOL);
    }

    @Test
    void aStreamThatIsCutIsCut() {
        assertThat(hear(line("'content':'x'")).kind()).isEqualTo(FailureKind.TRUNCATED);
        assertThat(hear().kind()).isEqualTo(FailureKind.TRUNCATED);
        byte[] half = quoted(DONE.substring(0, DONE.length() - 3)).getBytes(StandardCharsets.UTF_8);
        assertThat(DecodedAnswer.of(DIALECT.framing(), DIALECT.decoder("p", REQUEST), half)
                        .kind())
                .isEqualTo(FailureKind.TRUNCATED);
    }

    @Test
    void aWholeAnswerIsReadAlike() {
        ChatResponse response = decode("{'model':'tiny','message':{'role':'assistant','content':'Yes','thinking':'Hm',"
                + "'tool_calls':[{'function':{'name':'now','arguments':{}}}]},'done':true,'done_reason':'stop'}");
        assertThat(response.text()).isEqualTo("Yes");
        assertThat(response.reasoningBlocks()).containsExactly(new ReasoningBlock("Hm", null, OllamaStream.ORIGIN));
        assertThat(response.toolCalls()).hasSize(1);
        assertThat(response.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
        assertThat(decode(line("'content':'a'") + "\n" + line("'content':'b'") + "\n" + DONE)
                        .text())
                .isEqualTo("ab");
    }

    @Test
    void bodyWithoutAnswerIsTypedByItsError() {
        assertThat(failure("{'error':'model \\'x\\' not found'}")).isEqualTo(FailureKind.MODEL_NOT_FOUND);
        assertThat(failure("{}")).isEqualTo(FailureKind.PROTOCOL);
        assertThat(failure("")).isEqualTo(FailureKind.PROTOCOL);
        assertThat(failure("{'message':{'content':'x'},'done':false}")).isEqualTo(FailureKind.TRUNCATED);
        assertThat(failure("{'message':{'con")).isEqualTo(FailureKind.PROTOCOL);
    }

    @Test
    void keyIsAnOptionalBearerToken() {
        Map<String, String> headers = new HashMap<>();
        DIALECT.authorize(Secret.of("k"), headers::put);
        assertThat(headers).isEqualTo(Map.of("Authorization", "Bearer k"));
        assertThat(DIALECT.path(REQUEST, true)).isEqualTo("/api/chat");
        assertThat(DIALECT.probePath()).isEqualTo("/api/tags");
        assertThat(DIALECT.name()).isEqualTo("ollama");
    }

    private static FailureKind failure(String body) {
        try {
            decode(body);
        } catch (CallFailed failed) {
            return failed.failure().kind();
        }
        throw new AssertionError("No failure: " + body);
    }

    private static ChatResponse decode(String body) {
        return DIALECT.decode("p", REQUEST, quoted(body).getBytes(StandardCharsets.UTF_8));
    }

    private static String line(String message) {
        return "{'model':'tiny','created_at':'now','message':{'role':'assistant'," + message + "},'done':false}";
    }

    private static DecodedAnswer hear(String... lines) {
        StringBuilder body = new StringBuilder();
        for (String line : lines) {
            body.append(quoted(line)).append('\n');
        }
        return DecodedAnswer.of(
                DIALECT.framing(),
                DIALECT.decoder("p", REQUEST),
                body.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** Single quotes read better in Java. */
    private static String quoted(String json) {
        return json.replace("\\'", "@").replace('\'', '"').replace("@", "'");
    }

    private static JsonNode json(ChatRequest request, boolean stream) {
        return Corpus.MAPPER.readTree(DIALECT.encode(request, stream));
    }
}
