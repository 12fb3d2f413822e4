package dev.understudy.chat;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A complete response.
 *
 * @param blocks content of the answer, in the order in which the model produced it
 * @param finish finish reason, usage and the route that served the answer
 */
public record ChatResponse(List<ContentBlock> blocks, StreamChunk.Finish finish) {

    /**
     * Copies the blocks.
     *
     * @param blocks content of the answer
     * @param finish finish reason
     */
    public ChatResponse {
        Objects.requireNonNull(finish, "finish");
        blocks = List.copyOf(blocks);
    }

    /**
     * Creates a response of reasoning, text, refusal and tool calls, in this order.
     *
     * @param text text of the answer, "" when the model only called tools
     * @param refusal the model's refusal, where a vendor reports it separately from text; otherwise ""
     * @param reasoningBlocks reasoning, where the vendor returns it
     * @param toolCalls tool calls requested by the model
     * @param finish finish reason, usage and the route that served the answer
     */
    public ChatResponse(
            String text,
            String refusal,
            List<ReasoningBlock> reasoningBlocks,
            List<ToolCall> toolCalls,
            StreamChunk.Finish finish) {
        this(ContentBlocks.of(text, refusal, reasoningBlocks, toolCalls), finish);
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
     * Returns the text of the answer.
     *
     * @return the text of all text blocks, concatenated; "" when the model only called tools
     */
    public String text() {
        return ContentBlocks.text(blocks);
    }

    /**
     * Returns the model's refusal, where a vendor reports it separately from text.
     *
     * @return the refusal, "" if there is none
     */
    public String refusal() {
        return ContentBlocks.refusal(blocks);
    }

    /**
     * Returns the reasoning, where the vendor returns it.
     *
     * @return the reasoning blocks, in order
     */
    public List<ReasoningBlock> reasoningBlocks() {
        return ContentBlocks.only(ReasoningBlock.class, blocks);
    }

    /**
     * Returns the tool calls requested by the model.
     *
     * @return the calls, in order
     */
    public List<ToolCall> toolCalls() {
        return ContentBlocks.only(ToolCall.class, blocks);
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
        return ContentBlocks.reasoning(blocks);
    }

    /**
     * Returns the sources that the answer cites, where the vendor gives them: documents and web pages, with the passages
     * of the text that they support.
     *
     * @return the citations, in order
     */
    public List<VendorData.Citation> citations() {
        List<VendorData.Citation> citations = new ArrayList<>();
        String answer = text();
        int at = 0;
        for (ContentBlock block : blocks) {
            if (block instanceof ContentBlock.Text text) {
                if (text.vendorData() != null) {
                    text.vendorData().citations(text.text(), at, answer).forEach(citations::add);
                }
                at += text.text().length();
            }
        }
        return citations;
    }

    /**
     * Returns the log probabilities of the text's tokens, where they were asked for ({@link
     * ChatRequest.Options#topLogprobs()}) and the vendor tells them.
     *
     * @return the tokens, in order
     */
    public List<VendorData.TokenLogprob> logprobs() {
        List<VendorData.TokenLogprob> logprobs = new ArrayList<>();
        for (ContentBlock block : blocks) {
            VendorData data = block instanceof ContentBlock.Text ? block.vendorData() : null;
            if (data != null) {
                logprobs.addAll(data.logprobs());
            }
        }
        return logprobs;
    }

    /**
     * Returns the answer as a message, to be appended to the conversation. After finish reason PAUSE the conversation
     * with this message at its end is the request that continues the answer, at the same origin.
     *
     * @return the message
     */
    public Message.Assistant message() {
        return new Message.Assistant(blocks);
    }

    /**
     * Returns whether there is nothing but reasoning and refusal.
     *
     * @return {@code true} if the response is empty
     */
    public boolean isEmpty() {
        for (ContentBlock block : blocks) {
            boolean empty = block instanceof ReasoningBlock
                    || block instanceof ContentBlock.Refusal
                    || (block instanceof ContentBlock.Text words && words.text().isEmpty());
            if (!empty) {
                return false;
            }
        }
        return true;
    }

    /**
     * Returns the response as the chunks of a stream, which add up to an equal response.
     *
     * @return the chunks, the finish last
     */
    public List<StreamChunk> chunks() {
        List<StreamChunk> chunks = chunks(blocks);
        chunks.add(finish);
        return chunks;
    }

    /**
     * Returns a copy with another finish.
     *
     * @param finish the finish
     * @return a copy
     */
    public ChatResponse withFinish(StreamChunk.Finish finish) {
        return new ChatResponse(blocks, finish);
    }

    /** Describes size and route, without the text. */
    @Override
    public String toString() {
        return "ChatResponse[" + text().length() + " characters, toolCalls="
                + toolCalls().size() + ", reason="
                + finishReason() + ", by " + servedBy().provider() + "/"
                + servedBy().model() + "]";
    }

    /** Returns the chunks of a stream that delivers these blocks; the aggregator builds equal blocks from them. */
    private static List<StreamChunk> chunks(List<ContentBlock> blocks) {
        List<StreamChunk> chunks = new ArrayList<>();
        int calls = 0;
        for (int i = 0; i < blocks.size(); i++) {
            ContentBlock block = blocks.get(i);
            if (block instanceof ToolCall call) {
                chunks.add(new StreamChunk.ToolCallDone(calls++, call, i));
                continue;
            }
            if (block instanceof ContentBlock.Text text) {
                chunks.add(new StreamChunk.Text(text.text(), i));
            } else if (block instanceof ContentBlock.Refusal refusal) {
                chunks.add(new StreamChunk.Refusal(refusal.text(), i));
            } else if (block instanceof ReasoningBlock reasoning) {
                chunks.add(new StreamChunk.Reasoning(reasoning.text(), reasoning.signature(), i));
            } else {
                chunks.add(new StreamChunk.Block(block, i));
                continue;
            }
            if (block.vendorData() != null) {
                chunks.add(new StreamChunk.BlockData(block.vendorData(), i));
            }
        }
        return chunks;
    }
}
