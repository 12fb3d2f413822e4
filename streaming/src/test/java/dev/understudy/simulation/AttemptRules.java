package dev.understudy.simulation;

import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.event.Event;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Limits of attempts: retries have a budget. While every provider refuses connections, no vendor saw a request, so attempts
 * are limited by their pace and by the time since the first refusal instead.
 */
final class AttemptRules {

    /** Longest time for which a call asks again while every provider refuses connections. */
    private static final long RECONNECT = 5_000_000_000L;

    /** Shortest delay before such an attempt. */
    private static final Duration PACE = Duration.ofMillis(50);

    /** Time in which a signal passes between threads. */
    private static final long SIGNALS = 20_000_000;

    private final Tasks tasks;
    private final Reached reached;
    private final Consumer<String> violation;
    private final Map<String, Integer> firsts = new HashMap<>();
    private final Map<String, Integer> retries = new HashMap<>();
    private final Map<Long, Boolean> waited = new HashMap<>(); // before the next attempt of a call
    private final Map<String, Boolean> refusing = new HashMap<>(); // by call and provider
    private final Map<Long, Long> refused = new HashMap<>(); // time of the first of a row of refusals

    AttemptRules(World world) {
        this.tasks = world.tasks();
        this.reached = world.reached();
        this.violation = world.violations();
    }

    void happened(Event event) {
        if (event instanceof Event.AttemptStarted one) {
            started(one.call().number(), one.provider(), one.attempt());
        } else if (event instanceof Event.AttemptFailed one) {
            Failure failure = one.attempt().failure();
            boolean isRefusal = failure != null && isRefusal(failure);
            refusing.put(key(one.call().number(), one.attempt().provider()), isRefusal);
            if (!isRefusal) {
                refused.remove(one.call().number());
            }
        } else if (event instanceof Event.RouteSkipped one) {
            Failure reason = one.attempt().failure();
            if (reason != null && reason.retryAfter() != null) { // waited for as after an answer of the vendor
                refusing.put(key(one.call().number(), one.attempt().provider()), false);
            }
        } else if (event instanceof Event.TakeoverFailed && event.call() != null) {
            refused.remove(event.call().number()); // another takeover has its own time
        } else if (event instanceof Event.Hedged one) {
            waited.put(one.call().number(), false); // it costs what a retry costs
        } else if (event instanceof Event.Retrying one) {
            planned(one.call().number(), one.after(), one.failure());
        } else if (event instanceof Event.FailedOver one) {
            planned(one.call().number(), one.after(), one.failure());
        }
    }

    private void planned(long call, Duration after, Failure failure) {
        waited.put(call, after.compareTo(PACE) >= 0);
        if (isRefusal(failure)) { // of the first attempt, beside which a hedged one may have been refused before
            refused.putIfAbsent(call, tasks.now());
        }
    }

    private static String key(long call, String provider) {
        return call + " " + provider;
    }

    private static boolean isRefusal(Failure failure) {
        return failure.kind() == FailureKind.CONNECT && failure.phase() == Failure.Phase.CONNECT;
    }

    private void started(long call, String provider, int attempt) {
        if (attempt == 1) {
            firsts.merge(provider, 1, Integer::sum);
        } else if (!waited.getOrDefault(call, false) || !refusing.getOrDefault(key(call, provider), false)) {
            retries.merge(provider, 1, Integer::sum);
        } else {
            reached.add("asked again while connections are refused");
            long since = tasks.now() - refused.getOrDefault(call, tasks.now());
            if (since > RECONNECT + SIGNALS) {
                violation.accept("call number " + call + " asks " + provider + " again " + since / 1_000_000
                        + " ms after the first of a row of connections that were refused");
            }
        }
    }

    /** @param seconds time in which retries earned tokens */
    void check(String provider, double seconds) {
        int first = firsts.getOrDefault(provider, 0);
        int again = retries.getOrDefault(provider, 0);
        if (again > 0.2 * first + seconds + 10 + 1) {
            violation.accept(provider + " was asked " + again + " times again after " + first + " first attempts");
        }
    }
}
