package consumer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.understudy.Understudy;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.StreamChunk;
import dev.understudy.provider.Providers;
import dev.understudy.streaming.ResumePolicy;
import dev.understudy.streaming.ResumingProvider;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;

@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT)
class CallTest {

    private static final ScriptedServer FIRST = ScriptedServer.start();
    private static final ScriptedServer SECOND = ScriptedServer.start();

    @LocalServerPort
    private int port;

    @Autowired
    private ObjectMapper jackson2;

    @Test
    void interruptedStreamIsContinuedThroughWebFlux() {
        FIRST.then(ScriptedReply.tokens("One, ", "two, ", "three.").cut(ScriptedReply.FaultPoint.tokens(1)));
        SECOND.then(ScriptedReply.tokens("One, ", "two, ", "three."));
        String text = String.join("", get("/stream", String[].class));
        assertEquals("One, two, three.", text);
    }

    @Test
    void ownJsonIsWrittenByJackson2() throws Exception {
        assertEquals("{\"answer\":\"fine\"}", jackson2.writeValueAsString(get("/own", Map.class)));
    }

    @AfterAll
    static void close() {
        FIRST.close();
        SECOND.close();
    }

    private <T> T get(String path, Class<T> type) {
        return WebClient.create("http://127.0.0.1:" + port)
                .get()
                .uri(path)
                .accept(MediaType.APPLICATION_JSON)
                .retrieve()
                .bodyToMono(type)
                .block();
    }

    @SpringBootApplication
    @Import(Controller.class)
    static class Application {

        @Bean(destroyMethod = "close")
        Understudy understudy() {
            return Understudy.over(
                    Providers.openAiCompatible(FIRST.url(), "key"), Providers.openAiCompatible(SECOND.url(), "key"));
        }

        @Bean
        ChatProvider provider(Understudy understudy) {
            return ResumingProvider.over(understudy, ResumePolicy.exact());
        }
    }

    @RestController
    record Controller(ChatProvider provider) {

        @GetMapping("/stream")
        Mono<List<String>> stream() {
            return provider.stream(ChatRequest.of("any-model", "Count"))
                    .map(StreamChunk::text)
                    .collectList();
        }

        @GetMapping("/own")
        Mono<Map<String, String>> own() {
            return Mono.just(Map.of("answer", "fine"));
        }
    }
}
