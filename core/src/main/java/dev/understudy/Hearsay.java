package dev.understudy;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.util.retry.Retry;

/** Adds what other instances tell to what this door knows, from the making of the door to its closing. */
final class Hearsay implements Disposable {

    private static final Duration SOON = Duration.ofSeconds(1);
    private static final Duration LATER = Duration.ofSeconds(30);

    private final Roster roster;
    private final Gates gates;
    private final Voice voice;
    private final Time time;
    private final Disposable listening;

    Hearsay(Roster roster, Gates gates, Voice voice, Time time) {
        this.roster = roster;
        this.gates = gates;
        this.voice = voice;
        this.time = time;
        // Nobody else subscribes to background work: it belongs to the door and ends with it.
        this.listening = voice.isSilent() ? Disposables.disposed() : loop().subscribe();
    }

    private Flux<SharedStanding.Told> loop() {
        return Flux.defer(voice.shared()::heard)
                .concatWith(Flux.error(Ended::new))
                .doOnNext(this::hear)
                .retryWhen(Retry.backoff(Long.MAX_VALUE, SOON)
                        .maxBackoff(LATER)
                        .transientErrors(true)
                        .scheduler(time.scheduler()));
    }

    /** What cannot be understood must not keep the next word from being heard. */
    private void hear(SharedStanding.Told told) {
        if (!told.from().equals(voice.from())) {
            try {
                hear(told.word(), time.nanos());
            } catch (RuntimeException e) {
                // Dropped, as SharedStanding promises.
            }
        }
    }

    private void hear(SharedStanding.Word word, long now) {
        if (word instanceof SharedStanding.Gated gated) {
            gates.heardShut(gated.provider(), gated.model(), gated.why(), reading(gated.until(), now), now);
        } else if (word instanceof SharedStanding.Ungated ungated) {
            gates.heardOpen(ungated.provider(), ungated.model());
        } else if (word instanceof SharedStanding.Opened opened) {
            Member member = member(opened.provider());
            if (member != null) {
                member.circuit(opened.model()).heardOpen(opened.why(), reading(opened.until(), now), now);
            }
        } else if (word instanceof SharedStanding.Closed closed) {
            Member member = member(closed.provider());
            if (member != null) {
                member.circuit(closed.model()).heardClosed(now);
            }
        } else if (word instanceof SharedStanding.Held held) {
            hold(held, now);
        } else if (word instanceof SharedStanding.Released released) {
            release(released, now);
        } else if (word instanceof SharedStanding.Active active && active.door().equals(voice.door())) {
            roster.heard(active.provider(), active.byHand(), now);
        } else if (word instanceof SharedStanding.Spent spent) {
            Member member = member(spent.provider());
            if (member != null) {
                member.limiter().heard(spent.requests(), spent.tokens(), now);
            }
        }
    }

    private void hold(SharedStanding.Held held, long now) {
        Member member = member(held.provider());
        Instant until = held.until();
        Duration forHowLong = until == null ? null : Duration.ofNanos(reading(until, now) - now);
        if (member == null || (forHowLong != null && forHowLong.isNegative())) {
            return;
        }
        if (held.model() == null) {
            member.hold(forHowLong, now);
        } else {
            member.circuit(held.model()).forceOpen(forHowLong, now);
        }
    }

    private void release(SharedStanding.Released released, long now) {
        Member member = member(released.provider());
        if (member == null) {
            return;
        }
        if (released.model() == null) {
            member.release();
        } else {
            member.circuit(released.model()).release(now);
        }
    }

    private long reading(Instant until, long now) {
        return voice.reading(until, now);
    }

    private @Nullable Member member(String name) {
        return roster.find(name).orElse(null);
    }

    @Override
    public void dispose() {
        listening.dispose();
    }

    @Override
    public boolean isDisposed() {
        return listening.isDisposed();
    }

    /** The words ended; a door that is open listens on. */
    private static final class Ended extends RuntimeException {
        Ended() {
            super("the shared standing ended", null, false, false);
        }
    }
}
