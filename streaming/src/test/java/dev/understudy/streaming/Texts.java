package dev.understudy.streaming;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Random texts of the kinds that models write, and some that nobody writes. */
public final class Texts {

    private static final String[] WORDS = {
        "the",
        "quick",
        "brown",
        "fox",
        "jumps",
        "over",
        "a",
        "lazy",
        "dog",
        "don't",
        "e.g.",
        "3.14",
        "Zürich",
        "naïve",
        "(yes)",
        "end.",
        "well,",
        "https://example.org/a/very/long/path?with=query&and=more#fragment",
        "-",
        "—",
        "…",
        "\"quoted\"",
        "I",
        "ха",
        "привет",
        "שלום",
        "مرحبا",
        "नमस्ते",
        "한국어",
        "ha"
    };
    private static final String[] PICTURES = {
        "👍", "👍🏽", "👩‍👩‍👧‍👦", "🏳️‍🌈", "❤️", "🇩🇪", "🇫🇷", "☺️", "🧑🏿‍🚀", "1️⃣", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"
    };
    private static final String[] MARKED = {"é", "n̈", "Z͑ͫ̓ͪ̂ͫ", "ก็", "ที่", "น้ำ", "क्ष", "நி", "각", "각", "གྷ", "a҉"
    };
    private static final String CHINESE = "的一是不了人我在有他这为之大来以个中上们到说国和地也子时道出而要于就下得可你年生";
    private static final String JAPANESE = "これは日本語のテキストです。長い文章を書きます、そしてｶﾞｷﾞ";
    private static final String THAI = "ภาษาไทยไม่มีช่องว่างระหว่างคำ";

    private Texts() {}

    public static String any(Random random) {
        StringBuilder text = new StringBuilder();
        int parts = random.nextInt(6);
        for (int i = 0; i <= parts; i++) {
            text.append(part(random));
        }
        return text.toString();
    }

    /** Plain English, for models that were asked to repeat words of it. */
    public static String prose(Random random, int words) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < words; i++) {
            text.append(i == 0 ? "" : " ").append(WORDS[random.nextInt(13)]).append(random.nextInt(1000));
        }
        return text.toString();
    }

    private static String part(Random random) {
        StringBuilder text = new StringBuilder();
        int length = 1 + random.nextInt(12);
        switch (random.nextInt(12)) {
            case 0, 1, 2 -> repeat(length, text, () -> WORDS[random.nextInt(WORDS.length)], " ");
            case 3 -> repeat(length, text, () -> one(CHINESE, random), "");
            case 4 -> repeat(length, text, () -> one(JAPANESE, random), random.nextInt(8) == 0 ? " " : "");
            case 5 ->
                repeat(length, text, () -> PICTURES[random.nextInt(PICTURES.length)], random.nextBoolean() ? "" : " ");
            case 6 ->
                repeat(length, text, () -> MARKED[random.nextInt(MARKED.length)], random.nextBoolean() ? "" : " ");
            case 7 -> text.append("\n```java\nint x = ").append(length).append(";\n\tfor (;;) {}\r\n```\n\n");
            case 8 ->
                text.append("{\"a\": [1,2,{\"b\":\"")
                        .append(WORDS[random.nextInt(WORDS.length)])
                        .append("\\n\"}]}");
            case 9 -> repeat(length, text, () -> "| --- | " + random.nextInt(10) + " |", "\n");
            case 10 -> text.append(THAI, 0, 1 + random.nextInt(THAI.length()));
            default -> repeat(length, text, () -> codePoint(random), "");
        }
        return text.append(random.nextInt(3) == 0 ? "" : random.nextBoolean() ? " " : "\n")
                .toString();
    }

    private static String codePoint(Random random) {
        int[] blocks = {
            0x20, 0xA0, 0x300, 0x600, 0x900, 0xE00, 0x1100, 0x2000, 0x3000, 0xAC00, 0xFE00, 0x1F1E0, 0x1F3F0, 0xE0020
        };
        int c = blocks[random.nextInt(blocks.length)] + random.nextInt(96);
        return Character.isDefined(c) && !(c >= 0xD800 && c < 0xE000) ? Character.toString(c) : "x";
    }

    private static String one(String from, Random random) {
        return String.valueOf(from.charAt(random.nextInt(from.length())));
    }

    private static void repeat(int times, StringBuilder to, java.util.function.Supplier<String> what, String between) {
        for (int i = 0; i < times; i++) {
            to.append(i == 0 ? "" : between).append(what.get());
        }
    }

    /** Cut anywhere, inside surrogate pairs too. */
    public static List<String> pieces(String text, Random random) {
        List<String> pieces = new ArrayList<>();
        int most = 1 + random.nextInt(random.nextBoolean() ? 3 : 24);
        for (int at = 0; at < text.length(); ) {
            int end = Math.min(text.length(), at + 1 + random.nextInt(most));
            pieces.add(text.substring(at, end));
            at = end;
        }
        return pieces;
    }
}
