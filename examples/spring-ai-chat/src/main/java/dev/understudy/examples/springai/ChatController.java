package dev.understudy.examples.springai;

import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.client.advisor.MessageChatMemoryAdvisor;
import org.springframework.ai.chat.memory.ChatMemory;
import org.springframework.ai.chat.memory.MessageWindowChatMemory;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Flux;

/** Answers questions of a conversation, word by word. Nothing here knows of Understudy. */
@RestController
class ChatController {

    private final ChatClient client;

    ChatController(ChatClient.Builder builder) {
        ChatMemory memory = MessageWindowChatMemory.builder().build();
        client = builder.defaultSystem("Answer in two sentences.")
                .defaultAdvisors(MessageChatMemoryAdvisor.builder(memory).build())
                .defaultTools(new WeatherTools())
                .build();
    }

    @GetMapping(path = "/chat", produces = MediaType.TEXT_PLAIN_VALUE)
    Flux<String> chat(@RequestParam String question, @RequestParam String conversation) {
        return client
                .prompt()
                .user(question)
                .advisors(spec -> spec.param(ChatMemory.CONVERSATION_ID, conversation))
                .stream()
                .content();
    }
}
