package dev.understudy.springai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.Message;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.ResponseFormat;
import dev.understudy.chat.ServedBy;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Tool;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.ToolSet;
import dev.understudy.chat.Usage;
import dev.understudy.chat.VendorData;
import dev.understudy.chat.VendorMetadata;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.springframework.ai.chat.messages.AssistantMessage;

/** The table of what maps and what is lost, read from its page and compared with what the mappers do. */
class FidelityTest {

    private static final Path PAGE = Path.of(System.getProperty("understudy.root"), "docs", "fidelity.md");
    private static final int COLUMN = 2;

    private static final ChatRequest BASE = ChatRequest.of("m", "Hi");
    private static final Tool TOOL = Tool.ofJson(
            "weather",
            "Weather",
            "{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"}},\"required\":[\"city\"]}");
    private static final ToolCall CALL = new ToolCall("1", "weather", "{}");
    private static final VendorData DATA = new VendorData("anthropic", "{}");
    private static final Message.Image IMAGE = Message.Image.of("image/png", new byte[] {1, 2, 3});

    private static Map<String, ChatRequest> requests() {
        Map<String, ChatRequest> requests = new LinkedHashMap<>();
        requests.put("temperature", BASE.withTemperature(0.5));
        requests.put("top-p", BASE.withTopP(0.5));
        requests.put("top-k", BASE.withTopK(5));
        requests.put("limit of tokens", BASE.withMaxTokens(5));
        requests.put("stop sequences", BASE.withStop("END"));
        requests.put(
                "penalties",
                BASE.withSampling(BASE.sampling().withFrequencyPenalty(0.5).withPresencePenalty(0.5)));
        requests.put("seed", BASE.withSeed(7));
        ChatRequest tools = BASE.withTools(List.of(TOOL));
        requests.put("tools", tools);
        requests.put("strict tools", BASE.withTools(List.of(TOOL.withStrict(true))));
        requests.put("tool choice: a tool must be called", tools.withToolChoice(ToolSet.Choice.required()));
        requests.put("tool choice: a named tool", tools.withToolChoice(ToolSet.Choice.named("weather")));
        requests.put("tool choice: no tool", tools.withToolChoice(ToolSet.Choice.none()));
        Map<String, Object> schema = Map.of("type", "object");
        requests.put("JSON schema, enforced", BASE.withFormat(ResponseFormat.jsonSchema("answer", schema)));
        requests.put(
                "JSON schema, not enforced", BASE.withFormat(new ResponseFormat.JsonSchema("answer", schema, false)));
        requests.put("JSON without a schema", BASE.withFormat(ResponseFormat.json()));
        requests.put("reasoning", BASE.withReasoning(ChatRequest.Reasoning.budget(1000)));
        ChatRequest.Options options = BASE.options();
        requests.put("parallel tool calls", BASE.withOptions(options.withParallelToolCalls(false)));
        requests.put("service tier", BASE.withOptions(options.withServiceTier(ChatRequest.ServiceTier.FLEX)));
        requests.put("user", BASE.withOptions(options.withUser("me")));
        requests.put("metadata", BASE.withOptions(options.withMetadata("a", "b")));
        requests.put("log probabilities", BASE.withOptions(options.withTopLogprobs(2)));
        requests.put("idempotency key", BASE.withOptions(options.withIdempotencyKey("key")));
        requests.put("fields of one dialect", BASE.withExtra("openai-chat", "store", true));
        requests.put(
                "cache hints", ChatRequest.of("m", List.of(Message.user("Hi").withCacheHint(Message.CacheHint.SHORT))));
        requests.put("system message", ChatRequest.of("m", "Be brief.", "Hi"));
        requests.put("image", said(Message.user("Look", IMAGE)));
        requests.put("image by address", said(Message.user("Look", Message.Image.url("https://example.org/a.png"))));
        requests.put("PDF file", said(file(Message.File.of("file.pdf", "application/pdf", new byte[] {1}))));
        requests.put("other file", said(file(Message.File.of("a.csv", "text/csv", new byte[] {1}))));
        requests.put("sound", said(Message.user(List.of(Message.Part.Audio.of("audio/wav", new byte[] {1})))));
        requests.put("tool result", said(Message.toolResult(CALL, "sun")));
        requests.put("tool result that is an error", said(Message.toolError(CALL, "no")));
        requests.put(
                "image in a tool result",
                said(Message.toolResult(CALL, List.of(new Message.Part.Text("map"), new Message.Part.Image(IMAGE)))));
        requests.put("earlier answer with tool calls", answered(new ContentBlock.Text("So."), CALL));
        requests.put(
                "earlier answer with signed reasoning",
                answered(
                        new ReasoningBlock("Hm.", new ReasoningBlock.Signature("s", false, "anthropic")),
                        new ContentBlock.Text("So.")));
        requests.put("earlier answer with vendor data", answered(new ContentBlock.Text("So.", DATA)));
        requests.put("earlier answer with an image", answered(new ContentBlock.Image(IMAGE, null)));
        return requests;
    }

    private static ChatRequest said(Message message) {
        return ChatRequest.of("m", List.of(message));
    }

    private static Message file(Message.File file) {
        return Message.user(List.of(new Message.Part.File(file, Message.CacheHint.NONE)));
    }

    private static ChatRequest answered(ContentBlock... blocks) {
        return said(new Message.Assistant(List.of(blocks)));
    }

    private static ChatResponse answer() {
        return new ChatResponse(
                List.of(
                        new ReasoningBlock("Hm.", new ReasoningBlock.Signature("s", false, "anthropic")),
                        new ContentBlock.Text("So."),
                        CALL,
                        new ContentBlock.Refusal("No."),
                        new ContentBlock.Image(IMAGE, null),
                        new ContentBlock.Audio("audio/wav", "AQ==", null)),
                new StreamChunk.Finish(
                        FinishReason.TOOL_CALLS,
                        Usage.of(10, 5).withCachedInput(4).withReasoning(3),
                        new VendorMetadata("id", "gpt-5.6", "tool_calls", null)
                                .withHeaders(Map.of("x-request-id", "request")),
                        ServedBy.by("openai", "gpt-5.6")));
    }

    /** Getters of what an answer has, by the names in the table. */
    private static Map<String, Function<ChatResponse, Object>> answers() {
        Map<String, Function<ChatResponse, Object>> answers = new LinkedHashMap<>();
        answers.put("text", ChatResponse::text);
        answers.put("tool calls", ChatResponse::toolCalls);
        answers.put("text of the reasoning", ChatResponse::reasoning);
        answers.put("signature of the reasoning", ChatResponse::reasoningBlocks);
        answers.put("refusal", ChatResponse::refusal);
        answers.put("images of the answer", answer -> only(answer, ContentBlock.Image.class));
        answers.put("sound of the answer", answer -> only(answer, ContentBlock.Audio.class));
        answers.put("finish reason", ChatResponse::finishReason);
        answers.put("tokens of prompt and answer", answer -> answer.usage().total());
        answers.put("cached tokens", answer -> answer.usage().cachedInput());
        answers.put("tokens of reasoning", answer -> answer.usage().reasoning());
        answers.put(
                "id and model",
                answer -> answer.vendorMetadata().id() + answer.vendorMetadata().model());
        answers.put(
                "id of the request",
                answer -> String.valueOf(answer.vendorMetadata().requestId()));
        return answers;
    }

    private static List<ContentBlock> only(ChatResponse answer, Class<?> type) {
        return answer.blocks().stream().filter(type::isInstance).toList();
    }

    private static Map<String, List<String>> table(String heading) throws IOException {
        Map<String, List<String>> table = new LinkedHashMap<>();
        boolean inside = false;
        for (String line : Files.readAllLines(PAGE)) {
            inside = line.startsWith("## ") ? line.equals("## " + heading) : inside;
            String[] cells = line.split("\\|");
            if (inside && cells.length == 6 && !cells[1].startsWith("---") && !cells[1].isBlank()) {
                table.put(cells[1].strip(), List.of(cells[COLUMN].strip(), cells[COLUMN + 1].strip()));
            }
        }
        table.remove(heading.equals("Requests") ? "request" : "answer");
        return table;
    }

    @Test
    void tableOfRequestsSaysWhatTheMappersDo() throws IOException {
        Map<String, List<String>> verdicts = new LinkedHashMap<>();
        requests().forEach((name, request) -> {
            List<String> leftOut = new ArrayList<>();
            boolean same = thereAndBack(request, leftOut).equals(request);
            verdicts.put(
                    name, List.of(same ? "yes" : "by `request`", same ? "yes" : leftOut.isEmpty() ? "no" : "event"));
        });
        assertThat(table("Requests")).isEqualTo(verdicts);
        assertThat(verdicts.values()).as("what is lost is told").noneMatch(verdict -> verdict.contains("no"));
    }

    @Test
    void tableOfAnswersSaysWhatTheMappersDo() throws IOException {
        ChatResponse answer = answer();
        ChatResponse back = back(answer);
        Map<String, List<String>> verdicts = new LinkedHashMap<>();
        answers().forEach((name, getter) -> {
            boolean same = getter.apply(back).equals(getter.apply(answer));
            verdicts.put(name, List.of(INVISIBLE.contains(name) ? "no" : "yes", same ? "yes" : "no"));
        });
        assertThat(table("Answers")).isEqualTo(verdicts);
    }

    @Test
    void everythingOfAnAnswerIsSeenByTheApplication() {
        ChatResponse answer = answer();
        org.springframework.ai.chat.model.ChatResponse seen = ResponseMapper.whole(answer);
        AssistantMessage message = seen.getResult().getOutput();
        assertThat(message.getText()).isEqualTo("So.");
        assertThat(message.getToolCalls()).hasSize(1);
        assertThat(message.getMetadata())
                .containsEntry("reasoningContent", "Hm.")
                .containsEntry("refusal", "No.")
                .hasEntrySatisfying(
                        "understudy.blocks", json -> assertThat(json.toString()).contains("\"signature\""));
        assertThat(message.getMedia())
                .extracting(media -> media.getMimeType().getType())
                .containsExactly("image", "audio");
        assertThat(seen.getResult().getMetadata().getFinishReason()).isEqualTo("TOOL_CALLS");
        assertThat(seen.getMetadata().getUsage().getTotalTokens()).isEqualTo(15);
        assertThat(seen.getMetadata().getUsage().getCacheReadInputTokens()).isEqualTo(4);
        assertThat(seen.getMetadata().getUsage().getNativeUsage()).isEqualTo(answer.usage());
        assertThat(seen.getMetadata().getId() + seen.getMetadata().getModel()).isEqualTo("idgpt-5.6");
        assertThat(seen.getMetadata().<String>get("understudy.requestId")).isEqualTo("request");
        assertThat(UnderstudyChatModel.servedBy(seen)).isEqualTo(answer.servedBy());
    }

    private static ChatRequest thereAndBack(ChatRequest request, List<String> leftOut) {
        return RequestMapper.request(
                PromptMapper.prompt(request, UnderstudyChatOptions.builder().build(), leftOut::add), null);
    }

    private static ChatResponse back(ChatResponse answer) {
        return new AnswerMapper("p", "m").whole(ResponseMapper.whole(answer));
    }

    private static final Set<String> INVISIBLE = Set.of();
}
