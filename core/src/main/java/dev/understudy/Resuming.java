package dev.understudy;

import dev.understudy.chat.ChatProvider;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Builds from settings what keeps the opened streams of a chain alive. For those who configure chains without code; in code
 * use what implements it, {@code ResumingProvider} of {@code understudy-streaming}. Found with {@link
 * java.util.ServiceLoader}, so an implementation is public and has a public constructor without parameters.
 */
public interface Resuming {

    /**
     * What goes around a chain. Nothing is built before it is applied.
     *
     * @param settings what is set; what is not there stays as the implementation has it. {@code policy}: "exact",
     *     "anchored" or "restarting"; {@code ways}: a list of such names as "prefill", instead of the policy's; {@code takeovers}, {@code
     *     word}, {@code anchor}, {@code search}, {@code bufferTokens}: Integer; {@code bufferTime}: {@link
     *     java.time.Duration}; {@code anyReplay}, {@code wholeStructured}, {@code bufferWhole}: Boolean
     * @throws IllegalArgumentException if they do not go together; the message says what would be right
     */
    UnaryOperator<ChatProvider> around(Map<String, ?> settings);
}
