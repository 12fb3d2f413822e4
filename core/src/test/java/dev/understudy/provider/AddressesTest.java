package dev.understudy.provider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Message;
import dev.understudy.chat.StreamChunk;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.testing.RecordedRequest;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** What really arrives at the server: paths, headers and signatures of vendors who are particular about them. */
class AddressesTest {

    private static final Duration SOON = Duration.ofSeconds(10);
    private static final ChatRequest REQUEST = ChatRequest.of("us.nova-x:0", "hi");
    private static final ScriptedReply CONVERSED = ScriptedReply.raw(
            200,
            "application/vnd.amazon.eventstream",
            EventStreamBytes.stream()
                    .event("contentBlockDelta", "{\"contentBlockIndex\":0,\"delta\":{\"text\":\"Hello\"}}")
                    .event("messageStop", "{\"stopReason\":\"end_turn\"}")
                    .bytes());

    private final ScriptedServer server = ScriptedServer.start();

    @AfterEach
    void close() {
        server.close();
    }

    private Endpoint endpoint(String... keys) {
        return Endpoint.of("p", server.url(), keys);
    }

    private RecordedRequest only() {
        assertThat(server.requests()).hasSize(1);
        return server.requests().get(0);
    }

    private static String text(ChatProvider provider, ChatRequest request) {
        return provider.stream(request)
                .map(StreamChunk::text)
                .collectList()
                .map(texts -> String.join("", texts))
                .blockOptional(SOON)
                .orElseThrow();
    }

    @Test
    void bedrockRequestHasTheModelInThePathAndABearerToken() {
        server.always(CONVERSED);
        try (ChatProvider provider = Providers.bedrock(endpoint("k1"))) {
            assertThat(text(provider, REQUEST)).isEqualTo("Hello");
        }
        assertThat(only().uri()).isEqualTo("/v1/model/us.nova-x%3A0/converse-stream");
        assertThat(only().header("authorization")).isEqualTo("Bearer k1");
        assertThat(only().header("accept")).isEqualTo("application/vnd.amazon.eventstream");
        assertThat(only().header("content-type")).isEqualTo("application/json");
    }

    @Test
    void bedrockTypesAnErrorByItsHeader() {
        server.always(ScriptedReply.raw(429, "application/json", "{\"message\":\"slow\"}")
                .withHeader("x-amzn-errortype", "ThrottlingException:http://example.test/"));
        try (ChatProvider provider = Providers.bedrock(endpoint("k1"))) {
            StepVerifier.create(provider.chat(REQUEST))
                    .expectErrorSatisfies(error -> {
                        assertThat(((CallFailed) error).failure().kind()).isEqualTo(FailureKind.RATE_LIMITED);
                        assertThat(((CallFailed) error).failure().code()).isEqualTo("ThrottlingException");
                    })
                    .verify(SOON);
        }
    }

