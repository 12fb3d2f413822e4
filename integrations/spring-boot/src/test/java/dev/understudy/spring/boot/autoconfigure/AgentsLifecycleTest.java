package dev.understudy.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.chat.ChatRequest;
import dev.understudy.ops.agent.Agents;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.Disposable;

@Timeout(30)
class AgentsLifecycleTest {

    private static final ChatRequest REQUEST = ChatRequest.of("any", "Hi");

    private final ScriptedProvider provider = ScriptedProvider.named("p");
    private final Agents agents =
            Agents.of(Understudy.builder().name("a").provider(provider).build());

    @Test
    void stopWaitsForCallsInFlight() {
        provider.always(ScriptedAnswer.hang());
        Disposable call = agents.provider("a").chat(REQUEST).subscribe();
        AtomicBoolean stopped = new AtomicBoolean();
        AgentsLifecycle lifecycle = new AgentsLifecycle(agents, Duration.ofMinutes(5), () -> true);
        lifecycle.start();
        lifecycle.stop(() -> stopped.set(true));
        assertThat(stopped).isFalse();
        assertThat(lifecycle.isRunning()).isFalse();
        call.dispose();
        assertThat(stopped).isTrue();
    }

    @Test
    void limitEndsTheWait() throws InterruptedException {
        provider.always(ScriptedAnswer.hang());
        Disposable call = agents.provider("a").chat(REQUEST).subscribe();
        CountDownLatch stopped = new CountDownLatch(1);
        new AgentsLifecycle(agents, Duration.ofMillis(50), () -> true).stop(stopped::countDown);
        assertThat(stopped.await(20, TimeUnit.SECONDS)).isTrue();
        call.dispose();
    }

    @Test
    void stoppedContextKeepsItsAgents() {
        AtomicBoolean stopped = new AtomicBoolean();
        new AgentsLifecycle(agents, Duration.ofMinutes(5), () -> false).stop(() -> stopped.set(true));
        assertThat(stopped).isTrue();
        assertThat(agents.ids()).containsExactly("a");
    }

    @Test
    void agentsStopBehindTheWebServer() {
        assertThat(AgentsLifecycle.PHASE).isLessThan(org.springframework.context.SmartLifecycle.DEFAULT_PHASE - 2048);
    }
}
