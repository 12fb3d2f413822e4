package dev.understudy.streaming;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.UnderstudyBuilder;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.ToolCall;
import dev.understudy.event.ProviderStatus;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.policy.TimeoutPolicy;
import dev.understudy.testing.ScriptedReply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** One case as it is played: what the servers answer, what was heard, and what must be true of it. */
final class WireRun {

    private static final TimeoutPolicy PATIENT =
            TimeoutPolicy.defaults().withFirstContent(Duration.ofSeconds(15)).withIdle(Duration.ofSeconds(15));
    private static final TimeoutPolicy HASTY = TimeoutPolicy.defaults()
            .withFirstContent(Duration.ofMillis(250))
            .withIdle(Duration.ofMillis(150))
            .withIdleInToolCall(Duration.ofMillis(150))
            .withIdleInReasoning(Duration.ofMillis(150));

    final WireCase played;
    private final AtomicInteger[] asked = IntStream.range(0, WireFixture.SERVERS)
            .mapToObj(i -> new AtomicInteger())
            .toArray(AtomicInteger[]::new);
    private final Queue<String> complaints = new ConcurrentLinkedQueue<>();
    private final List<WireFixture.Counted> servers = new ArrayList<>();
    private volatile boolean finished;
    private volatile Continued.How lastHow = Continued.How.AFRESH;
    private @Nullable RecordingSubscriber heard;

    WireRun(WireCase played) {
        this.played = played;
    }

    /** What a server sends, by what it is asked. */
    ScriptedReply reply(int index, String body) {
        WireCase.Server server = played.servers().get(index);
        WireCase.Truth truth = played.truth();
        int number = asked[index].getAndIncrement();
        WireScript play = number < server.plays().size()
                ? server.plays().get(number)
                : new WireScript(WireScript.Fault.NONE, 0, false, 0);
        Continued continued = Continued.asked(body);
        lastHow = continued.how();
        WireCase.Truth told = truth;
        if (continued.how() != Continued.How.AFRESH) {
            if (!truth.text().startsWith(continued.prefix()) || continued.from() < 0) {
                complaints.add("asked to go on behind what is no beginning of the truth: " + continued);
                return ScriptedReply.status(500);
            }
            boolean echo = continued.how() == Continued.How.PREFILL && server.echo();
            told = new WireCase.Truth("", truth.text().substring(echo ? 0 : continued.from()), truth.calls());
        }
        WireBody sent = WireBody.of(server, play, told);
        finished |= sent.finished();
        return sent.scriptedReply();
    }

    void listen(String model, IntFunction<ChatProvider> provider) throws InterruptedException {
        for (int i = 0; i < played.servers().size(); i++) {
            servers.add(new WireFixture.Counted(
                    provider.apply(i), played.servers().get(i).prefill()));
        }
        UnderstudyBuilder builder =
                Understudy.builder().retry(RetryPolicy.none()).timeouts(played.isSilent() ? HASTY : PATIENT);
        servers.forEach(builder::provider);
        try (Understudy understudy = builder.build()) {
            ChatRequest request = ChatRequest.of(model, "q");
            WireCase.Reader reader = played.reader();
            RecordingSubscriber recording = new RecordingSubscriber(
                    new Random(reader.seed()), reader.unbounded(), reader.leaveAfter(), this::live);
            ResumingProvider.over(understudy, played.policy()).stream(
                            played.deterministic() ? request.withTemperature(0) : request)
                    .subscribe(recording);
            assertThat(recording.over.await(40, TimeUnit.SECONDS)).as("it ends").isTrue();
            heard = recording;
            settle(understudy);
            check(recording);
        }
    }

    private int live() {
        return servers.stream().mapToInt(server -> server.live.get()).sum();
    }

    /** A moment for what another thread was just about to do. */
    private void settle(Understudy understudy) {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
        while (live() + inFlight(understudy) != 0 && System.nanoTime() < until) {
            LockSupport.parkNanos(50_000);
        }
        assertThat(live()).as("left running").isZero();
        assertThat(inFlight(understudy)).as("permits that were not given back").isZero();
    }

