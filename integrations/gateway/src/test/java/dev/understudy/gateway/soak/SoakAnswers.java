package dev.understudy.gateway.soak;

import java.util.ArrayList;
import java.util.List;

/** The only right answer to each call: words that name the call and count up. */
final class SoakAnswers {

    private static final int WORDS = 40;
    private static final String PROMPT = "call-";

    private SoakAnswers() {}

    static String prompt(long call) {
        return PROMPT + call + ".";
    }

    /** Returns the call that a request names. */
    static long call(String request) {
        int from = request.indexOf(PROMPT) + PROMPT.length();
        return Long.parseLong(request, from, request.indexOf('.', from), 10);
    }

    static List<String> pieces(long call) {
        List<String> pieces = new ArrayList<>();
        for (int word = 0; word < WORDS; word++) {
            pieces.add((word == 0 ? "" : " ") + call + "-" + word);
        }
        return pieces;
    }

    static String text(long call) {
        return String.join("", pieces(call));
    }
}
