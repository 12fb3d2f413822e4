package dev.understudy.langchain4j;

import dev.langchain4j.model.chat.response.ChatResponseMetadata;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.model.output.TokenUsage;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ServedBy;
import dev.understudy.chat.Usage;
import dev.understudy.chat.VendorData;
import dev.understudy.chat.VendorMetadata;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Metadata of the responses of this package's models. Immutable. */
public final class UnderstudyResponseMetadata extends ChatResponseMetadata {

    private final ChatResponse response;

    private UnderstudyResponseMetadata(ChatResponse response) {
        super(base(response));
        this.response = response;
    }

    static UnderstudyResponseMetadata of(ChatResponse response) {
        return new UnderstudyResponseMetadata(response);
    }

    private static Builder<?> base(ChatResponse response) {
        VendorMetadata vendor = response.vendorMetadata();
        Usage usage = response.usage();
        Builder<?> base = ChatResponseMetadata.builder();
        base.id(vendor.id());
        base.modelName(
                Objects.requireNonNullElse(vendor.model(), response.servedBy().model()));
        base.tokenUsage(usage.equals(Usage.none()) ? null : new TokenUsage(usage.input(), usage.output()));
        base.finishReason(reason(response.finishReason()));
        return base;
    }

    private static FinishReason reason(dev.understudy.chat.FinishReason reason) {
        return switch (reason) {
            case STOP -> FinishReason.STOP;
            case LENGTH -> FinishReason.LENGTH;
            case TOOL_CALLS -> FinishReason.TOOL_EXECUTION;
            case CONTENT_FILTER -> FinishReason.CONTENT_FILTER;
            case PAUSE, ERROR, OTHER -> FinishReason.OTHER;
        };
    }

    /**
     * Returns the route that served the answer, and the attempts of the call.
     *
     * @return the route
     */
    public ServedBy servedBy() {
        return response.servedBy();
    }

    /**
     * Returns the tokens of all attempts, with those from the cache and those of reasoning.
     *
     * @return the usage
     */
    public Usage usage() {
        return response.usage();
    }

    /**
     * Returns the vendor's metadata: id of the request, header fields.
     *
     * @return the metadata
     */
    public VendorMetadata vendorMetadata() {
        return response.vendorMetadata();
    }

    /**
     * Returns the sources that the answer cites.
     *
     * @return the citations; empty if the vendor gives none
     */
    public List<VendorData.Citation> citations() {
        return response.citations();
    }

    /**
     * Returns the log probabilities of the tokens.
     *
     * @return the tokens; empty if they were not asked for
     */
    public List<VendorData.TokenLogprob> logprobs() {
        return response.logprobs();
    }

    @Override
    public boolean equals(@Nullable Object object) {
        return super.equals(object)
                && object instanceof UnderstudyResponseMetadata other
                && response.equals(other.response);
    }

    @Override
    public int hashCode() {
        return Objects.hash(super.hashCode(), response);
    }
}
