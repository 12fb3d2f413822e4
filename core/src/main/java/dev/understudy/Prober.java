package dev.understudy;

import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;

/** Looks after providers in the background, from the making of the door to its closing. */
final class Prober implements Disposable {

    private final Probes usual;
    private final PoolEvents events;
    private final Time time;
    private final RandomGenerator dice;
    private final Disposable.Composite running = Disposables.composite();

    /** @param usual how a member is probed that has no policy of its own */
    Prober(List<Member> members, Probes usual, PoolEvents events, Time time, RandomGenerator dice) {
        this.usual = usual;
        this.events = events;
        this.time = time;
        this.dice = dice;
        for (Member member : members) {
            if (probes(member).enabled()) {
                // Nobody else subscribes to background work: it belongs to the door and ends with it.
                running.add(loop(member).subscribe());
            }
        }
    }

    private Probes probes(Member member) {
        Probes own = member.seat().probes();
        return own == null ? usual : own;
    }

    private Mono<Void> loop(Member member) {
        return Mono.defer(() -> probe(member))
                .then(Mono.defer(() -> Mono.delay(pause(member), time.scheduler())))
                .repeat()
                .then();
    }

    private Mono<Void> probe(Member member) {
        member.checkup().updateAndGet(Checkup::begun);
        return Mono.defer(() -> ask(member.provider(), probes(member).query()))
                .timeout(probes(member).timeout(), time.scheduler())
                .then(Mono.fromRunnable(() -> ended(member, null)))
                .onErrorResume(error -> Mono.fromRunnable(() -> ended(member, error)))
                .doOnCancel(() -> member.checkup().updateAndGet(Checkup::abandoned))
                .then();
    }

    private static Mono<Void> ask(ChatProvider provider, @Nullable ChatRequest query) {
        return query == null ? provider.probe() : provider.chat(query).then();
    }

    private void ended(Member member, @Nullable Throwable error) {
        Instant last = Instant.ofEpochMilli(time.scheduler().now(TimeUnit.MILLISECONDS));
        String why = error == null ? null : FailureClassifier.failure(error).toString();
        boolean was = member.outOfRotation();
        long at = time.nanos();
        member.checkup().updateAndGet(checkup -> checkup.ended(error == null, why, probes(member), last, at));
        if (member.outOfRotation() != was) {
            events.healthChanged(member.name(), member.status(), why);
        }
    }

    private Duration pause(Member member) {
        long interval = probes(member).interval().toNanos();
        return Duration.ofNanos((long) (interval * (0.9 + 0.2 * dice.nextDouble())));
    }

    @Override
    public void dispose() {
        running.dispose();
    }

    @Override
    public boolean isDisposed() {
        return running.isDisposed();
    }
}
