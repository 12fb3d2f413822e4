package dev.understudy.springai;

import dev.understudy.chat.ChatRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.model.tool.DefaultToolCallingChatOptions;
import org.springframework.ai.model.tool.StructuredOutputChatOptions;
import org.springframework.ai.tool.ToolCallback;

/**
 * Options of an {@link UnderstudyChatModel}: the portable ones of Spring AI, and everything else that a {@link ChatRequest}
 * has, by {@link Builder#request}. Immutable.
 */
public final class UnderstudyChatOptions extends DefaultToolCallingChatOptions implements StructuredOutputChatOptions {

    private final @Nullable String outputSchema;
    private final @Nullable UnaryOperator<ChatRequest> request;
    private final List<String> leftOut;

    private UnderstudyChatOptions(
            @Nullable List<ToolCallback> toolCallbacks,
            @Nullable Map<String, Object> toolContext,
            ChatOptions portable,
            Builder builder) {
        super(
                toolCallbacks,
                toolContext,
                portable.getModel(),
                portable.getFrequencyPenalty(),
                portable.getMaxTokens(),
                portable.getPresencePenalty(),
                portable.getStopSequences(),
                portable.getTemperature(),
                portable.getTopK(),
                portable.getTopP());
        this.outputSchema = builder.outputSchema;
        this.request = builder.request;
        this.leftOut = List.copyOf(builder.leftOut);
    }

    /**
     * Returns a builder without any value.
     *
     * @return the builder
     */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public @Nullable String getOutputSchema() {
        return outputSchema;
    }

    /** Returns the request with the changes of {@link Builder#request}. */
    ChatRequest changed(ChatRequest mapped) {
        return request == null ? mapped : request.apply(mapped);
    }

    /** Returns the options of another vendor's class that have no place here. */
    List<String> leftOut() {
        return leftOut;
    }

    @Override
    public Builder mutate() {
        Builder builder = builder()
                .model(getModel())
                .frequencyPenalty(getFrequencyPenalty())
                .maxTokens(getMaxTokens())
                .presencePenalty(getPresencePenalty())
                .stopSequences(getStopSequences())
                .temperature(getTemperature())
                .topK(getTopK())
                .topP(getTopP())
                .toolCallbacks(getToolCallbacks())
                .toolContext(getToolContext())
                .outputSchema(outputSchema);
        builder.request = request;
        builder.leftOut = new ArrayList<>(leftOut);
        return builder;
    }

    @Override
    public boolean equals(@Nullable Object object) {
        return super.equals(object)
                && object instanceof UnderstudyChatOptions other
                && Objects.equals(outputSchema, other.outputSchema)
                && Objects.equals(request, other.request)
                && leftOut.equals(other.leftOut);
    }

    @Override
    public int hashCode() {
        return Objects.hash(super.hashCode(), outputSchema, request, leftOut);
    }

    /** Builder of {@link UnderstudyChatOptions}. */
    public static final class Builder extends DefaultToolCallingChatOptions.Builder<Builder>
            implements StructuredOutputChatOptions.Builder<Builder> {

        private @Nullable String outputSchema;
        private @Nullable UnaryOperator<ChatRequest> request;
        private List<String> leftOut = new ArrayList<>();

        private Builder() {}

        /**
         * Changes the request after the portable options were mapped: seed, reasoning, tool choice, service tier, fields of
         * one dialect. Added to earlier changes.
         *
         * @param change for example {@code request -> request.withSeed(7)}; must not block
         * @return this
         */
        public Builder request(UnaryOperator<ChatRequest> change) {
            UnaryOperator<ChatRequest> before = request;
            request = before == null ? change : mapped -> change.apply(before.apply(mapped));
            return this;
        }

        @Override
        public Builder outputSchema(@Nullable String outputSchema) {
            this.outputSchema = outputSchema;
            return this;
        }

        @Override
        public Builder combineWith(ChatOptions.Builder<?> other) {
            super.combineWith(other);
            if (other instanceof Builder own) {
                outputSchema = own.outputSchema == null ? outputSchema : own.outputSchema;
                if (own.request != null) {
                    request(own.request);
                }
                leftOut.addAll(own.leftOut);
                return this;
            }
            ChatOptions options = other.build();
            if (options instanceof StructuredOutputChatOptions structured && structured.getOutputSchema() != null) {
                outputSchema = structured.getOutputSchema();
            }
            leftOut.addAll(ForeignOptions.leftOut(options));
            return this;
        }

        @Override
        public Builder clone() {
            Builder copy = super.clone();
            copy.leftOut = new ArrayList<>(leftOut);
            return copy;
        }

        @Override
        public UnderstudyChatOptions build() {
            return new UnderstudyChatOptions(toolCallbacks, toolContext, super.build(), this);
        }
    }
}
