package dev.understudy.scenario;

import static dev.understudy.scenario.SocketScenario.REQUEST;
import static dev.understudy.scenario.SocketScenario.callers;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.ProviderEvent;
import dev.understudy.chat.ResponseFormat;
import dev.understudy.chat.Tool;
import dev.understudy.event.Event;
import dev.understudy.provider.Providers;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.testing.RecordedRequest;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Requests are sent again without an optional parameter that the model refuses. */
class RefusedParameterTest {

    private static final ChatRequest WARM = REQUEST.withTemperature(0.7).withMaxTokens(100);

    @RegisterExtension
    final SocketScenario scenario = new SocketScenario();

    private final ScriptedServer server = scenario.server().always(ScriptedReply.text("It is I."));

    private static ScriptedReply refusal(String field) {
        return refused("Unsupported parameter: '" + field + "' is not supported with this model.");
    }

    private static ScriptedReply refused(String words) {
        return ScriptedReply.error(400, "invalid_request_error", words);
    }

    private static boolean has(RecordedRequest asked, String field) {
        return asked.text().contains("\"" + field + "\":");
    }

    private ScriptedServer refusing(ScriptedServer server, String... fields) {
        for (String field : fields) {
            server.when(asked -> has(asked, field), refusal(field));
        }
        return server;
    }

    private List<ProviderEvent> notices() {
        return scenario.events(Event.ProviderReported.class).stream()
                .map(Event.ProviderReported::providerEvent)
                .toList();
    }

    private Stream<Boolean> whoHad(String field) {
        return server.calls().stream().map(asked -> has(asked, field));
    }

    @EveryDialectAndKind
    void refusedParameterIsLeftOutFromThenOn(SocketDialect dialect, CallKind kind) {
        refusing(server, "temperature");
        Understudy understudy = scenario.understudy(scenario.provider(dialect, "p1", server, "k1", "k2"));
        CallResult result = kind.result(understudy, WARM);
        assertThat(result.text()).isEqualTo("It is I.");
        assertThat(result.kinds()).isEmpty();
        assertThat(result.servedBy().fallback()).isFalse();
        assertThat(whoHad("temperature")).containsExactly(true, false);
        assertThat(callers(server)).containsExactly("k1", "k1");
        assertThat(notices())
                .containsExactly(
                        new ProviderEvent.RequestAdapted("p1", "m", "temperature", ProviderEvent.Change.LEFT_OUT));
        assertThat(notices().get(0)).hasToString("p1/m is asked without temperature, which it does not accept");

        assertThat(kind.result(understudy, WARM).text()).isEqualTo("It is I.");
        assertThat(whoHad("temperature")).containsExactly(true, false, false);
        assertThat(server.calls().get(2).body()).isEqualTo(server.calls().get(1).body());
        assertThat(notices()).hasSize(1);
    }

    @EveryDialectAndKind
    void restOfTheBodyIsUnchanged(SocketDialect dialect, CallKind kind) {
        refusing(server, "temperature");
        Understudy understudy = scenario.understudy(scenario.provider(dialect, "p1", server, "k1"));
        kind.result(understudy, WARM);
        assertThat(server.calls().get(1).text())
                .isEqualTo(server.calls().get(0).text().replace(",\"temperature\":0.7", ""));
    }

    @EveryDialectAndKind
    void otherModelStillReceivesTheParameter(SocketDialect dialect, CallKind kind) {
        server.when(asked -> asked.model().equals("m") && has(asked, "temperature"), refusal("temperature"));
        Understudy understudy = scenario.understudy(scenario.provider(dialect, "p1", server, "k1"));
        kind.result(understudy, WARM);
        kind.result(understudy, WARM.withModel("n"));
        assertThat(whoHad("temperature")).containsExactly(true, false, true);
    }

    @EveryDialectAndKind
    void resendIsNoAttempt(SocketDialect dialect, CallKind kind) {
        server.then(
                refusal("temperature"),
                ScriptedReply.status(500),
                ScriptedReply.status(500),
                ScriptedReply.text("At last."));
        Understudy understudy = scenario.understudy(scenario.provider(dialect, "p1", server, "k1"));
        CallResult result = kind.result(understudy, WARM);
        assertThat(result.text()).isEqualTo("At last.");
        assertThat(result.kinds()).containsExactly(FailureKind.SERVER, FailureKind.SERVER);
        assertThat(whoHad("temperature")).containsExactly(true, false, false, false);
    }

    @EveryDialectAndKind
    void parameterIsRemovedOnlyOnce(SocketDialect dialect, CallKind kind) {
        server.always(refusal("temperature"));
        ScriptedServer other = scenario.server().always(ScriptedReply.text("I stand in."));
        Understudy understudy = scenario.understudy(
                scenario.provider(dialect, "p1", server, "k1"), scenario.provider(dialect, "p2", other, "k2"));
        CallResult result = kind.result(understudy, WARM);
        assertThat(result.text()).isEqualTo("I stand in.");
        assertThat(result.kinds()).containsExactly(FailureKind.UNSUPPORTED);
        assertThat(server.calls()).hasSize(2);
        assertThat(notices()).hasSize(1);
        assertThat(other.calls()).allMatch(asked -> has(asked, "temperature"));
    }

    @EveryDialectAndKind
    void severalParametersAreRemovedInTurn(SocketDialect dialect, CallKind kind) {
        String stop = dialect == SocketDialect.OPENAI ? "stop" : "stop_sequences";
        refusing(server, "temperature", "top_p", stop);
        Understudy understudy = scenario.understudy(scenario.provider(dialect, "p1", server, "k1"));
        ChatRequest picky = WARM.withTopP(0.9).withStop("END");
        assertThat(kind.result(understudy, picky).text()).isEqualTo("It is I.");
        assertThat(server.calls()).hasSize(4);
        kind.result(understudy, picky);
        assertThat(server.calls()).hasSize(5);
        assertThat(notices())
                .extracting(providerEvent -> ((ProviderEvent.RequestAdapted) providerEvent).parameter())
                .containsExactlyInAnyOrder("temperature", "top_p", stop);
    }

