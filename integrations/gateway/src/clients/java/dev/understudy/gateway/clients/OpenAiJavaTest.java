package dev.understudy.gateway.clients;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import org.junit.jupiter.api.Nested;

/** The gateway called by OpenAI's client for Java. */
class OpenAiJavaTest {

    private static OpenAIClient open(String url, String key) {
        return OpenAIOkHttpClient.builder()
                .baseUrl(url + "/v1")
                .apiKey(key)
                .maxRetries(0)
                .build();
    }

    /** At Chat Completions. */
    @Nested
    class ChatCompletions extends JavaClientContract {

        @Override
        JavaClient client(String url, String key) {
            return new OpenAiChatClient(open(url, key));
        }
    }

    /** At Responses. */
    @Nested
    class Responses extends JavaClientContract {

        @Override
        JavaClient client(String url, String key) {
            return new OpenAiResponsesClient(open(url, key));
        }
    }
}
