package dev.understudy.langchain4j;

import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.DefaultChatRequestParameters;
import dev.understudy.chat.ChatRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Parameters of the models of this package: the common ones of LangChain4j, and everything else that a {@link ChatRequest}
 * has, by {@link Builder#request}. Immutable.
 */
public final class UnderstudyChatRequestParameters extends DefaultChatRequestParameters {

    private final @Nullable UnaryOperator<ChatRequest> request;
    private final List<String> leftOut;

    private UnderstudyChatRequestParameters(Builder builder) {
        super(builder);
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

    /** Returns the request with the changes of {@link Builder#request}. */
    ChatRequest changed(ChatRequest mapped) {
        return request == null ? mapped : request.apply(mapped);
    }

    /** Returns the parameters of another vendor's class that have no place here. */
    List<String> leftOut() {
        return leftOut;
    }

    @Override
    public UnderstudyChatRequestParameters overrideWith(ChatRequestParameters that) {
        return builder().overrideWith(this).overrideWith(that).build();
    }

    @Override
    public UnderstudyChatRequestParameters defaultedBy(ChatRequestParameters that) {
        return builder().overrideWith(that).overrideWith(this).build();
    }

    @Override
    public boolean equals(@Nullable Object object) {
        return super.equals(object)
                && object instanceof UnderstudyChatRequestParameters other
                && Objects.equals(request, other.request)
                && leftOut.equals(other.leftOut);
    }

    @Override
    public int hashCode() {
        return Objects.hash(super.hashCode(), request, leftOut);
    }

    /** Builder of {@link UnderstudyChatRequestParameters}. */
    public static final class Builder extends DefaultChatRequestParameters.Builder<Builder> {

        private @Nullable UnaryOperator<ChatRequest> request;
        private final List<String> leftOut = new ArrayList<>();

        private Builder() {}

        /**
         * Changes the request after the common parameters were mapped: seed, reasoning, service tier, cache hints, fields of
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
        public Builder overrideWith(ChatRequestParameters parameters) {
            super.overrideWith(parameters);
            if (parameters instanceof UnderstudyChatRequestParameters own) {
                if (own.request != null) {
                    request(own.request);
                }
                leftOut.addAll(own.leftOut);
            } else {
                leftOut.addAll(ForeignParameters.leftOut(parameters));
            }
            return this;
        }

        @Override
        public UnderstudyChatRequestParameters build() {
            return new UnderstudyChatRequestParameters(this);
        }
    }
}
