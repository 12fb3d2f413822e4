package dev.understudy.streaming.bench;

import dev.understudy.Understudy;
import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Feature;
import dev.understudy.chat.StreamChunk;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.policy.TimeoutPolicy;
import dev.understudy.provider.Providers;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.provider.endpoint.Transport;
import dev.understudy.streaming.ResumePolicy;
import dev.understudy.streaming.ResumingProvider;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;

/**
 * Streams under load, through the whole stack on sockets of this machine. {@code slow N} opens N slow streams at once;
 * {@code reader} lets readers stop in the middle of a fast stream; {@code seam} measures the gap of a takeover; {@code
 * calls N} makes N calls, 64 at a time, and tells the heap after each tenth of them. The server
 * runs in a JVM of its own ({@code server}, {@code fast-server}, {@code call-server}) except for takeovers, so that the heap
 * is ours alone.
 */
public final class StreamLoad {

    private static final int TOKENS = 40;
    private static final Duration BETWEEN = Duration.ofSeconds(1);
    private static final TimeoutPolicy PATIENT =
            TimeoutPolicy.defaults().withFirstContent(Duration.ofMinutes(2)).withIdle(Duration.ofMinutes(1));

    /** What a program has done before it meets its first takeover. */
    private static final int STREAMS_BEFORE = 50;

    /** Takeovers that are not counted: until then the JVM compiles what they run, beside them on the same processors. */
    private static final int WARM_UP = 1_500;

    private StreamLoad() {}

    public static void main(String[] args) throws Exception {
        int count = args.length > 1 ? Integer.parseInt(args[1]) : 10_000;
        switch (args.length == 0 ? "slow" : args[0]) {
            case "server" -> serve(slowReply());
            case "fast-server" -> serve(fastReply());
            case "call-server" -> serve(ScriptedReply.text("Once upon a time there was a theatre"));
            case "slow" -> slow(count);
            case "reader" -> reader(args.length > 1 ? count : 200);
            case "seam" -> seam(args.length > 1 ? count : 2_000);
            case "calls" -> calls(args.length > 1 ? count : 1_000_000);
            default -> throw new IllegalArgumentException("slow, reader, seam, calls or server");
        }
        System.exit(0);
    }

    private static ScriptedReply slowReply() {
        String[] tokens = new String[TOKENS];
        Arrays.fill(tokens, "token ");
        return ScriptedReply.tokens(tokens).between(BETWEEN);
    }

    private static ScriptedReply fastReply() {
        String[] tokens = new String[8 * 1024];
        Arrays.fill(tokens, "x".repeat(1023) + " ");
        return ScriptedReply.tokens(tokens);
    }

