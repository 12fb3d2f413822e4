package dev.understudy.ops.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatRequest;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.test.StepVerifier;

class AgentsCloseTest {

    private static final ChatRequest REQUEST = ChatRequest.of("any", "Hi");

    private final ScriptedProvider provider = ScriptedProvider.named("p").always(ScriptedAnswer.hang());
    private final Agents agents =
            Agents.of(Understudy.builder().name("a").provider(provider).build());

    @Test
    void gracefulCloseWaitsForTheLastCall() {
        Disposable call = agents.provider("a").chat(REQUEST).subscribe();
        StepVerifier.withVirtualTime(() -> agents.closeGracefully(Duration.ofHours(1)))
                .expectSubscription()
                .expectNoEvent(Duration.ofMinutes(10))
                .then(call::dispose)
                .verifyComplete();
    }

    @Test
    void gracefulCloseRejectsLaterCalls() {
        StepVerifier.create(agents.closeGracefully(Duration.ofSeconds(1))).verifyComplete();
        StepVerifier.create(agents.provider("a").chat(REQUEST)).verifyErrorSatisfies(error -> assertThat(error)
                .isInstanceOfSatisfying(ChatException.Rejected.class, rejected -> assertThat(rejected.reason())
                        .isEqualTo(ChatException.Rejected.Reason.UNAVAILABLE)));
        assertThat(agents.ids()).isEmpty();
    }

    @Test
    void gracefulCloseEndsAtItsLimit() {
        Disposable call = agents.provider("a").chat(REQUEST).subscribe();
        StepVerifier.withVirtualTime(() -> agents.closeGracefully(Duration.ofSeconds(20)))
                .expectSubscription()
                .expectNoEvent(Duration.ofSeconds(19))
                .thenAwait(Duration.ofSeconds(1))
                .verifyComplete();
        call.dispose();
    }
}
