package dev.understudy.streaming;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.StreamChunk;
import dev.understudy.provider.Providers;
import dev.understudy.provider.endpoint.Endpoint;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Memory that a stream holds while its answer arrives. */
class LiveStreamMemoryTest {

    private static final int MIB = 1 << 20;

    @Test
    void encodedRequestIsReleasedWhenTheAnswerBegins() throws Exception {
        try (SilentServer server = new SilentServer();
                ChatProvider provider = Providers.openAi(Endpoint.of("model", server.url(), "a-key"))) {
            ChatRequest small = ChatRequest.of("gpt-5.6", "Hello");
            ChatRequest large = ChatRequest.of("gpt-5.6", "word ".repeat(8 * MIB / 5));
            ChatProvider resuming = ResumingProvider.over(Understudy.over(provider));
            Disposable warm = open(resuming, small, 1);
            long before = used();
            Disposable live = open(resuming, large, 1);
            long held = used() - before;
            live.dispose();
            warm.dispose();
            assertThat(held)
                    .as("held by a stream with a prompt of 8 MiB, in KiB: " + held / 1024)
                    .isLessThan(MIB);
        }
    }

    @Test
    void clientHoldsTheAnswerOnce() throws Exception {
        double copies = copies(Understudy.over(new Tokens()));
        assertThat(copies).as("copies of the answer: " + copies).isLessThan(1.2);
    }

    @Test
    void resumingProviderHoldsTheAnswerOnceMoreAndItsPieces() throws Exception {
        double copies = copies(ResumingProvider.over(Understudy.over(new Tokens())));
        assertThat(copies).as("copies of the answer: " + copies).isLessThan(2.6);
    }

    private static double copies(ChatProvider provider) throws Exception {
        ChatRequest request = ChatRequest.of("m", "Hello");
        open(provider, request, 10).dispose();
        long before = used();
        Disposable live = open(provider, request, Tokens.COUNT - 1);
        long held = used() - before;
        live.dispose();
        return (double) held / (Tokens.COUNT * Tokens.TEXT.length());
    }

    /** Subscribes, and waits for a number of chunks. */
    private static Disposable open(ChatProvider provider, ChatRequest request, int chunks) throws Exception {
        CountDownLatch received = new CountDownLatch(1);
        AtomicInteger count = new AtomicInteger();
        Disposable live = provider.stream(request)
                .filter(StreamChunk::isContent)
                .subscribe(chunk -> {
                    if (count.incrementAndGet() == chunks) {
                        received.countDown();
                    }
                });
        assertThat(received.await(20, TimeUnit.SECONDS)).isTrue();
        return live;
    }

    private static long used() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** A provider of many short pieces, whose answer does not end. */
    private static final class Tokens implements ChatProvider {

        static final int COUNT = 600_000;
        static final String TEXT = "tok ";

        @Override
        public String name() {
            return "tokens";
        }

        @Override
        public Mono<ChatResponse> chat(ChatRequest request) {
            return Mono.never();
        }

        @Override
        public Flux<StreamChunk> stream(ChatRequest request) {
            return Flux.range(0, COUNT)
                    .<StreamChunk>map(i -> new StreamChunk.Text(TEXT))
                    .concatWith(Flux.never());
        }
    }

    /** A server that drops each request, sends one piece of an answer, and is silent from then on. */
    private static final class SilentServer implements AutoCloseable {

        private static final Pattern LENGTH = Pattern.compile("(?i)content-length: (\\d+)");

        private final ServerSocket server;

        SilentServer() {
            try {
                server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
            daemon(() -> {
                while (true) {
                    Socket client = server.accept();
                    daemon(() -> serve(client));
                }
            });
        }

        private interface Work {
            void run() throws IOException;
        }

        private static void daemon(Work work) {
            Thread thread = new Thread(() -> {
                try {
                    work.run();
                } catch (IOException closed) {
                    // The end of the test.
                }
            });
            thread.setDaemon(true);
            thread.start();
        }

        private static void serve(Socket client) throws IOException {
            InputStream in = client.getInputStream();
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                head.append((char) in.read());
            }
            Matcher length = LENGTH.matcher(head);
            assertThat(length.find()).isTrue();
            in.skipNBytes(Long.parseLong(length.group(1)));
            OutputStream out = client.getOutputStream();
            out.write(("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"
                            + "data: {\"id\":\"1\",\"object\":\"chat.completion.chunk\",\"model\":\"m\",\"choices\":"
                            + "[{\"index\":0,\"delta\":{\"content\":\"one two \"}}]}\n\n")
                    .getBytes(StandardCharsets.UTF_8));
            out.flush();
            if (in.read() >= 0) {
                throw new IOException("a second request on a connection whose answer has not ended");
            }
            client.close();
        }

        String url() {
            return "http://127.0.0.1:" + server.getLocalPort() + "/v1";
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }
}
