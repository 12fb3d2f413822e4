package dev.understudy.guard;

import dev.understudy.event.ProviderStatus;
import dev.understudy.policy.CircuitPolicy;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reference implementation of the circuit breaker: slow, single-threaded and simple. Time starts at zero and never
 * overflows; every sample is kept.
 */
final class NaiveCircuit {

    static final class Pass {
        private int epoch;
        private String scenario = "undecided";
        private long leased;
        private long begun;

        private Pass(int epoch) {
            this.epoch = epoch;
        }
    }

    private record Sample(long time, boolean ok) {}

    /** Sign that ends or continues a row of failures, with the time of the first content of its stream. */
    private record Sign(String what, long time, long begun) {}

    final List<ProviderStatus.CircuitState> moves = new ArrayList<>();
    private final CircuitPolicy policy;
    private final int shareIn20ths;
    private final List<Sample> samples = new ArrayList<>();
    private final List<Sign> signs = new ArrayList<>();
    private final List<Pass> streams = new ArrayList<>(); // with content, of this closed circuit
    private ProviderStatus.CircuitState state;
    private int epoch;
    private long closedSince;
    private long until;
    private int times;
    private @Nullable Pass trial;
    private boolean forcedForEver;
    private boolean disabledAfterwards;

    NaiveCircuit(CircuitPolicy policy, int shareIn20ths) {
        this.policy = policy;
        this.shareIn20ths = shareIn20ths;
        this.state = policy.enabled() ? ProviderStatus.CircuitState.CLOSED : ProviderStatus.CircuitState.DISABLED;
    }

    /** A permit, or {@code null}. */
    @Nullable
    Pass acquire(boolean early, long now) {
        look(now);
        switch (state) {
            case CLOSED, DISABLED -> {
                return new Pass(epoch);
            }
            case OPEN -> {
                if (early || now >= until) {
                    enter(ProviderStatus.CircuitState.HALF_OPEN);
                    return lease(now);
                }
            }
            case HALF_OPEN -> {
                if (trial == null || now >= until) {
                    return lease(now);
                }
            }
            default -> {}
        }
        return null;
    }

    private Pass lease(long now) {
        Pass pass = new Pass(epoch);
        pass.leased = now;
        trial = pass;
        until = now + policy.trialLease().toNanos();
        return pass;
    }

    boolean begun(Pass pass, long now) {
        if (!pass.scenario.equals("undecided")) {
            return false;
        }
        pass.scenario = "begun";
        if (pass.epoch == epoch && state == ProviderStatus.CircuitState.HALF_OPEN) {
            close(now);
            pass.epoch = epoch;
        }
        pass.begun = now;
        if (isCounted(pass)) {
            streams.add(pass);
            signs.add(new Sign("begun", now, now));
        }
        return true;
    }

    void flows(Pass pass, long now) {
        if (pass.scenario.equals("begun") && isCounted(pass)) {
            signs.add(new Sign("flows", now, pass.begun));
        }
    }

    boolean left(Pass pass) {
        if (!pass.scenario.equals("begun")) {
            return false;
        }
        pass.scenario = "left";
        streams.remove(pass);
        return true;
    }

    private boolean isCounted(Pass pass) {
        return pass.epoch == epoch && state == ProviderStatus.CircuitState.CLOSED;
    }

    boolean success(Pass pass, long now) {
        if (!pass.scenario.equals("undecided") && !pass.scenario.equals("begun")) {
            return false;
        }
        pass.scenario = "succeeded";
        streams.remove(pass);
        if (pass.epoch == epoch && state == ProviderStatus.CircuitState.CLOSED) {
            samples.add(new Sample(now, true));
            signs.add(new Sign("served", now, 0));
        } else if (pass.epoch == epoch && state == ProviderStatus.CircuitState.HALF_OPEN) {
            close(now);
            pass.epoch = epoch;
        }
        return true;
    }

    boolean failure(Pass pass, double roll, long now) {
        if (!pass.scenario.equals("undecided")) {
            return false;
        }
        pass.scenario = "failed";
        if (isCounted(pass)) {
            signs.add(new Sign("refused", now, 0));
            failed(roll, now);
        } else if (state == ProviderStatus.CircuitState.HALF_OPEN && trial == pass) {
            times++;
            open(roll, now, pass.leased);
        }
        return true;
    }

    boolean neutral(Pass pass) {
        if (!pass.scenario.equals("undecided")) {
            return false;
        }
        pass.scenario = "neutral";
        if (state == ProviderStatus.CircuitState.HALF_OPEN && trial == pass) {
            trial = null;
        }
        return true;
    }

    boolean cut(Pass pass, double roll, long now) {
        if (!pass.scenario.equals("begun")) {
            return false;
        }
        pass.scenario = "cut";
        streams.remove(pass);
        if (isCounted(pass)) {
            signs.add(new Sign("cut", now, pass.begun));
            failed(roll, now);
        }
        return true;
    }

