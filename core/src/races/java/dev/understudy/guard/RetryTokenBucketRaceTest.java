package dev.understudy.guard;

import static dev.understudy.Interleavings.hold;
import static dev.understudy.Interleavings.refute;
import static dev.understudy.Interleavings.require;
import static dev.understudy.Interleavings.shared;
import static dev.understudy.Interleavings.together;

import dev.understudy.policy.RetryBudget;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Retries take the last token of a budget at once. */
class RetryTokenBucketRaceTest {

    /** Looks for a token and takes it in two steps. */
    private static final class NaiveBucket {

        private volatile int tokens = 1;

        boolean take() {
            if (tokens < 1) {
                return false;
            }
            tokens--;
            return true;
        }
    }

    @Test
    void oneRetryTakesTheLastToken() {
        hold(() -> {
            RetryTokenBucket bucket = shared(
                    new RetryTokenBucket(RetryBudget.defaults().withFloor(0).withMemory(Duration.ofSeconds(1)), 0));
            AtomicInteger taken = shared(new AtomicInteger());
            Runnable retry = () -> taken.addAndGet(bucket.take(0) ? 1 : 0);
            together(retry, retry, retry);
            require(taken.get() == 1, "not one retry");
        });
    }

    @Test
    void naiveTokenIsTakenTwice() {
        refute(() -> {
            NaiveBucket bucket = shared(new NaiveBucket());
            AtomicInteger taken = shared(new AtomicInteger());
            Runnable retry = () -> taken.addAndGet(bucket.take() ? 1 : 0);
            together(retry, retry);
            require(taken.get() == 1, "not one retry");
        });
    }
}
