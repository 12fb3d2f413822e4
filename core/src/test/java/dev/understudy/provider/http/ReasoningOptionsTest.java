package dev.understudy.provider.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.chat.CallScope;
import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatRequest.Reasoning;
import dev.understudy.chat.ChatRequest.Reasoning.Effort;
import dev.understudy.chat.ProviderEvent.RequestAdapted;
import dev.understudy.chat.Tool;
import dev.understudy.chat.ToolSet;
import dev.understudy.provider.OpenAiCompatibleVendor;
import dev.understudy.provider.anthropic.Anthropic;
import dev.understudy.provider.bedrock.BedrockConverse;
import dev.understudy.provider.cohere.Cohere;
import dev.understudy.provider.dialect.Dialect;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.provider.gemini.Gemini;
import dev.understudy.provider.json.Json;
import dev.understudy.provider.ollama.Ollama;
import dev.understudy.provider.openai.OpenAiChat;
import dev.understudy.provider.openai.responses.OpenAiResponses;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Reasoning that is asked for, in the form of each family of models, and the event for each form that is not the asked one. */
class ReasoningOptionsTest {

    private static final Map<String, Dialect> DIALECTS = Map.of(
            "openai", new OpenAiChat(OpenAiCompatibility.openAi()),
            "azure", new OpenAiChat(OpenAiCompatibility.azure()),
            "responses", new OpenAiResponses(),
            "openrouter", new OpenAiChat(OpenAiCompatibleVendor.OPENROUTER.compatibility()),
            "deepseek", new OpenAiChat(OpenAiCompatibleVendor.DEEPSEEK.compatibility()),
            "vllm", new OpenAiChat(OpenAiCompatibleVendor.VLLM.compatibility()),
            "anthropic", new Anthropic(),
            "gemini", new Gemini(),
            "cohere", new Cohere(),
            "bedrock", new BedrockConverse());

    private final List<String> told = new ArrayList<>();