    @Test
    void unencodableRequestFailsAsUnsupported() {
        try (ChatProvider provider = Providers.bedrock(endpoint("k1"))) {
            ChatRequest picture =
                    ChatRequest.of("m", List.of(Message.user("?", Message.Image.url("https://x.test/a.png"))));
            StepVerifier.create(provider.stream(picture))
                    .expectErrorSatisfies(error ->
                            assertThat(((CallFailed) error).failure().kind()).isEqualTo(FailureKind.UNSUPPORTED))
                    .verify(SOON);
        }
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void aSignerSeesWhatIsSentAndItsFieldsArriveWithIt() {
        server.always(CONVERSED);
        AtomicReference<Map<String, String>> seen = new AtomicReference<>();
        AtomicReference<URI> at = new AtomicReference<>();
        AtomicReference<byte[]> sent = new AtomicReference<>();
        Endpoint.Signer signer = (method, uri, headers, body) -> {
            at.set(uri);
            seen.set(headers);
            sent.set(body);
            return Mono.just(Map.of("Authorization", "AWS4 " + method, "X-Amz-Date", "today"));
        };
        try (ChatProvider provider = Providers.bedrock(endpoint(), signer)) {
            assertThat(text(provider, REQUEST)).isEqualTo("Hello");
        }
        assertThat(at.get()).hasToString(server.url() + "/model/us.nova-x%3A0/converse-stream");
        assertThat(seen.get())
                .containsEntry("content-type", "application/json")
                .containsEntry("accept", "application/vnd.amazon.eventstream")
                .doesNotContainKey("authorization");
        assertThat(sent.get()).isEqualTo(only().body());
        assertThat(only().header("authorization")).isEqualTo("AWS4 POST");
        assertThat(only().header("x-amz-date")).isEqualTo("today");
        seen.get().forEach((field, value) -> assertThat(only().header(field)).isEqualTo(value));
    }

    @Test
    void signerIsCalledForEachRequest() {
        server.always(CONVERSED);
        AtomicInteger asked = new AtomicInteger();
        Endpoint.Signer signer = (method, uri, headers, body) ->
                Mono.fromSupplier(() -> Map.of("Authorization", "n" + asked.incrementAndGet()));
        try (ChatProvider provider = Providers.bedrock(endpoint(), signer)) {
            text(provider, REQUEST);
            text(provider, REQUEST);
        }
        assertThat(server.requests().stream().map(each -> each.header("authorization")))
                .containsExactly("n1", "n2");
    }

    @Test
    void aSignerThatFailsIsAnAuthFailureWithoutItsWords() {
        Endpoint.Signer throwing = (method, uri, headers, body) -> {
            throw new IllegalStateException("secret-credential");
        };
        for (Endpoint.Signer signer : List.<Endpoint.Signer>of(
                throwing, (m, u, h, b) -> Mono.error(new IllegalStateException("secret-credential")))) {
            try (ChatProvider provider = Providers.bedrock(endpoint(), signer)) {
                StepVerifier.create(provider.chat(REQUEST))
                        .expectErrorSatisfies(error -> {
                            assertThat(((CallFailed) error).failure().kind()).isEqualTo(FailureKind.AUTH);
                            assertThat(((CallFailed) error).failure().message())
                                    .contains("signed")
                                    .doesNotContain("secret");
                        })
                        .verify(SOON);
            }
        }
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void whereNothingCanBeProbedNothingIsSent() {
        try (ChatProvider bedrock = Providers.bedrock(endpoint("k1"));
                ChatProvider perplexity = Providers.of(OpenAiCompatibleVendor.PERPLEXITY, endpoint("k1"))) {
            StepVerifier.create(bedrock.probe()).expectComplete().verify(SOON);
            StepVerifier.create(perplexity.probe()).expectComplete().verify(SOON);
        }
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void probeUsesTheConfiguredPath() {
        server.always(ScriptedReply.text("Hello"));
        try (ChatProvider openAi = Providers.probedAt(Providers.openAi(endpoint("k1")), "/health");
                ChatProvider bedrock = Providers.probedAt(Providers.bedrock(endpoint("k1")), "/ping")) {
            StepVerifier.create(openAi.probe()).expectError(CallFailed.class).verify(SOON);
            StepVerifier.create(bedrock.probe()).expectError(CallFailed.class).verify(SOON);
            assertThat(text(openAi, ChatRequest.of("gpt", "hi"))).isEqualTo("Hello");
        }
        assertThat(server.requests().stream().map(RecordedRequest::uri))
                .as("nothing is there, which is what probes find out")
                .containsExactly("/v1/health", "/v1/ping", "/v1/chat/completions");
    }

    @Test
    void azureRequestsHaveBothUrlForms() {
        server.always(ScriptedReply.text("Hello"));
        try (ChatProvider v1 = Providers.openAiCompatible(endpoint("k1"), OpenAiCompatibility.azure());
                ChatProvider classic = Providers.azureClassic(endpoint("k1"), "2024-10-21")) {
            text(v1, ChatRequest.of("gpt", "hi"));
            text(classic, ChatRequest.of("my gpt", "hi"));
        }
        assertThat(server.requests().stream().map(RecordedRequest::uri))
                .containsExactly(
                        "/v1/openai/v1/chat/completions",
                        "/v1/openai/deployments/my%20gpt/chat/completions?api-version=2024-10-21");
        assertThat(server.requests()).allMatch(each -> "k1".equals(each.header("api-key")));
        assertThat(server.requests()).allMatch(each -> each.header("authorization") == null);
    }

    @Test
    void responsesAreStreamedAndWhole() {
        String item = "{\"type\":\"message\",\"content\":[{\"type\":\"output_text\",\"text\":\"Hello\"}]}";
        server.then(
                ScriptedReply.raw(
                        200,
                        "text/event-stream",
                        "data: {\"type\":\"response.output_item.done\",\"output_index\":0,\"item\":" + item
                                + "}\n\ndata: {\"type\":\"response.completed\",\"response\":{\"status\":\"completed\"}}\n\n"),
                ScriptedReply.raw(200, "application/json", "{\"status\":\"completed\",\"output\":[" + item + "]}"));
        try (ChatProvider provider = Providers.openAiResponses(endpoint("k1"))) {
            assertThat(text(provider, REQUEST)).isEqualTo("Hello");
            assertThat(provider.chat(REQUEST).blockOptional(SOON).orElseThrow().text())
                    .isEqualTo("Hello");
        }
        assertThat(server.requests()).allMatch(each -> each.uri().equals("/v1/responses"));
    }
}
