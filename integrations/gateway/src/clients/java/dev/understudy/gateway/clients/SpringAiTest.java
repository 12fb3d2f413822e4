package dev.understudy.gateway.clients;

import com.anthropic.errors.AnthropicServiceException;
import com.anthropic.errors.BadRequestException;
import com.anthropic.errors.InternalServerException;
import com.anthropic.errors.NotFoundException;
import com.anthropic.errors.RateLimitException;
import com.anthropic.errors.SseException;
import com.anthropic.errors.UnauthorizedException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.springframework.ai.anthropic.AnthropicChatModel;
import org.springframework.ai.anthropic.AnthropicChatOptions;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.openai.OpenAiChatModel;
import org.springframework.ai.openai.OpenAiChatOptions;

/** The gateway called by Spring AI's models; tagged, because their class path is another one than that of OpenAI's client. */
@Tag("spring-ai")
class SpringAiTest {

    /** For Chat Completions. */
    @Nested
    class ChatCompletions extends JavaClientContract {

        @Override
        JavaClient client(String url, String key) {
            return new SpringAiClient(new OpenAiModels(url + "/v1", key), JavaClient.Feature.SIGNATURE);
        }
    }

    /** For Messages. */
    @Nested
    class Messages extends JavaClientContract {

        @Override
        JavaClient client(String url, String key) {
            return new SpringAiClient(new AnthropicModels(url, key), JavaClient.Feature.STREAMED_THOUGHT);
        }
    }

    private record OpenAiModels(String url, String key) implements SpringAiModels {

        @Override
        public ChatModel model(String agent, boolean thinking, @Nullable String schema) {
            OpenAiChatOptions.Builder options = OpenAiChatOptions.builder();
            options.baseUrl(url).apiKey(key).maxRetries(0).streamUsage(true);
            options.model(agent);
            if (thinking) {
                options.reasoningEffort("low");
            }
            if (schema != null) {
                options.outputSchema(schema);
            }
            return OpenAiChatModel.builder().options(options.build()).build();
        }

        @Override
        public Class<? extends Throwable> errorType(int status) {
            return OpenAiErrors.type(status);
        }

        @Override
        public int status(Throwable error) {
            return OpenAiErrors.status(error);
        }
    }

    private record AnthropicModels(String url, String key) implements SpringAiModels {

        @Override
        public ChatModel model(String agent, boolean thinking, @Nullable String schema) {
            AnthropicChatOptions.Builder options = AnthropicChatOptions.builder();
            options.baseUrl(url).apiKey(key).maxRetries(0);
            options.model(agent).maxTokens(2_000);
            if (thinking) {
                options.thinkingEnabled(1_024);
            }
            if (schema != null) {
                options.outputSchema(schema);
            }
            return AnthropicChatModel.builder().options(options.build()).build();
        }

        @Override
        public Class<? extends Throwable> errorType(int status) {
            return switch (status) {
                case 200 -> SseException.class;
                case 400 -> BadRequestException.class;
                case 401 -> UnauthorizedException.class;
                case 404 -> NotFoundException.class;
                case 429 -> RateLimitException.class;
                default -> InternalServerException.class;
            };
        }

        @Override
        public int status(Throwable error) {
            return ((AnthropicServiceException) error).statusCode();
        }
    }
}