    private static Process server(String which) throws Exception {
        return new ProcessBuilder(
                        System.getProperty("java.home") + "/bin/java",
                        "-Xmx1500m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        StreamLoad.class.getName(),
                        which)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static void serve(ScriptedReply scriptedReply) throws Exception {
        ScriptedServer server = ScriptedServer.start();
        server.always(scriptedReply);
        System.out.println(server.port());
        System.in.read(); // lives as long as the one who started it
    }

    private static void slow(int count) throws Exception {
        Process process = server("server");
        int port = Integer.parseInt(process.inputReader().readLine().strip());
        try {
            Transport transport = Transport.defaults()
                    .withMaxConnections(count + 100)
                    .withConnect(Duration.ofSeconds(60))
                    .withAcquire(Duration.ofSeconds(60));
            ChatProvider provider = Providers.openAiCompatible(
                    Endpoint.of("one", "http://127.0.0.1:" + port + "/v1", "key")
                            .withTransport(transport),
                    OpenAiCompatibility.defaults());
            ChatProvider resuming = ResumingProvider.over(
                    Understudy.builder().timeouts(PATIENT).provider(provider).build());
            LongAdder words = new LongAdder();
            AtomicInteger open = new AtomicInteger();
            AtomicInteger errors = new AtomicInteger();
            AtomicInteger whole = new AtomicInteger();
            CountDownLatch over = new CountDownLatch(1);
            long began = System.nanoTime();
            Flux.range(0, count)
                    .flatMap(
                            i -> resuming.stream(ChatRequest.of("m", "Speak slowly"))
                                    .doOnSubscribe(s -> open.incrementAndGet())
                                    .doOnNext(chunk -> {
                                        if (chunk instanceof StreamChunk.Text) {
                                            words.increment();
                                        } else if (chunk instanceof StreamChunk.Finish) {
                                            whole.incrementAndGet();
                                        }
                                    })
                                    .doFinally(s -> open.decrementAndGet())
                                    .onErrorResume(error -> {
                                        if (errors.incrementAndGet() < 4) {
                                            System.out.println(error);
                                        }
                                        return Flux.empty();
                                    }),
                            count)
                    .doFinally(s -> over.countDown())
                    .subscribe();
            long before = 0;
            long most = 0;
            while (!over.await(5, TimeUnit.SECONDS)) {
                long now = words.sum();
                most = Math.max(most, open.get() == count ? heapAfterGc() : 0);
                System.out.printf(
                        Locale.ROOT,
                        "%5.1f s  %d open, %d words/s, heap after GC %d MiB, direct %d MiB, %d threads, %d errors%n",
                        (System.nanoTime() - began) / 1e9,
                        open.get(),
                        (now - before) / 5,
                        heapAfterGc() >> 20,
                        direct() >> 20,
                        Thread.activeCount(),
                        errors.get());
                before = now;
            }
            double seconds = (System.nanoTime() - began) / 1e9;
            System.out.printf(
                    Locale.ROOT,
                    "%d streams, %d whole, %d errors, %d words in %.1f s (%.0f/s), heap after GC with all open %d MiB"
                            + " of %d, %d threads%n",
                    count,
                    whole.get(),
                    errors.get(),
                    words.sum(),
                    seconds,
                    words.sum() / seconds,
                    most >> 20,
                    Runtime.getRuntime().maxMemory() >> 20,
                    Thread.getAllStackTraces().size());
        } finally {
            process.destroy();
        }
    }

    private static void calls(int count) throws Exception {
        Process process = server("call-server");
        int port = Integer.parseInt(process.inputReader().readLine().strip());
        try {
            ChatProvider understudy = Understudy.over(Providers.openAiCompatible(
                    Endpoint.of("one", "http://127.0.0.1:" + port + "/v1", "key")
                            .withTransport(Transport.defaults().withMaxConnections(100)),
                    OpenAiCompatibility.defaults()));
            long began = System.nanoTime();
            for (int tenth = 1; tenth <= 10; tenth++) {
                Long errors = Flux.range(0, count / 10)
                        .flatMap(
                                i -> understudy
                                        .chat(ChatRequest.of("m", "Tell me a story"))
                                        .thenReturn(0L)
                                        .onErrorReturn(1L),
                                64)
                        .reduce(0L, Long::sum)
                        .block();
                System.out.printf(
                        Locale.ROOT,
                        "%,d calls in %.1f s, %d errors in the last tenth, heap after GC %d KiB, direct %d KiB, %d threads%n",
                        tenth * (count / 10),
                        (System.nanoTime() - began) / 1e9,
                        errors,
                        heapAfterGc() >> 10,
                        direct() >> 10,
                        Thread.getAllStackTraces().size());
            }
        } finally {
            process.destroy();
        }
    }

    /** Readers that take ten chunks of a stream of 8 MiB and then no more. */
    private static void reader(int count) throws Exception {
        Process process = server("fast-server");
        int port = Integer.parseInt(process.inputReader().readLine().strip());
        try {
            ChatProvider provider = ResumingProvider.over(Understudy.builder()
                    .timeouts(PATIENT)
                    .provider(Providers.openAiCompatible(
                            Endpoint.of("one", "http://127.0.0.1:" + port + "/v1", "key")
                                    .withTransport(Transport.defaults().withMaxConnections(count)),
                            OpenAiCompatibility.defaults()))
                    .build());
            List<Stopping> readers = new ArrayList<>();
            warm(provider);
            long before = heapAfterGc();
            long beside = direct();
            for (int i = 0; i < count; i++) {
                Stopping reader = new Stopping();
                readers.add(reader);
                provider.stream(ChatRequest.of("m", "Speak")).subscribe(reader);
            }
            for (Stopping reader : readers) {
                reader.stopped.await(60, TimeUnit.SECONDS);
            }
            TimeUnit.SECONDS.sleep(3);
            System.out.printf(
                    Locale.ROOT,
                    "%d stopped readers: %d KiB of heap a stream, %d KiB of direct memory a stream (whole chunks of"
                            + " Netty's pool)%n",
                    count,
                    (heapAfterGc() - before) / 1024 / count,
                    (direct() - beside) / 1024 / count);
            readers.forEach(BaseSubscriber::cancel);
        } finally {
            process.destroy();
        }
    }

    private static void warm(ChatProvider provider) {
        provider.stream(ChatRequest.of("m", "Speak")).take(20).blockLast();
    }

    private static final class Stopping extends BaseSubscriber<StreamChunk> {

        private final CountDownLatch stopped = new CountDownLatch(10);

        @Override
        protected void hookOnSubscribe(org.reactivestreams.Subscription subscription) {
            request(10);
        }

        @Override
        protected void hookOnNext(StreamChunk chunk) {
            stopped.countDown();
        }
    }

    /** From the last word before a cut to the first one behind it; and how long the rescuer needs when it is asked first. */
    private static void seam(int count) {
        String[] tokens = "one two three four five six seven eight nine ten".split("(?= )");
        try (ScriptedServer one = ScriptedServer.start();
                ScriptedServer two = ScriptedServer.start()) {
            one.always(ScriptedReply.tokens(tokens).reset(ScriptedReply.FaultPoint.tokens(5)));
            two.always(ScriptedReply.text(" five six seven eight nine ten"));
            Capabilities can = Capabilities.assumed().withFeature(Feature.PREFILL);
            ChatProvider first = Providers.openAiCompatible(
                    Endpoint.of("one", one.url(), "key").withModel("m", can), OpenAiCompatibility.defaults());
            ChatProvider second = Providers.openAiCompatible(
                    Endpoint.of("two", two.url(), "key").withModel("m", can), OpenAiCompatibility.defaults());
            for (int i = 0; i < STREAMS_BEFORE; i++) {
                firstContent(second);
            }
            System.out.printf(
                    Locale.ROOT,
                    "the first takeover of this JVM, after %d streams without one: gap %.2f ms%n",
                    STREAMS_BEFORE,
                    gap(first, second) / 1e6);
            for (int i = 0; i < WARM_UP; i++) {
                gap(first, second);
                firstContent(second);
            }
            long[] gaps = new long[count];
            long[] alone = new long[count];
            for (int i = 0; i < count; i++) {
                gaps[i] = gap(first, second);
                alone[i] = firstContent(second);
            }
            Arrays.sort(gaps);
            Arrays.sort(alone);
            System.out.printf("%d takeovers after %d to warm up%n", count, WARM_UP);
            for (int percent : new int[] {50, 90, 99}) {
                int at = count * percent / 100;
                System.out.printf(
                        Locale.ROOT,
                        "p%d: gap %.2f ms, the rescuer's own first content %.2f ms, difference %.2f ms%n",
                        percent,
                        gaps[at] / 1e6,
                        alone[at] / 1e6,
                        (gaps[at] - alone[at]) / 1e6);
            }
        }
    }

    private static long gap(ChatProvider first, ChatProvider second) {
        // A door of its own each time: one that has learned that its first provider is ill would not ask it.
        ChatProvider resuming = ResumingProvider.over(
                Understudy.builder()
                        .retry(RetryPolicy.none())
                        .provider(first)
                        .provider(second)
                        .build(),
                ResumePolicy.exact());
        long[] times = {0, 0};
        resuming.stream(ChatRequest.of("m", "Count"))
                .doOnNext(chunk -> {
                    if (chunk instanceof StreamChunk.Text) {
                        long now = System.nanoTime();
                        if (times[1] == 0) {
                            times[0] = now;
                        }
                    } else if (chunk instanceof StreamChunk.Switched) {
                        times[1] = System.nanoTime();
                    }
                })
                .blockLast(Duration.ofSeconds(10));
        return times[1] - times[0];
    }

    private static long firstContent(ChatProvider second) {
        ChatProvider door = Understudy.builder().provider(second).build();
        long began = System.nanoTime();
        door.stream(ChatRequest.of("m", "Count")).filter(StreamChunk::isContent).blockFirst(Duration.ofSeconds(10));
        return System.nanoTime() - began;
    }

    private static long heapAfterGc() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static long direct() {
        return Math.max(
                io.netty.util.internal.PlatformDependent.usedDirectMemory(),
                ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                        .filter(pool -> pool.getName().equals("direct"))
                        .mapToLong(BufferPoolMXBean::getMemoryUsed)
                        .sum());
    }
}
