package dev.understudy.streaming;

import dev.understudy.TokenCounter;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Message;
import dev.understudy.chat.Usage;

/** Tokens where nobody told them: four characters of ASCII to a token, and one token for each other character. */
final class Tokens {

    private static final TokenCounter COUNTER = TokenCounter.of(Tokens::of);

    private Tokens() {}

    static int of(CharSequence text) {
        int ascii = 0;
        int others = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 0x80) {
                ascii++;
            } else if (!Character.isLowSurrogate(c)) {
                others++;
            }
        }
        return (ascii + 3) / 4 + others;
    }

    /** What an attempt cost that told nothing before it died. */
    static Usage spent(ChatRequest request, int output) {
        long input = 0;
        for (Message message : request.messages()) {
            input += COUNTER.count(message);
        }
        return new Usage((int) Math.min(Integer.MAX_VALUE, input), output, 0, 0, true);
    }
}
