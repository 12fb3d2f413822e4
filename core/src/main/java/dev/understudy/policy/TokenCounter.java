package dev.understudy.policy;

import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Message;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.Usage;
import java.util.List;
import java.util.function.ToIntFunction;

/**
 * Counts the tokens that a message takes of a model's context window. Called on the subscribing thread or an event
 * loop, for every message of a call whose prompt has a limit: implementations must be quick, must not block and must
 * not throw. Tools and the schema of the answer are counted as a system message.
 */
@FunctionalInterface
public interface TokenCounter {

    /** Tokens added to each message for its role and delimiters. */
    int PER_MESSAGE = 4;

    /** Tokens counted for an image of any size. */
    int PER_IMAGE = 1_000;

    /**
     * Counts the tokens of a message.
     *
     * @param message the message
     * @return the tokens, 0 or more
     */
    int count(Message message);

    /**
     * Counts the tokens of several messages.
     *
     * @param messages the messages
     * @return the sum, at most {@link Integer#MAX_VALUE}
     */
    default int countAll(List<Message> messages) {
        long sum = 0;
        for (Message message : messages) {
            sum += count(message);
        }
        return (int) Math.min(Integer.MAX_VALUE, sum);
    }

    /**
     * Estimates what an attempt will use: the prompt by this counter, the answer by the request's {@code maxTokens}, or
     * 500 tokens if it has none, and never more than the model's own limit.
     *
     * @param request the request
     * @param capabilities capabilities of the model
     * @return input and output tokens, not marked as estimated
     */
    default Usage estimateUsage(ChatRequest request, Capabilities capabilities) {
        Integer asked = request.sampling().maxTokens();
        int answer = asked != null ? asked : 500;
        Integer most = capabilities.maxOutput();
        return Usage.of(countAll(request.messages()), most == null ? answer : Math.min(answer, most));
    }

    /**
     * Returns the default counter, which needs no vocabulary: all characters of a message ÷ 4, rounded up, plus
     * {@value #PER_MESSAGE}, plus {@value #PER_IMAGE} for each image. Close for English prose; too low for Chinese or
     * Japanese, which take a token for every one or two characters.
     *
     * @return the counter
     */
    static TokenCounter characters() {
        return message -> (int) Math.min(Integer.MAX_VALUE, estimate(total(message, String::length)) + fixed(message));
    }

    /**
     * Estimates the tokens of a text by the rule of {@link #characters()}: its UTF-16 units ÷ 4, rounded up.
     *
     * @param text the text
     * @return the estimate
     */
    static int estimate(CharSequence text) {
        return estimate(text.length());
    }

    /**
     * Estimates the tokens of a number of characters by the rule of {@link #characters()}.
     *
     * @param characters UTF-16 units
     * @return the estimate
     */
    static int estimate(long characters) {
        return (int) Math.min(Integer.MAX_VALUE, (characters + 3) / 4);
    }

    /**
     * Returns a counter that uses a tokenizer: {@code TokenCounter.of(encoding::countTokens)}. The tokenizer is called
     * once for each text of a message (content, a tool's name, its arguments, its result); {@value #PER_MESSAGE} for
     * each message and {@value #PER_IMAGE} for each image are added.
     *
     * @param tokensOfText counts the tokens of a text
     * @return the counter
     */
    static TokenCounter of(ToIntFunction<String> tokensOfText) {
        return message -> (int) Math.min(Integer.MAX_VALUE, total(message, tokensOfText) + fixed(message));
    }

    private static long fixed(Message message) {
        long cost = PER_MESSAGE;
        if (message instanceof Message.User user) {
            cost += (long) PER_IMAGE
                    * user.parts().stream()
                            .filter(Message.Part.Image.class::isInstance)
                            .count();
        }
        return cost;
    }

    private static long total(Message message, ToIntFunction<String> of) {
        if (message instanceof Message.System system) {
            return of.applyAsInt(system.text());
        }
        if (message instanceof Message.ToolResult result) {
            return (long) of.applyAsInt(result.name()) + of.applyAsInt(result.content());
        }
        if (message instanceof Message.User user) {
            return of.applyAsInt(user.text());
        }
        Message.Assistant assistant = (Message.Assistant) message;
        long sum = of.applyAsInt(assistant.text());
        for (ToolCall call : assistant.toolCalls()) {
            sum += (long) of.applyAsInt(call.name()) + of.applyAsInt(call.arguments());
        }
        for (ReasoningBlock reasoningBlock : assistant.reasoningBlocks()) {
            sum += reasoningBlock.signature() == null
                    ? 0
                    : of.applyAsInt(reasoningBlock.text()); // only signed blocks are sent back to the model
        }
        return sum;
    }
}
