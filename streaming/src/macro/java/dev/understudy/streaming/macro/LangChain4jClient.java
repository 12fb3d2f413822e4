package dev.understudy.streaming.macro;

import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** LangChain4j's models for OpenAI, on the HTTP client of the JDK. */
final class LangChain4jClient implements Subject {

    private final OpenAiChatModel model;
    private final OpenAiStreamingChatModel streams;

    LangChain4jClient(String base) {
        this.model = OpenAiChatModel.builder()
                .baseUrl(base + "/v1")
                .apiKey("key")
                .modelName("m")
                .build();
        this.streams = OpenAiStreamingChatModel.builder()
                .baseUrl(base + "/v1")
                .apiKey("key")
                .modelName("m")
                .build();
    }

    @Override
    public Mono<?> chat() {
        return Mono.fromCallable(() -> model.chat(QUESTION)).subscribeOn(Schedulers.boundedElastic());
    }

    @Override
    public Flux<?> stream() {
        return Flux.<String>create(sink -> streams.chat(QUESTION, new Words(sink)))
                .subscribeOn(Schedulers.boundedElastic());
    }

    private record Words(FluxSink<String> sink) implements StreamingChatResponseHandler {

        @Override
        public void onPartialResponse(String text) {
            sink.next(text);
        }

        @Override
        public void onCompleteResponse(ChatResponse answer) {
            sink.complete();
        }

        @Override
        public void onError(Throwable error) {
            sink.error(error);
        }
    }
}