    private static int inFlight(Understudy understudy) {
        return understudy.control().status().stream()
                .mapToInt(ProviderStatus::inFlight)
                .sum();
    }

    private void check(RecordingSubscriber recording) {
        assertThat(complaints).isEmpty();
        checkText(recording);
        assertThat(recording.ends).as("terminal signals").isEqualTo(recording.left ? 0 : 1);
        assertThat(recording.mostLive).as("live upstreams").isLessThanOrEqualTo(1);
        if (recording.asked != Long.MAX_VALUE) {
            assertThat(servers.stream()
                            .mapToInt(server -> server.peakDemand.get())
                            .max()
                            .orElse(0))
                    .as("asked for ahead")
                    .isLessThanOrEqualTo(1);
        }
        assertThat(recording.chunks.stream()
                        .filter(chunk -> chunk instanceof StreamChunk.Switched switched && switched.atOffset() > 0)
                        .count())
                .as("takeovers behind text")
                .isLessThanOrEqualTo(played.policy().takeovers());
        assertThat(recording.chunks).noneMatch(StreamChunk.ToolCallPart.class::isInstance);
        if (isWhole()) {
            checkWhole(recording.answer.response());
        } else if (!recording.left) {
            assertThat(recording.error).isInstanceOf(ChatException.class);
            boolean partial = recording.error instanceof ChatException.PartialAnswer;
            assertThat(partial).as("a partial answer").isEqualTo(!recording.answer.isEmpty());
            if (recording.error instanceof ChatException.PartialAnswer cut) {
                assertThat(cut.partial().text()).isEqualTo(recording.answer.text());
                assertThat(cut.partial().toolCalls()).isEqualTo(recording.answer.toolCalls());
            }
        }
    }

    /** At no moment anything else than a beginning of the truth. */
    private void checkText(RecordingSubscriber recording) {
        StringBuilder shown = new StringBuilder();
        for (StreamChunk chunk : recording.chunks) {
            if (chunk instanceof StreamChunk.Reset reset) {
                shown.setLength(reset.discardFromOffset());
            } else {
                int before = shown.length();
                shown.append(chunk.text());
                assertThat(played.truth().text().startsWith(chunk.text(), before))
                        .as("'%s' is shown behind '%s'", chunk.text(), shown.substring(0, before))
                        .isTrue();
            }
        }
        assertThat(shown).hasToString(recording.answer.text());
    }

    private void checkWhole(ChatResponse answer) {
        WireCase.Truth truth = played.truth();
        assertThat(finished).as("some server told why it ended").isTrue();
        assertThat(answer.text()).isEqualTo(truth.text());
        assertThat(answer.toolCalls().stream().map(ToolCall::arguments).toList())
                .isEqualTo(IntStream.range(0, truth.calls())
                        .mapToObj(i -> truth.call(i).arguments())
                        .toList());
        assertThat(answer.usage()).isEqualTo(answer.servedBy().attemptLog().usage());
    }

    boolean isWhole() {
        return heard != null && !heard.left && heard.error == null;
    }

    /** How it ended, for the figures: how it was saved, or that it was not. */
    String outcome() {
        RecordingSubscriber recording = heard;
        if (recording == null || recording.left) {
            return "left";
        }
        if (!isWhole()) {
            return recording.answer.isEmpty() ? "never begun" : "partial";
        }
        List<StreamChunk.Switched> switches = recording.chunks.stream()
                .filter(StreamChunk.Switched.class::isInstance)
                .map(StreamChunk.Switched.class::cast)
                .toList();
        if (switches.isEmpty()) {
            return asked[0].get() + asked[1].get() + asked[2].get() > 1 ? "whole, unnoticed" : "whole, undisturbed";
        }
        StreamChunk.Switched last = switches.get(switches.size() - 1);
        if (last.atOffset() == 0 && recording.chunks.indexOf(last) == 0) {
            return "whole, asked afresh";
        }
        if (lastHow != Continued.How.AFRESH) {
            return "saved by " + lastHow;
        }
        boolean reset = recording.chunks.get(recording.chunks.indexOf(last) + 1) instanceof StreamChunk.Reset;
        return "saved by " + (reset ? "RESTART" : "REPLAY");
    }
}
