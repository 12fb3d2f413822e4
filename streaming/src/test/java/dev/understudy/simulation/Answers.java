package dev.understudy.simulation;

/** The only right answer to each call: words that count up, so that lost, repeated and foreign text is seen. */
final class Answers {

    private Answers() {}

    static int words(int call) {
        return 2 + call * 7 % 40;
    }

    static String text(int call) {
        StringBuilder text = new StringBuilder();
        for (int word = 0; word < words(call); word++) {
            text.append(word == 0 ? "w" : " w");
            padded(text, call, 4);
            text.append('-');
            padded(text, word, 3);
        }
        return text.toString();
    }

    /** The prompt of a call. */
    static String prompt(int call) {
        return padded(new StringBuilder("call-"), call, 4).toString();
    }

    private static StringBuilder padded(StringBuilder text, int number, int digits) {
        String plain = String.valueOf(number);
        return text.append("0".repeat(Math.max(0, digits - plain.length()))).append(plain);
    }
}
