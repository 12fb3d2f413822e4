package dev.understudy.simulation;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A vendor: one server with keys and a capacity, whose answers are right or fail in the ways that are drawn. */
final class Vendor implements Network.Server {

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

    /** Longest time from the arrival of an answer to its evaluation. */
    private static final long HANDED_OVER = 1_000_000;

    /** Longest time for the resolution of a name. */
    private static final long NAMES = 6_000_000;

    final String name;
    final Wire wire;
    final Network.Site site;
    private final Tasks tasks;
    private final Chance chance;
    private final History history;
    private final Reached reached;
    private final Consumer<String> violation;
    private final Tasks.Lane lane;
    /** Wait that was told for a key: when the client learned of it, and until when it lasts. */
    private record Told(long learned, long until) {}

    private final Map<String, List<Told>> told = new HashMap<>();
    final Map<Integer, Integer> requests = new LinkedHashMap<>();

    /** When the client began its latest attempt of each call. */
    final Map<Integer, Long> attempts = new HashMap<>();

    /** When the last event of the latest answer to each call had arrived. */
    final Map<Integer, Long> whole = new HashMap<>();

    double faulty; // probability of a fault in an answer

    @Nullable
    Fault only; // the fault of all faulty answers

    int capacity = Integer.MAX_VALUE;
    long keepAlive = 60_000_000_000L;
    long pace = 20; // milliseconds between pieces
    int inFlight;

    Vendor(
            String name,
            Wire wire,
            int address,
            Tasks tasks,
            Chance chance,
            History history,
            Reached reached,
            Consumer<String> violation) {
        this.name = name;
        this.wire = wire;
        this.tasks = tasks;
        this.chance = chance;
        this.history = history;
        this.reached = reached;
        this.violation = violation;
        this.lane = new Tasks.Lane("vendor-" + name);
        this.site = new Network.Site(name + ".test", address, this);
    }

    @Override
    public Network.Receiver accept(Network.Connection connection) {
        return new Served(connection);
    }

    /** One connection. */
    private final class Served implements Network.Receiver {

        private final Network.Connection connection;
        private final HttpReceiver http = new HttpReceiver(this::asked);
        private final List<Tasks.Task> planned = new ArrayList<>();
        private boolean busy;
        private boolean first = true;

        Served(Network.Connection connection) {
            this.connection = connection;
            idle();
        }

        @Override
        public void received(byte[] bytes, long sent) {
            http.received(bytes, sent);
        }

        @Override
        public void closed() {
            planned.forEach(Tasks.Task::dispose);
            planned.clear();
            over();
        }

        private void over() {
            if (busy) {
                busy = false;
                inFlight--;
            }
        }

        private void idle() {
            planned.clear();
            planned.add(tasks.schedule(lane, keepAlive, connection::finish));
        }

        private void asked(Request request) {
            planned.forEach(Tasks.Task::dispose);
            planned.clear();
            busy = true;
            inFlight++;
            history.add("asked " + connection + " call " + request.call() + " after "
                    + request.prefix().length());
            if (request.call() >= 0) {
                requests.merge(request.call(), 1, Integer::sum);
                whole.remove(request.call());
                checkTold(request);
            }
            checkPrefix(request);
            Fault fault = inFlight > capacity
                    ? Fault.STATUS_429_WAIT
                    : chance.of(faulty) ? only != null ? only : chance.pick(FAULTS) : Fault.NONE;
            if (request.call() < 0) {
                fault = fault.name().startsWith("STATUS_5") ? Fault.STATUS_500 : Fault.NONE;
            }
            if (fault != Fault.NONE) {
                history.add("fault " + fault + " at " + connection);
                reached.add("fault " + fault);
            }
            new Reply(request, fault).plan();
        }

