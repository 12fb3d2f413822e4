package dev.understudy.examples.springai;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.web.server.reactive.context.ReactiveWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;

class SpringAiChatTest {

    @Test
    void answerIsWholeThoughTheFirstVendorDies() {
        try (ConfigurableApplicationContext context = SpringAiChat.run(Map.of(), "--server.port=0")) {
            int port = ((ReactiveWebServerApplicationContext) context)
                    .getWebServer()
                    .getPort();
            String answer = WebClient.create("http://localhost:" + port)
                    .get()
                    .uri("/chat?conversation=1&question=Weather in Ulm?")
                    .retrieve()
                    .bodyToFlux(String.class)
                    .reduce(String::concat)
                    .switchIfEmpty(Mono.just(""))
                    .block(java.time.Duration.ofSeconds(60));
            assertThat(answer).isEqualTo(DemoVendors.ANSWER);
            DemoVendors vendors = context.getBean(DemoVendors.class);
            assertThat(vendors.openAi().calls()).as("tool call and answer").hasSize(2);
            assertThat(vendors.anthropic().calls()).as("the rest of the answer").hasSize(1);
            vendors.openAi().close();
            vendors.anthropic().close();
        }
    }
}
