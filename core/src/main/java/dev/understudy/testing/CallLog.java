package dev.understudy.testing;

import dev.understudy.chat.ChatRequest;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import reactor.util.context.ContextView;

/** Calls of a provider, the newest ones only, and counters over all of them. Thread-safe. */
final class CallLog implements ReceivedCall.Observer {

    private final BoundedLog<ReceivedCall> calls = new BoundedLog<>();
    private final AtomicInteger subscriptions = new AtomicInteger();
    private final AtomicInteger live = new AtomicInteger();
    private final AtomicInteger cancelled = new AtomicInteger();
    private final AtomicLong peakDemand = new AtomicLong();

    ReceivedCall opened(ChatRequest request, boolean streamed, ContextView context) {
        ReceivedCall call = new ReceivedCall(request, streamed, context, this);
        subscriptions.incrementAndGet();
        live.incrementAndGet();
        calls.add(call);
        return call;
    }

    @Override
    public void ended(ReceivedCall.State state) {
        live.decrementAndGet();
        if (state == ReceivedCall.State.CANCELLED) {
            cancelled.incrementAndGet();
        }
    }

    @Override
    public void demanded(long open) {
        peakDemand.accumulateAndGet(open, Math::max);
    }

    List<ReceivedCall> list() {
        return calls.list();
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
