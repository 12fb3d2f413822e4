package dev.understudy.provider.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.CallScope;
import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatRequest.Reasoning;
import dev.understudy.chat.ChatRequest.ServiceTier;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Message;
import dev.understudy.chat.Message.CacheHint;
import dev.understudy.chat.Message.Part;
import dev.understudy.chat.ProviderEvent.Change;
import dev.understudy.chat.ProviderEvent.RequestAdapted;
import dev.understudy.chat.ResponseFormat;
import dev.understudy.chat.Tool;
import dev.understudy.chat.ToolCall;
import dev.understudy.provider.anthropic.Anthropic;
import dev.understudy.provider.bedrock.BedrockAnthropic;
import dev.understudy.provider.bedrock.BedrockConverse;
import dev.understudy.provider.cohere.Cohere;
import dev.understudy.provider.dialect.Dialect;
import dev.understudy.provider.dialect.RequestOption;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.provider.gemini.Gemini;
import dev.understudy.provider.gemini.GeminiInteractions;
import dev.understudy.provider.json.Json;
import dev.understudy.provider.ollama.Ollama;
import dev.understudy.provider.openai.OpenAiChat;
import dev.understudy.provider.openai.responses.OpenAiResponses;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Compares the table of docs/content.md, cell by cell, with the bodies and events of each dialect. */
class OptionTableTest {

    private record Target(Dialect dialect, String model) {}

    private static final Map<String, Target> TARGETS = Map.of(
            "openai-chat", new Target(new OpenAiChat(OpenAiCompatibility.openAi()), "gpt-5.6"),
            "openai-responses", new Target(new OpenAiResponses(), "gpt-5.6"),
            "anthropic", new Target(new Anthropic(), "claude-opus-4-6"),
            "gemini", new Target(new Gemini(), "gemini-3-flash"),
            "gemini-interactions", new Target(new GeminiInteractions(), "gemini-3-flash"),
            "ollama", new Target(new Ollama(), "qwen3"),
            "cohere", new Target(new Cohere(), "command-a-reasoning"),
            "bedrock-converse", new Target(new BedrockConverse(), "anthropic.claude-sonnet-4-5-v1:0"),
            "bedrock-anthropic", new Target(new BedrockAnthropic(), "anthropic.claude-opus-4-6-v1"));

    private static final String PIXELS = "data:image/png;base64,AQID";
    private static final ToolCall CALL = new ToolCall("call_1", "draw", "{}");
    private static final Map<String, UnaryOperator<ChatRequest>> ROWS = new LinkedHashMap<>();

    static {
        ROWS.put("temperature", r -> r.withTemperature(0.5));
        ROWS.put("topP", r -> r.withTopP(0.5));
        ROWS.put("topK", r -> r.withTopK(7));
        ROWS.put("maxTokens", r -> r.withMaxTokens(777));
        ROWS.put("stop", r -> r.withStop("END"));
        ROWS.put("seed", r -> r.withSeed(7));
        ROWS.put("frequencyPenalty", r -> r.withSampling(r.sampling().withFrequencyPenalty(0.5)));
        ROWS.put("presencePenalty", r -> r.withSampling(r.sampling().withPresencePenalty(0.5)));
        ROWS.put("reasoning off", r -> r.withReasoning(Reasoning.off()));
        ROWS.put("reasoning effort", r -> r.withReasoning(Reasoning.of(Reasoning.Effort.HIGH)));
        ROWS.put("reasoning budget", r -> r.withReasoning(Reasoning.budget(2000)));
        ROWS.put("parallelToolCalls", r -> r.withOptions(r.options().withParallelToolCalls(false)));
        ROWS.put(
                "strict tool",
                r -> r.withTools(r.toolSet().tools().stream()
                        .map(t -> t.withStrict(true))
                        .toList()));
        ROWS.put("strict schema", r -> r.withFormat(ResponseFormat.jsonSchema("answer", Map.of("type", "object"))));
        ROWS.put("cache hint", r -> r.withMessages(List.of(r.messages().get(0).withCacheHint(CacheHint.SHORT))));
        ROWS.put("serviceTier", r -> r.withOptions(r.options().withServiceTier(ServiceTier.PRIORITY)));
        ROWS.put("user", r -> r.withOptions(r.options().withUser("u-1")));
        ROWS.put("metadata", r -> r.withOptions(r.options().withMetadata("team", "red")));
        ROWS.put("topLogprobs", r -> r.withOptions(r.options().withTopLogprobs(2)));
        ROWS.put("image by bytes", r -> said(r, new Part.Image(Message.Image.url(PIXELS))));
        ROWS.put("image by URL", r -> said(r, new Part.Image(Message.Image.url("https://images.test/a.png"))));
        ROWS.put("PDF by bytes", r -> said(r, pdf(Message.File.of("a.pdf", "application/pdf", new byte[] {1}))));
        ROWS.put("PDF by URL", r -> said(r, pdf(Message.File.url("https://files.test/a", "application/pdf"))));
        ROWS.put("sound", r -> said(r, Part.Audio.of("audio/wav", new byte[] {1})));
        ROWS.put("image in a tool result", r -> r.plus(Message.assistant("", CALL))
                .plus(Message.toolResult(CALL, List.of(new Part.Image(Message.Image.url(PIXELS))))));
    }

