package dev.understudy.testing;

import io.netty.channel.Channel;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.AttributeKey;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import reactor.core.publisher.Sinks.EmitFailureHandler;

/** Records connections, requests and the ends of exchanges. Thread-safe. */
final class ConnectionTracker {

    private static final AttributeKey<Integer> NUMBER = AttributeKey.valueOf(ConnectionTracker.class, "number");
    private static final Duration WAIT_LIMIT = Duration.ofSeconds(5);

    private final long start = System.nanoTime();
    private final AtomicInteger opened = new AtomicInteger();
    private final AtomicInteger numbers = new AtomicInteger();
    private final Set<Channel> open = ConcurrentHashMap.newKeySet();
    private final BoundedLog<RecordedRequest> requests = new BoundedLog<>();
    private final Sinks.Many<RecordedRequest> arrivals = Sinks.many().replay().limit(BoundedLog.LIMIT);
    private final Sinks.Many<Integer> changes = Sinks.many().replay().latestOrDefault(0);
    private volatile boolean closed;

    /** Counts connections, without the streams of an HTTP/2 connection. */
    void opened(Channel channel) {
        if (!(channel instanceof SocketChannel)) {
            return;
        }
        channel.attr(NUMBER).set(opened.incrementAndGet());
        open.add(channel);
        changed();
        channel.closeFuture().addListener(closed -> {
            open.remove(channel);
            changed();
        });
        if (closed) {
            channel.close();
        }
    }

    private void changed() {
        changes.emitNext(0, patiently());
    }

    int number() {
        return numbers.incrementAndGet();
    }

    Duration now() {
        return Duration.ofNanos(System.nanoTime() - start);
    }

    /** Connection that a channel is, or that it is a stream of. */
    static Channel connection(Channel channel) {
        return channel instanceof SocketChannel || channel.parent() == null ? channel : channel.parent();
    }

    static int number(Channel channel) {
        Integer number = connection(channel).attr(NUMBER).get();
        return number == null ? 0 : number;
    }

    void arrived(RecordedRequest recordedRequest) {
        requests.add(recordedRequest);
        arrivals.emitNext(recordedRequest, patiently());
    }

    List<RecordedRequest> requests() {
        return requests.list();
    }

    Flux<RecordedRequest> arrivals() {
        return arrivals.asFlux();
    }

    int openedCount() {
        return opened.get();
    }

    int openCount() {
        return open.size();
    }

    /** Reads the number at emission, so that two concurrent changes never leave a stale one as the last. */
    Flux<Integer> connections() {
        return changes.asFlux().map(change -> open.size()).distinctUntilChanged();
    }

    void close() {
        closed = true;
        requests.list().forEach(one -> one.end(RecordedRequest.Ending.CUT));
        open.forEach(Channel::close);
        arrivals.emitComplete(patiently());
    }

    private static EmitFailureHandler patiently() {
        return EmitFailureHandler.busyLooping(WAIT_LIMIT);
    }
}
