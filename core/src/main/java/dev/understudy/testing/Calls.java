package dev.understudy.testing;

import dev.understudy.chat.ChatRequest;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import reactor.util.context.ContextView;

/** The calls of a provider, and what is counted over all of them. */
final class Calls {

    private final Kept<Asked> kept = new Kept<>();
    private final AtomicInteger subscriptions = new AtomicInteger();
    private final AtomicInteger live = new AtomicInteger();
    private final AtomicInteger cancelled = new AtomicInteger();
    private final AtomicLong peakDemand = new AtomicLong();

    Asked opened(ChatRequest request, boolean streamed, ContextView context) {
        Asked call = new Asked(request, streamed, context, this);
        subscriptions.incrementAndGet();
        live.incrementAndGet();
        kept.add(call);
        return call;
    }

    void ended(Asked.State how) {
        live.decrementAndGet();
        if (how == Asked.State.CANCELLED) {
            cancelled.incrementAndGet();
        }
    }

    void demanded(long open) {
        peakDemand.accumulateAndGet(open, Math::max);
    }

    List<Asked> list() {
        return kept.list();
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