        private void checkTold(Request request) {
            // A request that waits for its connection was begun before.
            long begun = (first ? connection.opened() - NAMES : request.sent()) - ACQUIRE;
            long attempt = attempts.getOrDefault(request.call(), begun) - HANDED_OVER;
            first = false;
            for (Told wait : told.getOrDefault(request.key(), List.of())) {
                if (wait.learned < Math.max(begun, attempt) && request.sent() < wait.until) {
                    violation.accept(name + " was asked " + (wait.until - request.sent()) / 1_000_000
                            + " ms before the time that it told, by " + connection);
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

        /** One response, as a sequence of actions. */
        private final class Reply {

            private final Request request;
            private final Fault fault;
            private long at;

            Reply(Request request, Fault fault) {
                this.request = request;
                this.fault = fault;
            }

            private void then(long delay, Runnable action) {
                at += delay;
                planned.add(tasks.inOrder(replies, at, action));
            }

            private final Tasks.Lane replies = new Tasks.Lane("reply-" + name);

            private void send(long delay, String text) {
                byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
                then(delay, () -> connection.send(bytes));
            }

            private void end() {
                then(0, () -> {
                    over();
                    idle();
                });
            }

            private void plan() {
                long think = chance.nanos(5, fault == Fault.SLOW ? 8_000 : 400);
                switch (fault) {
                    case SILENT_BEFORE_HEADERS -> then(think, () -> {});
                    case RESET_BEFORE_HEADERS -> reset(think);
                    case FINISH_BEFORE_HEADERS -> finish(think);
                    case STATUS_500 -> status(think, 500, "", "api_error");
                    case STATUS_503 -> status(think, 503, "", "overloaded_error");
                    case STATUS_503_WAIT -> status(think, 503, "retry-after: " + wait(8), "overloaded_error");
                    case STATUS_429 -> status(think, 429, "", "rate_limit_error");
                    case STATUS_429_WAIT -> status(think, 429, "retry-after: " + wait(8), "rate_limit_error");
                    case STATUS_401 -> status(think, 401, "", "authentication_error");
                    case STATUS_404_MODEL -> status(think, 404, "", "not_found_error\",\"code\":\"model_not_found");
                    default -> {
                        if (request.call() < 0) {
                            whole(think, "{\"data\":[],\"models\":[]}");
                        } else if (request.stream()) {
                            stream(think);
                        } else {
                            chat(think);
                        }
                    }
                }
            }

            private int wait(int most) {
                return chance.between(1, most);
            }

            private void reset(long delay) {
                then(delay, () -> {
                    over();
                    connection.reset();
                });
            }

            private void finish(long delay) {
                then(delay, () -> {
                    over();
                    connection.finish();
                });
            }

            private void status(long delay, int status, String header, String type) {
                String body =
                        "{\"type\":\"error\",\"error\":{\"message\":\"The request failed\",\"type\":\"" + type + "\"}}";
                send(
                        delay,
                        "HTTP/1.1 " + status + " X\r\ncontent-type: application/json\r\ncontent-length: "
                                + body.length() + "\r\n" + (header.isEmpty() ? "" : header + "\r\n") + "\r\n" + body);
                if (!header.isEmpty()) {
                    long wait = Long.parseLong(header.replaceAll("\\D", "")) * 1_000_000_000L;
                    then(
                            0,
                            () -> connection.afterArrival(
                                    () -> told.computeIfAbsent(request.key(), key -> new ArrayList<>())
                                            .add(new Told(tasks.now(), tasks.now() + wait))));
                }
                end();
            }

            private void whole(long delay, String body) {
                send(
                        delay,
                        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: " + body.length()
                                + "\r\n\r\n" + body);
                end();
            }

            private String rest() {
                return Answers.text(request.call()).substring(request.prefix().length());
            }

            private void chat(long think) {
                String text = rest();
                String body =
                        switch (fault) {
                            case EMPTY -> wire.whole("", Wire.Ending.STOP);
                            case SHORT -> wire.whole(text.substring(0, text.length() / 2), Wire.Ending.LENGTH);
                            case NO_JSON -> "<html>" + text + "</html>";
                            default -> wire.whole(text, Wire.Ending.STOP);
                        };
                long generation = think + pace * 1_000_000 * (text.length() / 8);
                String head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: " + body.length()
                        + "\r\n\r\n";
                int cut = chance.between(0, body.length() - 1);
                switch (fault) {
                    case SILENT_AFTER_HEADERS, SILENT_WITHIN_TEXT -> send(generation, head + body.substring(0, cut));
                    case DEAD_WITHIN_TEXT -> {
                        send(generation, head + body.substring(0, cut));
                        then(0, connection::die);
                    }
                    case FINISH_WITHIN_TEXT -> {
                        send(generation, head + body.substring(0, cut));
                        finish(0);
                    }
                    case RESET_WITHIN_TEXT -> {
                        send(generation, head + body.substring(0, cut));
                        reset(0);
                    }
                    default -> {
                        send(generation, head + body);
                        end();
                    }
                }
            }

            private void stream(long think) {
                String text = rest();
                Wire.Ending ending =
                        switch (fault) {
                            case SHORT -> Wire.Ending.LENGTH;
                            case NO_FINISH_REASON -> Wire.Ending.CUT;
                            default -> Wire.Ending.STOP;
                        };
                if (fault == Fault.SHORT || fault == Fault.NO_FINISH_REASON) {
                    text = text.substring(0, text.length() / 2);
                }
                List<String> events = wire.stream(fault == Fault.EMPTY ? List.of() : pieces(text), ending);
                if (fault == Fault.NO_TERMINAL_EVENT && wire == Wire.OPENAI) {
                    events.remove(events.size() - 1);
                }
                if (fault == Fault.NO_JSON && !events.isEmpty()) {
                    events.set(chance.between(0, events.size() - 1), "data: {\"text\":\n\n{]\n");
                }
                send(
                        think,
                        "HTTP/1.1 200 OK\r\ncontent-type: " + wire.streamType
                                + "\r\ntransfer-encoding: chunked\r\n\r\n");
                int cut = events.isEmpty() ? 0 : chance.between(0, events.size() - 1);
                for (int i = 0; i < events.size(); i++) {
                    if (i == cut && interrupts(events.get(i))) {
                        return;
                    }
                    long gap = fault == Fault.SLOW ? chance.nanos(0, 3_000) : chance.nanos(0, 2 * pace);
                    send(gap, framed(events.get(i)));
                }
                if (wire.hasLastEvent && ending != Wire.Ending.CUT && fault != Fault.NO_TERMINAL_EVENT) {
                    then(0, () -> connection.afterArrival(() -> whole.put(request.call(), tasks.now())));
                }
                if (fault == Fault.BODY_WITHOUT_END) {
                    then(0, () -> {});
                    return;
                }
                send(0, "0\r\n\r\n");
                end();
            }

            /** Plans the interruption of a stream; returns true if nothing follows. */
            private boolean interrupts(String event) {
                switch (fault) {
                    case SILENT_AFTER_HEADERS -> {
                        // Only if nothing was sent before; the other form of silence is that within the text.
                        then(0, () -> {});
                        return true;
                    }
                    case SILENT_WITHIN_TEXT -> {
                        send(0, half(event));
                        return true;
                    }
                    case FINISH_WITHIN_TEXT -> {
                        send(0, half(event));
                        finish(0);
                        return true;
                    }
                    case RESET_WITHIN_TEXT -> {
                        send(0, half(event));
                        reset(0);
                        return true;
                    }
                    case DEAD_WITHIN_TEXT -> {
                        then(0, connection::die);
                        return true;
                    }
                    case ERROR_WITHIN_TEXT -> {
                        send(0, framed(wire.error("overloaded_error")) + "0\r\n\r\n");
                        end();
                        return true;
                    }
                    default -> {
                        return false;
                    }
                }
            }

            private String half(String event) {
                String framed = framed(event);
                return framed.substring(0, chance.between(0, framed.length() - 1));
            }

            private String framed(String event) {
                return Integer.toHexString(event.length()) + "\r\n" + event + "\r\n";
            }

            private List<String> pieces(String text) {
                List<String> pieces = new ArrayList<>();
                int from = 0;
                while (from < text.length()) {
                    int to = Math.min(text.length(), from + chance.between(1, 14));
                    pieces.add(text.substring(from, to));
                    from = to;
                }
                return pieces;
            }
        }
    }
}
