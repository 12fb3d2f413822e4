package dev.understudy.streaming.macro;

import java.util.List;

/**
 * One situation that clients are measured in.
 *
 * @param name name in tables
 * @param first behaviour of the first vendor, the first part of its path; {@code refused} for a closed port
 * @param circuits true if circuit breakers work
 * @param stream true for streams
 * @param concurrency operations at a time
 * @param operations operations in one run
 * @param subjects clients, the one that others are compared with first
 */
record Scenario(
        String name,
        String first,
        boolean circuits,
        boolean stream,
        int concurrency,
        int operations,
        List<String> subjects) {

    private static final List<String> UNARY =
            List.of("floor", "tree", "hand-rolled", "understudy", "spring-ai", "langchain4j", "openai-java");
    private static final List<String> STREAMS = List.of(
            "floor", "tree", "hand-rolled", "understudy", "resuming", "spring-ai", "langchain4j", "openai-java");
    private static final List<String> FAILOVER = List.of("hand-rolled", "understudy", "resuming");

    static final List<Scenario> ALL = List.of(
            new Scenario("unary, 1 in flight", "ok", true, false, 1, 4_000, UNARY),
            new Scenario("unary, 64 in flight", "ok", true, false, 64, 8_000, UNARY),
            new Scenario("stream, 1 at a time", "ok", true, true, 1, 300, STREAMS),
            new Scenario("stream, 32 at a time", "ok", true, true, 32, 800, STREAMS),
            new Scenario("paced stream, 32 at a time", "paced", true, true, 32, 32, STREAMS),
            new Scenario("failover, 503", "overloaded", false, true, 8, 200, FAILOVER),
            new Scenario("failover, refused", "refused", false, true, 8, 200, FAILOVER),
            new Scenario("failover, hang", "hang", false, true, 32, 64, FAILOVER),
            new Scenario("0 % faults", "fault0", true, true, 16, 400, FAILOVER),
            new Scenario("1 % faults", "fault1", true, true, 16, 400, FAILOVER),
            new Scenario("10 % faults", "fault10", true, true, 16, 400, FAILOVER),
            new Scenario("100 % faults", "fault100", true, true, 16, 400, FAILOVER));

    /** Returns the line that asks a {@link Worker} for a run. */
    String line(int port, int operations) {
        String first =
                this.first.equals("refused") ? "http://127.0.0.1:1" : "http://127.0.0.1:" + port + "/" + this.first;
        return String.join(
                " ",
                first,
                "http://127.0.0.1:" + port + "/ok",
                Boolean.toString(circuits),
                Boolean.toString(stream),
                Integer.toString(concurrency),
                Integer.toString(operations));
    }
}
