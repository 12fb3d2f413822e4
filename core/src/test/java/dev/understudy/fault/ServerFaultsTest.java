package dev.understudy.fault;

import static dev.understudy.fault.ServerFault.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.understudy.Understudy;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Failure;
import dev.understudy.fault.FaultServer.Caller;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.policy.TimeoutPolicy;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.provider.endpoint.Transport;
import dev.understudy.scenario.CallKind;
import dev.understudy.scenario.CallResult;
import dev.understudy.secret.CapturedOutput;
import dev.understudy.testing.ScriptedProvider;
import io.netty.util.internal.PlatformDependent;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every fault of a server in every dialect leads to a typed failure, bounded in memory and time, and to a failover; or to
 * a success where the answer is complete.
 *
 * <p>By default each fault runs in one dialect of each framing and in some of the others, in turn, long streams in the
 * former only, and limits of sizes are an eighth of the defaults; in all of them, with the defaults, with {@code -Dunderstudy.tests.all=true}.
 */
class ServerFaultsTest {

    /** Target of redirects to another host. */
    static final FaultServer ELSEWHERE = new FaultServer(caller -> caller.head("200 OK"));

    private static final boolean ALL = Boolean.getBoolean("understudy.tests.all");
    private static final ChatRequest REQUEST = ChatRequest.of("m", "hi");
    private static final Duration SOON = Duration.ofMinutes(3);
    /** Bytes that the buffers of two sockets may hold beyond those that were read. */
    private static final long ON_THE_WAY = 12 * MIB;

    private static final String CHATTY = "reactor.netty.http.client.HttpClientConnect";
    private static final int OFF = 50;
    private static final ExecutorService CALLERS = Executors.newFixedThreadPool(24);

    private static int was;
    private static long direct;

    /** Silences the transport's log of broken answers, and makes a first exchange, which is slow. */
    @BeforeAll
    static void begin() throws Exception {
        was = CapturedOutput.level(CHATTY, OFF);
        ServerFault none = ServerFault.body(
                "nothing", ServerFault.End.SERVED, (sample, kind, caller) -> caller.say(sample.answer(kind)));
        for (WireSample sample : WireSample.values()) {
            for (CallKind kind : CallKind.values()) {
                assertThat(afterRequest(none, sample, kind))
                        .as("%s %s", sample, kind)
                        .isEmpty();
            }
        }
        direct = 0;
    }

    @AfterAll
    static void close() {
        CapturedOutput.level(CHATTY, was);
        ELSEWHERE.close();
        CALLERS.shutdown();
    }

    /** Limit of bytes allocated per byte received: an event of ten bytes costs a small object. */
    private static final int GARBAGE = 12;

    static Stream<ServerFault> attacks() {
        return Stream.concat(HttpFaults.attacks(), BodyFaults.attacks());
    }

    @ParameterizedTest
    @MethodSource("attacks")
    void serverFaultFailsOver(ServerFault attack) throws Exception {
        List<Callable<List<String>>> row = new ArrayList<>();
        for (WireSample sample : WireSample.values()) {
            for (CallKind kind : CallKind.values()) {
                if (attack.at().test(sample, kind) && (ALL || isSampled(attack, sample, kind))) {
                    row.add(() -> afterRequest(attack, sample, kind));
                }
            }
        }
        List<String> wrong = new ArrayList<>();
        if (attack.most() > MIB) {
            // Sequential, so that allocations can be attributed to one fault.
            for (Callable<List<String>> cell : row) {
                wrong.addAll(cell.call());
            }
        } else {
            for (Future<List<String>> cell : CALLERS.invokeAll(row)) {
                wrong.addAll(cell.get());
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(ELSEWHERE.calls()).isZero();
    }

    private static boolean isSampled(ServerFault attack, WireSample sample, CallKind kind) {
        return sample.isFirstOfItsForm()
                || Math.floorMod(attack.toString().hashCode() + sample.ordinal() + 2 * kind.ordinal(), 24) == 0;
    }

    /** Violations of the expectations of one case. */
    private static List<String> afterRequest(ServerFault attack, WireSample sample, CallKind kind) throws Exception {
        ScriptedProvider second = ScriptedProvider.named("second");
        TimeoutPolicy timeoutPolicy = TimeoutPolicy.defaults()
                .withFirstContent(attack.silence())
                .withResponse(attack.silence())
                .withIdle(attack.idle());
        try (FaultServer server = new FaultServer(caller -> attack.script().play(sample, kind, caller));
                ChatProvider first = sample.provider(Endpoint.of("first", server.url() + "/v1", "k-secret")
                        .withTransport(Transport.defaults()
                                .withDrain(Duration.ofMillis(300))
                                .withMaxAnswer(ServerFault.ANSWER)
                                .withMaxStream(ServerFault.STREAM)));
                Understudy understudy = Understudy.builder()
                        .provider(first)
                        .provider(second)
                        .retry(RetryPolicy.none())
                        .timeouts(timeoutPolicy)
                        .loadingTimeouts(timeoutPolicy)
                        .build()) {
            long directBefore = PlatformDependent.usedDirectMemory();
            long allocatedBefore = allocated();
            CallResult result = kind.ask(understudy, REQUEST).block(SOON);
            long allocated = allocated() - allocatedBefore;
            Caller caller = server.ended();
            direct = Math.max(direct, PlatformDependent.usedDirectMemory() - directBefore);

            Verdict verdict = new Verdict(sample + " " + kind);
            verdict.ended(attack.end().apply(sample, kind), result);
            verdict.check(server.calls() == 1, "was asked %d times", server.calls());
            verdict.check(caller.sent() <= attack.most() + ON_THE_WAY, "was read on, for %d KiB", caller.sent() >> 10);
            long bearable = GARBAGE * Math.min(caller.sent(), attack.most()) + attack.garbage();
            verdict.check(attack.most() <= MIB || allocated <= bearable, "cost %d KiB of garbage", allocated >> 10);
            verdict.check(direct < 16 * MIB, "holds %d KiB of direct memory", direct >> 10);
            return verdict.wrong;
        }
    }

    /** Bytes allocated by the event loop threads so far. */
    private static long allocated() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long[] ids = Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("reactor-http"))
                .mapToLong(Thread::getId)
                .toArray();
        return Arrays.stream(threads.getThreadAllocatedBytes(ids))
                .filter(each -> each > 0)
                .sum();
    }

    /** Collects the violations of one case. */
    private record Verdict(String cell, List<String> wrong) {

        Verdict(String cell) {
            this(cell, new ArrayList<>());
        }

        void check(boolean fine, String complaint, Object... values) {
            if (!fine) {
                wrong.add(cell + " " + complaint.formatted(values));
            }
        }

        void ended(ServerFault.End end, CallResult result) {
            if (result.error() != null) {
                check(false, "failed: %s", result.error());
                return;
            }
            boolean served = result.servedBy().provider().equals("first");
            Failure failure =
                    result.failures().isEmpty() ? null : result.failures().get(0);
            if (end.kinds().isEmpty()) {
                check(served, "did not serve: %s", failure);
                check(!served || result.text().equals(end.words()), "said: %s", result.text());
            } else {
                check(!served, "served: %s", result.text());
                check(failure == null || end.kinds().contains(failure.kind()), "is typed %s", failure);
                check(failure == null || failure.message().contains(end.words()), "tells %s", failure);
                check(failure == null || !failure.message().contains("secret"), "tells the key");
            }
        }
    }
}
