package dev.understudy.langchain4j;

import dev.langchain4j.model.chat.response.ChatModelStreamingEvent;
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
import reactor.core.publisher.BaseSubscriber;

/** Calls a handler for each event. Few events wait for the handler, so a slow handler slows the vendor down. */
final class HandlerSubscriber extends BaseSubscriber<ChatModelStreamingEvent> implements StreamingHandle {

    /** Events that wait for the handler's thread. */
    static final int AHEAD = 16;

    private final StreamingChatResponseHandler handler;
    private volatile boolean cancelled;

    HandlerSubscriber(StreamingChatResponseHandler handler) {
        this.handler = handler;
    }

    @Override
    protected void hookOnNext(ChatModelStreamingEvent event) {
        try {
            handle(event);
        } catch (Exception thrown) {
            cancel();
            fail(thrown);
        }
    }

    private void handle(ChatModelStreamingEvent event) {
        if (event instanceof PartialResponse text) {
            handler.onPartialResponse(text, new PartialResponseContext(this));
        } else if (event instanceof PartialThinking thinking) {
            handler.onPartialThinking(thinking, new PartialThinkingContext(this));
        } else if (event instanceof PartialToolCall part) {
            handler.onPartialToolCall(part, new PartialToolCallContext(this));
        } else if (event instanceof CompleteToolCall call) {
            handler.onCompleteToolCall(call);
        } else if (event instanceof CompleteResponse complete) {
            handler.onCompleteResponse(complete.chatResponse());
        }
    }

    @Override
    protected void hookOnError(Throwable error) {
        fail(error);
    }

    private void fail(Throwable error) {
        try {
            handler.onError(error);
        } catch (Exception dropped) {
            // The stream is over, and a handler has no other place to report to.
        }
    }

    @Override
    protected void hookOnCancel() {
        cancelled = true;
    }

    @Override
    public boolean isCancelled() {
        return cancelled;
    }
}
