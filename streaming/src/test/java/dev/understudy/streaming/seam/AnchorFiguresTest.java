package dev.understudy.streaming.seam;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.streaming.SuiteFigures;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** How exact the seam of ANCHORED is, with a model that is imitated in its good and bad habits. docs/streaming.md shows it. */
class AnchorFiguresTest {

    private static final int TRIES = Math.max(500, Integer.getInteger("understudy.cases", 5_000) / 20);

    private enum Kind {
        PROSE,
        LIST,
        CODE,
        TABLE,
        CHINESE,
        RUSSIAN;

        String text(Random random) {
            StringBuilder text = new StringBuilder();
            while (text.length() < 1500) {
                text.append(
                        switch (this) {
                            case PROSE -> sentence(random, ENGLISH, " ") + (random.nextInt(5) == 0 ? "\n\n" : " ");
                            case LIST ->
                                "* **" + word(random, ENGLISH) + "**: " + sentence(random, ENGLISH, " ") + "\n";
                            case CODE ->
                                "    int " + word(random, ENGLISH) + random.nextInt(100) + " = " + word(random, ENGLISH)
                                        + "(" + random.nextInt(100) + ");\n    if (x > " + random.nextInt(9)
                                        + ") {\n        return;\n    }\n";
                            case TABLE ->
                                "| " + word(random, ENGLISH) + " | " + random.nextInt(100) + " | "
                                        + (random.nextBoolean() ? "yes" : "no") + " |\n";
                            case CHINESE -> sentence(random, HAN, "");
                            case RUSSIAN -> sentence(random, CYRILLIC, " ") + " ";
                        });
            }
            return text.toString();
        }
    }

    private static final String[] ENGLISH = words("bcdfglmnprst", "aeiou", 400);
    private static final String[] CYRILLIC = words("бвгдклмнпрст", "аеиоу", 400);
    private static final String[] HAN =
            "的一是不了人我在有他这为之大来以个中上们到说国和地也子时道出而要于就下得可你年生自会那后能对着事其里所去行过家十用发天如然作方成者多日都三小军二无同么经法当起与好看学进种将还分此心前面又定见只主没公从"
                    .split("");

    private static String[] words(String consonants, String vowels, int count) {
        Random random = new Random(7);
        String[] words = new String[count];
        for (int i = 0; i < count; i++) {
            StringBuilder word = new StringBuilder();
            for (int n = 1 + random.nextInt(4); n > 0; n--) {
                word.append(consonants.charAt(random.nextInt(consonants.length())))
                        .append(vowels.charAt(random.nextInt(vowels.length())));
            }
            words[i] = word.toString();
        }
        return words;
    }

    /** A few words are used most of the time, as in any language. */
    private static String word(Random random, String[] words) {
        return words[(int) (words.length * Math.pow(random.nextDouble(), 2.5))];
    }

    private static String sentence(Random random, String[] words, String between) {
        StringBuilder sentence = new StringBuilder();
        for (int n = 4 + random.nextInt(12); n > 0; n--) {
            sentence.append(word(random, words)).append(n == 1 ? "" : between);
        }
        return sentence.append(between.isEmpty() ? "。" : ".").toString();
    }

    private enum Habit {
        REPEATS(true),
        REPEATS_MORE(true),
        PREAMBLE(true),
        QUOTES(true),
        OTHER_SPACES(true),
        HALF_REPEATS(false),
        GOES_ON_WITHOUT(false),
        STARTS_AGAIN(true),
        APOLOGISES(false);

        final boolean repeats;

        Habit(boolean repeats) {
            this.repeats = repeats;
        }

