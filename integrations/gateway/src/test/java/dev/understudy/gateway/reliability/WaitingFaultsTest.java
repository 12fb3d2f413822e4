package dev.understudy.gateway.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ChatResponseAggregator;
import dev.understudy.chat.FailureKind;
import dev.understudy.streaming.ResumingProvider;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;

/** The faults that wait for limits, through the library without any option, in memory and in virtual time. */
class WaitingFaultsTest {

    private static final Duration OUTAGE = Duration.ofSeconds(60);
    private static final Duration PACE = Duration.ofSeconds(3);

    private final ScriptedProvider first = ScriptedProvider.named("first");
    private final ScriptedProvider second = ScriptedProvider.named("second").always(answer());

    private VirtualTimeScheduler time;
    private Understudy understudy;
    private ChatProvider provider;

    @BeforeEach
    void open() {
        time = VirtualTimeScheduler.getOrSet();
        understudy = Understudy.builder()
                .provider(first, "gpt-5.6")
                .provider(second, "claude-sonnet-5")
                .build();
        provider = ResumingProvider.over(understudy);
    }

    @AfterEach
    void close() {
        understudy.close();
        VirtualTimeScheduler.reset();
    }

    private static ScriptedAnswer answer() {
        return ScriptedAnswer.tokens(Answers.TOKENS);
    }

    private Mono<ChatResponse> call(Mode mode) {
        return mode == Mode.CHAT
                ? provider.chat(Question.PLAIN.request())
                : ChatResponseAggregator.collect(provider.stream(Question.PLAIN.request()));
    }

    /** Calls, and lets time pass until the end. */
    private String textWithin(Duration limit, Mode mode) {
        List<ChatResponse> answers = new ArrayList<>();
        call(mode).subscribe(answers::add);
        time.advanceTimeBy(limit);
        assertThat(answers).as("answers within %s", limit).hasSize(1);
        return answers.get(0).text();
    }

    @ParameterizedTest
    @EnumSource
    void silenceEndsWithAnAnswer(Mode mode) {
        first.always(ScriptedAnswer.hang());
        assertThat(textWithin(Duration.ofMinutes(6), mode)).isEqualTo(Answers.TEXT);
    }

    @ParameterizedTest
    @EnumSource
    void lateFirstTokenEndsWithAnAnswer(Mode mode) {
        first.always(answer().beforeFirst(Duration.ofSeconds(20)));
        assertThat(textWithin(Duration.ofSeconds(30), mode)).isEqualTo(Answers.TEXT);
    }

    @Test
    void silenceAfterTwentyTokensEndsWithAnAnswer() {
        first.always(answer().hangAfter(20));
        assertThat(textWithin(Duration.ofMinutes(2), Mode.STREAM)).isEqualTo(Answers.TEXT);
    }

    @ParameterizedTest
    @EnumSource
    void outageFailsNoCallAndEndsWithTheFirstProvider(Mode mode) {
        long start = time.now(java.util.concurrent.TimeUnit.MILLISECONDS);
        first.rule(request -> {
            long since = time.now(java.util.concurrent.TimeUnit.MILLISECONDS) - start;
            return since >= PACE.toMillis() && since < PACE.plus(OUTAGE).toMillis()
                    ? ScriptedAnswer.fail(FailureKind.OVERLOADED)
                    : answer();
        });
        List<Boolean> byFirst = new ArrayList<>();
        for (int call = 0; call < 31; call++) {
            int before = second.calls().size();
            assertThat(textWithin(PACE, mode)).isEqualTo(Answers.TEXT);
            byFirst.add(second.calls().size() == before);
        }
        assertThat(byFirst.get(0)).isTrue();
        assertThat(byFirst.subList(1, 21)).contains(false);
        assertThat(byFirst.get(30)).as("%s", byFirst).isTrue();
    }
}
