package dev.understudy.examples.webflux;

import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.spring.web.UnderstudySse;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.MediaType;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** Functional route for clients of OpenAI: {@code curl -N 'localhost:8080/openai?question=Hi'}. */
@Configuration(proxyBeanMethods = false)
class OpenAiRoute {

    @Bean
    RouterFunction<ServerResponse> openAi(ChatProvider chat) {
        return RouterFunctions.route()
                .GET("/openai", request -> answer(chat, request))
                .build();
    }

    private static Mono<ServerResponse> answer(ChatProvider chat, ServerRequest request) {
        String question = request.queryParam("question").orElse("Hello");
        return ServerResponse.ok()
                .contentType(MediaType.TEXT_EVENT_STREAM)
                .body(
                        UnderstudySse.openAi(chat.stream(ChatRequest.of("chat", question)), "chat"),
                        new ParameterizedTypeReference<ServerSentEvent<String>>() {});
    }
}
