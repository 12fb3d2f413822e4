package dev.understudy.langchain4j;

import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatModelStreamingEvent;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.CompleteResponse;
import dev.langchain4j.model.chat.response.CompleteToolCall;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.PartialThinking;
import dev.langchain4j.model.chat.response.PartialThinkingContext;
import dev.langchain4j.model.chat.response.PartialToolCall;
import dev.langchain4j.model.chat.response.PartialToolCallContext;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.chat.response.StreamingHandle;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;
import reactor.core.scheduler.Schedulers;

/**
 * Events of a model that calls a handler. Such a model cannot be slowed down, so events wait in a bounded buffer. The model
 * gives its handle with the first event: a cancellation before it is passed on with that event.
 */
final class HandlerEvents implements StreamingChatResponseHandler {

    /** Events that may wait for a slow reader; far more than an answer has in a second. */
    static final int BUFFERED = 16_384;

    private final FluxSink<ChatModelStreamingEvent> sink;
    private @Nullable StreamingHandle handle;
    private boolean cancelled;

    private HandlerEvents(FluxSink<ChatModelStreamingEvent> sink) {
        this.sink = sink;
    }

    static Flux<ChatModelStreamingEvent> of(StreamingChatModel model, ChatRequest request) {
        return Flux.<ChatModelStreamingEvent>push(
                        sink -> {
                            HandlerEvents events = new HandlerEvents(sink);
                            sink.onCancel(events::cancel);
                            model.chat(request, events);
                        },
                        FluxSink.OverflowStrategy.IGNORE)
                .onBackpressureBuffer(BUFFERED)
                .subscribeOn(Schedulers.boundedElastic(), false);
    }

    private void cancel() {
        StreamingHandle known;
        synchronized (this) {
            cancelled = true;
            known = handle;
        }
        if (known != null) {
            known.cancel();
        }
    }

    private void known(StreamingHandle given) {
        boolean late;
        synchronized (this) {
            handle = given;
            late = cancelled;
        }
        if (late && !given.isCancelled()) {
            given.cancel();
        }
    }

    @Override
    public void onPartialResponse(String text) {
        if (!text.isEmpty()) {
            sink.next(new PartialResponse(text));
        }
    }

    @Override
    public void onPartialResponse(PartialResponse text, PartialResponseContext context) {
        known(context.streamingHandle());
        sink.next(text);
    }

    @Override
    public void onPartialThinking(PartialThinking thinking) {
        sink.next(thinking);
    }

    @Override
    public void onPartialThinking(PartialThinking thinking, PartialThinkingContext context) {
        known(context.streamingHandle());
        sink.next(thinking);
    }

    @Override
    public void onPartialToolCall(PartialToolCall part, PartialToolCallContext context) {
        known(context.streamingHandle());
    }

    @Override
    public void onCompleteToolCall(CompleteToolCall call) {
        sink.next(call);
    }

    @Override
    public void onCompleteResponse(ChatResponse response) {
        sink.next(new CompleteResponse(response));
        sink.complete();
    }

    @Override
    public void onError(Throwable error) {
        sink.error(error);
    }
}
