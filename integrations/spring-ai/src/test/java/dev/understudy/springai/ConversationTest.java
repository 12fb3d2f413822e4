package dev.understudy.springai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.Message;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.ServedBy;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.Usage;
import dev.understudy.chat.VendorData;
import dev.understudy.chat.VendorMetadata;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.messages.SystemMessage;
import org.springframework.ai.chat.messages.ToolResponseMessage;
import org.springframework.ai.chat.messages.UserMessage;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.content.Media;
import org.springframework.util.MimeTypeUtils;

/** Messages that go from one library to the other and back. */
class ConversationTest {

    private static final byte[] PNG = {1, 2, 3};

    @Test
    void messagesOfAllRolesAreMapped() {
        ChatRequest request = mapped(
                new SystemMessage("Be brief."),
                new UserMessage("Weather in Ulm and Bonn?"),
                AssistantMessage.builder()
                        .content("Looking it up.")
                        .toolCalls(List.of(
                                new AssistantMessage.ToolCall("1", "function", "weather", "{\"city\":\"Ulm\"}"),
                                new AssistantMessage.ToolCall("2", "function", "weather", "{\"city\":\"Bonn\"}")))
                        .build(),
                ToolResponseMessage.builder()
                        .responses(List.of(
                                new ToolResponseMessage.ToolResponse("1", "weather", "sun"),
                                new ToolResponseMessage.ToolResponse("2", "weather", "rain")))
                        .build());
        ToolCall ulm = new ToolCall("1", "weather", "{\"city\":\"Ulm\"}");
        ToolCall bonn = new ToolCall("2", "weather", "{\"city\":\"Bonn\"}");
        assertThat(request.messages())
                .containsExactly(
                        Message.system("Be brief."),
                        Message.user("Weather in Ulm and Bonn?"),
                        Message.assistant("Looking it up.", ulm, bonn),
                        Message.toolResult(ulm, "sun"),
                        Message.toolResult(bonn, "rain"));
    }

    @Test
    void mediaIsMappedByTypeAndPlace() {
        ChatRequest request = mapped(UserMessage.builder()
                .text("Look")
                .media(
                        new Media(MimeTypeUtils.IMAGE_PNG, URI.create("https://example.org/a.png")),
                        Media.builder()
                                .mimeType(MimeTypeUtils.IMAGE_PNG)
                                .data(PNG)
                                .build(),
                        Media.builder()
                                .mimeType(MimeTypeUtils.IMAGE_PNG)
                                .data("data:image/png;base64,AQID")
                                .build(),
                        Media.builder()
                                .mimeType(MimeTypeUtils.parseMimeType("audio/wav"))
                                .data(PNG)
                                .build(),
                        Media.builder()
                                .mimeType(Media.Format.DOC_PDF)
                                .name("a.pdf")
                                .data(PNG)
                                .build(),
                        new Media(Media.Format.DOC_PDF, URI.create("https://example.org/a.pdf")))
                .build());
        assertThat(((Message.User) request.messages().get(0)).parts())
                .containsExactly(
                        new Message.Part.Text("Look"),
                        new Message.Part.Image(Message.Image.url("https://example.org/a.png")),
                        new Message.Part.Image(Message.Image.of("image/png", PNG)),
                        new Message.Part.Image(Message.Image.of("image/png", PNG)),
                        Message.Part.Audio.of("audio/wav", PNG),
                        new Message.Part.File(Message.File.of("a.pdf", "application/pdf", PNG), Message.CacheHint.NONE),
                        new Message.Part.File(
                                Message.File.url("https://example.org/a.pdf", "application/pdf"),
                                Message.CacheHint.NONE));
    }

    @Test
    void blocksOfAnAnswerGoBackAsTheyCame() {
        VendorData data = new VendorData("anthropic", "{\"a\":1}");
        List<ContentBlock> blocks = List.of(
                new ReasoningBlock("Hm.", new ReasoningBlock.Signature("sig", false, "anthropic")),
                new ContentBlock.Opaque("server_tool_use", data),
                new ContentBlock.Text("First.", data),
                new ToolCall("1", "weather", "{}", data),
                new ContentBlock.Text("Second."),
                new ContentBlock.Refusal("No."));
        AssistantMessage message =
                ResponseMapper.whole(answer(blocks)).getResult().getOutput();
        assertThat(message.getText()).isEqualTo("First.Second.");
        assertThat(message.getMetadata().values()).allMatch(value -> value instanceof String || value instanceof Enum);
        assertThat(mapped(message).messages()).containsExactly(new Message.Assistant(blocks));
    }

    @Test
    void plainAnswerNeedsNoBlocksInItsMetadata() {
        List<ContentBlock> blocks = List.of(new ContentBlock.Text("Hi."), new ToolCall("1", "weather", "{}"));
        AssistantMessage message =
                ResponseMapper.whole(answer(blocks)).getResult().getOutput();
        assertThat(message.getMetadata()).containsOnlyKeys("messageType");
        assertThat(mapped(message).messages()).containsExactly(new Message.Assistant(blocks));
    }

    @Test
    void changedMessageLosesTheBlocksOfItsOrigin() {
        List<ContentBlock> blocks = List.of(ReasoningBlock.of("Hm."), new ContentBlock.Text("Secret."));
        AssistantMessage message =
                ResponseMapper.whole(answer(blocks)).getResult().getOutput();
        AssistantMessage changed = message.mutate().content("[redacted]").build();
        assertThat(mapped(changed).messages()).containsExactly(Message.assistant("[redacted]"));
    }

    @Test
    void blocksThatCannotBeReadAreIgnored() {
        for (String json : List.of(
                "{\"blocks\":[{\"type\":\"text\"}]}", "no json", "[1]", "{\"blocks\":[{\"type\":\"unknown\"}]}")) {
            AssistantMessage message = AssistantMessage.builder()
                    .content("Hi.")
                    .properties(Map.of("understudy.blocks", json))
                    .build();
            assertThat(mapped(message).messages()).as(json).containsExactly(Message.assistant("Hi."));
        }
    }

    @Test
    void requestSurvivesTheWayToSpringAiAndBack() {
        ToolCall call = new ToolCall("1", "weather", "{\"city\":\"Ulm\"}");
        ChatRequest request = ChatRequest.of(
                "m",
                List.of(
                        Message.system("Be brief."),
                        Message.user("Look", Message.Image.of("image/png", PNG)),
                        new Message.Assistant(List.of(ReasoningBlock.of("Hm."), new ContentBlock.Text("So."), call)),
                        Message.toolResult(call, "sun"),
                        Message.toolResult(call, "rain")));
        Prompt prompt = PromptMapper.prompt(request, ChatOptions.builder().build(), lost -> {});
        assertThat(RequestMapper.request(prompt, null)).isEqualTo(request);
    }

    private static ChatRequest mapped(org.springframework.ai.chat.messages.Message... messages) {
        return RequestMapper.request(
                new Prompt(List.of(messages), UnderstudyChatOptions.builder().build()), "m");
    }

    private static ChatResponse answer(List<ContentBlock> blocks) {
        return new ChatResponse(
                blocks,
                new StreamChunk.Finish(FinishReason.STOP, Usage.none(), VendorMetadata.none(), ServedBy.by("p", "m")));
    }
}