        /** What the model says; {@code null} when this habit cannot be had here. */
        @Nullable
        String reply(Random random, String shown, String words, String rest) {
            return switch (this) {
                case REPEATS -> words + rest;
                case REPEATS_MORE ->
                    shown.substring(Math.max(0, shown.length() - words.length() - random.nextInt(60))) + rest;
                case PREAMBLE -> "Sure! Continuing from where the connection dropped:\n\n" + words + rest;
                case QUOTES -> "\"" + words + "\"" + rest;
                case OTHER_SPACES -> words.replaceAll("\\s+", random.nextBoolean() ? " " : "\n") + rest;
                case HALF_REPEATS -> {
                    int space = words.indexOf(' ', random.nextInt(Math.max(1, words.length() - 20)));
                    yield space < 0 || words.length() - space - 1 < 16 ? null : words.substring(space + 1) + rest;
                }
                case GOES_ON_WITHOUT -> rest;
                case STARTS_AGAIN -> shown + rest;
                case APOLOGISES ->
                    "I'm sorry, but I don't have the text of my previous answer. Could you tell me what it was about, so that"
                            + " I can help you from the beginning? I would be happy to write it again for you, in full, if you"
                            + " wish, and we could also look at the parts that matter most to you first, one after the other.";
            };
        }
    }

    private static final class Count {
        int exact;
        int abandoned;
        int wrong;

        int all() {
            return exact + abandoned + wrong;
        }
    }

    @Test
    void repeatedAnchorIsExactAndOthersAreAbandoned() {
        Random random = new Random(42);
        Map<Habit, Map<Kind, Count>> counts = new EnumMap<>(Habit.class);
        for (Habit habit : Habit.values()) {
            for (Kind kind : Kind.values()) {
                Count count = new Count();
                for (int i = 0; i < TRIES; i++) {
                    play(random, kind, habit, count);
                }
                counts.computeIfAbsent(habit, some -> new TreeMap<>()).put(kind, count);
            }
        }
        report(counts);
        counts.forEach((habit, kinds) -> kinds.forEach((kind, count) -> {
            if (count.all() == 0) {
                return;
            }
            if (habit.repeats) {
                assertThat(count.exact / (double) count.all())
                        .as("%s of %s: %d wrong", habit, kind, count.wrong)
                        .isGreaterThanOrEqualTo(0.995);
            }
            assertThat(count.wrong / (double) count.all())
                    .as("wrong splices of %s, %s", habit, kind)
                    .isLessThanOrEqualTo(0.005);
        }));
    }

    private static void play(Random random, Kind kind, Habit habit, Count count) {
        String truth = kind.text(random);
        WordCommitter wordCommitter = new WordCommitter(64);
        String shown = wordCommitter.add(truth.substring(0, 60 + random.nextInt(900)));
        String rest = truth.substring(shown.length());
        String words = Anchor.of(shown, 40);
        String reply = words == null ? null : habit.reply(random, shown, words, rest);
        if (reply == null) {
            return;
        }
        String told = SeamTest.told(new AnchorSeam(words, shown, 200), pieces(reply, random));
        if (told == null) {
            count.abandoned++;
        } else if (told.equals(rest)) {
            count.exact++;
        } else {
            count.wrong++;
        }
    }

    private static List<String> pieces(String text, Random random) {
        List<String> pieces = new ArrayList<>();
        for (int at = 0; at < text.length(); ) {
            int end = Math.min(text.length(), at + 1 + random.nextInt(8));
            pieces.add(text.substring(at, end));
            at = end;
        }
        return pieces;
    }

    private static void report(Map<Habit, Map<Kind, Count>> counts) {
        StringBuilder table = new StringBuilder("exact / abandoned / wrong, in %\n");
        counts.forEach((habit, kinds) -> {
            StringBuilder line = new StringBuilder("| ").append(habit).append(" |");
            for (Kind kind : Kind.values()) {
                Count count = kinds.get(kind);
                double all = Math.max(1, count.all()) / 100.0;
                line.append(String.format(
                        Locale.ROOT,
                        " %.1f / %.1f / %.2f |",
                        count.exact / all,
                        count.abandoned / all,
                        count.wrong / all));
            }
            table.append(line).append('\n');
        });
        SuiteFigures.write("anchors", table.toString());
    }
}
