package dev.understudy.provider.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.provider.Providers;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.testing.RecordedRequest;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.Publisher;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;

/** Calls that are cancelled at the moment when their request has arrived at a server that does not answer. */
class CancelledRequestTest {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final ChatRequest REQUEST = ChatRequest.of("m", "Why is the sky blue?");
    /** About one cancellation in a hundred meets the thread that is still writing the request. */
    private static final int CALLS = 400;

    static Stream<Function<ChatProvider, Publisher<?>>> calls() {
        return Stream.of(provider -> provider.chat(REQUEST), provider -> provider.stream(REQUEST));
    }

    @ParameterizedTest
    @MethodSource("calls")
    void everyCancellationEndsTheExchange(Function<ChatProvider, Publisher<?>> call) {
        try (ScriptedServer server = ScriptedServer.start()
                        .always(ScriptedReply.text("never").stall(ScriptedReply.FaultPoint.headers()));
                ChatProvider provider = Providers.anthropic(Endpoint.of("p", server.url() + "/v1", "k"))) {
            for (int i = 0; i < CALLS; i++) {
                Disposable reader = Flux.from(call.apply(provider)).subscribe();
                server.arrivals().skip(i).next().block(LIMIT);
                reader.dispose();
            }
            List<RecordedRequest.Ending> endings = server.endings()
                    .take(CALLS)
                    .map(RecordedRequest::ending)
                    .collectList()
                    .block(LIMIT);
            assertThat(endings).hasSize(CALLS).containsOnly(RecordedRequest.Ending.CLIENT_CANCELLED);
        }
    }
}
