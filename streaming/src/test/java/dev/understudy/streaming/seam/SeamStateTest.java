package dev.understudy.streaming.seam;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Message;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What seams tell of themselves, and the limits at which they decide. */
class SeamStateTest {

    private static final String WORDS = "and the clocks were striking thirteen";

    @Test
    void attemptWithoutDeliveredTextIsAllNew() {
        Seam none = Seam.none();
        assertThat(none.isJoined()).isTrue();
        assertThat(none.isRepeated()).isFalse();
        assertThat(none.add("Once")).isEqualTo("Once");
        assertThat(none.end()).isEmpty();
        assertThat(none.kept()).isEmpty();
    }

    @Test
    void textOfAReplayIsKeptUntilItGoesBeyond() {
        Seam replay = new ReplaySeam("Once upon");
        assertThat(replay.add("Once")).isEmpty();
        assertThat(replay.kept()).isEqualTo("Once");
        assertThat(replay.isJoined()).isFalse();
        assertThat(replay.add(" upon a")).isEqualTo(" a");
        assertThat(replay.isJoined()).isTrue();
    }

    @Test
    void textOfARepeatedPrefixIsKeptUntilItGoesBeyond() {
        Seam prefill = new PrefillSeam("Once upon a time there was a king", "");
        assertThat(prefill.add("Once")).isEmpty();
        assertThat(prefill.kept()).isEqualTo("Once");
        assertThat(prefill.isJoined()).isFalse();
        assertThat(prefill.add(" upon a time there was a king who")).isEqualTo(" who");
        assertThat(prefill.isJoined()).isTrue();
    }

    @Test
    void repeatOfSixteenCharactersThatEndsIsAnotherAnswer() {
        String sent = "Once upon a time there was";
        assertThat(SeamTest.told(new PrefillSeam(sent, ""), List.of(sent.substring(0, 15))))
                .isEqualTo(sent.substring(0, 15));
        assertThat(SeamTest.told(new PrefillSeam(sent, ""), List.of(sent.substring(0, 16))))
                .isNull();
    }

    @Test
    void textOfAReproductionIsKeptUntilItIsComplete() {
        Seam reproduction = new Reproduction("Once upon a time", 9, 11);
        assertThat(reproduction.add(" a ti")).isEmpty();
        assertThat(reproduction.kept()).isEqualTo(" a ti");
        assertThat(reproduction.isJoined()).isFalse();
        assertThat(reproduction.add("me there")).isEqualTo(" time there");
        assertThat(reproduction.kept()).isEmpty();
        assertThat(reproduction.isJoined()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "'', true",
        "a, true",
        "aa, true",
        "ab, false",
        "abab, true",
        "ababa, true",
        "abaab, false",
        "aab, false"
    })
    void prefixOfRepetitionsIsRecognised(String prefix, boolean repetitive) {
        assertThat(PrefillSeam.isRepetitive(prefix)).isEqualTo(repetitive);
    }

    @Test
    void textBesideTheAnchorIsKeptUntilItIsFound() {
        Seam anchored = new AnchorSeam(WORDS, "It was cold " + WORDS, 200);
        assertThat(anchored.add("Sure: and")).isEmpty();
        assertThat(anchored.kept()).isEqualTo("Sure: and");
        assertThat(anchored.isJoined()).isFalse();
        assertThat(anchored.add(WORDS.substring(3) + ". Winston")).isEqualTo(". Winston");
        assertThat(anchored.isJoined()).isTrue();
        assertThat(anchored.kept()).isEmpty();
        assertThat(anchored.isRepeated()).isFalse();
    }

    @Test
    void anchorIsJoinedBehindItsClosingQuotationMark() {
        Seam quoted = new AnchorSeam(WORDS, WORDS, 200);
        assertThat(quoted.add("\"" + WORDS)).isEmpty();
        assertThat(quoted.isJoined()).isFalse();
        assertThat(quoted.add("\". Winston")).isEqualTo(". Winston");
        assertThat(quoted.isJoined()).isTrue();
    }

    @Test
    void answerWithoutTheAnchorEndsBehindTheWindow() {
        Seam anchored = new AnchorSeam(WORDS, "It was cold " + WORDS, 20);
        int window = 2 * WORDS.length() + 20;
        assertThat(anchored.add("y".repeat(window))).isEmpty();
        assertThat(anchored.add("y")).isNull();
    }

    @Test
    void restartThatEndsInSpacesIsAwaitedBeyondTheWindow() {
        String shown = "It was cold. "
                .concat("x".repeat(300))
                .concat(" ")
                .concat(WORDS)
                .concat(" ");
        Seam restart = new AnchorSeam(WORDS + " ", shown, 20);
        assertThat(restart.add(shown)).isEmpty();
        assertThat(restart.add("Winston")).isEqualTo("Winston");
        assertThat(restart.isRepeated()).isTrue();
    }

    @Test
    void restartGivesItsNewTextAtOnce() {
        Seam restart = new AnchorSeam(WORDS, "It was cold " + WORDS, 20);
        assertThat(restart.add("It was cold " + WORDS + ".")).isEqualTo(".");
        assertThat(restart.isRepeated()).isTrue();
        Seam whole = new AnchorSeam(WORDS, WORDS, 20);
        assertThat(whole.add(WORDS + ".")).isEqualTo(".");
        assertThat(whole.isRepeated())
                .as("the words are all that was delivered")
                .isFalse();
    }

    @Test
    void anchorOfTextWithoutSpacesBeginsAtACharacter() {
        StringBuilder letters = new StringBuilder();
        for (char letter = 0x100; letter < 0x164; letter++) {
            letters.append(letter);
        }
        assertThat(Anchor.of(letters.toString(), 40)).isEqualTo(letters.substring(60));
        String marked = "e\u0301".repeat(30) + "a".repeat(39);
        assertThat(Anchor.of("x" + marked, 40)).isEqualTo("e\u0301" + "a".repeat(39));
    }

    @Test
    void runsOfSpacesCountAsOneInAnAnchor() {
        String text = "It was a bright cold day in April, and  the\n\n\nclocks were striking";
        assertThat(Anchor.of(text, 28)).isEqualTo("and  the\n\n\nclocks were striking");
        assertThat(Anchor.evened(" a \n b  ")).isEqualTo(" a b ");
    }

    @ParameterizedTest
    @ValueSource(ints = {16, 17})
    void anchorHasAtLeastSixteenCharacters(int length) {
        String words = "w".repeat(length - 1) + "!";
        assertThat(Anchor.of("It was cold " + words, 10)).isEqualTo(words);
    }

    @Test
    void modelIsAskedToRepeatTheWords() {
        ChatRequest asked = Anchor.ask(ChatRequest.of("m", "Tell me a story"), "It was cold " + WORDS, WORDS);
        assertThat(asked.messages()).hasSize(3);
        assertThat(((Message.Assistant) asked.messages().get(1)).text()).isEqualTo("It was cold " + WORDS);
        assertThat(asked.messages().get(2).toString()).contains(WORDS);
    }

    @Test
    void wordOfTheLongestLengthIsStillHeld() {
        WordCommitter committer = new WordCommitter(5);
        assertThat(committer.add("abcde")).isEmpty();
        assertThat(committer.add("")).isEmpty();
        assertThat(committer.held()).isEqualTo("abcde");
        assertThat(committer.add("f")).isEqualTo("abcde");
        assertThat(committer.held()).isEqualTo("f");
    }
}
