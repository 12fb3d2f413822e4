package dev.understudy.behaviour;

import static dev.understudy.behaviour.Attack.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.understudy.RetryPolicy;
import dev.understudy.Timeouts;
import dev.understudy.Understudy;
import dev.understudy.behaviour.HostileServer.Caller;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Failure;
import dev.understudy.provider.Endpoint;
import dev.understudy.provider.Transport;
import dev.understudy.testing.ScriptedProvider;
import io.netty.util.internal.PlatformDependent;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever a server does, in whatever dialect: a typed failure, bounded in memory and in time, and the next one answers. */
class HostileServerTest {

    static final String ELSEWHERE = "elsewhere";
    private static final HostileServer OTHER_HOST = new HostileServer(caller -> caller.head("200 OK"));
    private static final ChatRequest REQUEST = ChatRequest.of("m", "hi");
    /** What may lie in the buffers of two sockets, beyond what was read. */
    private static final long ON_THE_WAY = 12 * MIB;

    private static final String CHATTY = "reactor.netty.http.client.HttpClientConnect";
    private static final int OFF = 50;

    private static int was;
    private static int cells;
    private static int skipped;
    private static long slowest;
    private static String slowestCell = "";
    private static long direct;
    private static final long STARTED = System.nanoTime();

    /** The transport tells of every broken answer, with a stack. */
    @BeforeAll
    static void quiet() {
        was = Aloud.level(CHATTY, OFF);
    }

    static String elsewhere() {
        return OTHER_HOST.url() + "/v1";
    }

    static Stream<Attack> attacks() {
        return Stream.concat(HostileHttp.attacks(), HostileBodies.attacks());
    }

    @ParameterizedTest
    @MethodSource("attacks")
    void theNextOneAnswers(Attack attack) throws Exception {
        List<String> wrong = new ArrayList<>();
        for (Tongue tongue : Tongue.values()) {
            for (Door door : Door.values()) {
                if (attack.at().test(tongue, door)) {
                    cells++;
                    long begin = System.nanoTime();
                    String told = cell(attack, tongue, door);
                    long took = System.nanoTime() - begin;
                    if (took > slowest) {
                        slowest = took;
                        slowestCell = attack + " " + tongue + " " + door;
                    }
                    if (took > 700_000_000L) System.out.println("SLOW " + attack + " " + tongue + " " + door + " " + took / 1_000_000);
                    if (!told.isEmpty()) {
                        wrong.add(tongue + " " + door + ": " + told);
                    }
                } else {
                    skipped++;
                }
            }
        }
        wrong.forEach(w -> System.out.println("WRONG " + attack + " | " + w));
        assertThat(wrong).isEmpty();
    }

    private static String cell(Attack attack, Tongue tongue, Door door) throws Exception {
        long before = PlatformDependent.usedDirectMemory();
        long allocatedBefore = allocated();
        try (HostileServer server = new HostileServer(caller -> attack.script().play(tongue, door, caller))) {
            ScriptedProvider second = ScriptedProvider.named("second");
            Endpoint endpoint = Endpoint.of("first", server.url() + "/v1", "k-secret")
                    .withTransport(Transport.defaults().withDrain(Duration.ofMillis(300)));
            Timeouts timeouts = Timeouts.defaults().withFirstContent(attack.silence()).withResponse(attack.silence());
            try (ChatProvider first = tongue.provider(endpoint);
                    Understudy understudy = Understudy.builder()
                            .provider(first)
                            .provider(second)
                            .retry(RetryPolicy.none())
                            .timeouts(timeouts)
                            .build()) {
                Heard heard = door.ask(understudy, REQUEST).block(Duration.ofSeconds(15));
                long allocated = allocated() - allocatedBefore;
                Caller caller = server.ended();
                direct = Math.max(direct, PlatformDependent.usedDirectMemory() - before);
                StringBuilder told = new StringBuilder();
                if (heard.error() != null) {
                    return "error " + heard.error();
                }
                Attack.End end = attack.end().apply(tongue, door);
                boolean bySecond = heard.served().provider().equals("second");
                Failure failure = heard.failures().isEmpty() ? null : heard.failures().get(0);
                if (end.kinds().isEmpty()) {
                    if (bySecond) {
                        return "not served: " + failure.kind() + " " + failure.message();
                    }
                    if (!heard.text().equals(end.words())) {
                        told.append(" text is " + heard.text());
                    }
                } else if (!bySecond) {
                    return "served: " + heard.text() + " " + heard.finish();
                } else if (!end.kinds().contains(failure.kind()) || !failure.message().contains(end.words())) {
                    told.append(" is " + failure.kind() + " " + failure.message());
                }
                if (caller.sent() > attack.most() + ON_THE_WAY) {
                    told.append(" was read on: " + caller.sent());
                }
                if (allocated > 6 * Math.min(caller.sent(), attack.most()) + 24 * MIB) {
                    told.append(" allocated " + allocated / 1024 + " KiB for " + caller.sent() / 1024);
                }
                if (server.calls() != 1) {
                    told.append(" calls " + server.calls());
                }
                if (OTHER_HOST.calls() != 0) {
                    told.append(" followed");
                }
                return told.toString();
            }
        }
    }

    /** What the threads that read sockets have allocated so far. */
    private static long allocated() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long[] ids = Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("reactor-http"))
                .mapToLong(Thread::getId)
                .toArray();
        return Arrays.stream(threads.getThreadAllocatedBytes(ids)).filter(each -> each > 0).sum();
    }

    @AfterAll
    static void report() {
        Aloud.level(CHATTY, was);
        System.out.println("hostile servers: " + cells + " cells, " + skipped + " skipped, slowest " + slowest / 1_000_000 + " ms ("
                + slowestCell + "), " + TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - STARTED) + " s, " + ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime() / 1_000_000_000L + " s of CPU, direct memory at most +"
                + direct / 1024 + " KiB");
        OTHER_HOST.close();
    }
}
