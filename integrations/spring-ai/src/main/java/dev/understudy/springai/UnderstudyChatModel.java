package dev.understudy.springai;

import dev.understudy.adapter.AdapterEvents;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ServedBy;
import dev.understudy.event.Event;
import dev.understudy.event.Listener;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.model.Generation;
import org.springframework.ai.chat.observation.ChatModelObservationContext;
import org.springframework.ai.chat.observation.ChatModelObservationConvention;
import org.springframework.ai.chat.observation.ChatModelObservationDocumentation;
import org.springframework.ai.chat.observation.DefaultChatModelObservationConvention;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.chat.prompt.Prompt;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.ContextView;

/**
 * A chat model of Spring AI over a {@link ChatProvider}: an understudy, an agent, or a resuming provider over one of them.
 * Works below {@code ChatClient} with advisors, memory, tool calling and structured output. Like the other models of Spring
 * AI it runs no tool itself. Thread-safe; holds no resources and closes nothing.
 *
 * <p>Failures arrive as {@link org.springframework.ai.retry.TransientAiException} or {@link
 * org.springframework.ai.retry.NonTransientAiException}, with the {@link dev.understudy.chat.ChatException} as cause.
 */
public final class UnderstudyChatModel implements ChatModel {

    private static final String NAME = "understudy";
    private static final ChatModelObservationConvention DEFAULT_CONVENTION =
            new DefaultChatModelObservationConvention();

    private final ChatProvider provider;
    private final UnderstudyChatOptions options;
    private final ObservationRegistry registry;
    private final ChatModelObservationConvention convention;
    private final Listener listener;

    private UnderstudyChatModel(Builder builder) {
        this.provider = builder.provider;
        this.options = builder.options;
        this.registry = builder.registry;
        this.convention = builder.convention;
        this.listener = builder.listener == null ? AdapterEvents.listener(provider) : builder.listener;
    }

    /**
     * Returns a model over a provider.
     *
     * @param provider the provider that answers
     * @param model the model of prompts that name none
     * @return the model
     */
    public static UnderstudyChatModel of(ChatProvider provider, String model) {
        return builder(provider)
                .options(UnderstudyChatOptions.builder().model(model).build())
                .build();
    }

    /**
     * Returns a builder of a model over a provider.
     *
     * @param provider the provider that answers
     * @return the builder
     */
    public static Builder builder(ChatProvider provider) {
        return new Builder(provider);
    }

    /**
     * Returns the route that served a response, and the attempts of the call.
     *
     * @param response a response of such a model; for a stream the last chunk or the aggregated response
     * @return the route; {@code null} if the response has none
     */
    public static @Nullable ServedBy servedBy(ChatResponse response) {
        if (response.getMetadata().get(MetadataKeys.SERVED_BY) instanceof ServedBy servedBy) {
            return servedBy;
        }
        Generation generation = response.getResult();
        Object value = generation == null ? null : generation.getMetadata().get(MetadataKeys.SERVED_BY);
        return value instanceof ServedBy servedBy ? servedBy : null;
    }

    @Override
    public UnderstudyChatOptions getOptions() {
        return options;
    }

    @Override
    @Deprecated(forRemoval = true)
    @SuppressWarnings("removal")
    public ChatOptions getDefaultOptions() {
        return options;
    }

    /**
     * Requests a response and waits for it.
     *
     * @param prompt messages and options; options that are {@code null} are those of this model
     * @return the response
     * @throws IllegalStateException on a thread that must not block: use {@link #stream(Prompt)} there
     */
    @Override
    public ChatResponse call(Prompt prompt) {
        Prompt resolved = resolved(prompt);
        ChatRequest request = request(resolved, false);
        ChatModelObservationContext context = context(resolved, false);
        Observation observation = observation(context);
        ChatResponse response = observation.observe(() -> {
            ChatResponse answer = Mono.defer(() -> provider.chat(request))
                    .map(ResponseMapper::whole)
                    .onErrorMap(AiExceptions::of)
                    .contextWrite(reactor -> reactor.put(ObservationThreadLocalAccessor.KEY, observation))
                    .block();
            context.setResponse(Objects.requireNonNull(answer, "The provider completed without an answer"));
            return answer;
        });
        return Objects.requireNonNull(response);
    }

