package dev.understudy.gateway.reliability;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.SamplingParameters;
import dev.understudy.chat.Tool;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request, as both callers send it.
 *
 * @param tool {@code true} to offer the tool {@code weather}
 * @param maxTokens limit of the answer; {@code null} for none
 */
record Question(boolean tool, @Nullable Integer maxTokens) {

    static final String MODEL = "gpt-5.6";

    static final Question PLAIN = new Question(false, null);

    private static final String PROMPT = "Count to sixty.";

    ChatRequest request() {
        ChatRequest request = ChatRequest.of(MODEL, PROMPT)
                .withSampling(SamplingParameters.defaults().withMaxTokens(maxTokens));
        return tool ? request.withTools(List.of(Tool.of("weather", "The weather of a city"))) : request;
    }

    String json(String model, Mode mode) {
        return "{\"model\":\"" + model + "\",\"messages\":[{\"role\":\"user\",\"content\":\"" + PROMPT + "\"}]"
                + (mode == Mode.STREAM ? ",\"stream\":true,\"stream_options\":{\"include_usage\":true}" : "")
                + (maxTokens == null ? "" : ",\"max_tokens\":" + maxTokens)
                + (tool
                        ? ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"weather\",\"description\":\""
                                + "The weather of a city\",\"parameters\":{\"type\":\"object\"}}}]"
                        : "")
                + "}";
    }
}
