package dev.understudy.policy;

import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ContentBlock;
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

    /** Tokens counted for an image of any size, and for a page of a file. */
    int PER_IMAGE = 1_000;

    /** Bytes counted as a page of a file that is not text. */
    int BYTES_PER_PAGE = 50_000;

    /** Bytes of sound counted as a token. */
    int BYTES_PER_AUDIO_TOKEN = 500;

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
     * {@value #PER_MESSAGE}, plus {@value #PER_IMAGE} for each image and each {@value #BYTES_PER_PAGE} bytes of a file
     * that is not text, begun ones included. Close for English prose; too low for Chinese or
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
     * each message and the tokens of images, files and sound, as {@link #characters()} counts them, are added.
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
            cost += media(user.parts());
        } else if (message instanceof Message.ToolResult result) {
            cost += media(result.parts());
        } else if (message instanceof Message.Assistant assistant) {
            cost += (long) PER_IMAGE
                    * assistant.blocks().stream()
                            .filter(ContentBlock.Image.class::isInstance)
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
        for (ContentBlock block : assistant.blocks()) {
            if (block instanceof ReasoningBlock reasoning) {
                boolean sent = reasoning.signature() != null || reasoning.vendorData() != null;
                sum += sent ? of.applyAsInt(reasoning.text()) : 0; // other reasoning is not sent back to the model
            } else if (block instanceof ContentBlock.Refusal refusal) {
                sum += of.applyAsInt(refusal.text());
            } else if (block instanceof ContentBlock.Opaque opaque) {
                sum += of.applyAsInt(opaque.vendorData().json());
            }
        }
        return sum;
    }

    private static long media(List<Message.Part> parts) {
        long cost = 0;
        for (Message.Part part : parts) {
            if (part instanceof Message.Part.Image) {
                cost += PER_IMAGE;
            } else if (part instanceof Message.Part.Audio audio) {
                cost += bytes(audio.base64()) / BYTES_PER_AUDIO_TOKEN;
            } else if (part instanceof Message.Part.File file) {
                cost += file(file.file());
            }
        }
        return cost;
    }

    private static long file(Message.File file) {
        long bytes = file instanceof Message.File.Data data ? bytes(data.base64()) : 0;
        return file.mediaType().startsWith("text/") && bytes > 0
                ? estimate(bytes)
                : PER_IMAGE * (1 + bytes / BYTES_PER_PAGE);
    }

    private static long bytes(String base64) {
        int padding = base64.endsWith("==") ? 2 : base64.endsWith("=") ? 1 : 0;
        return base64.length() * 3L / 4 - padding;
    }
}
