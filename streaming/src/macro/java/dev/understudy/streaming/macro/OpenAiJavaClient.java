package dev.understudy.streaming.macro;

import com.openai.client.OpenAIClientAsync;
import com.openai.client.okhttp.OpenAIOkHttpClientAsync;
import com.openai.core.http.AsyncStreamResponse;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import java.util.Optional;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;
import reactor.core.publisher.Mono;

/** OpenAI's official asynchronous client. */
final class OpenAiJavaClient implements Subject {

    private final OpenAIClientAsync client;

    OpenAiJavaClient(String base) {
        this.client = OpenAIOkHttpClientAsync.builder()
                .baseUrl(base + "/v1")
                .apiKey("key")
                .build();
    }

    private static ChatCompletionCreateParams question() {
        return ChatCompletionCreateParams.builder()
                .model("m")
                .addUserMessage(QUESTION)
                .build();
    }

    @Override
    public Mono<?> chat() {
        return Mono.fromFuture(() -> client.chat().completions().create(question()));
    }

    @Override
    public Flux<?> stream() {
        return Flux.<String>create(
                sink -> client.chat().completions().createStreaming(question()).subscribe(new Words(sink)));
    }

    private record Words(FluxSink<String> sink) implements AsyncStreamResponse.Handler<ChatCompletionChunk> {

        @Override
        public void onNext(ChatCompletionChunk chunk) {
            chunk.choices().forEach(choice -> choice.delta().content().ifPresent(sink::next));
        }

        @Override
        public void onComplete(Optional<Throwable> error) {
            error.ifPresentOrElse(sink::error, sink::complete);
        }
    }
}
