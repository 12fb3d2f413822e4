package dev.understudy.provider.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.provider.Providers;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.provider.endpoint.Transport;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import reactor.netty.resources.LoopResources;
import reactor.test.StepVerifier;

/** Event loops of a provider's connections. */
class EventLoopsTest {

    @Test
    void answerArrivesOnTheConfiguredEventLoops() {
        LoopResources loops = LoopResources.create("own-loops", 1, true);
        try (ScriptedServer server = ScriptedServer.start()) {
            server.then(ScriptedReply.text("It rains"));
            Transport transport = Transport.defaults().withEventLoops(loops);
            try (ChatProvider provider =
                    Providers.openAi(Endpoint.of("m", server.url(), "a-key").withTransport(transport))) {
                StepVerifier.create(provider.chat(ChatRequest.of("m", "What is the weather?"))
                                .map(answer -> Thread.currentThread().getName()))
                        .assertNext(thread -> assertThat(thread).startsWith("own-loops"))
                        .expectComplete()
                        .verify(Duration.ofSeconds(5));
            }
            assertThat(loops.isDisposed()).as("disposed of with the provider").isFalse();
        } finally {
            loops.disposeLater(Duration.ZERO, Duration.ofSeconds(1)).subscribe();
        }
    }
}
