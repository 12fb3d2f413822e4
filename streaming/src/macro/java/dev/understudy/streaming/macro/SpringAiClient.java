package dev.understudy.streaming.macro;

import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.openai.OpenAiChatModel;
import org.springframework.ai.openai.OpenAiChatOptions;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Spring AI's model for OpenAI. */
final class SpringAiClient implements Subject {

    private final ChatModel model;

    SpringAiClient(String base) {
        this.model = OpenAiChatModel.builder()
                .options(OpenAiChatOptions.builder()
                        .baseUrl(base + "/v1")
                        .apiKey("key")
                        .model("m")
                        .build())
                .build();
    }

    @Override
    public Mono<?> chat() {
        return Mono.fromCallable(() -> model.call(new Prompt(QUESTION))).subscribeOn(Schedulers.boundedElastic());
    }

    @Override
    public Flux<?> stream() {
        return model.stream(new Prompt(QUESTION)).filter(SpringAiClient::hasText);
    }

    private static boolean hasText(ChatResponse chunk) {
        if (chunk.getResult() == null) {
            return false;
        }
        String text = chunk.getResult().getOutput().getText();
        return text != null && !text.isEmpty();
    }
}
