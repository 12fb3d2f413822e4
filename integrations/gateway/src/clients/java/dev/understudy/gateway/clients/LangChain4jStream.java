package dev.understudy.gateway.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import java.time.Duration;
import reactor.core.publisher.Sinks;

/** A stream of LangChain4j. */
final class LangChain4jStream implements StreamingChatResponseHandler {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final Sinks.One<ChatResponse> answer = Sinks.one();
    private final Sinks.One<PartialResponseContext> first = Sinks.one();
    private final StringBuilder text = new StringBuilder();

    private LangChain4jStream() {}

    static LangChain4jStream of(StreamingChatModel model, ChatRequest request) {
        LangChain4jStream stream = new LangChain4jStream();
        model.chat(request, stream);
        return stream;
    }

    /** Reads a stream up to its first text, and cancels it. */
    static void cancelled(StreamingChatModel model, ChatRequest request) {
        of(model, request).first.asMono().block(LIMIT).streamingHandle().cancel();
    }

    /** Returns the answer, whose text is that of the pieces. */
    ChatResponse answer() {
        ChatResponse response = answer.asMono().block(LIMIT);
        String whole = response.aiMessage().text();
        assertThat(text.toString()).isEqualTo(whole == null ? "" : whole);
        return response;
    }

    @Override
    public void onPartialResponse(PartialResponse piece, PartialResponseContext context) {
        text.append(piece.text());
        first.tryEmitValue(context);
    }

    @Override
    public void onCompleteResponse(ChatResponse response) {
        answer.tryEmitValue(response);
    }

    @Override
    public void onError(Throwable error) {
        answer.tryEmitError(error);
        first.tryEmitError(error);
    }
}