    /**
     * Streams a response. Lazy: each subscription is a new call. The last chunk holds the finish reason, all tool calls, the
     * usage and the route. Cancellation aborts the exchange; demand is respected.
     *
     * @param prompt messages and options; options that are {@code null} are those of this model
     * @return the chunks
     */
    @Override
    public Flux<ChatResponse> stream(Prompt prompt) {
        return Flux.deferContextual(reactor -> {
            Prompt resolved = resolved(prompt);
            ChatRequest request = request(resolved, true);
            ChatModelObservationContext context = context(resolved, true);
            Observation observation = started(observation(context), reactor);
            return new StreamMapper(context::setResponse)
                    .map(Flux.defer(() -> provider.stream(request)))
                    .onErrorMap(AiExceptions::of)
                    .doOnError(observation::error)
                    .doFinally(end -> observation.stop())
                    .contextWrite(more -> more.put(ObservationThreadLocalAccessor.KEY, observation));
        });
    }

    private Prompt resolved(Prompt prompt) {
        return prompt.getOptions() != null
                ? prompt
                : prompt.mutate().chatOptions(options).build();
    }

    private ChatRequest request(Prompt prompt, boolean stream) {
        ChatRequest request = RequestMapper.request(prompt, options.getModel());
        ChatOptions asked = Objects.requireNonNull(prompt.getOptions());
        List<String> leftOut =
                asked instanceof UnderstudyChatOptions own ? own.leftOut() : ForeignOptions.leftOut(asked);
        AdapterEvents.leftOut(listener, provider.name(), request.model(), stream, leftOut);
        return request;
    }

    private static ChatModelObservationContext context(Prompt prompt, boolean stream) {
        return ChatModelObservationContext.builder()
                .prompt(prompt)
                .provider(NAME)
                .streaming(stream)
                .build();
    }

    private Observation observation(ChatModelObservationContext context) {
        return ChatModelObservationDocumentation.CHAT_MODEL_OPERATION.observation(
                convention, DEFAULT_CONVENTION, () -> context, registry);
    }

    /** Starts an observation below the one of the subscriber, whatever the present thread has open. */
    private static Observation started(Observation observation, ContextView reactor) {
        Observation parent = reactor.getOrDefault(ObservationThreadLocalAccessor.KEY, null);
        if (parent == null) {
            return observation.start();
        }
        observation.parentObservation(parent);
        parent.scoped(() -> {
            observation.start();
        });
        return observation;
    }

    /** Builder of {@link UnderstudyChatModel}. */
    public static final class Builder {
        private final ChatProvider provider;
        private UnderstudyChatOptions options = UnderstudyChatOptions.builder().build();
        private ObservationRegistry registry = ObservationRegistry.NOOP;
        private ChatModelObservationConvention convention = DEFAULT_CONVENTION;
        private @Nullable Listener listener;

        private Builder(ChatProvider provider) {
            this.provider = Objects.requireNonNull(provider, "provider");
        }

        /**
         * Sets the options of prompts without options, and the model of prompts that name none.
         *
         * @param options the options
         * @return this
         */
        public Builder options(UnderstudyChatOptions options) {
            this.options = Objects.requireNonNull(options, "options");
            return this;
        }

        /**
         * Sets the registry of observations. None by default.
         *
         * @param registry receives one observation for each call, as from other models of Spring AI
         * @return this
         */
        public Builder observationRegistry(ObservationRegistry registry) {
            this.registry = Objects.requireNonNull(registry, "registry");
            return this;
        }

        /**
         * Sets the convention of observations.
         *
         * @param convention the convention
         * @return this
         */
        public Builder observationConvention(ChatModelObservationConvention convention) {
            this.convention = Objects.requireNonNull(convention, "convention");
            return this;
        }

        /**
         * Sets the listener that hears of options that are left out, because they belong to one vendor's class of options.
         * By default the listener of the understudy.
         *
         * @param listener receives {@link Event.ProviderReported}
         * @return this
         */
        public Builder listener(Listener listener) {
            this.listener = Objects.requireNonNull(listener, "listener");
            return this;
        }

        /**
         * Returns the model.
         *
         * @return a new model
         */
        public UnderstudyChatModel build() {
            return new UnderstudyChatModel(this);
        }
    }
}
