package consumer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.StreamChunk;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import java.time.Duration;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

@SpringBootTest(
        properties = {
            "understudy.providers.first.dialect=openai-compatible",
            "understudy.providers.first.keys=key",
            "understudy.providers.first.model=any-model",
            "understudy.providers.second.dialect=openai-compatible",
            "understudy.providers.second.keys=key",
            "understudy.providers.second.model=any-model",
            "understudy.agents.support.primary=first",
            "understudy.agents.support.backups=second"
        })
class CallTest {

    private static final ScriptedServer FIRST = ScriptedServer.start();
    private static final ScriptedServer SECOND = ScriptedServer.start();

    @DynamicPropertySource
    static void addresses(DynamicPropertyRegistry registry) {
        registry.add("understudy.providers.first.baseUrl", FIRST::url);
        registry.add("understudy.providers.second.baseUrl", SECOND::url);
    }

    @Test
    void interruptedStreamOfTheAgentIsContinued(@Autowired ChatProvider provider) {
        interrupt();
        String text = provider.stream(ChatRequest.of("any-model", "Count"))
                .map(StreamChunk::text)
                .collect(Collectors.joining())
                .block(Duration.ofSeconds(30));
        assertEquals("One, two, three.", text);
    }

    @Test
    void interruptedStreamOfChatClientIsContinued(@Autowired ChatClient.Builder client) {
        interrupt();
        String text = client.build().prompt("Count").stream()
                .content()
                .collect(Collectors.joining())
                .block(Duration.ofSeconds(30));
        assertEquals("One, two, three.", text);
    }

    private static void interrupt() {
        FIRST.then(ScriptedReply.tokens("One, ", "two, ", "three.").cut(ScriptedReply.FaultPoint.tokens(1)));
        SECOND.then(ScriptedReply.tokens("One, ", "two, ", "three."));
    }

    @AfterAll
    static void close() {
        FIRST.close();
        SECOND.close();
    }

    @SpringBootApplication
    static class Application {}
}
