package consumer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.understudy.Understudy;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.StreamChunk;
import dev.understudy.provider.Providers;
import dev.understudy.streaming.ResumePolicy;
import dev.understudy.streaming.ResumingProvider;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import java.time.Duration;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class CallTest {

    @Test
    void interruptedStreamIsContinued() {
        try (ScriptedServer first = ScriptedServer.start();
                ScriptedServer second = ScriptedServer.start()) {
            first.then(ScriptedReply.tokens("One, ", "two, ", "three.").cut(ScriptedReply.FaultPoint.tokens(1)));
            second.then(ScriptedReply.tokens("One, ", "two, ", "three."));
            Understudy understudy = Understudy.over(
                    Providers.openAiCompatible(first.url(), "key"), Providers.openAiCompatible(second.url(), "key"));
            String text = ResumingProvider.over(understudy, ResumePolicy.exact()).stream(
                            ChatRequest.of("any-model", "Count"))
                    .map(StreamChunk::text)
                    .collect(Collectors.joining())
                    .block(Duration.ofSeconds(30));
            assertEquals("One, two, three.", text);
        }
    }
}
