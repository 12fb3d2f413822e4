package dev.understudy.gateway.clients;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.PdfFileContent;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.AuthenticationException;
import dev.langchain4j.exception.HttpException;
import dev.langchain4j.exception.InternalServerException;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.understudy.gateway.json.JsonFields;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** LangChain4j's interface of chat models, with the models of one API. */
final class LangChain4jClient implements JavaClient {

    private static final ToolSpecification WEATHER = ToolSpecification.builder()
            .name("weather")
            .description("Tells the weather.")
            .parameters(JsonObjectSchema.builder()
                    .addStringProperty("city")
                    .required("city")
                    .additionalProperties(false)
                    .build())
            .build();
    private static final ResponseFormat SKY = ResponseFormat.builder()
            .type(ResponseFormatType.JSON)
            .jsonSchema(JsonSchema.builder()
                    .name("sky")
                    .rootElement(JsonObjectSchema.builder()
                            .addStringProperty("city")
                            .addStringProperty("sky")
                            .required("city", "sky")
                            .additionalProperties(false)
                            .build())
                    .build())
            .build();

    private final LangChain4jModels models;
    private final Set<Feature> lacks;

    LangChain4jClient(LangChain4jModels models, Feature... lacks) {
        this.models = models;
        this.lacks = Set.of(lacks);
    }

    @Override
    public Set<Feature> lacks() {
        return lacks;
    }

    private ChatResponse ask(Call call, boolean thinking, ChatRequest.Builder request) {
        return call.stream()
                ? LangChain4jStream.of(models.stream(call.agent(), thinking), request.build())
                        .answer()
                : models.whole(call.agent(), thinking).chat(request.build());
    }

    private static ChatRequest.Builder request(Call call, Content... more) {
        List<Content> content = new ArrayList<>(List.of(TextContent.from(call.question())));
        content.addAll(List.of(more));
        return ChatRequest.builder().messages(UserMessage.from(content));
    }

    @Override
    public Answer answer(Call call) {
        ChatResponse response = ask(call, false, request(call));
        return new Answer(
                response.aiMessage().text(),
                response.finishReason().toString().toLowerCase(Locale.ROOT),
                response.tokenUsage().outputTokenCount());
    }

    @Override
    public String tools(Call call, boolean thinking) {
        List<ChatMessage> messages = new ArrayList<>(List.of(UserMessage.from(call.question())));
        while (true) {
            AiMessage answer = ask(
                            call,
                            thinking,
                            ChatRequest.builder().messages(messages).toolSpecifications(WEATHER))
                    .aiMessage();
            if (!answer.hasToolExecutionRequests()) {
                return answer.text();
            }
            messages.add(answer);
            answer.toolExecutionRequests().forEach(one -> messages.add(result(one)));
        }
    }

    private static ToolExecutionResultMessage result(ToolExecutionRequest call) {
        String city = JsonFields.JSON.readTree(call.arguments()).path("city").asString("");
        return ToolExecutionResultMessage.from(call, city.equals("Bern") ? "sunny" : "unknown");
    }

    @Override
    public Sky object(Call call) {
        ChatResponse response = ask(call, false, request(call).responseFormat(SKY));
        JsonNode sky = JsonFields.JSON.readTree(response.aiMessage().text());
        return new Sky(sky.path("city").asString(""), sky.path("sky").asString(""));
    }

    @Override
    public String look(Call call, String mediaType, String base64) {
        Content content = mediaType.startsWith("image/")
                ? ImageContent.from(base64, mediaType)
                : PdfFileContent.from(base64, mediaType);
        return ask(call, false, request(call, content)).aiMessage().text();
    }

    @Override
    public Thoughts think(Call call, String next) {
        UserMessage question = UserMessage.from(call.question());
        AiMessage first =
                ask(call, true, ChatRequest.builder().messages(question)).aiMessage();
        AiMessage second = ask(call, true, ChatRequest.builder().messages(question, first, UserMessage.from(next)))
                .aiMessage();
        return new Thoughts(first.thinking(), first.text(), second.text());
    }

    @Override
    public void leave(String agent, String question) {
        ChatRequest request = request(new Call(agent, question, true)).build();
        LangChain4jStream.cancelled(models.stream(agent, false), request);
    }

    @Override
    public Class<? extends Throwable> errorType(int status) {
        return switch (status) {
            case 200 -> RuntimeException.class;
            case 400 -> InvalidRequestException.class;
            case 401 -> AuthenticationException.class;
            case 404 -> ModelNotFoundException.class;
            case 429 -> RateLimitException.class;
            default -> InternalServerException.class;
        };
    }

    @Override
    public int status(Throwable error) {
        Throwable cause = error;
        while (!(cause instanceof HttpException http)) {
            cause = cause.getCause();
        }
        return http.statusCode();
    }
}
