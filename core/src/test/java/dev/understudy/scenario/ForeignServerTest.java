package dev.understudy.scenario;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.equalToJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static dev.understudy.scenario.SocketScenario.REQUEST;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.stubbing.Scenario;
import dev.understudy.Understudy;
import dev.understudy.chat.FailureKind;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The same on a server that is not ours, so that client and server do not agree on a mistake. */
class ForeignServerTest {

    private static final WireMockServer FOREIGN =
            new WireMockServer(WireMockConfiguration.options().dynamicPort().containerThreads(8));

    @RegisterExtension
    final SocketScenario scenario = new SocketScenario();

    @BeforeAll
    static void start() {
        FOREIGN.start();
    }

    @AfterAll
    static void stop() {
        FOREIGN.stop();
    }

    @BeforeEach
    void forget() {
        FOREIGN.resetAll();
    }

    private Endpoint foreign() {
        return Endpoint.of("p1", FOREIGN.baseUrl() + "/v1", "k1");
    }

    @ChatAndStream
    void transientOverloadIsRetriedWithEqualRequest(CallKind kind) {
        String answer = kind == CallKind.CHAT
                ? "{\"choices\":[{\"index\":0,\"message\":{\"content\":\"Yes.\"},\"finish_reason\":\"stop\"}]}"
                : "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Yes.\"},\"finish_reason\":\"stop\"}]}\n\n"
                        + "data: [DONE]\n\n";
        FOREIGN.stubFor(post(anyUrl())
                .inScenario("overload")
                .whenScenarioStateIs(Scenario.STARTED)
                .willReturn(aResponse().withStatus(503))
                .willSetStateTo("over"));
        FOREIGN.stubFor(post(anyUrl())
                .inScenario("overload")
                .whenScenarioStateIs("over")
                .willReturn(aResponse()
                        .withHeader("content-type", kind == CallKind.CHAT ? "application/json" : "text/event-stream")
                        .withBody(answer)));
        Understudy understudy = scenario.understudy(scenario.provider(SocketDialect.OPENAI, foreign()));
        assertThat(kind.result(understudy, REQUEST).text()).isEqualTo("Yes.");
        FOREIGN.verify(
                2,
                postRequestedFor(urlEqualTo("/v1/chat/completions"))
                        .withHeader("authorization", equalTo("Bearer k1"))
                        .withHeader("content-type", equalTo("application/json"))
                        .withRequestBody(equalToJson(
                                "{\"model\":\"m\",\"messages\":[{\"role\":\"system\",\"content\":\"Be brief.\"},"
                                        + "{\"role\":\"user\",\"content\":\"Who is there?\"}]}",
                                true,
                                true)));
    }

    static Stream<Arguments> faults() {
        return SocketScenario.times(SocketScenario.everywhere(), (Object[]) Fault.values());
    }

    @ParameterizedTest
    @MethodSource("faults")
    void connectionFaultFailsOver(SocketDialect dialect, CallKind kind, Fault fault) {
        FOREIGN.stubFor(post(anyUrl()).willReturn(aResponse().withFault(fault)));
        ScriptedServer second = scenario.server().then(ScriptedReply.text("I stand in."));
        Understudy understudy = scenario.builder(
                        scenario.provider(dialect, foreign()), scenario.provider(dialect, "p2", second, "k2"))
                .retry(RetryPolicy.none())
                .build();
        CallResult result = kind.result(understudy, REQUEST);
        assertThat(result.text()).isEqualTo("I stand in.");
        assertThat(result.kinds()).singleElement().isIn(kinds(fault));
        FOREIGN.verify(1, postRequestedFor(anyUrl()));
    }

    /** Random data is lost before an answer came, unless it happens to have the form of a first line. */
    private static Set<FailureKind> kinds(Fault fault) {
        return switch (fault) {
            case EMPTY_RESPONSE, CONNECTION_RESET_BY_PEER -> Set.of(FailureKind.CONNECT);
            case MALFORMED_RESPONSE_CHUNK -> Set.of(FailureKind.TRUNCATED);
            case RANDOM_DATA_THEN_CLOSE -> Set.of(FailureKind.CONNECT, FailureKind.PROTOCOL);
        };
    }

    @EveryDialectAndKind
    void htmlPageOfProxyIsNoAnswer(SocketDialect dialect, CallKind kind) {
        FOREIGN.stubFor(post(anyUrl())
                .willReturn(aResponse()
                        .withHeader("content-type", "text/html")
                        .withBody("<html><head></head><body>Please sign in.</body></html>")));
        ScriptedServer second = scenario.server().then(ScriptedReply.text("I stand in."));
        Understudy understudy = scenario.builder(
                        scenario.provider(dialect, foreign()), scenario.provider(dialect, "p2", second, "k2"))
                .retry(RetryPolicy.none())
                .build();
        CallResult result = kind.result(understudy, REQUEST);
        assertThat(result.text()).isEqualTo("I stand in.");
        assertThat(result.kinds()).hasSize(1);
    }
}