    private static ChatRequest said(ChatRequest request, Part part) {
        return request.withMessages(List.of(Message.user(List.of(new Part.Text("Look."), part))));
    }

    private static Part pdf(Message.File file) {
        return new Part.File(file);
    }

    static Stream<Arguments> cells() throws IOException {
        List<List<String>> table = table();
        List<String> head = table.get(0);
        List<Arguments> cells = new ArrayList<>();
        for (List<String> row : table.subList(2, table.size())) {
            for (int i = 1; i < head.size(); i++) {
                cells.add(Arguments.of(row.get(0), head.get(i).replace("`", ""), row.get(i)));
            }
        }
        return cells.stream();
    }

    private static List<List<String>> table() throws IOException {
        Path page = Path.of(System.getProperty("understudy.root", ".."), "docs", "content.md");
        return Files.readAllLines(page).stream()
                .dropWhile(line -> !line.startsWith("## What each dialect has a word for"))
                .dropWhile(line -> !line.startsWith("|"))
                .takeWhile(line -> line.startsWith("|"))
                .map(line -> Arrays.stream(line.substring(1, line.length() - 1).split("\\|"))
                        .map(String::strip)
                        .toList())
                .toList();
    }

    @ParameterizedTest(name = "{0} at {1}")
    @MethodSource("cells")
    void cellStatesWhatIsSent(String row, String column, String cell) {
        Target target = TARGETS.get(column);
        ChatRequest base = ChatRequest.of(target.model(), "Look.").withTools(List.of(Tool.of("draw", "Draws")));
        List<RequestAdapted> changes = new ArrayList<>();
        String before = body(target, base, new ArrayList<>());
        String after;
        try {
            after = body(target, ROWS.get(row).apply(base), changes);
        } catch (CallFailed failed) {
            assertThat(cell).isEqualTo("refused");
            assertThat(failed.failure().kind()).isEqualTo(FailureKind.UNSUPPORTED);
            return;
        }
        List<String> leftOut = changes.stream()
                .filter(change -> change.change() == Change.LEFT_OUT)
                .map(RequestAdapted::parameter)
                .toList();
        if (cell.equals("left out")) {
            assertThat(after).isEqualTo(before);
            assertThat(leftOut).hasSize(1);
            return;
        }
        assertThat(leftOut).isEmpty();
        assertThat(after).isNotEqualTo(before);
        if (cell.equals("moved")) {
            assertThat(changes).extracting(RequestAdapted::parameter).contains("tool_results");
            assertThat(after).contains("AQID").contains("Result of draw:");
            return;
        }
        List<String> words = words(cell);
        assertThat(words).isNotEmpty();
        assertThat(words).allSatisfy(word -> assertThat(after).contains('"' + word + '"'));
        assertThat(words)
                .anySatisfy(word -> assertThat(count(after, word)).isGreaterThanOrEqualTo(count(before, word)));
    }

    private static int count(String body, String word) {
        return body.split(Pattern.quote('"' + word + '"'), -1).length;
    }

    private static List<String> words(String cell) {
        List<String> words = new ArrayList<>();
        Matcher matcher = Pattern.compile("`([^`]+)`").matcher(cell);
        while (matcher.find()) {
            words.add(matcher.group(1));
        }
        return words;
    }

    private static String body(Target target, ChatRequest request, List<RequestAdapted> changes) {
        RequestFitter fitter = new RequestFitter(
                "p",
                target.dialect(),
                OriginScope.of(target.dialect(), URI.create("https://api.test")),
                model -> Capabilities.assumed());
        CallScope scope = CallScope.reportingTo(event -> changes.add((RequestAdapted) event));
        return Json.text(target.dialect().body(fitter.fit(request, scope), false));
    }

    @Test
    void tableHasEveryOptionAndDialect() throws IOException {
        List<List<String>> table = table();
        assertThat(table.get(0).stream().skip(1).map(name -> name.replace("`", "")))
                .containsExactlyInAnyOrderElementsOf(TARGETS.keySet());
        assertThat(table.stream().skip(2).map(row -> row.get(0))).containsExactlyElementsOf(ROWS.keySet());
        TreeSet<RequestOption> set = new TreeSet<>();
        ChatRequest base = ChatRequest.of("m", "Look.").withTools(List.of(Tool.of("draw", "Draws")));
        ROWS.values().forEach(row -> set.addAll(RequestOption.of(row.apply(base))));
        assertThat(set).containsExactly(RequestOption.values());
        assertThat(RequestOption.of(base)).isEmpty();
        assertThat(RequestOption.TOP_K.parameter()).isEqualTo("top_k".toLowerCase(Locale.ROOT));
    }
}
