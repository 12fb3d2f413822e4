package dev.understudy.streaming;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.understudy.Understudy;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.provider.Providers;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.provider.endpoint.Transport;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelOption;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.TestReporter;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.netty.resources.LoopResources;

/**
 * Limits of the heap that a call and a chunk allocate, from the socket to the caller. Allocation depends neither on the
 * load of the machine nor on its speed, but on the compiler: the limits are for the first compiler, which the tests run
 * with, and leave a quarter to spare. Memory is counted on the event loop, which runs everything but the first subscription.
 */
@TestInstance(Lifecycle.PER_CLASS)
class AllocationTest {

    private static final int CALLS = 30;
    private static final int SHORT = 50;
    private static final int LONG = 250;
    private static final String LOOP = "allocation-test";
    private static final ChatRequest REQUEST = ChatRequest.of("m", "Tell me a story");
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final ScriptedServer server = ScriptedServer.start();
    private final LoopResources loops = LoopResources.create(LOOP, 1, true);
    private ChatProvider understudy;
    private ChatProvider resuming;

    @BeforeAll
    void connect() {
        // Leak detection keeps a stack trace for each access to a buffer.
        Transport transport = Transport.defaults()
                .withEventLoops(loops)
                .withClient(client -> client.option(ChannelOption.ALLOCATOR, new UnpooledByteBufAllocator(true, true)));
        understudy = Understudy.over(
                Providers.openAi(Endpoint.of("vendor", server.url(), "key").withTransport(transport)));
        resuming = ResumingProvider.over(understudy);
    }

    @AfterAll
    void close() {
        resuming.close();
        server.close();
        loops.disposeLater().block(Duration.ofSeconds(10));
    }

    @Test
    void callAllocatesLittle(TestReporter reporter) {
        server.always(ScriptedReply.text("Once upon a time there was a theatre"));
        long bytes = perCall(client -> client.chat(REQUEST), understudy);
        reporter.publishEntry("bytes of a call", Long.toString(bytes));
        assertThat(bytes).isLessThan(20_000);
    }

    @Test
    void chunkAllocatesLittle(TestReporter reporter) {
        long bytes = perChunk(understudy);
        reporter.publishEntry("bytes of a chunk", Long.toString(bytes));
        assertThat(bytes).isBetween(1L, 150L);
    }

    @Test
    void resumingAllocatesLittleMore(TestReporter reporter) {
        long bytes = perChunk(resuming) - perChunk(understudy);
        reporter.publishEntry("bytes that resuming adds to a chunk", Long.toString(bytes));
        assertThat(bytes).isLessThan(65);
    }

    private long perChunk(ChatProvider client) {
        server.always(words(SHORT));
        long few = perCall(each -> each.stream(REQUEST), client);
        server.always(words(LONG));
        long many = perCall(each -> each.stream(REQUEST), client);
        return (many - few) / (LONG - SHORT);
    }

    /** Words of an answer, ten events in a write. */
    private static ScriptedReply words(int count) {
        byte[][] pieces = new byte[count / 10 + 1][];
        Arrays.fill(pieces, event("{\"content\":\" word\"}", "null").repeat(10).getBytes(StandardCharsets.UTF_8));
        pieces[count / 10] = (event("{}", "\"stop\"") + "data: [DONE]\n\n").getBytes(StandardCharsets.UTF_8);
        return ScriptedReply.raw(200, "text/event-stream", pieces);
    }

    private static String event(String delta, String finish) {
        return "data: {\"id\":\"c-1\",\"object\":\"chat.completion.chunk\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":"
                + delta + ",\"finish_reason\":" + finish + "}]}\n\n";
    }

    /** Returns the bytes of one call, once its classes are loaded. */
    private static long perCall(Function<ChatProvider, Publisher<?>> call, ChatProvider client) {
        run(call, client, CALLS / 3);
        long before = allocated();
        run(call, client, CALLS);
        return (allocated() - before) / CALLS;
    }

    private static void run(Function<ChatProvider, Publisher<?>> call, ChatProvider client, int times) {
        Flux.range(0, times)
                .concatMap(number -> Flux.from(call.apply(client)).then(), 0)
                .blockLast(Duration.ofSeconds(60));
    }

    private static long allocated() {
        long bytes = 0;
        for (long id : THREADS.getAllThreadIds()) {
            var thread = THREADS.getThreadInfo(id);
            if (thread != null && thread.getThreadName().startsWith(LOOP)) {
                bytes += THREADS.getThreadAllocatedBytes(id);
            }
        }
        return bytes;
    }
}
