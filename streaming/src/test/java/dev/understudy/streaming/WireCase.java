package dev.understudy.streaming;

import dev.understudy.chat.ToolCall;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * One case of survival on the wire, drawn at random; the smaller ones beside it are tried when it fails.
 *
 * @param truth what every server knows
 * @param servers who is asked, in this order
 * @param policy how an answer may go on
 * @param deterministic whether the request has temperature 0
 * @param reader who listens
 */
record WireCase(Truth truth, List<Server> servers, ResumePolicy policy, boolean deterministic, Reader reader) {

    /** Thought first, then text, then so many tool calls. */
    record Truth(String thought, String text, int calls) {

        ToolCall call(int index) {
            return new ToolCall(
                    "call" + index, "tool", "{\"a\":" + index + ",\"b\":\"" + "é茶👍".repeat(index + 1) + "\"}");
        }

        private List<Truth> smaller() {
            List<Truth> smaller = new ArrayList<>();
            if (!thought.isEmpty()) {
                smaller.add(new Truth("", text, calls));
            }
            if (calls > 0) {
                smaller.add(new Truth(thought, text, calls - 1));
            }
            int half = text.length() / 2;
            if (half > 0) {
                smaller.add(new Truth(thought, text.substring(half), calls));
                smaller.add(new Truth(thought, text.substring(0, half), calls));
                smaller.add(new Truth(thought, text.substring(0, text.length() - 1), calls));
                smaller.add(new Truth(thought, text.substring(1), calls));
            }
            return smaller;
        }
    }

    /** How one server speaks, and what becomes of its answers, one after the other; later ones are whole. */
    record Server(AnswerEvents.Dialect dialect, boolean http2, boolean prefill, boolean echo, List<WireScript> plays) {

        private static Server draw(Random random) {
            List<WireScript> plays = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                plays.add(WireScript.draw(random));
            }
            AnswerEvents.Dialect[] dialects = AnswerEvents.Dialect.values();
            return new Server(
                    dialects[random.nextInt(dialects.length)],
                    random.nextInt(4) == 0,
                    random.nextBoolean(),
                    random.nextBoolean(),
                    plays);
        }

        private List<Server> smaller() {
            List<Server> smaller = new ArrayList<>();
            if (http2) {
                smaller.add(new Server(dialect, false, prefill, echo, plays));
            }
            if (echo) {
                smaller.add(new Server(dialect, http2, prefill, false, plays));
            }
            for (int i = 0; i < plays.size(); i++) {
                for (WireScript play : plays.get(i).smaller()) {
                    smaller.add(new Server(dialect, http2, prefill, echo, replaced(plays, i, play)));
                }
            }
            return smaller;
        }
    }

    /** A subscriber: whether it asks for everything at once, after how many chunks it leaves (-1: never), and its random. */
    record Reader(boolean unbounded, int leaveAfter, long seed) {}

    static WireCase draw(Random random) {
        Truth truth = new Truth(
                random.nextInt(6) == 0 ? Texts.any(random) : "",
                random.nextInt(12) == 0 ? "" : Texts.any(random),
                random.nextInt(5) == 0 ? 1 + random.nextInt(2) : 0);
        if (truth.thought.isEmpty() && truth.text.isEmpty() && truth.calls == 0) {
            truth = new Truth("", "", 1);
        }
        List<Server> servers = new ArrayList<>();
        int count = 1 + random.nextInt(3);
        for (int i = 0; i < count; i++) {
            servers.add(Server.draw(random));
        }
        Reader reader =
                new Reader(random.nextInt(3) == 0, random.nextInt(5) == 0 ? random.nextInt(12) : -1, random.nextLong());
        return new WireCase(truth, servers, policy(random), random.nextBoolean(), reader);
    }

    private static ResumePolicy policy(Random random) {
        ResumePolicy policy =
                switch (random.nextInt(9)) {
                    case 0 -> ResumePolicy.of(ResumePolicy.Strategy.FAIL);
                    case 1 -> ResumePolicy.of(ResumePolicy.Strategy.PREFILL);
                    case 2 -> ResumePolicy.of(ResumePolicy.Strategy.REPLAY);
                    case 3 -> ResumePolicy.of(ResumePolicy.Strategy.RESTART);
                    case 4 -> ResumePolicy.of(ResumePolicy.Strategy.ANCHORED);
                    case 5 -> ResumePolicy.exact().withBuffer(StreamBuffer.whole());
                    case 6 -> ResumePolicy.exact();
                    case 7 -> ResumePolicy.anchored();
                    default -> ResumePolicy.restarting().withBuffer(StreamBuffer.tokens(random.nextInt(8)));
                };
        return policy.withTakeovers(random.nextInt(4));
    }

    /** Whether somebody falls silent, which only a timeout tells. */
    boolean isSilent() {
        return servers.stream()
                .flatMap(server -> server.plays.stream())
                .anyMatch(play -> play.fault() == WireScript.Fault.STALL);
    }

    /** Cases that are simpler in one respect. */
    List<WireCase> smaller() {
        List<WireCase> smaller = new ArrayList<>();
        if (servers.size() > 1) {
            IntStream.range(0, servers.size()).forEach(i -> {
                List<Server> fewer = new ArrayList<>(servers);
                fewer.remove(i);
                smaller.add(new WireCase(truth, fewer, policy, deterministic, reader));
            });
        }
        if (!reader.unbounded || reader.leaveAfter >= 0) {
            smaller.add(new WireCase(truth, servers, policy, deterministic, new Reader(true, -1, 0)));
        }
        for (Truth less : truth.smaller()) {
            smaller.add(new WireCase(less, servers, policy, deterministic, reader));
        }
        for (int i = 0; i < servers.size(); i++) {
            for (Server simpler : servers.get(i).smaller()) {
                smaller.add(new WireCase(truth, replaced(servers, i, simpler), policy, deterministic, reader));
            }
        }
        return smaller;
    }

    private static <T> List<T> replaced(List<T> all, int index, T by) {
        List<T> changed = new ArrayList<>(all);
        changed.set(index, by);
        return changed;
    }
}
