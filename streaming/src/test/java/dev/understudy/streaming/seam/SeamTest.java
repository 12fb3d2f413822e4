package dev.understudy.streaming.seam;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.streaming.Cases;
import dev.understudy.streaming.Texts;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SeamTest {

    /** What a seam gives of this text in these pieces; {@code null} when it gives up. */
    static @Nullable String told(Seam seam, List<String> pieces) {
        StringBuilder all = new StringBuilder();
        for (String piece : pieces) {
            String fresh = seam.add(piece);
            if (fresh == null) {
                return null;
            }
            all.append(fresh);
        }
        String rest = seam.end();
        return rest == null ? null : all.append(rest).toString();
    }

    @Test
    void anEchoIsDroppedInsideOneDelta() {
        String prefix = "Once upon a time there was a king"; // 33 characters
        assertThat(told(new PrefillSeam(prefix, " who"), List.of(prefix + " who had")))
                .isEqualTo(" who had");
        assertThat(told(new PrefillSeam(prefix, " who"), Texts.pieces(prefix + " who had", new Random(1))))
                .isEqualTo(" who had");
        assertThat(told(new PrefillSeam(prefix, " who"), List.of(" who", " had")))
                .isEqualTo(" who had");
    }

    /** A repetition by the server, or an answer that says the same words twice. */
    @ParameterizedTest
    @ValueSource(strings = {"ภาษาไ", "ภาษาไทยไม่มีช่องว่างระหว่างคำ", "Once upon a time there was a kin"})
    void completeRepetitionOfAPhraseIsRefused(String phrase) {
        for (String beyond : List.of("", "ม่มีช่อง", " and on")) {
            assertThat(told(new PrefillSeam(phrase, ""), Texts.pieces(phrase + beyond, new Random(1))))
                    .as("repetition and '%s'", beyond)
                    .isEqualTo(phrase.length() < PrefillSeam.PHRASE ? null : beyond);
        }
    }

    @Test
    void aBeginningOfAnEchoThatGoesOnOtherwiseIsNoEcho() {
        assertThat(told(new PrefillSeam("Once upon", ""), List.of("On", "ce more")))
                .isEqualTo("Once more");
        assertThat(told(new PrefillSeam("Once upon", ""), List.of("On"))).isEqualTo("On");
    }

    @Test
    void whiteSpaceThatAServerSwallowedComesBack() {
        assertThat(told(new PrefillSeam("Once upon", " a ti"), List.of("a", " time")))
                .isEqualTo(" a time");
        assertThat(told(new PrefillSeam("Once upon", " a ti"), List.of(", she said")))
                .isEqualTo(", she said");
        assertThat(told(new PrefillSeam("Once upon", "\n\n"), List.of("Then"))).isEqualTo("\n\nThen");
    }

    @Test
    void theEchoIsFoundAsASlowTwinFindsIt() {
        Cases.play("echo and its twin", random -> {
            String prefix = Texts.any(random);
            String rest = Texts.any(random);
            String fragment = rest.substring(0, random.nextInt(rest.length() + 1));
            boolean echo = random.nextBoolean();
            String told = told(new PrefillSeam(prefix, fragment), Texts.pieces(echo ? prefix + rest : rest, random));
            if (PrefillSeam.isAmbiguous(prefix, fragment)) {
                return;
            }
            boolean again = !echo
                    && prefix.length() > PrefillSeam.SURE
                    && rest.startsWith(prefix.substring(0, PrefillSeam.SURE))
                    && !rest.startsWith(prefix);
            boolean phrase = echo && prefix.length() < PrefillSeam.PHRASE;
            assertThat(told).isEqualTo(again || phrase ? null : rest);
        });
    }

    @Test
    void whatWasReceivedAndNotSentHasToBeReproduced() {
        String received = "Once upon a time th";
        for (String reply : List.of(" a time there was", "a time there was", received + "ere was")) {
            for (int piece = 1; piece < 30; piece += 3) {
                assertThat(told(new Reproduction(received, 9, 11), cut(reply, piece)))
                        .as("%s in pieces of %d", reply, piece)
                        .isEqualTo(" time there was");
            }
        }
        for (String reply : List.of(" a time w", " a time", "", "Once upon a dream", "there was", "a thyme there")) {
            assertThat(told(new Reproduction(received, 9, 11), cut(reply, 2)))
                    .as(reply)
                    .isNull();
        }
    }

    @Test
    void twoWaysToSayItThatEndAlikeAreNotGuessedApart() {
        assertThat(told(new Reproduction("haha", 2, 2), List.of("ha", "ha")))
                .as("the repeat of the prefix, or the rest and something new")
                .isNull();
        assertThat(told(new Reproduction("haha", 2, 2), List.of("ha"))).isEqualTo("ha");
        assertThat(told(new Reproduction("haha", 2, 2), List.of("ha", "ho"))).isEqualTo("haho");
    }

    @Test
    void aRepeatThatGoesOnOtherwiseIsAnotherAnswer() {
        String sent = "Once upon a time there was";
        assertThat(told(new PrefillSeam(sent, ""), List.of("Once upon a time ", "long ago")))
                .isNull();
        assertThat(told(new PrefillSeam(sent, ""), List.of("Once upon", " a time there")))
                .isNull();
        String longer = sent + " a black cat";
        assertThat(told(new PrefillSeam(longer, 16, ""), List.of(longer, " here")))
                .isEqualTo(" there was a black cat here");
        assertThat(told(new PrefillSeam(longer, 16, ""), List.of(" he", "re")))
                .isEqualTo(" there was a black cat here");
    }

    @Test
    void aReplayIsComparedAsASlowTwinComparesIt() {
        Cases.play("replay and its twin", random -> {
            String truth = Texts.any(random);
            String shown = truth.substring(0, random.nextInt(truth.length() + 1));
            String again = random.nextInt(3) > 0 ? truth : changed(truth, random);
            String expected = again.startsWith(shown) ? again.substring(shown.length()) : null;
            assertThat(told(new ReplaySeam(shown), Texts.pieces(again, random))).isEqualTo(expected);
        });
    }

    private static String changed(String text, Random random) {
        int at = random.nextInt(text.length());
        return switch (random.nextInt(3)) {
            case 0 -> text.substring(0, at);
            case 1 -> text.substring(0, at) + "ß" + text.substring(at);
            default -> text.substring(0, at) + text.substring(at + 1);
        };
    }

    @Test
    void theAnchorIsTheLastWordsFromTheBeginningOfOne() {
        String text = "It was a bright cold day in April, and the clocks were striking thirteen";
        assertThat(Anchor.of(text, 40)).isEqualTo("April, and the clocks were striking thirteen");
        assertThat(Anchor.of("short", 40)).isEqualTo("short");
    }

    @Test
    void anAnchorThatOccursTwiceIsMadeLongerOrNotUsed() {
        String verse = "row row row your boat gently down the stream ";
        assertThat(Anchor.of("Sing with me: " + verse.repeat(2).strip(), 40)).hasSizeGreaterThan(40);
        assertThat(Anchor.of(verse.repeat(20).strip(), 40)).isNull();
    }

    @Test
    void theRepeatIsTrimmedWhateverStandsBeforeIt() {
        String words = "and the clocks were striking thirteen";
        for (String reply : List.of(
                words + ". Winston",
                "\n" + words + ". Winston",
                "\"" + words + "\". Winston",
                "…" + words + ". Winston",
                "Sure, here it goes on:\n\n" + words + ". Winston",
                "and the\n clocks  were striking thirteen. Winston",
                "clocks were striking thirteen. Winston")) {
            for (int piece = 1; piece < 50; piece += 7) {
                assertThat(told(new AnchorSeam(words, words, 200), cut(reply, piece)))
                        .as(reply)
                        .isEqualTo(". Winston");
            }
        }
    }

    @Test
    void withoutARepeatNothingIsSpliced() {
        String words = "and the clocks were striking thirteen";
        for (String reply : List.of(
                ". Winston Smith, his chin nuzzled into his breast",
                "I am sorry, but I cannot go on",
                "thirteen. Winston",
                "and the clocks were striking",
                "x".repeat(1000))) {
            assertThat(told(new AnchorSeam(words, words, 200), cut(reply, 5)))
                    .as(reply)
                    .isNull();
        }
    }

    @Test
    void aVerbatimRestartIsRecognisedBeyondTheWindow() {
        String shown =
                "It was a bright cold day in April. ".repeat(3) + "x".repeat(500) + " and the clocks were striking";
        String words = "and the clocks were striking";
        for (String reply : List.of(shown + " thirteen", "\n" + shown + " thirteen")) {
            for (int piece : List.of(1, 7, 2_000)) {
                assertThat(told(new AnchorSeam(words, shown, 20), cut(reply, piece)))
                        .isEqualTo(" thirteen");
            }
        }
        String other = shown.replace(" and", " but");
        assertThat(told(new AnchorSeam(words, shown, 20), cut(other, 7))).isNull();
        assertThat(told(new AnchorSeam(words, shown, 20), cut(shown.substring(0, 400), 7)))
                .isNull();
    }

    @Test
    void fewWordsProveNothingUnlessTheyComeFirst() {
        assertThat(told(new AnchorSeam("The cat", "The cat", 200), List.of("The cat", " sat")))
                .isEqualTo(" sat");
        assertThat(told(new AnchorSeam("The cat", "The cat", 200), List.of("Well. The cat", " sat")))
                .isNull();
    }

    @Test
    void spacesAtTheEndOfTheWordsAreOneRunHoweverTheReplyIsCut() {
        String words = "the clocks were striking thirteen\u00a0";
        for (int piece = 1; piece < 40; piece++) {
            assertThat(told(new AnchorSeam(words, words, 200), cut(words + " Winston", piece)))
                    .as("pieces of " + piece)
                    .isEqualTo("Winston");
            assertThat(told(new AnchorSeam(words, words, 200), cut(words, piece)))
                    .as("pieces of " + piece)
                    .isEmpty();
        }
    }

    @Test
    void theAnchorIsFoundAsASlowTwinFindsIt() {
        Cases.play("anchor and its twin", 2, random -> {
            String shown = random.nextBoolean()
                    ? Texts.prose(random, 30)
                    : Texts.any(random).strip();
            String words = Anchor.of(shown, 16 + random.nextInt(40));
            if (words == null || words.isEmpty()) {
                return;
            }
            String rest = " " + Texts.prose(random, 12);
            String reply =
                    switch (random.nextInt(7)) {
                        case 0 -> words + rest;
                        case 1 -> "Sure! Going on: " + words + rest;
                        case 2 -> words.substring(random.nextInt(words.length())) + rest;
                        case 3 -> shown + rest;
                        case 4 -> "“" + words + "”" + rest;
                        case 5 -> words.replace(" ", " \n ") + rest;
                        default -> rest;
                    };
            assertThat(told(new AnchorSeam(words, shown, 100_000), Texts.pieces(reply, random)))
                    .as("%s in %s", words, reply)
                    .isEqualTo(variant(words, shown, reply));
        });
    }

    /** With regular expressions, over the whole reply. */
    private static @Nullable String variant(String words, String shown, String reply) {
        Map<Integer, Pattern> patterns = new HashMap<>();
        int lead = 0;
        while (lead < reply.length()
                && (WordBoundaries.isSpace(reply.charAt(lead)) || "\"'`«„“‘‚.…>*".indexOf(reply.charAt(lead)) >= 0)) {
            lead++;
        }
        for (int at = 0; at < reply.length(); at++) {
            if (at > lead && words.length() < 16) {
                return null;
            }
            String rest = after(patterns, words, 0, reply, at);
            for (int from = 1; rest == null && at <= lead && words.length() - from >= 16; from++) {
                boolean word =
                        WordBoundaries.isSpace(words.charAt(from - 1)) && !WordBoundaries.isSpace(words.charAt(from));
                rest = word && isOnce(words.substring(from), shown) ? after(patterns, words, from, reply, at) : null;
            }
            if (rest != null) {
                int open = at == 0 ? -1 : "\"'`«„“‘‚".indexOf(reply.charAt(at - 1));
                boolean closed = open >= 0 && !rest.isEmpty() && rest.charAt(0) == "\"'`»””’‘".charAt(open);
                return closed ? rest.substring(1) : rest;
            }
        }
        return null;
    }

    private static @Nullable String after(
            Map<Integer, Pattern> patterns, String words, int from, String reply, int at) {
        Matcher matcher = patterns.computeIfAbsent(from, some -> pattern(words.substring(some)))
                .matcher(reply);
        matcher.region(at, reply.length()).useTransparentBounds(true);
        return matcher.lookingAt() ? reply.substring(matcher.end()) : null;
    }

    private static boolean isOnce(String words, String shown) {
        Matcher matcher = pattern(words).matcher(shown);
        return matcher.find() && matcher.end() == shown.length();
    }

    private static Pattern pattern(String words) {
        StringBuilder pattern = new StringBuilder();
        boolean space = false;
        for (int c : words.codePoints().toArray()) {
            if (!WordBoundaries.isSpace(c)) {
                pattern.append(Pattern.quote(Character.toString(c)));
            } else if (!space) {
                pattern.append("[\\s\\x1c-\\x1f\\p{Z}\\x85]++");
            }
            space = WordBoundaries.isSpace(c);
        }
        return Pattern.compile(pattern.toString(), Pattern.DOTALL);
    }

    private static List<String> cut(String text, int piece) {
        java.util.ArrayList<String> pieces = new java.util.ArrayList<>();
        for (int at = 0; at < text.length(); at += piece) {
            pieces.add(text.substring(at, Math.min(text.length(), at + piece)));
        }
        return pieces;
    }

    @Test
    void answerThatBeginsAgainIsKnownFromOneThatContinues() {
        String text = "Once upon a time there was a cat that sat on a mat";
        Reproduction behindPrefix = new Reproduction(text, 30, 40);
        assertThat(behindPrefix.add(text.substring(30).concat(" of")))
                .isEqualTo(text.substring(40).concat(" of"));
        assertThat(behindPrefix.isRepeated()).isFalse();
        Reproduction again = new Reproduction(text, 30, 40);
        assertThat(again.isRepeated()).isFalse();
        again.add(text.concat(" of"));
        assertThat(again.isRepeated()).isTrue();

        PrefillSeam continuation = new PrefillSeam(text, "");
        assertThat(continuation.add(" of")).isEqualTo(" of");
        assertThat(continuation.isRepeated()).isFalse();
        PrefillSeam repetition = new PrefillSeam(text, "");
        repetition.add(text.substring(0, 20));
        assertThat(repetition.isRepeated()).isFalse();
        assertThat(repetition.add(text.substring(20).concat(" of"))).isEqualTo(" of");
        assertThat(repetition.isRepeated()).isTrue();

        String words = "there was a cat that sat on a mat";
        AnchorSeam quoted = new AnchorSeam(words, text, 200);
        assertThat(quoted.add(words.concat(" of"))).isEqualTo(" of");
        assertThat(quoted.isRepeated()).isFalse();
        AnchorSeam begun = new AnchorSeam(words, text, 200);
        assertThat(begun.isRepeated()).isFalse();
        assertThat(begun.add(text.concat(" of"))).isEqualTo(" of");
        assertThat(begun.isRepeated()).isTrue();
        assertThat(new ReplaySeam("a").isRepeated()).isFalse();
    }
}
