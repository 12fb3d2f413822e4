package dev.understudy.streaming.macro;

/**
 * One run that a {@link Worker} is asked for.
 *
 * @param first behaviour of the first vendor, the first part of its path; {@code refused} for a closed port
 * @param circuits true if circuit breakers work
 * @param fresh true for a client of its own, which remembers nothing of the runs before
 * @param kind what one operation is
 * @param concurrency operations at a time
 * @param operations operations in the run
 */
record Job(String first, boolean circuits, boolean fresh, Kind kind, int concurrency, int operations) {

    /** Nobody listens there. Reactor-netty takes a port of one digit for a part of the name. */
    private static final String CLOSED = "http://127.0.0.1:65000";

    enum Kind {
        CALLS,
        STREAMS,
        /** All streams are open at the same time, and begin evenly over some seconds. */
        SLOW
    }

    /** Calls and streams of a healthy vendor, in a client that is kept. */
    static Job of(String first, Kind kind, int concurrency, int operations) {
        return new Job(first, true, false, kind, concurrency, operations);
    }

    /** Slow streams, in a client without idle connections. */
    static Job slow(int streams) {
        return new Job("slow", true, true, Kind.SLOW, streams, streams);
    }

    /** Streams of a failing vendor, in a client of their own: it learns of the failures in the run. */
    static Job failing(String first, boolean circuits, int operations) {
        return new Job(first, circuits, true, Kind.STREAMS, 8, operations);
    }

    String line(int port) {
        return String.join(
                " ",
                Integer.toString(port),
                first,
                Boolean.toString(circuits),
                Boolean.toString(fresh),
                kind.name(),
                Integer.toString(concurrency),
                Integer.toString(operations));
    }

    static Job parse(String line) {
        String[] part = line.split(" ");
        return new Job(
                part[1],
                Boolean.parseBoolean(part[2]),
                Boolean.parseBoolean(part[3]),
                Kind.valueOf(part[4]),
                Integer.parseInt(part[5]),
                Integer.parseInt(part[6]));
    }

    static int port(String line) {
        return Integer.parseInt(line.substring(0, line.indexOf(' ')));
    }

    String firstAddress(int port) {
        return first.equals("refused") ? CLOSED : "http://127.0.0.1:" + port + "/" + first;
    }

    static String secondAddress(int port) {
        return "http://127.0.0.1:" + port + "/ok";
    }
}