    private String body(Dialect dialect, ChatRequest request) {
        told.clear();
        CallScope scope = CallScope.reportingTo(event -> {
            RequestAdapted adapted = (RequestAdapted) event;
            told.add(adapted.change() + " " + adapted.parameter());
        });
        RequestFitter fitter = new RequestFitter(
                "p", dialect, OriginScope.of(dialect, URI.create("https://api.test")), model -> Capabilities.assumed());
        return Json.text(dialect.body(fitter.fit(request, scope), false));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "openai     | o3-mini             | LOW     | 'reasoning_effort':'low'            |",
                "openai     | o3-mini             | MINIMAL | 'reasoning_effort':'low'            | REWRITTEN reasoning",
                "openai     | o3-mini             | OFF     | 'reasoning_effort':'low'            | REWRITTEN reasoning",
                "openai     | gpt-5-mini          | MINIMAL | 'reasoning_effort':'minimal'        |",
                "openai     | gpt-5-mini          | OFF     | 'reasoning_effort':'minimal'        | REWRITTEN reasoning",
                "openai     | gpt-5.4             | OFF     | 'reasoning_effort':'none'           |",
                "openai     | gpt-5.4             | MAX     | 'reasoning_effort':'xhigh'          |",
                "openai     | gpt-5.4             | 9000    | 'reasoning_effort':'medium'         | REWRITTEN reasoning",
                "azure      | team-gpt-5-eu       | HIGH    | 'reasoning_effort':'high'           |",
                "responses  | gpt-5.1             | MAX     | 'reasoning':{'effort':'high'}       |",
                "openrouter | openai/gpt-5.4      | 9000    | 'reasoning':{'max_tokens':9000}     |",
                "openrouter | z-ai/glm            | OFF     | 'reasoning':{'enabled':false}       |",
                "deepseek   | deepseek-v4         | OFF     | 'thinking':{'type':'disabled'}      |",
                "deepseek   | deepseek-v4         | LOW     | 'thinking':{'type':'enabled'}       | REWRITTEN reasoning",
                "vllm       | qwen3               | OFF     | 'chat_template_kwargs':{'enable_thinking':false} |",
                "anthropic  | claude-opus-4-7     | HIGH    | 'thinking':{'type':'adaptive'},'output_config':{'effort':'high'} |",
                "anthropic  | claude-fable-5      | 9000    | 'output_config':{'effort':'medium'} | REWRITTEN reasoning",
                "anthropic  | claude-haiku-4-5-20251001  | 9000 | 'thinking':{'type':'enabled','budget_tokens':9000} |",
                "anthropic  | claude-haiku-4-5-20251001  | LOW  | 'thinking':{'type':'enabled','budget_tokens':3276} | REWRITTEN reasoning",
                "anthropic  | claude-3-7-sonnet-20250219 | OFF  | 'thinking':{'type':'disabled'}   |",
                "gemini     | gemini-3-pro        | LOW     | 'thinkingConfig':{'thinkingLevel':'low','includeThoughts':true} |",
                "gemini     | gemini-3-pro        | OFF     | 'thinkingConfig':{'thinkingLevel':'low'} | REWRITTEN reasoning",
                "gemini     | gemini-2.5-flash    | OFF     | 'thinkingConfig':{'thinkingBudget':0}    |",
                "gemini     | gemini-2.5-pro      | OFF     | 'thinkingConfig':{'thinkingBudget':128}  | REWRITTEN reasoning",
                "gemini     | gemini-2.5-pro      | 99000   | 'thinkingBudget':24576              | REWRITTEN reasoning",
                "gemini     | gemini-2.5-flash    | MEDIUM  | 'thinkingBudget':8192               | REWRITTEN reasoning",
                "cohere     | command-a-reasoning | 900     | 'thinking':{'type':'enabled','token_budget':900} |",
                "bedrock    | us.anthropic.claude-opus-4-6-v1 | LOW | 'additionalModelRequestFields':{'thinking':{'type':'adaptive'},'output_config':{'effort':'low'}} |",
                "bedrock    | amazon.nova-2-lite-v1:0 | HIGH | 'reasoningConfig':{'type':'enabled','maxReasoningEffort':'high'} |"
            })
    void reasoningHasTheFormOfTheModel(String dialect, String model, String asked, String fields, String event) {
        Reasoning reasoning = asked.equals("OFF")
                ? Reasoning.off()
                : Character.isDigit(asked.charAt(0))
                        ? Reasoning.budget(Integer.parseInt(asked))
                        : Reasoning.of(Effort.valueOf(asked));
        ChatRequest request = ChatRequest.of(model, "Think.").withReasoning(reasoning);
        assertThat(body(DIALECTS.get(dialect), request)).contains(fields.replace('\'', '"'));
        assertThat(told).isEqualTo(event == null ? List.of() : List.of(event));
    }

    @ParameterizedTest
    @CsvSource({
        "openai,gpt-4o",
        "openai,gpt-4.1-mini",
        "openai,gpt-5-chat-latest",
        "azure,gpt-35-turbo",
        "responses,chatgpt-4o-latest",
        "anthropic,claude-3-5-sonnet-20241022",
        "anthropic,claude-3-opus-20240229",
        "anthropic,claude-instant-1.2",
        "gemini,gemini-2.0-flash",
        "bedrock,amazon.nova-lite-v1:0",
        "bedrock,meta.llama3-70b"
    })
    void reasoningIsLeftOutForModelsWithoutIt(String dialect, String model) {
        ChatRequest plain = ChatRequest.of(model, "Think.");
        String without = body(DIALECTS.get(dialect), plain);
        assertThat(body(DIALECTS.get(dialect), plain.withReasoning(Reasoning.of(Effort.HIGH))))
                .isEqualTo(without);
        assertThat(told).containsExactly("LEFT_OUT reasoning");
    }

    @Test
    void ollamaReceivesThinkAndGptOssItsEffort() {
        ChatRequest request = ChatRequest.of("qwen3", "Think.").withReasoning(Reasoning.of(Effort.HIGH));
        assertThat(body(new Ollama(), request)).contains("\"think\":true");
        assertThat(told).containsExactly("REWRITTEN reasoning");
        assertThat(body(new Ollama(), request.withModel("gpt-oss:20b"))).contains("\"think\":\"high\"");
        assertThat(told).isEmpty();
        assertThat(body(new Ollama(), request.withReasoning(Reasoning.off()))).contains("\"think\":false");
        assertThat(told).isEmpty();
    }

    @Test
    void budgetOfClaudeStaysBelowTheAnswersLimit() {
        ChatRequest request = ChatRequest.of("claude-sonnet-4-5", "Think.")
                .withMaxTokens(4000)
                .withTemperature(0.3)
                .withTopK(40)
                .withReasoning(Reasoning.budget(9000));
        assertThat(body(new Anthropic(), request))
                .contains("\"max_tokens\":4000")
                .contains("\"budget_tokens\":2000")
                .doesNotContain("temperature", "top_k");
        assertThat(told)
                .containsExactly("REWRITTEN temperature", "REWRITTEN top_k", "REWRITTEN thinking.budget_tokens");
    }

    @Test
    void reasoningOfClaudeYieldsToAForcedTool() {
        ChatRequest forced = ChatRequest.of("anthropic.claude-sonnet-4-5-v1:0", "Think.")
                .withTools(List.of(Tool.of("clock", "Time")))
                .withToolChoice(ToolSet.Choice.required())
                .withReasoning(Reasoning.of(Effort.LOW))
                .withExtra(
                        "bedrock-converse",
                        "additionalModelRequestFields",
                        Map.of("anthropic_beta", List.of("a-beta")));
        assertThat(body(new BedrockConverse(), forced))
                .contains("\"additionalModelRequestFields\":{\"anthropic_beta\":[\"a-beta\"]}")
                .doesNotContain("thinking");
        assertThat(body(new BedrockConverse(), forced.withToolChoice(ToolSet.Choice.auto())))
                .contains("\"anthropic_beta\":[\"a-beta\"]")
                .contains("\"thinking\":{\"type\":\"enabled\"");
    }

    @Test
    void fieldsOfTheCallerTakePrecedence() {
        ChatRequest request = ChatRequest.of("claude-opus-4-6", "Think.")
                .withReasoning(Reasoning.of(Effort.LOW))
                .withExtra("anthropic", "thinking", Map.of("type", "disabled"));
        assertThat(body(new Anthropic(), request))
                .contains("\"thinking\":{\"type\":\"disabled\"}")
                .doesNotContain("effort");
    }

    @Test
    void optionsOutOfRangeAreRefusedAtOnce() {
        assertThatThrownBy(() -> Reasoning.budget(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Reasoning(Effort.LOW, 5)).isInstanceOf(IllegalArgumentException.class);
        ChatRequest.Options options = ChatRequest.Options.defaults();
        assertThatThrownBy(() -> options.withTopLogprobs(21)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> options.withHeader("Host", "x")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> options.withHeader("X-A", "a\r\nb")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> options.withIdempotencyKey("a\nb")).isInstanceOf(IllegalArgumentException.class);
        ChatRequest request = ChatRequest.of("m", "q");
        assertThatThrownBy(() -> request.withTopK(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> request.sampling().withPresencePenalty(2.5))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