    void force(@Nullable Long time, long now) {
        disabledAfterwards = state == ProviderStatus.CircuitState.FORCED_OPEN
                ? disabledAfterwards
                : state == ProviderStatus.CircuitState.DISABLED;
        enter(ProviderStatus.CircuitState.FORCED_OPEN);
        forcedForEver = time == null;
        until = time == null ? 0 : now + time;
    }

    void release(long now) {
        if (state == ProviderStatus.CircuitState.FORCED_OPEN) {
            if (disabledAfterwards) {
                enter(ProviderStatus.CircuitState.DISABLED);
            } else {
                close(now);
            }
        }
    }

    void disable() {
        if (state != ProviderStatus.CircuitState.DISABLED) {
            enter(ProviderStatus.CircuitState.DISABLED);
        }
    }

    void enable(long now) {
        if (state == ProviderStatus.CircuitState.DISABLED) {
            close(now);
        }
    }

    void look(long now) {
        if (state == ProviderStatus.CircuitState.FORCED_OPEN && !forcedForEver && now >= until) {
            release(now);
        }
    }

    ProviderStatus.CircuitState state() {
        return state;
    }

    long remaining(long now) {
        return switch (state) {
            case CLOSED, DISABLED -> 0;
            case OPEN -> Math.max(0, until - now);
            case HALF_OPEN -> trial == null ? 0 : Math.max(0, until - now);
            case FORCED_OPEN -> forcedForEver ? Long.MAX_VALUE : Math.max(0, until - now);
        };
    }

    int consecutive() {
        if (state != ProviderStatus.CircuitState.CLOSED) {
            return 0;
        }
        int refused = 0;
        List<Sign> cuts = new ArrayList<>();
        for (Sign sign : signs) {
            switch (sign.what) {
                case "refused" -> refused++;
                case "cut" -> cuts.add(sign);
                case "begun" -> refused = 0;
                case "served" -> {
                    refused = 0;
                    cuts.clear();
                }
                default -> {
                    if (cuts.stream()
                            .allMatch(cut ->
                                    cut.time - cut.begun < sign.time - sign.begun && sign.begun < cuts.get(0).time)) {
                        cuts.clear();
                    }
                }
            }
        }
        return refused + cuts.size();
    }

    SlidingWindow.Tally window(long now) {
        int failures = 0;
        int calls = 0;
        CircuitPolicy.Rate rate = policy.rate();
        if (state == ProviderStatus.CircuitState.CLOSED && rate != null) {
            long width = (rate.window().toNanos() + 31) / 32;
            for (Sample sample : samples) {
                if ((sample.time - closedSince) / width > (now - closedSince) / width - 32) {
                    calls++;
                    failures += sample.ok ? 0 : 1;
                }
            }
        }
        return new SlidingWindow.Tally(failures, calls);
    }

    int recent(long now) {
        int failures = 0;
        CircuitPolicy.Count count = policy.count();
        if (state == ProviderStatus.CircuitState.CLOSED && count != null) {
            for (Sample sample : samples) {
                failures += !sample.ok && now - sample.time < count.window().toNanos() ? 1 : 0;
            }
            return Math.min(failures, count.failures());
        }
        return 0;
    }

    private void failed(double roll, long now) {
        samples.add(new Sample(now, false));
        CircuitPolicy.Rate rate = policy.rate();
        CircuitPolicy.Count count = policy.count();
        SlidingWindow.Tally tally = window(now);
        boolean tooManyInARow = policy.consecutive() > 0 && consecutive() >= policy.consecutive();
        boolean tooGreatAShare = rate != null
                && tally.calls() >= rate.minimum()
                && tally.failures() * 20 >= shareIn20ths * (tally.calls() + streams.size());
        boolean tooMany = count != null && recent(now) >= count.failures();
        if (tooManyInARow || tooGreatAShare || tooMany) {
            times = 1;
            open(roll, now, now);
        }
    }

    private void open(double roll, long now, long since) {
        double pause = policy.pause().first().toNanos();
        for (int i = 1; i < times; i++) {
            pause = Math.min(2 * pause, policy.pause().longest().toNanos());
        }
        enter(ProviderStatus.CircuitState.OPEN);
        double luck = 1 + policy.pause().jitter() * roll;
        until = Math.max(
                since + (long) (pause * luck),
                now + (long) (policy.pause().first().toNanos() * luck));
    }

    private void close(long now) {
        enter(ProviderStatus.CircuitState.CLOSED);
        samples.clear();
        signs.clear();
        streams.clear();
        closedSince = now;
    }

    private void enter(ProviderStatus.CircuitState next) {
        state = next;
        epoch++;
        trial = null;
        moves.add(next);
    }
}
