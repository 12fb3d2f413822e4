package dev.understudy.springai;

import dev.understudy.chat.CallScope;
import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.ProviderEvent;
import dev.understudy.chat.StreamChunk;
import dev.understudy.provider.Providers;
import java.util.Objects;
import java.util.function.Consumer;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.chat.prompt.Prompt;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.util.Loggers;
import reactor.util.context.ContextView;

/**
 * A provider over a chat model of Spring AI: models that an application has already take part in failover. Requests run on
 * {@link Schedulers#boundedElastic()}, because models of Spring AI may block; cancellation of a whole response interrupts
 * the thread. Parts of a request that Spring AI has no word for are left out and reported as {@link
 * ProviderEvent.RequestAdapted}. The model belongs to the application: {@link #close()} does nothing.
 *
 * <p>A model that retries by itself delays failover. A warning is logged when a provider over it is built.
 */
public final class SpringAiProvider implements ChatProvider {

    private final String name;
    private final ChatModel model;
    private final Capabilities capabilities;
    private final Failure.Classifier classifier;
    private final boolean finishReasonRequired;

    private SpringAiProvider(Builder builder) {
        this.name = builder.name;
        this.model = builder.model;
        this.capabilities = builder.capabilities;
        this.classifier = builder.classifier;
        this.finishReasonRequired = builder.finishReasonRequired;
        String warning = ModelRetries.warning(name, model);
        if (warning != null) {
            builder.warnings.accept(warning);
        }
    }

    /**
     * Returns a provider over a model.
     *
     * @param name name of the provider, without white space
     * @param model the model
     * @return the provider
     */
    public static SpringAiProvider of(String name, ChatModel model) {
        return builder(name, model).build();
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
                    Prompt prompt = prompt(request, context);
                    return Mono.fromCallable(() -> model.call(prompt))
                            .map(response -> new AnswerMapper(name, request.model()).whole(response))
                            .subscribeOn(Schedulers.boundedElastic());
                })
                .onErrorMap(this::typed);
    }

    @Override
    public Flux<StreamChunk> stream(ChatRequest request) {
        return Flux.deferContextual(context -> {
                    Prompt prompt = prompt(request, context);
                    return new AnswerChunks(new AnswerMapper(name, request.model()), finishReasonRequired)
                            .map(Flux.defer(() -> model.stream(prompt)).subscribeOn(Schedulers.boundedElastic()))
                            // Models may block until the connection is closed.
                            .cancelOn(Schedulers.boundedElastic());
                })
                .onErrorMap(this::typed);
    }

    private Prompt prompt(ChatRequest request, ContextView context) {
        CallScope scope = CallScope.of(context);
        return PromptMapper.prompt(
                request,
                model.getOptions(),
                part -> scope.report(
                        new ProviderEvent.RequestAdapted(name, request.model(), part, ProviderEvent.Change.LEFT_OUT)));
    }

    private Throwable typed(Throwable error) {
        if (error instanceof ChatException) {
            return error;
        }
        Failure failure = classifier.classify(error);
        if (failure == null && error instanceof UnsupportedOperationException) {
            failure = Failure.of(FailureKind.UNSUPPORTED, "the model of Spring AI does not support this");
        }
        return new ChatException.CallFailed(failure == null ? Failure.of(error) : failure, error);
    }

    @Override
    public String toString() {
        return name;
    }

    /** Builder of {@link SpringAiProvider}. */
    public static final class Builder {
        private final String name;
        private final ChatModel model;
        private Capabilities capabilities = Capabilities.assumed();
        private Failure.Classifier classifier = Providers.failureClassifier();
        private boolean finishReasonRequired = true;
        private Consumer<String> warnings = Loggers.getLogger(SpringAiProvider.class)::warn;

        private Builder(String name, ChatModel model) {
            this.name = Objects.requireNonNull(name, "name");
            this.model = Objects.requireNonNull(model, "model");
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
         * Adds a classifier that is asked before the present one. The default knows the exceptions of Spring AI, of Spring's
         * web clients and of common SDKs, with their HTTP status and Retry-After.
         *
         * @param classifier the classifier
         * @return this
         */
        public Builder classifier(Failure.Classifier classifier) {
            this.classifier = classifier.orElse(this.classifier);
            return this;
        }

        /**
         * Sets the rule for streams that complete without a finish reason.
         *
         * @param required {@code true}, the default, if such a stream was cut; {@code false} for a model that never gives one
         * @return this
         */
        public Builder finishReasonRequired(boolean required) {
            this.finishReasonRequired = required;
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
        public SpringAiProvider build() {
            return new SpringAiProvider(this);
        }
    }
}
