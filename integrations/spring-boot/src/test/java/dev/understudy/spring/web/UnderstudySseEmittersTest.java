package dev.understudy.spring.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.StreamChunk;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.MvcResult;
import org.springframework.test.web.servlet.request.MockMvcRequestBuilders;
import org.springframework.test.web.servlet.setup.MockMvcBuilders;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import reactor.core.publisher.Flux;

@Timeout(30)
class UnderstudySseEmittersTest {

    @RestController
    record Controller(Flux<StreamChunk> answer) {

        @GetMapping("/chat")
        SseEmitter chat() {
            return UnderstudySseEmitters.of(answer, Duration.ofSeconds(20));
        }
    }

    @Test
    void answerIsWrittenAsEvents() throws Exception {
        Flux<StreamChunk> answer = ScriptedProvider.named("p").always(ScriptedAnswer.tokens(" Hel", "lo")).stream(
                ChatRequest.of("any", "Hi"));
        MockHttpServletResponse response = response(answer);
        assertThat(response.getContentAsString())
                .contains("event:text", "data:{\"text\":\" Hel\"}", "data:{\"text\":\"lo\"}", "event:done");
    }

    @Test
    void failureBeforeTheFirstEventIsAProblem() throws Exception {
        ChatException error = new ChatException.CallFailed(
                Failure.of(FailureKind.OVERLOADED, "vendor-a has no capacity").withRetryAfter(Duration.ofSeconds(7)));
        MockHttpServletResponse response = response(Flux.error(error));
        assertThat(response.getStatus()).isEqualTo(503);
        assertThat(response.getHeader("Retry-After")).isEqualTo("7");
        assertThat(response.getContentAsString()).contains("overloaded").doesNotContain("vendor-a");
    }

    private static MockHttpServletResponse response(Flux<StreamChunk> answer) throws Exception {
        MockMvc mvc = MockMvcBuilders.standaloneSetup(new Controller(answer))
                .setControllerAdvice(new ChatExceptionAdvice())
                .build();
        MvcResult started = mvc.perform(MockMvcRequestBuilders.get("/chat")).andReturn();
        started.getAsyncResult(20_000);
        return mvc.perform(org.springframework.test.web.servlet.request.MockMvcRequestBuilders.asyncDispatch(started))
                .andReturn()
                .getResponse();
    }
}
