package dev.understudy.simulation;

import dev.understudy.simulation.Vendor.Fault;
import java.util.ArrayList;
import java.util.List;

/** Answer of a vendor to one request, as a sequence of actions. */
final class Reply {

    private static final String JSON = "application/json";

    private final Vendor vendor;
    private final Exchange exchange;
    private final Request request;
    private final Fault fault;
    private final Tasks tasks;
    private final Chance chance;
    private final Tasks.Lane lane;
    private final List<Tasks.Task> planned = new ArrayList<>();
    private long at;
    private boolean over;

    Reply(Vendor vendor, Exchange exchange, Request request, Fault fault, World world) {
        this.vendor = vendor;
        this.exchange = exchange;
        this.request = request;
        this.fault = fault;
        this.tasks = world.tasks();
        this.chance = world.chance();
        this.lane = new Tasks.Lane("reply-" + vendor.name);
    }

    /** Ends the answer, as the client did. */
    void stop() {
        planned.forEach(Tasks.Task::dispose);
        planned.clear();
        over();
    }

    private void over() {
        if (!over) {
            over = true;
            vendor.over();
        }
    }

    private void then(long delay, Runnable action) {
        at += delay;
        planned.add(tasks.inOrder(lane, at, action));
    }

    private void begin(long delay, Exchange.Head head) {
        then(delay, () -> exchange.begin(head));
    }

    private void part(long delay, String text) {
        then(delay, () -> exchange.part(text));
    }

    private void end() {
        then(0, () -> {
            over();
            exchange.end();
        });
    }

    private void finish(long delay) {
        then(delay, () -> {
            over();
            exchange.finish();
        });
    }

    private void reset(long delay) {
        then(delay, () -> {
            over();
            exchange.reset();
        });
    }

    private void die() {
        then(0, () -> exchange.connection().die());
    }

    void plan() {
        long think = chance.nanos(5, fault == Fault.SLOW ? 8_000 : 400);
        switch (fault) {
            case SILENT_BEFORE_HEADERS -> then(think, () -> {});
            case RESET_BEFORE_HEADERS -> reset(think);
            case FINISH_BEFORE_HEADERS -> finish(think);
            case STATUS_500 -> status(think, 500, 0, "api_error");
            case STATUS_503 -> status(think, 503, 0, "overloaded_error");
            case STATUS_503_WAIT -> status(think, 503, wait(8), "overloaded_error");
            case STATUS_429 -> status(think, 429, 0, "rate_limit_error");
            case STATUS_429_WAIT -> status(think, 429, wait(8), "rate_limit_error");
            case STATUS_401 -> status(think, 401, 0, "authentication_error");
            case STATUS_404_MODEL -> status(think, 404, 0, "not_found_error\",\"code\":\"model_not_found");
            default -> {
                if (request.call() < 0) {
                    String body = "{\"data\":[],\"models\":[]}";
                    begin(think, new Exchange.Head(200, JSON, body.length(), 0, body));
                    end();
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

    private void status(long delay, int status, int wait, String type) {
        String body = "{\"type\":\"error\",\"error\":{\"message\":\"The request failed\",\"type\":\"" + type + "\"}}";
        begin(delay, new Exchange.Head(status, JSON, body.length(), wait, body));
        end();
        if (wait > 0) {
            then(0, () -> exchange.afterArrival(() -> vendor.told(request.key(), wait)));
        }
    }

    private String rest() {
        return Answers.text(request.call()).substring(request.prefix().length());
    }

    private void chat(long think) {
        String text = rest();
        String body =
                switch (fault) {
                    case EMPTY -> vendor.wire.whole("", Wire.Ending.STOP);
                    case SHORT -> vendor.wire.whole(text.substring(0, text.length() / 2), Wire.Ending.LENGTH);
                    case NO_JSON -> "<html>" + text + "</html>";
                    default -> vendor.wire.whole(text, Wire.Ending.STOP);
                };
        long generation = think + vendor.pace * 1_000_000 * (text.length() / 8);
        boolean whole =
                switch (fault) {
                    case SILENT_AFTER_HEADERS,
                            SILENT_WITHIN_TEXT,
                            DEAD_WITHIN_TEXT,
                            FINISH_WITHIN_TEXT,
                            RESET_WITHIN_TEXT -> false;
                    default -> true;
                };
        String part = whole ? body : body.substring(0, chance.between(0, body.length() - 1));
        begin(generation, new Exchange.Head(200, JSON, body.length(), 0, part));
        switch (fault) {
            case SILENT_AFTER_HEADERS, SILENT_WITHIN_TEXT -> {}
            case DEAD_WITHIN_TEXT -> die();
            case FINISH_WITHIN_TEXT -> finish(0);
            case RESET_WITHIN_TEXT -> reset(0);
            default -> end();
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
        List<String> events = vendor.wire.stream(fault == Fault.EMPTY ? List.of() : pieces(text), ending);
        if (fault == Fault.NO_TERMINAL_EVENT && vendor.wire == Wire.OPENAI) {
            events.remove(events.size() - 1);
        }
        if (fault == Fault.NO_JSON && !events.isEmpty()) {
            events.set(chance.between(0, events.size() - 1), "data: {\"text\":\n\n{]\n");
        }
        begin(think, new Exchange.Head(200, vendor.wire.streamType, -1, 0, ""));
        int cut = events.isEmpty() ? 0 : chance.between(0, events.size() - 1);
        for (int i = 0; i < events.size(); i++) {
            if (i == cut && interrupts(events.get(i))) {
                return;
            }
            long gap = fault == Fault.SLOW ? chance.nanos(0, 3_000) : chance.nanos(0, 2 * vendor.pace);
            part(gap, events.get(i));
        }
        if (vendor.wire.hasLastEvent && ending != Wire.Ending.CUT && fault != Fault.NO_TERMINAL_EVENT) {
            then(0, () -> exchange.afterArrival(() -> vendor.whole(request.call())));
        }
        if (fault != Fault.BODY_WITHOUT_END) {
            end();
        }
    }

    /** Plans the interruption of a stream; returns true if nothing follows. */
    private boolean interrupts(String event) {
        switch (fault) {
            case SILENT_AFTER_HEADERS -> {
                // Only if nothing was sent before; the other form of silence is that within the text.
                return true;
            }
            case SILENT_WITHIN_TEXT -> {
                half(event);
                return true;
            }
            case FINISH_WITHIN_TEXT -> {
                half(event);
                finish(0);
                return true;
            }
            case RESET_WITHIN_TEXT -> {
                half(event);
                reset(0);
                return true;
            }
            case DEAD_WITHIN_TEXT -> {
                die();
                return true;
            }
            case ERROR_WITHIN_TEXT -> {
                part(0, vendor.wire.error("overloaded_error"));
                end();
                return true;
            }
            default -> {
                return false;
            }
        }
    }

    private void half(String event) {
        double share = chance.share();
        then(0, () -> exchange.cut(event, share));
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
