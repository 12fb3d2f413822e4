package dev.understudy.streaming;

import static org.assertj.core.api.Assertions.assertThat;

import com.knuddels.jtokkit.api.EncodingType;
import dev.understudy.Understudy;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ChatResponseAggregator;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.Message;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Takeovers between servers that generate the tokens of real vocabularies, interrupted after their pieces. Every step-th piece
 * in a default run, every one in the survival profile.
 */
class VocabularyTest {

    private static final int STEP = Integer.getInteger("understudy.vocabulary.step", 12);
    private static final Failure CUT = Failure.of(FailureKind.TRUNCATED, "connection reset");
    private static final ChatRequest SAMPLED = ChatRequest.of("m", "q");
    private static final ChatRequest GREEDY = SAMPLED.withTemperature(0);

    /** Vocabularies, by the names that the parameters of a test may have. */
    enum Vocabulary {
        O200K(EncodingType.O200K_BASE),
        CL100K(EncodingType.CL100K_BASE);

        final EncodingType type;

        Vocabulary(EncodingType type) {
            this.type = type;
        }
    }

    private final Map<Outcome, Integer> outcomes = new EnumMap<>(Outcome.class);

    private enum Outcome {
        EXACT,
        PARTIAL,
        OTHER_RUN
    }

    /** The answer, null for a partial one, and the prefix that the second server continued, null for none. */
    private record Result(
            @Nullable ChatResponse answer,
            String shown,
            @Nullable String prefix) {}

    private static Result interrupted(
            ChatRequest request, VocabularyServer server, VocabularyServer.Variant variant, int pieces) {
        String[] first =
                server.pieces().stream().map(VocabularyServer.Piece::text).toArray(String[]::new);
        ScriptedProvider one = ScriptedProvider.named("one")
                .then(ScriptedAnswer.tokens(first).failAfter(pieces, CUT))
                .always(ScriptedAnswer.fail(FailureKind.SERVER));
        ScriptedProvider two = server.provider("two", variant);
        Understudy understudy = Understudy.builder()
                .retry(RetryPolicy.defaults().withRetries(0))
                .provider(one)
                .provider(two)
                .build();
        try {
            ChatResponse answer = ChatResponseAggregator.collect(ResumingProvider.over(understudy).stream(request))
                    .block();
            List<Message> last = two.requests().get(two.requests().size() - 1).messages();
            Message end = last.get(last.size() - 1);
            return new Result(answer, answer.text(), end instanceof Message.Assistant prefix ? prefix.text() : null);
        } catch (ChatException.PartialAnswer partial) {
            return new Result(null, partial.partial().text(), null);
        }
    }

    private void count(Outcome outcome) {
        outcomes.merge(outcome, 1, Integer::sum);
    }

    private static List<Integer> interruptions(int pieces) {
        List<Integer> after = new ArrayList<>();
        for (int i = 1; i < pieces; i += i < 4 ? 1 : STEP) {
            after.add(i);
        }
        return after;
    }

    @ParameterizedTest
    @EnumSource
    void deterministicAnswersAreExactAfterEveryPiece(Vocabulary vocabulary) {
        for (VocabularyText text : VocabularyText.values()) {
            VocabularyServer server = new VocabularyServer(vocabulary.type, text.text);
            for (VocabularyServer.Variant variant : VocabularyServer.Variant.values()) {
                for (int after : interruptions(server.pieces().size())) {
                    Result result = interrupted(GREEDY, server, variant, after);
                    assertThat(result.answer())
                            .as("%s %s after %d", text, variant, after)
                            .isNotNull();
                    assertThat(result.shown())
                            .as("%s %s after %d", text, variant, after)
                            .isEqualTo(text.text);
                    assertThat(result.answer().finishReason()).isEqualTo(FinishReason.STOP);
                    count(Outcome.EXACT);
                }
            }
        }
        assertThat(outcomes.get(Outcome.EXACT)).isPositive();
    }

    /** A sampled answer may go on as another run would, but only behind the prefix that this run was given. */
    @ParameterizedTest
    @EnumSource
    void sampledAnswersContinueTheTokensThatWereSent(Vocabulary vocabulary) {
        for (VocabularyText text : VocabularyText.values()) {
            VocabularyServer server = new VocabularyServer(vocabulary.type, text.text);
            for (VocabularyServer.Variant variant : List.of(
                    VocabularyServer.Variant.CONTINUES,
                    VocabularyServer.Variant.ECHOES,
                    VocabularyServer.Variant.RESTARTS)) {
                for (int after : interruptions(server.pieces().size())) {
                    Result result = interrupted(SAMPLED, server, variant, after);
                    judge(result, text, server, text + " " + variant + " after " + after);
                }
            }
        }
        int all = outcomes.values().stream().mapToInt(Integer::intValue).sum();
        assertThat(outcomes.getOrDefault(Outcome.OTHER_RUN, 0))
                .as("prefixes that are no token prefix, in %s", outcomes)
                .isLessThanOrEqualTo(all / 50);
    }

    private void judge(Result result, VocabularyText text, VocabularyServer server, String when) {
        if (result.answer() == null) {
            assertThat(text.text).as(when).startsWith(result.shown());
            count(Outcome.PARTIAL);
        } else if (result.prefix() != null && !server.continues(result.prefix())) {
            assertThat(result.shown()).as(when).startsWith(result.prefix());
            count(Outcome.OTHER_RUN);
        } else {
            assertThat(result.shown()).as(when).isEqualTo(text.text);
            count(Outcome.EXACT);
        }
    }

    @ParameterizedTest
    @EnumSource
    void answersWithMaxTokensAreNeverShorterThanUninterrupted(Vocabulary vocabulary) {
        for (VocabularyText text : VocabularyText.values()) {
            VocabularyServer server = new VocabularyServer(vocabulary.type, text.text);
            for (int most : List.of(server.length() / 2, server.length(), 10_000)) {
                String whole = server.beginning(most);
                for (VocabularyServer.Variant variant : VocabularyServer.Variant.values()) {
                    for (int after : interruptions(server.pieces().size())) {
                        String when = text + " " + variant + " after " + after + ", at most " + most;
                        Result result = within(most, server, after)
                                ? interrupted(GREEDY.withMaxTokens(most), server, variant, after)
                                : null;
                        if (result == null) {
                            continue;
                        }
                        assertThat(text.text).as(when).startsWith(result.shown());
                        if (result.answer() == null) {
                            count(Outcome.PARTIAL);
                            continue;
                        }
                        assertThat(result.shown()).as(when).startsWith(whole);
                        assertThat(result.answer().finishReason())
                                .as(when)
                                .isEqualTo(
                                        result.shown().length() < text.text.length()
                                                ? FinishReason.LENGTH
                                                : FinishReason.STOP);
                        count(Outcome.EXACT);
                    }
                }
            }
        }
        assertThat(outcomes.getOrDefault(Outcome.EXACT, 0))
                .as("exact in %s", outcomes)
                .isPositive();
    }

    /** True if a server with this limit sends so many pieces. */
    private static boolean within(int most, VocabularyServer server, int pieces) {
        return server.pieces().stream()
                        .limit(pieces)
                        .mapToInt(VocabularyServer.Piece::tokens)
                        .sum()
                < most;
    }
}
