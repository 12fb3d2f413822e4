package dev.understudy;

import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatRequest;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;

/** Timeout and deadline of one call, when both are set. */
class CallDeadlineTest {

    private static final ChatRequest REQUEST = ChatRequest.of("m", "Who is there?");

    @ParameterizedTest
    @CsvSource({"2, 5, true", "2, 5, false", "5, 2, true", "5, 2, false"})
    void earlierOfDeadlineAndTimeoutEndsCall(int deadline, int timeout, boolean streamed) {
        StepVerifier.withVirtualTime(() -> {
                    VirtualTimeScheduler.get().advanceTimeBy(Duration.ofHours(1));
                    Understudy understudy =
                            Understudy.over(ScriptedProvider.named("a").always(ScriptedAnswer.hang()));
                    Flux<?> answer = streamed
                            ? understudy.stream(REQUEST)
                            : understudy.chat(REQUEST).flux();
                    return answer.contextWrite(CallContext.timeout(Duration.ofSeconds(timeout)))
                            .contextWrite(CallContext.deadline(Duration.ofSeconds(deadline)))
                            .cast(Object.class);
                })
                .expectSubscription()
                .expectNoEvent(Duration.ofMillis(1_999))
                .thenAwait(Duration.ofMillis(1))
                .expectError(ChatException.Exhausted.class)
                .verify(Duration.ofSeconds(10));
    }
}
