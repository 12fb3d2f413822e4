package dev.understudy.langchain4j;

import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatModelStreamingEvent;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.understudy.chat.ChatProvider;
import dev.understudy.event.Listener;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Flow;
import reactor.adapter.JdkFlowAdapter;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * A streaming chat model of LangChain4j over a {@link ChatProvider}. A takeover by another provider does not show. Works in
 * AI services with {@code TokenStream}, tools and memory. Thread-safe; holds no resources and closes nothing.
 *
 * <p>Handlers are called one call at a time on a thread that may block, because AI services run tools there. After {@code
 * StreamingHandle.cancel()} the exchange is aborted and no more calls follow. A handler that throws ends the stream with
 * {@code onError}. Failures arrive as exceptions of LangChain4j, with the {@link dev.understudy.chat.ChatException} as cause.
 */
public final class UnderstudyStreamingChatModel implements StreamingChatModel {

    private final ModelSettings settings;
    private final Scheduler scheduler;

    private UnderstudyStreamingChatModel(ModelSettings settings, Scheduler scheduler) {
        this.settings = settings;
        this.scheduler = scheduler;
    }

    /**
     * Returns a model over a provider.
     *
     * @param provider the provider that answers
     * @param modelName the model of requests that name none
     * @return the model
     */
    public static UnderstudyStreamingChatModel of(ChatProvider provider, String modelName) {
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

    @Override
    public void doChat(ChatRequest request, StreamingChatResponseHandler handler) {
        HandlerSubscriber subscriber = new HandlerSubscriber(handler);
        events(request).publishOn(scheduler, HandlerSubscriber.AHEAD).subscribe(subscriber);
    }

    /**
     * Streams a response with back-pressure. Lazy: each subscription is a new call. Events arrive on a thread that must not
     * block.
     *
     * @param request the request, with the default parameters
     * @return the events, the complete response last
     */
    @Override
    public Flow.Publisher<ChatModelStreamingEvent> doChat(ChatRequest request) {
        return JdkFlowAdapter.publisherToFlowPublisher(events(request));
    }

    private Flux<ChatModelStreamingEvent> events(ChatRequest request) {
        return Flux.defer(() -> new StreamMapper().map(settings.provider().stream(settings.request(request, true))))
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

    /** Builder of {@link UnderstudyStreamingChatModel}. */
    public static final class Builder {
        private ModelSettings settings;
        private Scheduler scheduler = Schedulers.boundedElastic();

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
         * Sets the scheduler that calls handlers. {@link Schedulers#boundedElastic()} by default.
         *
         * @param scheduler a scheduler whose threads may block
         * @return this
         */
        public Builder scheduler(Scheduler scheduler) {
            this.scheduler = Objects.requireNonNull(scheduler, "scheduler");
            return this;
        }

        /**
         * Returns the model.
         *
         * @return a new model
         */
        public UnderstudyStreamingChatModel build() {
            return new UnderstudyStreamingChatModel(settings, scheduler);
        }
    }
}
