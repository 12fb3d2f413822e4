package dev.understudy.simulation;

import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.StreamChunk;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.util.context.Context;

/** Subscriber of one call, which checks each signal that it receives. */
final class Caller implements CoreSubscriber<Object> {

    /** Longest wait for the end of a body after the finish reason: the idle limit, and the latency of the network. */
    private static final long BODY_END = 30_000_000_000L;

    /** Longest time that a complete answer waits for its reader beyond the deadline. */
    static final long FOR_THE_READER = 2_000_000_000L;

    /** Time in which a signal passes between threads. */
    private static final long SIGNALS = 5_000_000;

    final int call;
    private final boolean single;
    private final Context context;
    private final Tasks tasks;
    private final History history;
    private final Consumer<String> violation;
    private final Consumer<Caller> onDemand;
    private final StringBuilder text = new StringBuilder();
    private @Nullable Subscription subscription;
    private long requested;
    private long received;
    private long finished;
    private long over;

    /** Time of the last request of a subscriber that had received all it requested before. */
    private long resumed;

    private @Nullable FinishReason finish;
    long deadline = Long.MAX_VALUE;
    boolean patient; // chunks that are ready wait for the reader, however long
    boolean cancelled;

    @Nullable
    String outcome;

    @Nullable
    String provider;

    @Nullable
    Throwable error;

    /** @param onDemand called with this caller when the subscriber may request more */
    Caller(
            int call,
            boolean single,
            Context context,
            Tasks tasks,
            History history,
            Consumer<String> violation,
            Consumer<Caller> onDemand) {
        this.call = call;
        this.single = single;
        this.context = context;
        this.tasks = tasks;
        this.history = history;
        this.violation = violation;
        this.onDemand = onDemand;
    }

    @Override
    public Context currentContext() {
        return context;
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        this.subscription = subscription;
        onDemand.accept(this);
    }

    void request(long n) {
        if (outcome == null && !cancelled && subscription != null) {
            if (received == requested) {
                resumed = tasks.now();
            }
            requested = requested + n < 0 ? Long.MAX_VALUE : requested + n;
            subscription.request(n);
        }
    }

    void cancel() {
        if (outcome == null && !cancelled && subscription != null) {
            cancelled = true;
            history.add("cancel " + call);
            subscription.cancel();
        }
    }

    boolean isServed() {
        return finish != null && outcome != null;
    }

    /** Time from an instant, or from the last request or the finish reason if they were later, to the end. */
    long waitedSince(long instant) {
        return over - Math.max(instant, Math.max(finished, resumed));
    }

    boolean isOver() {
        return outcome != null || cancelled;
    }

    @Override
    public void onNext(Object item) {
        received++;
        if (outcome != null) {
            violation.accept("call " + call + " received an item after " + outcome);
        }
        if (cancelled) {
            return; // a signal may cross the cancellation
        }
        if (received > requested) {
            violation.accept("call " + call + " received more than it requested");
        }
        if (item instanceof ChatResponse response) {
            text.append(response.text());
            finished(response.finish());
        } else if (item instanceof StreamChunk.Text words) {
            text.append(words.text());
        } else if (item instanceof StreamChunk.Reset reset) {
            text.setLength(Math.min(text.length(), reset.discardFromOffset()));
        } else if (item instanceof StreamChunk.Finish end) {
            finished(end);
        }
        if (!Answers.text(call).startsWith(text.toString())) {
            violation.accept("call " + call + " received a wrong text: " + text);
        }
        onDemand.accept(this);
    }

    private void finished(StreamChunk.Finish end) {
        if (finish != null) {
            violation.accept("call " + call + " received two finish reasons");
        }
        finish = end.reason();
        finished = tasks.now();
        provider = end.servedBy().provider();
    }

    @Override
    public void onError(Throwable error) {
        if (cancelled) {
            return;
        }
        this.error = error;
        if (!(error instanceof ChatException)) {
            violation.accept("call " + call + " failed without a type: " + error);
        }
        if (error instanceof ChatException.PartialAnswer partial
                && !partial.partial().text().equals(text.toString())) {
            violation.accept("call " + call + " received '" + text + "' but the partial answer is '"
                    + partial.partial().text() + "'");
        }
        if (finish != null) {
            violation.accept("call " + call + " failed after its finish: " + error);
        }
        end(error.getClass().getSimpleName());
    }

    @Override
    public void onComplete() {
        if (cancelled) {
            return;
        }
        if (finish == null) {
            violation.accept("call " + call + " completed without a finish");
        } else if (finish == FinishReason.STOP && !text.toString().equals(Answers.text(call))) {
            violation.accept(
                    "call " + call + " completed with '" + text + "' in place of '" + Answers.text(call) + "'");
        } else if (finish != FinishReason.STOP && finish != FinishReason.LENGTH) {
            violation.accept("call " + call + " completed with " + finish);
        }
        if (tasks.now() - finished > BODY_END) {
            violation.accept("call " + call + " completed " + (tasks.now() - finished) / 1_000_000
                    + " ms after its finish reason");
        }
        end("served " + finish);
    }

    private void end(String how) {
        if (outcome != null) {
            violation.accept("call " + call + " ended twice: " + outcome + ", " + how);
        }
        outcome = how;
        over = tasks.now();
        // A complete answer waits for its reader for a short time, and the error of a resumed stream follows its last
        // chunks.
        long due = deadline;
        if (received == requested) {
            due = Math.max(due, due + FOR_THE_READER); // for ever stays for ever
        }
        if (patient || resumed - deadline <= FOR_THE_READER) {
            due = Math.max(due, resumed + SIGNALS);
        }
        if (tasks.now() > due) {
            violation.accept(
                    "call " + call + " ended " + (tasks.now() - deadline) / 1_000_000 + " ms after its deadline");
        }
        history.add("ended " + call + " " + how + " with " + text.length() + " characters" + (single ? " whole" : ""));
    }
}
