package dev.understudy.gateway.clients;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import com.fasterxml.jackson.annotation.JsonTypeName;
import com.openai.client.OpenAIClient;
import com.openai.core.http.StreamResponse;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.ReasoningEffort;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionAssistantMessageParam;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionContentPart;
import com.openai.models.chat.completions.ChatCompletionContentPartImage;
import com.openai.models.chat.completions.ChatCompletionContentPartImage.ImageUrl;
import com.openai.models.chat.completions.ChatCompletionContentPartText;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionMessage;
import com.openai.models.chat.completions.ChatCompletionMessageToolCall;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.chat.completions.ChatCompletionToolMessageParam;
import com.openai.models.chat.completions.StructuredChatCompletionCreateParams;
import java.util.List;

/** OpenAI's client for Java at Chat Completions. */
final class OpenAiChatClient implements JavaClient {

    private final OpenAIClient client;

    OpenAiChatClient(OpenAIClient client) {
        this.client = client;
    }

    /** Parameters of the tool. */
    @JsonTypeName("weather")
    @JsonClassDescription("Tells the weather.")
    static final class Weather {
        public String city;
    }

    private static ChatCompletionCreateParams.Builder params(Call call) {
        ChatCompletionCreateParams.Builder params =
                ChatCompletionCreateParams.builder().model(call.agent());
        return call.stream()
                ? params.streamOptions(
                        ChatCompletionStreamOptions.builder().includeUsage(true).build())
                : params;
    }

    private ChatCompletion complete(Call call, ChatCompletionCreateParams params) {
        if (!call.stream()) {
            return client.chat().completions().create(params);
        }
        ChatCompletionAccumulator answer = ChatCompletionAccumulator.create();
        try (StreamResponse<ChatCompletionChunk> chunks =
                client.chat().completions().createStreaming(params)) {
            chunks.stream().forEach(answer::accumulate);
        }
        return answer.chatCompletion();
    }

    private static ChatCompletionMessage message(ChatCompletion completion) {
        return completion.choices().get(0).message();
    }

    private static String text(ChatCompletion completion) {
        return message(completion).content().orElse("");
    }

    @Override
    public Answer answer(Call call) {
        ChatCompletion completion =
                complete(call, params(call).addUserMessage(call.question()).build());
        return new Answer(
                text(completion),
                completion.choices().get(0).finishReason().toString(),
                completion.usage().orElseThrow().completionTokens());
    }

    @Override
    public String tools(Call call, boolean thinking) {
        ChatCompletionCreateParams.Builder params =
                params(call).addUserMessage(call.question()).addTool(Weather.class);
        if (thinking) {
            params.reasoningEffort(ReasoningEffort.LOW);
        }
        ChatCompletion completion = complete(call, params.build());
        for (List<ChatCompletionMessageToolCall> calls = calls(completion);
                !calls.isEmpty();
                calls = calls(completion)) {
            params.addMessage(sentBack(message(completion)));
            calls.forEach(one -> params.addMessage(result(one)));
            completion = complete(call, params.build());
        }
        return text(completion);
    }

    /** The client keeps fields that it does not know when it reads a message, and leaves them out when it sends it back. */
    private static ChatCompletionAssistantMessageParam sentBack(ChatCompletionMessage message) {
        return message.toParam().toBuilder()
                .putAllAdditionalProperties(message._additionalProperties())
                .build();
    }

    private static List<ChatCompletionMessageToolCall> calls(ChatCompletion completion) {
        return message(completion).toolCalls().orElse(List.of());
    }

    private static ChatCompletionToolMessageParam result(ChatCompletionMessageToolCall call) {
        Weather weather = call.asFunction().function().arguments(Weather.class);
        return ChatCompletionToolMessageParam.builder()
                .toolCallId(call.asFunction().id())
                .content(weather.city.equals("Bern") ? "sunny" : "unknown")
                .build();
    }

    @Override
    public Sky object(Call call) {
        StructuredChatCompletionCreateParams<OpenAiSky> params = params(call)
                .addUserMessage(call.question())
                .responseFormat(OpenAiSky.class)
                .build();
        if (!call.stream()) {
            return client.chat()
                    .completions()
                    .create(params)
                    .choices()
                    .get(0)
                    .message()
                    .content()
                    .orElseThrow()
                    .sky();
        }
        ChatCompletionAccumulator answer = ChatCompletionAccumulator.create();
        try (StreamResponse<ChatCompletionChunk> chunks =
                client.chat().completions().createStreaming(params)) {
            chunks.stream().forEach(answer::accumulate);
        }
        return answer.chatCompletion(OpenAiSky.class)
                .choices()
                .get(0)
                .message()
                .content()
                .orElseThrow()
                .sky();
    }

    @Override
    public String look(Call call, String mediaType, String base64) {
        String url = "data:" + mediaType + ";base64," + base64;
        ChatCompletionContentPart part = mediaType.startsWith("image/")
                ? ChatCompletionContentPart.ofImageUrl(ChatCompletionContentPartImage.builder()
                        .imageUrl(ImageUrl.builder().url(url).build())
                        .build())
                : ChatCompletionContentPart.ofFile(ChatCompletionContentPart.File.builder()
                        .file(ChatCompletionContentPart.File.FileObject.builder()
                                .filename("report.pdf")
                                .fileData(url)
                                .build())
                        .build());
        ChatCompletionContentPart question = ChatCompletionContentPart.ofText(
                ChatCompletionContentPartText.builder().text(call.question()).build());
        return text(complete(
                call,
                params(call)
                        .addUserMessageOfArrayOfContentParts(List.of(question, part))
                        .build()));
    }

    @Override
    public Thoughts think(Call call, String next) {
        ChatCompletionCreateParams.Builder params =
                params(call).addUserMessage(call.question()).reasoningEffort(ReasoningEffort.LOW);
        ChatCompletion first = complete(call, params.build());
        String thought = message(first)._additionalProperties().get("reasoning_content") == null
                ? null
                : message(first)
                        ._additionalProperties()
                        .get("reasoning_content")
                        .asStringOrThrow();
        ChatCompletion second = complete(
                call,
                params.addMessage(sentBack(message(first))).addUserMessage(next).build());
        return new Thoughts(thought, text(first), text(second));
    }

    @Override
    public void leave(String agent, String question) {
        Call call = new Call(agent, question, true);
        try (StreamResponse<ChatCompletionChunk> chunks = client.chat()
                .completions()
                .createStreaming(params(call).addUserMessage(question).build())) {
            chunks.stream()
                    .filter(chunk -> !chunk.choices().isEmpty()
                            && chunk.choices().get(0).delta().content().isPresent())
                    .findFirst()
                    .orElseThrow();
        }
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
