package dev.understudy;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** The cast in order, and who of it is asked first. */
final class Roster {

    /**
     * @param active who is asked first
     * @param home who should be, when all are well
     * @param since when that became so
     */
    private record Lead(int active, int home, long since) {}

    private final List<Member> members;
    private final Failover failover;
    private final PoolEvents events;
    private final Voice voice;
    private final AtomicReference<Lead> lead;

    Roster(List<Member> members, Failover failover, PoolEvents events, Voice voice, long now) {
        this.members = members;
        this.failover = failover;
        this.events = events;
        this.voice = voice;
        this.lead = new AtomicReference<>(new Lead(0, 0, now));
    }

    List<Member> all() {
        return members;
    }

    Member active() {
        return members.get(lead.get().active);
    }

    boolean isAutomatic() {
        return failover.automatic();
    }

    /** The active one first, the others in their order. */
    List<Member> inOrder(long now) {
        comeHome(now);
        int active = lead.get().active;
        if (active == 0) {
            return members;
        }
        List<Member> order = new ArrayList<>(members);
        order.add(0, order.remove(active));
        return order;
    }

    /** A failure that spoke against a provider: if it was the active one, it may be time for another. */
    void failed(Member member, long now) {
        Lead was = lead.get();
        if (!failover.automatic()
                || members.get(was.active) != member
                || member.health().consecutiveFailures() < failover.maxConsecutiveFailures()) {
            return;
        }
        for (int i = 1; i < members.size(); i++) {
            int next = (was.active + i) % members.size();
            if (isWell(members.get(next))) {
                lead(
                        was,
                        new Lead(next, was.home, now),
                        "after " + member.health().consecutiveFailures() + " consecutive failures");
                return;
            }
        }
    }

    /** @throws IllegalArgumentException if nobody of this name is in the cast */
    void switchTo(String provider, long now) {
        int next = members.indexOf(named(provider));
        while (!move(lead.get(), new Lead(next, next, now), "switched by hand")) {
            // somebody else has moved it meanwhile: the hand comes last
        }
        voice.active(provider, true);
    }

    /** Another instance has made this provider the active one. */
    void heard(String provider, boolean byHand, long now) {
        find(provider).map(members::indexOf).ifPresent(next -> {
            Lead was = lead.get();
            move(was, new Lead(next, byHand ? next : was.home, now), "as in another instance");
        });
    }

    Optional<Member> find(String provider) {
        return members.stream().filter(member -> member.name().equals(provider)).findFirst();
    }

    /** @throws IllegalArgumentException if nobody of this name is in the cast */
    Member named(String provider) {
        return find(provider)
                .orElseThrow(() -> new IllegalArgumentException("No provider is named '" + provider + "'; there are "
                        + members.stream().map(Member::name).toList()));
    }

    private void comeHome(long now) {
        Lead was = lead.get();
        if (was.active == was.home || !failover.returns()) {
            return;
        }
        Member home = members.get(was.home);
        if (hasRecovered(home, was.since, now)) {
            lead(was, new Lead(was.home, was.home, now), "it has recovered");
        }
    }

    /** Probes must have seen it well after its last failure; without probes time and its circuits decide. */
    private boolean hasRecovered(Member home, long since, long now) {
        Checkup probed = home.checkup().get();
        long failed = home.health().failedAt();
        long failedAt = since - failed > 0 ? since : failed; // others' failures may have moved it
        if (probed.healthy() != null) {
            return probed.healthy() && probed.lastSucceeded() && probed.at() - failedAt > 0;
        }
        boolean quiet = now - failedAt >= Nanos.of(failover.returnAfter());
        Collection<CircuitBreaker> circuits = home.circuits().values();
        return quiet
                && (circuits.isEmpty()
                        || circuits.stream()
                                .anyMatch(circuit -> circuit.reading(now).remaining() == 0));
    }

    private boolean isWell(Member member) {
        return !member.outOfRotation() && member.health().consecutiveFailures() < failover.maxConsecutiveFailures();
    }

    private void lead(Lead was, Lead is, String why) {
        if (move(was, is, why)) {
            voice.active(members.get(is.active).name(), false);
        }
    }

    private boolean move(Lead was, Lead is, String why) {
        if (!lead.compareAndSet(was, is)) {
            return false;
        }
        if (was.active != is.active) {
            events.activeChanged(
                    members.get(was.active).name(), members.get(is.active).name(), why);
        }
        return true;
    }
}
