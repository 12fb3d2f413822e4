package dev.understudy.simulation;

import java.util.stream.IntStream;

/** The only right answer to each call: words that count up, so that lost, repeated and foreign text is seen. */
final class Answers {

    /** A call whose answer is short, and again after each period. */
    static final int SHORT = 120;

    static final int PERIOD = 40;

    /** Digits of the number of a call. */
    static final int DIGITS = 4;

    private static final String[] TEXTS =
            IntStream.rangeClosed(0, SHORT + 9 * PERIOD).mapToObj(Answers::made).toArray(String[]::new);

    private Answers() {}

    static int words(int call) {
        return 2 + call * 7 % PERIOD;
    }

    static String text(int call) {
        return TEXTS[call];
    }

    private static String made(int call) {
        StringBuilder text = new StringBuilder();
        for (int word = 0; word < words(call); word++) {
            text.append(word == 0 ? "w" : " w");
            padded(text, call, DIGITS);
            text.append('-');
            padded(text, word, 3);
        }
        return text.toString();
    }

    /** The prompt of a call. */
    static String prompt(int call) {
        return padded(new StringBuilder("call-"), call, DIGITS).toString();
    }

    private static StringBuilder padded(StringBuilder text, int number, int digits) {
        String plain = String.valueOf(number);
        return text.append("0".repeat(Math.max(0, digits - plain.length()))).append(plain);
    }
}
