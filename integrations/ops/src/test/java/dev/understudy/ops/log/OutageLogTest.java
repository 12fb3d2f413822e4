package dev.understudy.ops.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.FailureKind;
import dev.understudy.ops.Lines;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.test.scheduler.VirtualTimeScheduler;

/** Lines about a provider whose calls others serve. */
class OutageLogTest {

    private static final ScriptedAnswer DOWN = ScriptedAnswer.fail(FailureKind.OVERLOADED);
    private static final ScriptedAnswer WELL = ScriptedAnswer.text("hello");

    private final VirtualTimeScheduler clock = VirtualTimeScheduler.create();
    private final Lines lines = new Lines();
    private final Logs logs = Logs.to(lines.logger()).withClock(() -> clock.now(TimeUnit.NANOSECONDS));
    private final ScriptedProvider primary = ScriptedProvider.named("a");
    private final Understudy understudy = Understudy.builder()
            .name("u")
            .provider(primary)
            .provider(ScriptedProvider.named("b"))
            .retry(RetryPolicy.none())
            .scheduler(clock)
            .listener(logs)
            .build();

    private void calls(int number, boolean streamed, Duration every) {
        ChatRequest request = ChatRequest.of("m", "hello");
        for (int i = 0; i < number; i++) {
            if (streamed) {
                understudy.stream(request).subscribe();
            } else {
                understudy.chat(request).subscribe();
            }
            clock.advanceTimeBy(every);
        }
    }

    private static boolean isShown(String line) {
        return !line.startsWith("DEBUG");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void outageHasABeginningASummaryEachMinuteAndAnEnd(boolean streamed) {
        primary.always(DOWN);
        calls(300, streamed, Duration.ofSeconds(1));
        assertThat(lines.of("outage_began"))
                .containsExactly("INFO event=outage_began understudy=u provider=a to=b calls=3");
        assertThat(lines.of("outage_continues"))
                .hasSize(4)
                .first()
                .isEqualTo("INFO event=outage_continues understudy=u provider=a for_ms=62000 calls=63");
        assertThat(lines.of("failed_over").stream().filter(OutageLogTest::isShown))
                .hasSize(3);
        primary.always(WELL);
        understudy.control().release("a");
        understudy.control().switchTo("a");
        calls(10, streamed, Duration.ofSeconds(1));
        assertThat(lines.of("outage_ended"))
                .containsExactly("INFO event=outage_ended understudy=u provider=a for_ms=302000 calls=300");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void singleFailoverIsNoOutage(boolean streamed) {
        for (int i = 0; i < 5; i++) {
            primary.then(DOWN, WELL, WELL);
        }
        calls(15, streamed, Duration.ofSeconds(1));
        assertThat(lines.of("failed_over")).hasSize(5).allMatch(OutageLogTest::isShown);
        assertThat(lines.all).noneMatch(line -> line.contains("event=outage"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void outageEndsAfterThreeCallsInARow(boolean streamed) {
        primary.then(DOWN, DOWN, DOWN, WELL, WELL, DOWN, WELL, WELL);
        calls(8, streamed, Duration.ofSeconds(1));
        assertThat(lines.of("outage_began")).hasSize(1);
        assertThat(lines.of("outage_ended")).isEmpty();
        primary.then(WELL);
        calls(1, streamed, Duration.ofSeconds(1));
        assertThat(lines.of("outage_ended"))
                .containsExactly("INFO event=outage_ended understudy=u provider=a for_ms=8000 calls=4");
    }
}
