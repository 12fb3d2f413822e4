package dev.understudy.streaming;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.StreamChunk;
import dev.understudy.provider.Providers;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import reactor.test.StepVerifier;

/** Counts the operators that one chunk passes between the socket and the caller, by the onNext frames of its stack. */
class ChunkPathTest {

    private static final int MOST = 14;
    private static final Set<String> NEXT = Set.of("onNext", "tryOnNext");

    @Test
    void oneChunkPassesFewOperators(TestReporter reporter) {
        List<List<String>> paths = new CopyOnWriteArrayList<>();
        try (ScriptedServer server = ScriptedServer.start();
                ChatProvider vendor = Providers.openAi(Endpoint.of("vendor", server.url(), "key"));
                ChatProvider client = ResumingProvider.over(Understudy.over(vendor))) {
            server.then(ScriptedReply.tokens("Once", " upon", " a", " time"));
            StepVerifier.create(client.stream(ChatRequest.of("m", "Tell me a story"))
                            .doOnNext(chunk -> {
                                if (chunk instanceof StreamChunk.Text) {
                                    paths.add(path());
                                }
                            }))
                    .thenConsumeWhile(chunk -> true)
                    .expectComplete()
                    .verify(Duration.ofSeconds(20));
        }
        List<String> path = paths.get(1);
        reporter.publishEntry("onNext frames of one chunk", path.size() + ": " + path);
        assertThat(path).hasSizeLessThanOrEqualTo(MOST);
    }

    /** Returns the operators on the stack of this thread, the caller's first and without the one that looks here. */
    private static List<String> path() {
        return StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE)
                .walk(frames -> frames.filter(frame -> NEXT.contains(frame.getMethodName()) && !isBridge(frame))
                        .skip(1)
                        .map(frame -> frame.getDeclaringClass().getName())
                        .map(name -> name.substring(name.lastIndexOf('.') + 1))
                        .toList());
    }

    private static boolean isBridge(StackWalker.StackFrame frame) {
        try {
            return frame.getDeclaringClass()
                    .getDeclaredMethod(
                            frame.getMethodName(), frame.getMethodType().parameterArray())
                    .isBridge();
        } catch (NoSuchMethodException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
