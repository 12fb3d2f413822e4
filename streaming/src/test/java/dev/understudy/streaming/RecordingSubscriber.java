package dev.understudy.streaming;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatResponseAggregator;
import dev.understudy.chat.StreamChunk;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;

/** Subscriber with random demand and cancellation that records all signals. */
final class RecordingSubscriber implements CoreSubscriber<StreamChunk> {

    final List<StreamChunk> chunks = new ArrayList<>();
    final CountDownLatch over = new CountDownLatch(1);
    final ChatResponseAggregator answer = new ChatResponseAggregator();

    @Nullable
    Throwable error;

    int ends;
    boolean left;
    long asked;
    int mostLive;

    private final Random random;
    private final boolean unbounded;
    private final int leaveAfter;
    private final IntSupplier live;
    private Subscription subscription;

    RecordingSubscriber(Random random, boolean unbounded, int leaveAfter, IntSupplier live) {
        this.random = random;
        this.unbounded = unbounded;
        this.leaveAfter = leaveAfter;
        this.live = live;
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        this.subscription = subscription;
        if (leaveAfter == 0) {
            leave();
        } else {
            more();
        }
    }

    private void more() {
        long n = unbounded ? Long.MAX_VALUE : 1 + random.nextInt(random.nextBoolean() ? 1 : 5);
        asked = unbounded ? n : asked + n;
        subscription.request(n);
    }

    private void leave() {
        left = true;
        subscription.cancel();
        over.countDown();
    }

    @Override
    public void onNext(StreamChunk chunk) {
        assertThat(ends).as("signals after the end").isZero();
        assertThat(left).as("signals after leaving").isFalse();
        chunks.add(chunk);
        answer.add(chunk);
        mostLive = Math.max(mostLive, live.getAsInt());
        if (chunks.size() > asked) {
            throw new AssertionError("told " + chunks.size() + " though only " + asked + " were asked for");
        }
        if (chunks.size() == leaveAfter) {
            leave();
        } else if (!unbounded && (chunks.size() == asked || random.nextInt(6) == 0)) {
            more();
        }
    }

    @Override
    public void onError(Throwable error) {
        this.error = error;
        ends++;
        over.countDown();
    }

    @Override
    public void onComplete() {
        ends++;
        over.countDown();
    }
}
