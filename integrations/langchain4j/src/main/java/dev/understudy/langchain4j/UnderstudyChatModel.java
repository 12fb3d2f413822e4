package dev.understudy.langchain4j;

import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.understudy.chat.ChatProvider;
import dev.understudy.event.Listener;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import reactor.core.publisher.Mono;

/**
 * A chat model of LangChain4j over a {@link ChatProvider}: an understudy, an agent, or a resuming provider over one of them.
 * Works in AI services with tools, memory and structured output. Thread-safe; holds no resources and closes nothing.
 *
 * <p>Failures arrive as exceptions of LangChain4j, with the {@link dev.understudy.chat.ChatException} as cause.
 */
public final class UnderstudyChatModel implements ChatModel {

    private final ModelSettings settings;

    private UnderstudyChatModel(ModelSettings settings) {
        this.settings = settings;
    }

    /**
     * Returns a model over a provider.
     *
     * @param provider the provider that answers
     * @param modelName the model of requests that name none
     * @return the model
     */
    public static UnderstudyChatModel of(ChatProvider provider, String modelName) {
        return builder(provider).modelName(modelName).build();
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
     * Requests a response and waits for it.
     *
     * @param request the request, with the default parameters
     * @return the response
     * @throws IllegalStateException on a thread that must not block: use {@link #chatAsync(ChatRequest)} there
     */
    @Override
    public ChatResponse doChat(ChatRequest request) {
        return Objects.requireNonNull(answer(request).block(), "The provider completed without an answer");
    }

    /**
     * Requests a response. Cancellation of the future aborts the exchange.
     *
     * @param request the request, with the default parameters
     * @return the response; completes on a thread that must not block
     */
    @Override
    public CompletableFuture<ChatResponse> doChatAsync(ChatRequest request) {
        return answer(request).toFuture();
    }

    private Mono<ChatResponse> answer(ChatRequest request) {
        return Mono.defer(() -> settings.provider().chat(settings.request(request, false)))
                .map(ResponseMapper::response)
                .onErrorMap(ModelExceptions::of);
    }

    @Override
    public ChatRequestParameters defaultRequestParameters() {
        return settings.parameters();
    }

    @Override
    public List<ChatModelListener> listeners() {
        return settings.listeners();
    }

    @Override
    public Set<Capability> supportedCapabilities() {
        return settings.capabilities();
    }

    /** Builder of {@link UnderstudyChatModel}. */
    public static final class Builder {
        private ModelSettings settings;

        private Builder(ChatProvider provider) {
            settings = ModelSettings.of(provider);
        }

        /**
         * Sets the model of requests that name none.
         *
         * @param modelName the model as the first provider names it
         * @return this
         */
        public Builder modelName(String modelName) {
            return defaultRequestParameters(settings.parameters()
                    .overrideWith(UnderstudyChatRequestParameters.builder()
                            .modelName(modelName)
                            .build()));
        }

        /**
         * Sets the parameters of requests, each of which a request may override.
         *
         * @param parameters the parameters
         * @return this
         */
        public Builder defaultRequestParameters(ChatRequestParameters parameters) {
            settings = settings.withParameters(parameters);
            return this;
        }

        /**
         * Sets the listeners of LangChain4j, which hear of each request, response and error.
         *
         * @param listeners the listeners
         * @return this
         */
        public Builder listeners(List<ChatModelListener> listeners) {
            settings = settings.withListeners(listeners);
            return this;
        }

        /**
         * Sets the listener that hears of parameters that are left out, because they belong to one vendor's class of
         * parameters. By default the listener of the understudy.
         *
         * @param listener receives {@link dev.understudy.event.Event.ProviderReported}
         * @return this
         */
        public Builder eventListener(Listener listener) {
            settings = settings.withEvents(listener);
            return this;
        }

        /**
         * Returns the model.
         *
         * @return a new model
         */
        public UnderstudyChatModel build() {
            return new UnderstudyChatModel(settings);
        }
    }
}
