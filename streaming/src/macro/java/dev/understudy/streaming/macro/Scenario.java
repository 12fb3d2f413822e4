package dev.understudy.streaming.macro;

import dev.understudy.streaming.macro.Job.Kind;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One situation that clients are measured in.
 *
 * @param name name in tables
 * @param job what each client does in a run
 * @param warm runs of {@link #warming} in each process before its first run of this kind
 * @param warmUp runs of the job that are not measured
 * @param rounds measured runs of each client
 * @param subjects clients, the one that others are compared with first
 */
record Scenario(String name, Job job, int warm, int warmUp, int rounds, List<String> subjects) {

    /** C2 is at work during the first ten. */
    private static final int WARM = Integer.getInteger("macro.warmup", 15);

    /** Rounds of those scenarios that do not need long for one. */
    private static final int ROUNDS = Integer.getInteger("macro.rounds", 9);

    /** Slow streams that are open at the same time. */
    private static final int SLOW = Integer.getInteger("macro.slow", 5_000);

    private static final List<String> UNARY = List.of(
            "floor",
            "tree",
            "hand-rolled",
            "hand-rolled-tree",
            "understudy",
            "spring-ai",
            "langchain4j",
            "openai-java");
    private static final List<String> STREAMS = List.of(
            "floor",
            "tree",
            "hand-rolled",
            "hand-rolled-tree",
            "understudy",
            "resuming",
            "spring-ai",
            "langchain4j",
            "openai-java");
    private static final List<String> FAILOVER = List.of("hand-rolled", "understudy", "resuming");

    /** Vendor that does not fail, in the circumstances of those that do. */
    static final String WITHOUT_FAULTS = "0 % faults";

    static final List<Scenario> ALL = List.of(
            healthy("unary, 1 in flight", Job.of("ok", Kind.CALLS, 1, 4_000), 3, ROUNDS, UNARY),
            healthy("unary, 64 in flight", Job.of("ok", Kind.CALLS, 64, 8_000), 1, ROUNDS, UNARY),
            healthy("stream, 1 at a time", Job.of("ok", Kind.STREAMS, 1, 300), 3, ROUNDS, STREAMS),
            healthy("stream, 32 at a time", Job.of("ok", Kind.STREAMS, 32, 800), 1, ROUNDS, STREAMS),
            healthy(
                    "paced stream, 32 at a time",
                    Job.of("paced", Kind.STREAMS, 32, 32),
                    1,
                    Math.min(ROUNDS, 5),
                    STREAMS),
            failing(WITHOUT_FAULTS, "fault0", true, 400, ROUNDS),
            failing("1 % faults", "fault1", true, 400, ROUNDS),
            failing("10 % faults", "fault10", true, 400, ROUNDS),
            failing("100 % faults", "fault100", true, 400, ROUNDS),
            failing("failover, 503", "overloaded", false, 400, ROUNDS),
            failing("failover, refused", "refused", false, 400, ROUNDS),
            failing("failover, hang", "hang", false, 40, Math.min(ROUNDS, 3)),
            new Scenario(
                    "slow streams, all at a time", Job.slow(SLOW), Math.min(WARM, 6), 0, Math.min(ROUNDS, 3), STREAMS));

    private static Scenario healthy(String name, Job job, int warmUp, int rounds, List<String> subjects) {
        return new Scenario(name, job, WARM, Math.min(WARM, warmUp), rounds, subjects);
    }

    private static Scenario failing(String name, String first, boolean circuits, int operations, int rounds) {
        return new Scenario(name, Job.failing(first, circuits, operations), WARM, Math.min(WARM, 2), rounds, FAILOVER);
    }

    boolean isFailing() {
        return subjects == FAILOVER;
    }

    /** True for processes of its own, because memory is measured. */
    boolean isApart() {
        return job.kind() == Kind.SLOW;
    }

    /** Returns the job that makes the code of a kind warm, whichever scenarios are chosen. */
    Job warming() {
        return job.kind() == Kind.CALLS ? Job.of("ok", Kind.CALLS, 64, 8_000) : Job.of("ok", Kind.STREAMS, 32, 800);
    }

    static @Nullable Table withoutFaults(List<Table> tables) {
        return tables.stream()
                .filter(table -> table.scenario().name().equals(WITHOUT_FAULTS))
                .findFirst()
                .orElse(null);
    }
}
