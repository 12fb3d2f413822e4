package dev.understudy.behaviour;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.equalToJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static dev.understudy.behaviour.Rehearsal.REQUEST;
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
    final Rehearsal stage = new Rehearsal();

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

    @ThroughBothDoors
    void anOverloadThatPassesIsRetriedWithTheSameRequest(Door door) {
        String answer = door == Door.CHAT
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
                        .withHeader("content-type", door == Door.CHAT ? "application/json" : "text/event-stream")
                        .withBody(answer)));
        Understudy understudy = stage.understudy(stage.provider(Wire.OPENAI, foreign()));
        assertThat(door.hear(understudy, REQUEST).text()).isEqualTo("Yes.");
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
        return Rehearsal.times(Rehearsal.everywhere(), (Object[]) Fault.values());
    }

    @ParameterizedTest
    @MethodSource("faults")
    void aFaultOfTheConnectionGoesToTheNext(Wire wire, Door door, Fault fault) {
        FOREIGN.stubFor(post(anyUrl()).willReturn(aResponse().withFault(fault)));
        ScriptedServer second = stage.server().then(ScriptedReply.text("I stand in."));
        Understudy understudy = stage.builder(stage.provider(wire, foreign()), stage.provider(wire, "p2", second, "k2"))
                .retry(RetryPolicy.none())
                .build();
        Heard heard = door.hear(understudy, REQUEST);
        assertThat(heard.text()).isEqualTo("I stand in.");
        assertThat(heard.kinds()).singleElement().isIn(kinds(fault));
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

    @OnEveryWire
    void aPageOfAProxyIsNoAnswer(Wire wire, Door door) {
        FOREIGN.stubFor(post(anyUrl())
                .willReturn(aResponse()
                        .withHeader("content-type", "text/html")
                        .withBody("<html><head></head><body>Please sign in.</body></html>")));
        ScriptedServer second = stage.server().then(ScriptedReply.text("I stand in."));
        Understudy understudy = stage.builder(stage.provider(wire, foreign()), stage.provider(wire, "p2", second, "k2"))
                .retry(RetryPolicy.none())
                .build();
        Heard heard = door.hear(understudy, REQUEST);
        assertThat(heard.text()).isEqualTo("I stand in.");
        assertThat(heard.kinds()).hasSize(1);
    }
}
