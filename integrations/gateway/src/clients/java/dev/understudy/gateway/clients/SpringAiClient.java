package dev.understudy.gateway.clients;

import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.messages.Message;
import org.springframework.ai.chat.messages.UserMessage;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.model.Generation;
import org.springframework.ai.chat.model.MessageAggregator;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.converter.BeanOutputConverter;
import org.springframework.ai.tool.ToolCallback;
import org.springframework.ai.tool.function.FunctionToolCallback;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.util.MimeType;
import reactor.core.publisher.Flux;

/** Spring AI's {@code ChatClient}, or its chat models where the conversation is the test's own, for one API. */
final class SpringAiClient implements JavaClient {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final ToolCallback WEATHER = FunctionToolCallback.builder(
                    "weather", (Place place) -> place.city().equals("Bern") ? "sunny" : "unknown")
            .description("Tells the weather.")
            .inputType(Place.class)
            .build();

    private final SpringAiModels models;
    private final Set<Feature> lacks;

    SpringAiClient(SpringAiModels models, Feature... lacks) {
        this.models = models;
        this.lacks = Set.of(lacks);
    }

    /** Parameters of the tool. */
    record Place(String city) {}

    @Override
    public Set<Feature> lacks() {
        return lacks;
    }

    private static ChatResponse send(ChatClient.ChatClientRequestSpec request, boolean stream) {
        return stream
                ? aggregated(request.stream().chatResponse())
                : request.call().chatResponse();
    }

    private static ChatResponse send(ChatModel model, List<Message> messages, boolean stream) {
        Prompt prompt = new Prompt(messages);
        return stream ? aggregated(model.stream(prompt)) : model.call(prompt);
    }

    private static ChatResponse aggregated(Flux<ChatResponse> chunks) {
        AtomicReference<ChatResponse> whole = new AtomicReference<>();
        new MessageAggregator().aggregate(chunks, whole::set).blockLast(LIMIT);
        return whole.get();
    }

    /** The models of Anthropic make a generation of each thought; the answer is the last one. */
    private static Generation answerOf(ChatResponse response) {
        return response.getResults().get(response.getResults().size() - 1);
    }

    private static String text(ChatResponse response) {
        return Objects.requireNonNullElse(answerOf(response).getOutput().getText(), "");
    }

    private ChatClient.ChatClientRequestSpec prompt(Call call, boolean thinking) {
        return ChatClient.create(models.model(call.agent(), thinking, null)).prompt();
    }

    @Override
    public Answer answer(Call call) {
        ChatResponse response = send(prompt(call, false).user(call.question()), call.stream());
        return new Answer(
                text(response),
                answerOf(response).getMetadata().getFinishReason().toLowerCase(Locale.ROOT),
                response.getMetadata().getUsage().getCompletionTokens());
    }

    @Override
    public String tools(Call call, boolean thinking) {
        return text(send(prompt(call, thinking).user(call.question()).tools(WEATHER), call.stream()));
    }

    @Override
    public Sky object(Call call) {
        if (!call.stream()) {
            return prompt(call, false)
                    .user(call.question())
                    .call()
                    .entity(Sky.class, ChatClient.EntityParamSpec::useProviderStructuredOutput);
        }
        BeanOutputConverter<Sky> converter = new BeanOutputConverter<>(Sky.class);
        ChatModel model = models.model(call.agent(), false, converter.getJsonSchema());
        return converter.convert(text(send(model, List.of(new UserMessage(call.question())), true)));
    }

    @Override
    public String look(Call call, String mediaType, String base64) {
        ByteArrayResource file = new ByteArrayResource(Base64.getDecoder().decode(base64));
        return text(send(
                prompt(call, false).user(user -> user.text(call.question()).media(MimeType.valueOf(mediaType), file)),
                call.stream()));
    }

    @Override
    public Thoughts think(Call call, String next) {
        ChatModel model = models.model(call.agent(), true, null);
        UserMessage question = new UserMessage(call.question());
        ChatResponse first = send(model, List.of(question), call.stream());
        ChatResponse second =
                send(model, List.of(question, answerOf(first).getOutput(), new UserMessage(next)), call.stream());
        return new Thoughts(thought(first), text(first), text(second));
    }

    private static @Nullable String thought(ChatResponse response) {
        return response.getResults().size() > 1
                ? response.getResults().get(0).getOutput().getText()
                : (String) answerOf(response).getOutput().getMetadata().get("reasoningContent");
    }

    @Override
    public void leave(String agent, String question) {
        models.model(agent, false, null).stream(new Prompt(question))
                .filter(chunk -> !chunk.getResults().isEmpty() && !text(chunk).isEmpty())
                .blockFirst(LIMIT);
    }

    @Override
    public Class<? extends Throwable> errorType(int status) {
        return models.errorType(status);
    }

    @Override
    public int status(Throwable error) {
        return models.status(error);
    }

    /** Streams of OpenAI's model wrap the errors of its client. */
    @Override
    public Throwable unwrapped(Throwable error) {
        return error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
    }
}
