package dev.understudy.behaviour;

import static dev.understudy.behaviour.Attack.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import dev.understudy.Understudy;
import dev.understudy.behaviour.HostileServer.Caller;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Failure;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.policy.TimeoutPolicy;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.provider.endpoint.Transport;
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
 * Whatever a server does, in whatever dialect: a typed failure, bounded in memory and in time, and the next one answers;
 * or a good answer where it can be told that it is one.
 *
 * <p>Streams of 64 MiB are played in one dialect of each form; in all of them with {@code
 * -Dunderstudy.hostile.all=true}.
 */
class HostileServerTest {

    /** Where a redirect leads that leads to another host. */
    static final HostileServer ELSEWHERE = new HostileServer(caller -> caller.head("200 OK"));

    private static final ChatRequest REQUEST = ChatRequest.of("m", "hi");
    private static final Duration SOON = Duration.ofSeconds(30);
    /** What may lie in the buffers of two sockets, beyond what was read. */
    private static final long ON_THE_WAY = 12 * MIB;

    private static final String CHATTY = "reactor.netty.http.client.HttpClientConnect";
    private static final int OFF = 50;
    private static final ExecutorService CALLERS = Executors.newFixedThreadPool(6);

    private static int was;
    private static long began;
    private static int cells;
    private static int skipped;
    private static long direct;

    /** The transport tells of every broken answer, with a stack; and the first exchange of all pays for all others. */
    @BeforeAll
    static void begin() throws Exception {
        was = Aloud.level(CHATTY, OFF);
        began = System.nanoTime();
        Attack none =
                Attack.body("nothing", Attack.End.SERVED, (tongue, door, caller) -> caller.say(tongue.answer(door)));
        for (Tongue tongue : Tongue.values()) {
            for (Door door : Door.values()) {
                assertThat(heard(none, tongue, door)).as("%s %s", tongue, door).isEmpty();
            }
        }
        direct = 0;
    }

    @AfterAll
    static void report() {
        Aloud.level(CHATTY, was);
        ELSEWHERE.close();
        CALLERS.shutdown();
        long cpu = ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
        System.out.printf(
                "hostile servers: %d cells, %d do not exist, %d s, %d s of CPU in this JVM, direct memory +%d KiB%n",
                cells, skipped, (System.nanoTime() - began) / 1_000_000_000L, cpu / 1_000_000_000L, direct >> 10);
    }

    /** Bytes allocated for each byte received: an event of ten bytes costs a small object like any other. */
    private static final int GARBAGE = 12;

    static Stream<Attack> attacks() {
        return Stream.concat(HostileHttp.attacks(), HostileBodies.attacks());
    }

    @ParameterizedTest
    @MethodSource("attacks")
    void theNextOneAnswers(Attack attack) throws Exception {
        List<Callable<List<String>>> row = new ArrayList<>();
        for (Tongue tongue : Tongue.values()) {
            for (Door door : Door.values()) {
                if (attack.at().test(tongue, door)) {
                    cells++;
                    row.add(() -> heard(attack, tongue, door));
                } else {
                    skipped++;
                }
            }
        }
        List<String> wrong = new ArrayList<>();
        if (attack.most() > MIB) {
            // One after another, so that what one allocates can be told.
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

    /** What is wrong with a cell. */
    private static List<String> heard(Attack attack, Tongue tongue, Door door) throws Exception {
        ScriptedProvider second = ScriptedProvider.named("second");
        TimeoutPolicy timeoutPolicy =
                TimeoutPolicy.defaults().withFirstContent(attack.silence()).withResponse(attack.silence());
        try (HostileServer server = new HostileServer(caller -> attack.script().play(tongue, door, caller));
                ChatProvider first = tongue.provider(Endpoint.of("first", server.url() + "/v1", "k-secret")
                        .withTransport(Transport.defaults().withDrain(Duration.ofMillis(300))));
                Understudy understudy = Understudy.builder()
                        .provider(first)
                        .provider(second)
                        .retry(RetryPolicy.none())
                        .timeouts(timeoutPolicy)
                        .build()) {
            long directBefore = PlatformDependent.usedDirectMemory();
            long allocatedBefore = allocated();
            Heard heard = door.ask(understudy, REQUEST).block(SOON);
            long allocated = allocated() - allocatedBefore;
            Caller caller = server.ended();
            direct = Math.max(direct, PlatformDependent.usedDirectMemory() - directBefore);

            Verdict verdict = new Verdict(tongue + " " + door);
            verdict.ended(attack.end().apply(tongue, door), heard);
            verdict.check(server.calls() == 1, "was asked %d times", server.calls());
            verdict.check(caller.sent() <= attack.most() + ON_THE_WAY, "was read on, for %d KiB", caller.sent() >> 10);
            long bearable = GARBAGE * Math.min(caller.sent(), attack.most()) + attack.garbage();
            verdict.check(attack.most() <= MIB || allocated <= bearable, "cost %d KiB of garbage", allocated >> 10);
            verdict.check(direct < 16 * MIB, "holds %d KiB of direct memory", direct >> 10);
            return verdict.wrong;
        }
    }

    /** What the threads that read sockets have allocated so far. */
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

    /** Gathers what is wrong with one cell. */
    private record Verdict(String cell, List<String> wrong) {

        Verdict(String cell) {
            this(cell, new ArrayList<>());
        }

        void check(boolean fine, String complaint, Object... values) {
            if (!fine) {
                wrong.add(cell + " " + complaint.formatted(values));
            }
        }

        void ended(Attack.End end, Heard heard) {
            if (heard.error() != null) {
                check(false, "failed: %s", heard.error());
                return;
            }
            boolean served = heard.served().provider().equals("first");
            Failure failure =
                    heard.failures().isEmpty() ? null : heard.failures().get(0);
            if (end.kinds().isEmpty()) {
                check(served, "did not serve: %s", failure);
                check(!served || heard.text().equals(end.words()), "said: %s", heard.text());
            } else {
                check(!served, "served: %s", heard.text());
                check(failure == null || end.kinds().contains(failure.kind()), "is typed %s", failure);
                check(failure == null || failure.message().contains(end.words()), "tells %s", failure);
                check(failure == null || !failure.message().contains("secret"), "tells the key");
            }
        }
    }
}
