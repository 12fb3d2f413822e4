package dev.understudy.chat;

import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * A complete response.
 *
 * @param text text of the answer, "" when the model only called tools
 * @param refusal the model's refusal, where a vendor reports it separately from text; otherwise ""
 * @param reasoningBlocks reasoning, where the vendor returns it
 * @param toolCalls tool calls requested by the model
 * @param finish finish reason, usage and the route that served the answer
 */
public record ChatResponse(
        String text,
        String refusal,
        List<ReasoningBlock> reasoningBlocks,
        List<ToolCall> toolCalls,
        StreamChunk.Finish finish) {

    /**
     * Copies the collections.
     *
     * @param text text of the answer
     * @param refusal the model's refusal
     * @param reasoningBlocks reasoning
     * @param toolCalls tool calls requested by the model
     * @param finish finish reason
     */
    public ChatResponse {
        Objects.requireNonNull(text, "text");
        Objects.requireNonNull(refusal, "refusal");
        Objects.requireNonNull(finish, "finish");
        reasoningBlocks = List.copyOf(reasoningBlocks);
        toolCalls = List.copyOf(toolCalls);
    }

    /**
     * Returns a text response with finish reason STOP and unknown usage, for custom providers.
     *
     * @param provider name of the provider
     * @param model the model in the request
     * @param text text of the answer
     * @return the response
     */
    public static ChatResponse of(String provider, String model, String text) {
        return new ChatResponse(
                text,
                "",
                List.of(),
                List.of(),
                new StreamChunk.Finish(
                        FinishReason.STOP, Usage.none(), VendorMetadata.none(), ServedBy.by(provider, model)));
    }

    /**
     * Returns the finish reason.
     *
     * @return the reason
     */
    public FinishReason finishReason() {
        return finish.reason();
    }

    /**
     * Returns the tokens, summed over all attempts of the call.
     *
     * @return the usage
     */
    public Usage usage() {
        return finish.usage();
    }

    /**
     * Returns the vendor's metadata of the response.
     *
     * @return the metadata
     */
    public VendorMetadata vendorMetadata() {
        return finish.vendorMetadata();
    }

    /**
     * Returns the route that served the answer, and the attempts of the call.
     *
     * @return the route
     */
    public ServedBy servedBy() {
        return finish.servedBy();
    }

    /**
     * Returns the text of all reasoning blocks, concatenated.
     *
     * @return the reasoning, "" if there is none
     */
    public String reasoning() {
        return reasoningBlocks.stream().map(ReasoningBlock::text).collect(Collectors.joining());
    }

    /**
     * Returns the answer as a message, to be appended to the conversation.
     *
     * @return the message
     */
    public Message.Assistant message() {
        return new Message.Assistant(text, toolCalls, reasoningBlocks);
    }

    /**
     * Returns whether there is neither text nor a tool call.
     *
     * @return {@code true} if the response is empty
     */
    public boolean isEmpty() {
        return text.isEmpty() && toolCalls.isEmpty();
    }

    /**
     * Returns a copy with another finish.
     *
     * @param finish the finish
     * @return a copy
     */
    public ChatResponse withFinish(StreamChunk.Finish finish) {
        return new ChatResponse(text, refusal, reasoningBlocks, toolCalls, finish);
    }

    /** Describes size and route, without the text. */
    @Override
    public String toString() {
        return "ChatResponse[" + text.length() + " characters, toolCalls=" + toolCalls.size() + ", reason="
                + finishReason() + ", by " + servedBy().provider() + "/"
                + servedBy().model() + "]";
    }
}
