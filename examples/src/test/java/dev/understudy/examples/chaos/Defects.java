package dev.understudy.examples.chaos;

import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ForwardingChatProvider;
import dev.understudy.chat.Message;
import dev.understudy.chat.StreamChunk;
import dev.understudy.event.Event;
import dev.understudy.event.Listener;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

/** Hooks that do what a defect of the product would do. */
final class Defects {

    /** Changes the request and the Context of each attempt. */
    private static final class Changed extends ForwardingChatProvider {

        private final UnaryOperator<ChatRequest> request;
        private final UnaryOperator<Context> context;

        Changed(ChatProvider delegate, UnaryOperator<ChatRequest> request, UnaryOperator<Context> context) {
            super(delegate);
            this.request = request;
            this.context = context;
        }

        @Override
        public Mono<ChatResponse> chat(ChatRequest asked) {
            return Mono.defer(() -> delegate().chat(request.apply(asked))).contextWrite(context::apply);
        }

        @Override
        public Flux<StreamChunk> stream(ChatRequest asked) {
            return Flux.defer(() -> delegate().stream(request.apply(asked))).contextWrite(context::apply);
        }
    }

    private Defects() {}

    static ChaosHooks onBackup(UnaryOperator<ChatRequest> change) {
        return ChaosHooks.none().withBackup(backup -> new Changed(backup, change, UnaryOperator.identity()));
    }

    static ChaosHooks inContextOfBackup(UnaryOperator<Context> change) {
        return ChaosHooks.none().withBackup(backup -> new Changed(backup, UnaryOperator.identity(), change));
    }

    static ChaosHooks addsMessageOnRetry() {
        Set<List<Message>> asked = ConcurrentHashMap.newKeySet();
        UnaryOperator<ChatRequest> change = request -> {
            if (asked.add(request.messages())) {
                return request;
            }
            List<Message> more = new ArrayList<>(request.messages());
            more.add(Message.user("Please."));
            return request.withMessages(more);
        };
        return ChaosHooks.none().withPrimary(primary -> new Changed(primary, change, UnaryOperator.identity()));
    }

    static ChaosHooks losesTagsInEvents() {
        return ChaosHooks.none().withListener(all -> event -> all.on(withoutTags(event)));
    }

    private static Event withoutTags(Event event) {
        return event instanceof Event.FailedOver over
                ? new Event.FailedOver(
                        new Event.CallId(
                                over.call().number(),
                                over.understudy(),
                                over.call().model(),
                                over.call().stream(),
                                Map.of()),
                        over.from(),
                        over.to(),
                        over.after(),
                        over.failure())
                : event;
    }

    static ChaosHooks neverCounts(Class<? extends Event> type) {
        return ChaosHooks.none().withMetrics(metrics -> without(metrics, type));
    }

    private static Listener without(Listener listener, Class<? extends Event> type) {
        return event -> {
            if (!type.isInstance(event)) {
                listener.on(event);
            }
        };
    }
}
