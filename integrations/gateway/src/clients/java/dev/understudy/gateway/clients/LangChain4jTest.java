package dev.understudy.gateway.clients;

import dev.langchain4j.model.anthropic.AnthropicChatModel;
import dev.langchain4j.model.anthropic.AnthropicStreamingChatModel;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiResponsesChatModel;
import dev.langchain4j.model.openai.OpenAiResponsesStreamingChatModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import dev.understudy.gateway.clients.JavaClient.Feature;
import org.junit.jupiter.api.Nested;

/** The gateway called by LangChain4j's models. */
class LangChain4jTest {

    /** For Chat Completions. */
    @Nested
    class ChatCompletions extends JavaClientContract {

        @Override
        JavaClient client(String url, String key) {
            return new LangChain4jClient(new OpenAiModels(url + "/v1", key), Feature.SIGNATURE);
        }
    }

    /** For Responses. */
    @Nested
    class Responses extends JavaClientContract {

        @Override
        JavaClient client(String url, String key) {
            return new LangChain4jClient(new ResponsesModels(url + "/v1", key));
        }
    }

    /** For Messages. */
    @Nested
    class Messages extends JavaClientContract {

        @Override
        JavaClient client(String url, String key) {
            return new LangChain4jClient(new AnthropicModels(url + "/v1", key));
        }
    }

    private record OpenAiModels(String url, String key) implements LangChain4jModels {

        @Override
        public ChatModel whole(String agent, boolean thinking) {
            return OpenAiChatModel.builder()
                    .baseUrl(url)
                    .apiKey(key)
                    .modelName(agent)
                    .maxRetries(0)
                    .strictJsonSchema(true)
                    .strictTools(true)
                    .reasoningEffort(thinking ? "low" : null)
                    .returnThinking(thinking)
                    .sendThinking(thinking)
                    .build();
        }

        @Override
        public StreamingChatModel stream(String agent, boolean thinking) {
            return OpenAiStreamingChatModel.builder()
                    .baseUrl(url)
                    .apiKey(key)
                    .modelName(agent)
                    .strictJsonSchema(true)
                    .strictTools(true)
                    .reasoningEffort(thinking ? "low" : null)
                    .returnThinking(thinking)
                    .sendThinking(thinking)
                    .build();
        }
    }

    private record ResponsesModels(String url, String key) implements LangChain4jModels {

        @Override
        public ChatModel whole(String agent, boolean thinking) {
            return OpenAiResponsesChatModel.builder()
                    .baseUrl(url)
                    .apiKey(key)
                    .modelName(agent)
                    .reasoningEffort(thinking ? "low" : null)
                    .build();
        }

        @Override
        public StreamingChatModel stream(String agent, boolean thinking) {
            return OpenAiResponsesStreamingChatModel.builder()
                    .baseUrl(url)
                    .apiKey(key)
                    .modelName(agent)
                    .reasoningEffort(thinking ? "low" : null)
                    .build();
        }
    }

    private record AnthropicModels(String url, String key) implements LangChain4jModels {

        private static final int MAX_TOKENS = 2_000;

        @Override
        public ChatModel whole(String agent, boolean thinking) {
            return AnthropicChatModel.builder()
                    .baseUrl(url)
                    .apiKey(key)
                    .modelName(agent)
                    .maxTokens(MAX_TOKENS)
                    .maxRetries(0)
                    .thinkingType(thinking ? "enabled" : null)
                    .thinkingBudgetTokens(thinking ? 1_024 : null)
                    .returnThinking(thinking)
                    .sendThinking(thinking)
                    .build();
        }

        @Override
        public StreamingChatModel stream(String agent, boolean thinking) {
            return AnthropicStreamingChatModel.builder()
                    .baseUrl(url)
                    .apiKey(key)
                    .modelName(agent)
                    .maxTokens(MAX_TOKENS)
                    .thinkingType(thinking ? "enabled" : null)
                    .thinkingBudgetTokens(thinking ? 1_024 : null)
                    .returnThinking(thinking)
                    .sendThinking(thinking)
                    .build();
        }
    }
}
