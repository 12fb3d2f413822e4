package dev.understudy.provider.bedrock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Message;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.ResponseFormat;
import dev.understudy.chat.Tool;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.ToolSet;
import dev.understudy.provider.Corpus;
import dev.understudy.provider.conversation.ConversationFitter;
import dev.understudy.provider.conversation.FittedConversation;
import dev.understudy.provider.endpoint.Secret;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class BedrockRequestTest {

    private static final BedrockConverse DIALECT = new BedrockConverse();
    private static final Tool CLOCK = Tool.of("clock", "Tells the time");
    private static final ToolCall CALL = new ToolCall("tooluse_1", "clock", "{\"zone\":\"UTC\"}");

    @Test
    void onePromptIsOneTurn() {
        assertThat(text(ChatRequest.of("nova", "hello")))
                .isEqualTo("{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"hello\"}]}]}");
        assertThat(DIALECT.encode(ChatRequest.of("nova", "hello"), true))
                .isEqualTo(DIALECT.encode(ChatRequest.of("nova", "hello"), false));
    }

    @Test
    void theModelStandsInThePathAsOneSegment() {
        assertThat(DIALECT.path(ChatRequest.of("us.anthropic.claude-x-v1:0", "q"), false))
                .isEqualTo("/model/us.anthropic.claude-x-v1%3A0/converse");
        assertThat(DIALECT.path(ChatRequest.of("arn:aws:bedrock:us-east-1:1:inference-profile/a b", "q"), true))
                .isEqualTo("/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Ainference-profile%2Fa%20b/converse-stream");
    }

    @Test
    void systemMessagesStandAtTheTop() {
        JsonNode body = json(ChatRequest.of(
                "m", List.of(Message.system("a"), Message.user("q"), Message.system(" "), Message.system("b"))));
        assertThat(body.path("system").toString()).isEqualTo("[{\"text\":\"a\"},{\"text\":\"b\"}]");
        assertThat(body.path("messages").size()).isEqualTo(1);
    }

    @Test
    void onlySystemMessagesAreSentAsUser() {
        assertThat(text(ChatRequest.of("m", List.of(Message.system("Say hi.")))))
                .isEqualTo("{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"Say hi.\"}]}]}");
    }

    @Test
    void aToolExchangeAlternates() {
        JsonNode messages = json(ChatRequest.of(
                        "m",
                        List.of(
                                Message.user("q"),
                                Message.assistant("Looking", CALL),
                                Message.toolResult(CALL, "noon"),
                                Message.toolError(new ToolCall("", "clock", ""), ""),
                                Message.user("And?"))))
                .path("messages");
        assertThat(messages)
                .isEqualTo(Corpus.MAPPER.readTree("[{\"role\":\"user\",\"content\":[{\"text\":\"q\"}]},"
                        + "{\"role\":\"assistant\",\"content\":[{\"text\":\"Looking\"},{\"toolUse\":{\"toolUseId\":\"tooluse_1\",\"name\":\"clock\",\"input\":{\"zone\":\"UTC\"}}}]},"
                        + "{\"role\":\"user\",\"content\":["
                        + "{\"toolResult\":{\"toolUseId\":\"tooluse_1\",\"content\":[{\"text\":\"noon\"}]}},"
                        + "{\"toolResult\":{\"toolUseId\":\"call_clock\",\"content\":[],\"status\":\"error\"}},"
                        + "{\"text\":\"And?\"}]}]"));
    }

    @ParameterizedTest
    @CsvSource({
        "meta.llama4-maverick-17b-instruct-v1:0, 5",
        "mistral.mistral-large-2407-v1:0, 5",
        "us.amazon.nova-pro-v1:0, 3",
        "us.anthropic.claude-sonnet-4-5-v1:0, 3"
    })
    void userHasATurnOfTheirOwnBehindResultsWhereModelsWantIt(String model, int turns) {
        ChatRequest request = ChatRequest.of(
                model,
                List.of(
                        Message.user("q"),
                        Message.assistant("", CALL),
                        Message.toolResult(CALL, "noon"),
                        Message.user("And?")),
                List.of(CLOCK));
        FittedConversation fitted =
                ConversationFitter.fit(request.messages(), request.toolSet(), DIALECT.conversationRules(model));
        JsonNode messages = json(request.withMessages(fitted.messages())).path("messages");
        assertThat(messages.size()).isEqualTo(turns);
        assertThat(messages.get(2).path("content").size()).isEqualTo(turns == 5 ? 1 : 2);
    }

    @Test
    void idsOfOtherVendorsAreSpelledAsThisOneAllows() {
        ToolCall foreign = new ToolCall("call|" + "x".repeat(80) + ":9", "clock", "not json");
        JsonNode messages = json(ChatRequest.of(
                        "m",
                        List.of(Message.user("q"), Message.assistant("", foreign), Message.toolResult(foreign, "r"))))
                .path("messages");
        JsonNode use = messages.path(1).path("content").path(0).path("toolUse");
        assertThat(use.path("toolUseId").stringValue()).matches("[A-Za-z0-9_-]{1,64}");
        assertThat(messages.path(2).path("content").path(0).path("toolResult").path("toolUseId"))
                .isEqualTo(use.path("toolUseId"));
        assertThat(use.path("input").path("invalid_arguments").stringValue()).isEqualTo("not json");
    }

    @Test
    void thoughtsGoBackOnlyIfThisDialectSealedThem() {
        JsonNode content = json(ChatRequest.of(
                        "m",
                        List.of(
                                Message.user("q"),
                                new Message.Assistant(
                                        "a",
                                        List.of(),
                                        List.of(
                                                new ReasoningBlock(
                                                        "mine",
                                                        new ReasoningBlock.Signature("sig", false, "bedrock-converse")),
                                                new ReasoningBlock(
                                                        "",
                                                        new ReasoningBlock.Signature("b64", true, "bedrock-converse")),
                                                new ReasoningBlock(
                                                        "theirs",
                                                        new ReasoningBlock.Signature("x", false, "anthropic")),
                                                ReasoningBlock.of("nobody's"))),
                                Message.user("q2"))))
                .path("messages")
                .path(1)
                .path("content");
        assertThat(content.toString())
                .isEqualTo("[{\"reasoningContent\":{\"reasoningText\":{\"text\":\"mine\",\"signature\":\"sig\"}}},"
                        + "{\"reasoningContent\":{\"redactedContent\":\"b64\"}},{\"text\":\"a\"}]");
    }

    @Test
    void aTrailingAssistantTurnEndsInNoWhiteSpace() {
        Message trailing = new Message.Assistant(
                "So far \n",
                List.of(),
                List.of(new ReasoningBlock("t", new ReasoningBlock.Signature("s", false, "bedrock-converse"))));
        assertThat(text(ChatRequest.of("m", List.of(Message.user("q"), trailing))))
                .contains("\"text\":\"So far\"");
        Message onlyThought = new Message.Assistant(
                " ",
                List.of(),
                List.of(new ReasoningBlock("t", new ReasoningBlock.Signature("s", false, "bedrock-converse"))));
        assertThat(json(ChatRequest.of("m", List.of(Message.user("q"), onlyThought)))
                        .path("messages")
                        .size())
                .isEqualTo(1);
    }

    @Test
    void picturesAreSentAlong() {
        JsonNode content = json(ChatRequest.of(
                        "m",
                        List.of(Message.user(
                                "What?",
                                Message.Image.of("image/jpg", new byte[] {1, 2, 3}),
                                Message.Image.url("data:image/webp;base64,AQID")))))
                .path("messages")
                .path(0)
                .path("content");
        assertThat(content.toString())
                .isEqualTo("[{\"text\":\"What?\"},{\"image\":{\"format\":\"jpeg\",\"source\":{\"bytes\":\"AQID\"}}},"
                        + "{\"image\":{\"format\":\"webp\",\"source\":{\"bytes\":\"AQID\"}}}]");
    }

    @Test
    void aPictureByUrlIsRefusedAsTheVendorWould() {
        ChatRequest request =
                ChatRequest.of("m", List.of(Message.user("What?", Message.Image.url("https://example.org/a.png"))));
        CallFailed failed = catchThrowableOfType(CallFailed.class, () -> text(request));
        assertThat(failed.failure().kind()).isEqualTo(FailureKind.UNSUPPORTED);
        assertThat(failed.failure().advice().refusedParameter()).isEqualTo("image_url");
    }

    @Test
    void toolsAndTheirChoiceStandInToolConfig() {
        ChatRequest request = ChatRequest.of("m", List.of(Message.user("q")), List.of(CLOCK));
        assertThat(json(request).path("toolConfig"))
                .isEqualTo(Corpus.MAPPER.readTree(
                        "{\"tools\":[{\"toolSpec\":{\"name\":\"clock\",\"description\":\"Tells the time\","
                                + "\"inputSchema\":{\"json\":{\"type\":\"object\",\"properties\":{}}}}}]}"));
        assertThat(choice(request, ToolSet.Choice.required())).isEqualTo("{\"any\":{}}");
        assertThat(choice(request, ToolSet.Choice.named("clock"))).isEqualTo("{\"tool\":{\"name\":\"clock\"}}");
        assertThat(json(request.withToolChoice(ToolSet.Choice.none())).has("toolConfig"))
                .isFalse();
        assertThat(json(request.withMessages(List.of(
                                        Message.user("q"), Message.assistant("", CALL), Message.toolResult(CALL, "r")))
                                .withToolChoice(ToolSet.Choice.none()))
                        .has("toolConfig"))
                .isTrue();
    }

    private static String choice(ChatRequest request, ToolSet.Choice choice) {
        return json(request.withToolChoice(choice))
                .path("toolConfig")
                .path("toolChoice")
                .toString();
    }

    @Test
    void inferenceConfigMergesSamplingAndExtraFields() {
        JsonNode body = json(ChatRequest.of("m", "q")
                .withTemperature(1.5)
                .withTopP(0.9)
                .withMaxTokens(100)
                .withStop("END")
                .withSeed(7)
                .withExtra("bedrock-converse", "inferenceConfig", Map.of("maxTokens", 50))
                .withExtra("bedrock-converse", "additionalModelRequestFields", Map.of("top_k", 5)));
        assertThat(body.path("inferenceConfig"))
                .isEqualTo(Corpus.MAPPER.readTree(
                        "{\"maxTokens\":50,\"temperature\":1.0,\"topP\":0.9,\"stopSequences\":[\"END\"]}"));
        assertThat(body.path("additionalModelRequestFields").path("top_k").intValue())
                .isEqualTo(5);
        assertThat(body.toString()).doesNotContain("seed");
    }

    @Test
    void strictSchemaIsEnforcedAndOtherFormsAreReported() {
        ChatRequest request = ChatRequest.of("m", "q");
        JsonNode config = json(request.withFormat(ResponseFormat.jsonSchema("point", Map.of("type", "object"))))
                .path("outputConfig");
        assertThat(config)
                .isEqualTo(
                        Corpus.MAPPER.readTree(
                                "{\"textFormat\":{\"type\":\"json_schema\",\"structure\":{\"jsonSchema\":{\"name\":\"point\",\"schema\":\"{\\\"type\\\":\\\"object\\\"}\"}}}}"));
        assertThat(json(request.withFormat(ResponseFormat.json()))
                        .path("system")
                        .toString())
                .contains("JSON object");
    }

    @Test
    void theKeyIsABearerToken() {
        Map<String, String> headers = new LinkedHashMap<>();
        DIALECT.authorize(Secret.of("k-123"), headers::put);
        assertThat(headers).containsExactly(Map.entry("Authorization", "Bearer k-123"));
    }

    @Test
    void invokedAnthropicModelsGetAnthropicBodies() {
        BedrockAnthropic invoke = new BedrockAnthropic();
        ChatRequest request = ChatRequest.of("anthropic.claude-x:0", "Be brief.", "q");
        assertThat(new String(invoke.encode(request, true), StandardCharsets.UTF_8))
                .isEqualTo(
                        "{\"max_tokens\":4096,\"system\":\"Be brief.\",\"messages\":[{\"role\":\"user\",\"content\":\"q\"}],"
                                + "\"anthropic_version\":\"bedrock-2023-05-31\"}");
        assertThat(invoke.path(request, true)).isEqualTo("/model/anthropic.claude-x%3A0/invoke-with-response-stream");
        assertThat(invoke.path(request, false)).isEqualTo("/model/anthropic.claude-x%3A0/invoke");
    }

    private static String text(ChatRequest request) {
        return new String(DIALECT.encode(request, false), StandardCharsets.UTF_8);
    }

    private static JsonNode json(ChatRequest request) {
        return Corpus.MAPPER.readTree(DIALECT.encode(request, false));
    }
}
