package dev.understudy.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A vendor: one server with keys and a capacity, whose answers are right or fail in the ways that are drawn. */
final class Vendor implements Network.Server, Exchange.Service {

    /** Way in which an answer fails, or differs from the usual one. */
    enum Fault {
        NONE,
        SILENT_BEFORE_HEADERS,
        RESET_BEFORE_HEADERS,
        FINISH_BEFORE_HEADERS,
        SILENT_AFTER_HEADERS,
        SILENT_WITHIN_TEXT,
        FINISH_WITHIN_TEXT,
        RESET_WITHIN_TEXT,
        DEAD_WITHIN_TEXT,
        NO_FINISH_REASON,
        NO_TERMINAL_EVENT,
        BODY_WITHOUT_END,
        ERROR_WITHIN_TEXT,
        NO_JSON,
        EMPTY,
        SHORT,
        SLOW,
        STATUS_500,
        STATUS_503,
        STATUS_503_WAIT,
        STATUS_429,
        STATUS_429_WAIT,
        STATUS_401,
        STATUS_404_MODEL
    }

    private static final Fault[] FAULTS = Fault.values();

    /** Longest wait for a connection of the pool. */
    private static final long ACQUIRE = 300_000_000;

    /** The same at a client that offers HTTP/2: it waits as long as another connection is being opened. */
    static final long ACQUIRE_OVER_TLS = 5_000_000_000L + 2 * ACQUIRE;

    /** Longest time from the arrival of an answer to its evaluation. */
    private static final long HANDED_OVER = 1_000_000;

    /** Longest time for the resolution of a name. */
    static final long NAMES = 6_000_000;

    final String name;
    final Wire wire;
    final Network.Site site;
    private final World world;
    private final Tasks tasks;
    private final Chance chance;
    private final History history;
    private final Reached reached;
    private final Consumer<String> violation;
    private final Tasks.Lane lane;
    /** Wait that was told for a key: when the client learned of it, and until when it lasts. */
    private record Told(long learned, long until) {}

    private final Map<String, List<Told>> told = new HashMap<>();
    private final Map<String, Integer> sent = new HashMap<>();
    final Map<Integer, Integer> requests = new LinkedHashMap<>();

    /** When the client began its latest attempt of each call. */
    final Map<Integer, Long> attempts = new HashMap<>();

    /** When the last event of the latest answer to each call had arrived. */
    final Map<Integer, Long> whole = new HashMap<>();

    /** Terms of TLS; null for none. */
    @Nullable
    Tls tls;

    /** TLS of a vendor. */
    static final class Tls {

        final double http2; // share of connections, where it is offered: the servers behind one name may differ
        final int maxStreams;
        long takes; // to answer the hello
        TlsServer.Handshake handshake = TlsServer.Handshake.COMPLETES;

        Tls(double http2, int maxStreams) {
            this.http2 = http2;
            this.maxStreams = maxStreams;
        }
    }

    double faulty; // probability of a fault in an answer

    @Nullable
    Fault only; // the fault of all faulty answers

    int capacity = Integer.MAX_VALUE;
    long keepAlive = 60_000_000_000L;
    long pace = 20; // milliseconds between pieces
    int inFlight;

    Vendor(String name, Wire wire, int address, World world) {
        this.name = name;
        this.wire = wire;
        this.world = world;
        this.tasks = world.tasks();
        this.chance = world.chance();
        this.history = world.history();
        this.reached = world.reached();
        this.violation = world.violations();
        this.lane = new Tasks.Lane("vendor-" + name);
        this.site = new Network.Site(name + ".test", address, this);
    }

    @Override
    public Network.Receiver accept(Network.Connection connection) {
        Tls terms = tls;
        if (terms == null) {
            return http1(connection, ACQUIRE);
        }
        TlsServer.Handshake course = terms.handshake;
        if (course == TlsServer.Handshake.COMPLETES && chance.of(faulty / 5)) {
            course = chance.pick(TlsServer.Handshake.values());
        }
        return new TlsServer(
                connection,
                chance.of(terms.http2),
                course,
                chance.jitter(2 * terms.takes + 1),
                chosen -> chosen
                        ? new Http2Server(connection, this, idleTimer(), faulty / 3, terms.maxStreams, world)
                        : http1(connection, ACQUIRE_OVER_TLS),
                world);
    }

    private Http1Server http1(Network.Connection connection, long acquire) {
        return new Http1Server(connection, this, idleTimer(), acquire);
    }

    private IdleTimer idleTimer() {
        return new IdleTimer(tasks, lane, keepAlive);
    }

    /** An attempt sends its request twice at most with each key. A late request of an earlier attempt does not count. */
    @Override
    public void arrived(Request request) {
        long attempt = attempts.getOrDefault(request.call(), 0L);
        if (request.call() >= 0
                && request.sent() >= attempt
                && sent.merge(request.call() + " " + attempt + request.key(), 1, Integer::sum) > 2) {
            violation.accept(name + " was asked more than twice in one attempt of call " + request.call());
        }
    }

    @Override
    public Runnable asked(Request request, Exchange exchange) {
        inFlight++;
        history.add("asked " + exchange.connection() + " call " + request.call() + " after "
                + request.prefix().length());
        if (request.call() >= 0) {
            requests.merge(request.call(), 1, Integer::sum);
            whole.remove(request.call());
            checkTold(request, exchange);
        }
        checkPrefix(request);
        Fault fault = inFlight > capacity
                ? Fault.STATUS_429_WAIT
                : chance.of(faulty) ? only != null ? only : chance.pick(FAULTS) : Fault.NONE;
        if (request.call() < 0) {
            fault = fault.name().startsWith("STATUS_5") ? Fault.STATUS_500 : Fault.NONE;
        }
        if (fault != Fault.NONE) {
            history.add("fault " + fault + " at " + exchange.connection());
            reached.add("fault " + fault);
        }
        Reply reply = new Reply(this, exchange, request, fault, world);
        reply.plan();
        return reply::stop;
    }

    private void checkTold(Request request, Exchange exchange) {
        long attempt = attempts.getOrDefault(request.call(), exchange.begun()) - HANDED_OVER;
        for (Told wait : told.getOrDefault(request.key(), List.of())) {
            if (wait.learned < Math.max(exchange.begun(), attempt) && request.sent() < wait.until) {
                violation.accept(name + " was asked " + (wait.until - request.sent()) / 1_000_000
                        + " ms before the time that it told, by " + exchange.connection());
            }
        }
    }

    private void checkPrefix(Request request) {
        if (!request.prefix().isEmpty()) {
            reached.add("text continued by a prefix");
            if (!Answers.text(request.call()).startsWith(request.prefix())) {
                violation.accept("a prefix that is no beginning of the answer: " + request.prefix());
            }
        }
    }

    /** Records that an answer is over. */
    void over() {
        inFlight--;
    }

    /** Records that the client learned of a time to wait. */
    void told(String key, int seconds) {
        told.computeIfAbsent(key, any -> new ArrayList<>())
                .add(new Told(tasks.now(), tasks.now() + seconds * 1_000_000_000L));
    }

    /** Records that the last event of an answer arrived. */
    void whole(int call) {
        whole.put(call, tasks.now());
    }
}
