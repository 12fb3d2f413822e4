package dev.understudy.langchain4j;

import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.response.ChatModelStreamingEvent;
import dev.understudy.chat.CallScope;
import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Failure;
import dev.understudy.chat.ProviderEvent;
import dev.understudy.chat.StreamChunk;
import dev.understudy.provider.Providers;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import reactor.adapter.JdkFlowAdapter;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.util.Loggers;
import reactor.util.context.ContextView;

/**
 * A provider over chat models of LangChain4j: models that an application has already take part in failover. Requests run on
 * {@link Schedulers#boundedElastic()}, because models of LangChain4j may block; cancellation of a whole response interrupts
 * the thread, and that of a stream uses the model's {@code StreamingHandle}. Parts of a request that LangChain4j has no word
 * for are left out and reported as {@link ProviderEvent.RequestAdapted}. The models belong to the application: {@link
 * #close()} does nothing.
 *
 * <p>A model that retries by itself delays failover: a warning is logged when the provider is built.
 */
public final class LangChain4jProvider implements ChatProvider {

    private final String name;
    private final ChatModel model;
    private final @Nullable StreamingChatModel streaming;
    private final Capabilities capabilities;
    private final Failure.Classifier classifier;

    private LangChain4jProvider(Builder builder) {
        this.name = builder.name;
        this.model = builder.model;
        this.streaming = builder.streaming;
        this.capabilities = builder.capabilities;
        this.classifier = builder.classifier;
        String warning = ModelRetries.warning(name, model);
        if (warning != null) {
            builder.warnings.accept(warning);
        }
    }

    /**
     * Returns a provider over a model. Its streams are whole answers in one piece.
     *
     * @param name name of the provider, without white space
     * @param model the model
     * @return the provider
     */
    public static LangChain4jProvider of(String name, ChatModel model) {
        return builder(name, model).build();
    }

    /**
     * Returns a provider over a model and its streaming counterpart.
     *
     * @param name name of the provider, without white space
     * @param model answers {@link #chat}
     * @param streaming answers {@link #stream}
     * @return the provider
     */
    public static LangChain4jProvider of(String name, ChatModel model, StreamingChatModel streaming) {
        return builder(name, model).streaming(streaming).build();
    }

    /**
     * Returns a builder of a provider over a model.
     *
     * @param name name of the provider, without white space
     * @param model the model
     * @return the builder
     */
    public static Builder builder(String name, ChatModel model) {
        return new Builder(name, model);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Capabilities capabilities(String model) {
        return capabilities;
    }

    @Override
    public Mono<ChatResponse> chat(ChatRequest request) {
        return Mono.deferContextual(context -> {
                    dev.langchain4j.model.chat.request.ChatRequest mapped = mapped(request, context);
                    return Mono.fromCallable(() -> model.chat(mapped))
                            .map(response -> new AnswerMapper(name, request.model()).whole(response))
                            .subscribeOn(Schedulers.boundedElastic());
                })
                .onErrorMap(this::typed);
    }

    @Override
    public Flux<StreamChunk> stream(ChatRequest request) {
        StreamingChatModel asked = streaming;
        if (asked == null) {
            return chat(request).flatMapIterable(ChatResponse::chunks);
        }
        return Flux.deferContextual(context -> new AnswerMapper(name, request.model())
                        .chunks(events(asked, mapped(request, context)))
                        // Models may block until the connection is closed.
                        .cancelOn(Schedulers.boundedElastic()))
                .onErrorMap(this::typed);
    }

    /** Uses the publisher of a model that has one, because it respects demand, and otherwise its handler. */
    private static Flux<ChatModelStreamingEvent> events(
            StreamingChatModel model, dev.langchain4j.model.chat.request.ChatRequest request) {
        return hasPublisher(model)
                ? Flux.defer(() -> JdkFlowAdapter.flowPublisherToFlux(model.chat(request)))
                        .subscribeOn(Schedulers.boundedElastic())
                : HandlerEvents.of(model, request);
    }

    private static boolean hasPublisher(StreamingChatModel model) {
        try {
            return model.getClass()
                            .getMethod("doChat", dev.langchain4j.model.chat.request.ChatRequest.class)
                            .getDeclaringClass()
                    != StreamingChatModel.class;
        } catch (NoSuchMethodException older) {
            return false;
        }
    }

    private dev.langchain4j.model.chat.request.ChatRequest mapped(ChatRequest request, ContextView context) {
        ParametersMapper mapper = new ParametersMapper(request);
        dev.langchain4j.model.chat.request.ChatRequest mapped = mapper.map();
        CallScope scope = CallScope.of(context);
        mapper.leftOut()
                .forEach(part -> scope.report(
                        new ProviderEvent.RequestAdapted(name, request.model(), part, ProviderEvent.Change.LEFT_OUT)));
        return mapped;
    }

    private Throwable typed(Throwable error) {
        if (error instanceof ChatException) {
            return error;
        }
        Failure failure = classifier.classify(error);
        return new ChatException.CallFailed(failure == null ? Failure.of(error) : failure, error);
    }

    @Override
    public String toString() {
        return name;
    }

    /** Builder of {@link LangChain4jProvider}. */
    public static final class Builder {
        private final String name;
        private final ChatModel model;
        private @Nullable StreamingChatModel streaming;
        private Capabilities capabilities = Capabilities.assumed();
        private Failure.Classifier classifier = Providers.failureClassifier();
        private Consumer<String> warnings = Loggers.getLogger(LangChain4jProvider.class)::warn;

        private Builder(String name, ChatModel model) {
            this.name = Objects.requireNonNull(name, "name");
            this.model = Objects.requireNonNull(model, "model");
        }

        /**
         * Sets the model that answers streams. Without it streams are whole answers in one piece.
         *
         * @param streaming the streaming model
         * @return this
         */
        public Builder streaming(StreamingChatModel streaming) {
            this.streaming = Objects.requireNonNull(streaming, "streaming");
            return this;
        }

        /**
         * Sets the capabilities of all models. {@link Capabilities#assumed()} by default.
         *
         * @param capabilities the capabilities
         * @return this
         */
        public Builder capabilities(Capabilities capabilities) {
            this.capabilities = Objects.requireNonNull(capabilities, "capabilities");
            return this;
        }

        /**
         * Adds a classifier that is asked before the present one. The default knows the exceptions of LangChain4j and of
         * common SDKs, with their HTTP status and Retry-After.
         *
         * @param classifier the classifier
         * @return this
         */
        public Builder classifier(Failure.Classifier classifier) {
            this.classifier = classifier.orElse(this.classifier);
            return this;
        }

        /** Sets the receiver of the warning about retries. */
        Builder warnings(Consumer<String> warnings) {
            this.warnings = warnings;
            return this;
        }

        /**
         * Returns the provider, and logs a warning if the model is known to retry by itself.
         *
         * @return a new provider
         */
        public LangChain4jProvider build() {
            return new LangChain4jProvider(this);
        }
    }
}
