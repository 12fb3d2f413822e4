package dev.understudy.testing;

import dev.understudy.chat.ChatRequest;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import reactor.util.context.ContextView;

/** The calls of a provider, and what is counted over all of them. */
final class CallLog {

    private final BoundedLog<ReceivedCall> boundedLog = new BoundedLog<>();
    private final AtomicInteger subscriptions = new AtomicInteger();
    private final AtomicInteger live = new AtomicInteger();
    private final AtomicInteger cancelled = new AtomicInteger();
    private final AtomicLong peakDemand = new AtomicLong();

    ReceivedCall opened(ChatRequest request, boolean streamed, ContextView context) {
        ReceivedCall call = new ReceivedCall(request, streamed, context, this);
        subscriptions.incrementAndGet();
        live.incrementAndGet();
        boundedLog.add(call);
        return call;
    }

    void ended(ReceivedCall.State how) {
        live.decrementAndGet();
        if (how == ReceivedCall.State.CANCELLED) {
            cancelled.incrementAndGet();
        }
    }

    void demanded(long open) {
        peakDemand.accumulateAndGet(open, Math::max);
    }

    List<ReceivedCall> list() {
        return boundedLog.list();
    }

    int subscriptions() {
        return subscriptions.get();
    }

    int live() {
        return live.get();
    }

    int cancelled() {
        return cancelled.get();
    }

    long peakDemand() {
        return peakDemand.get();
    }
}