    @EveryDialectAndKind
    void fourthRefusedParameterFailsOver(SocketDialect dialect, CallKind kind) {
        String[] fields = {"temperature", "top_p", "top_k", "min_p"};
        refusing(server, fields);
        ScriptedServer other = scenario.server().always(ScriptedReply.text("I stand in."));
        Understudy understudy = scenario.understudy(
                scenario.provider(dialect, "p1", server, "k1"), scenario.provider(dialect, "p2", other, "k2"));
        String dialectName = dialect == SocketDialect.OPENAI ? "openai-chat" : "anthropic";
        ChatRequest picky =
                WARM.withTopP(0.9).withExtra(dialectName, "top_k", 5).withExtra(dialectName, "min_p", 0.1);
        CallResult result = kind.result(understudy, picky);
        assertThat(result.text()).isEqualTo("I stand in.");
        assertThat(result.kinds()).containsExactly(FailureKind.UNSUPPORTED);
        assertThat(server.calls()).hasSize(4);
    }

    @EveryDialectAndKind
    void refusedToolsOrFormatFailOver(SocketDialect dialect, CallKind kind) {
        ScriptedServer other = scenario.server().always(ScriptedReply.text("I stand in."));
        Understudy understudy = scenario.understudy(
                scenario.provider(dialect, "p1", server, "k1"), scenario.provider(dialect, "p2", other, "k2"));
        ChatRequest request = WARM.withTools(List.of(new Tool("clock", "Tells the time.", Map.of("type", "object"))))
                .withFormat(ResponseFormat.json());
        for (String words :
                List.of("This model does not support tools.", "'response_format' is not supported with this model.")) {
            int before = server.calls().size();
            server.then(refused(words));
            CallResult result = kind.result(understudy, request);
            assertThat(result.text()).isEqualTo("I stand in.");
            assertThat(result.kinds()).containsExactly(FailureKind.UNSUPPORTED);
            assertThat(server.calls()).hasSize(before + 1);
        }
        assertThat(notices()).isEmpty();
    }

    @EveryDialectAndKind
    void refusedCombinationIsNotRemembered(SocketDialect dialect, CallKind kind) {
        server.when(
                asked -> has(asked, "temperature") && has(asked, "top_p"),
                refused("`temperature` and `top_p` cannot both be specified for this model."));
        Understudy understudy = scenario.understudy(scenario.provider(dialect, "p1", server, "k1"));
        assertThat(kind.result(understudy, WARM.withTopP(0.9)).text()).isEqualTo("It is I.");
        assertThat(kind.result(understudy, REQUEST.withTopP(0.9)).text()).isEqualTo("It is I.");
        assertThat(whoHad("top_p")).containsExactly(true, false, true);
    }

    @ParameterizedTest
    @MethodSource
    void tokenLimitIsSentUnderItsOtherName(CallKind kind, OpenAiCompatibility openAiCompatibility, String other) {
        String usual = openAiCompatibility.fields().maxTokens();
        refusing(server, usual);
        Understudy understudy = scenario.understudy(scenario.closing(
                Providers.openAiCompatible(SocketDialect.endpoint("p1", server, "k1"), openAiCompatibility)));
        assertThat(kind.result(understudy, WARM).text()).isEqualTo("It is I.");
        assertThat(server.calls().get(1).text())
                .isEqualTo(server.calls().get(0).text().replace("\"" + usual + "\":", "\"" + other + "\":"));
        assertThat(server.calls().get(1).text()).contains("\"" + other + "\":100");
        assertThat(notices())
                .containsExactly(new ProviderEvent.RequestAdapted("p1", "m", usual, ProviderEvent.Change.RENAMED));
        kind.result(understudy, WARM);
        assertThat(server.calls()).hasSize(3);
    }

    static Stream<Arguments> tokenLimitIsSentUnderItsOtherName() {
        return Arrays.stream(CallKind.values())
                .flatMap(kind -> Stream.of(
                        Arguments.of(kind, OpenAiCompatibility.defaults(), "max_completion_tokens"),
                        Arguments.of(kind, OpenAiCompatibility.openAi(), "max_tokens")));
    }

    @ParameterizedTest
    @EnumSource
    void tokenLimitRefusedUnderBothNamesFailsOver(CallKind kind) {
        refusing(server, "max_tokens", "max_completion_tokens");
        ScriptedServer other = scenario.server().always(ScriptedReply.text("I stand in."));
        Understudy understudy = scenario.understudy(
                scenario.provider(SocketDialect.OPENAI, "p1", server, "k1"),
                scenario.provider(SocketDialect.OPENAI, "p2", other, "k2"));
        CallResult result = kind.result(understudy, WARM);
        assertThat(result.text()).isEqualTo("I stand in.");
        assertThat(result.kinds()).containsExactly(FailureKind.UNSUPPORTED);
        assertThat(server.calls()).hasSize(2);
    }

    @ParameterizedTest
    @EnumSource
    void refusedStreamOptionsAreLeftOut(CallKind kind) {
        refusing(server, "stream_options");
        Understudy understudy = scenario.understudy(scenario.provider(SocketDialect.OPENAI, "p1", server, "k1"));
        assertThat(kind.result(understudy, REQUEST).text()).isEqualTo("It is I.");
        assertThat(kind.result(understudy, REQUEST).text()).isEqualTo("It is I.");
        assertThat(server.calls()).hasSize(kind == CallKind.STREAM ? 3 : 2);
    }
}
