package dev.understudy.behaviour;

import static dev.understudy.behaviour.Rehearsal.REQUEST;
import static dev.understudy.behaviour.Rehearsal.callers;
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

/** A model that refuses a parameter which the answer does not depend on is asked again without it. */
class RefusedParameterTest {

    private static final ChatRequest WARM = REQUEST.withTemperature(0.7).withMaxTokens(100);

    @RegisterExtension
    final Rehearsal stage = new Rehearsal();

    private final ScriptedServer server = stage.server().always(ScriptedReply.text("It is I."));

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
        return stage.events(Event.ProviderReported.class).stream()
                .map(Event.ProviderReported::providerEvent)
                .toList();
    }

    private Stream<Boolean> whoHad(String field) {
        return server.calls().stream().map(asked -> has(asked, field));
    }

    @OnEveryWire
    void theRequestIsSentAgainWithoutTheParameterAndLaterOnesLeaveItOutAtOnce(Wire wire, Door door) {
        refusing(server, "temperature");
        Understudy understudy = stage.understudy(stage.provider(wire, "p1", server, "k1", "k2"));
        Heard heard = door.hear(understudy, WARM);
        assertThat(heard.text()).isEqualTo("It is I.");
        assertThat(heard.kinds()).isEmpty();
        assertThat(heard.served().fallback()).isFalse();
        assertThat(whoHad("temperature")).containsExactly(true, false);
        assertThat(callers(server)).containsExactly("k1", "k1");
        assertThat(notices())
                .containsExactly(
                        new ProviderEvent.RequestAdapted("p1", "m", "temperature", ProviderEvent.Change.LEFT_OUT));
        assertThat(notices().get(0)).hasToString("p1/m is asked again without temperature, which it refuses");

        assertThat(door.hear(understudy, WARM).text()).isEqualTo("It is I.");
        assertThat(whoHad("temperature")).containsExactly(true, false, false);
        assertThat(server.calls().get(2).body()).isEqualTo(server.calls().get(1).body());
        assertThat(notices()).hasSize(1);
    }

    @OnEveryWire
    void nothingElseOfTheBodyChanges(Wire wire, Door door) {
        refusing(server, "temperature");
        Understudy understudy = stage.understudy(stage.provider(wire, "p1", server, "k1"));
        door.hear(understudy, WARM);
        assertThat(server.calls().get(1).text())
                .isEqualTo(server.calls().get(0).text().replace(",\"temperature\":0.7", ""));
    }

    @OnEveryWire
    void whatOneModelRefusesAnotherIsStillAsked(Wire wire, Door door) {
        server.when(asked -> asked.model().equals("m") && has(asked, "temperature"), refusal("temperature"));
        Understudy understudy = stage.understudy(stage.provider(wire, "p1", server, "k1"));
        door.hear(understudy, WARM);
        door.hear(understudy, WARM.withModel("n"));
        assertThat(whoHad("temperature")).containsExactly(true, false, true);
    }

    @OnEveryWire
    void itCostsNoTryOfTheWalk(Wire wire, Door door) {
        server.then(
                refusal("temperature"),
                ScriptedReply.status(500),
                ScriptedReply.status(500),
                ScriptedReply.text("At last."));
        Understudy understudy = stage.understudy(stage.provider(wire, "p1", server, "k1"));
        Heard heard = door.hear(understudy, WARM);
        assertThat(heard.text()).isEqualTo("At last.");
        assertThat(heard.kinds()).containsExactly(FailureKind.SERVER, FailureKind.SERVER);
        assertThat(whoHad("temperature")).containsExactly(true, false, false, false);
    }

    @OnEveryWire
    void theSameParameterIsGivenUpOnlyOnce(Wire wire, Door door) {
        server.always(refusal("temperature"));
        ScriptedServer other = stage.server().always(ScriptedReply.text("I stand in."));
        Understudy understudy =
                stage.understudy(stage.provider(wire, "p1", server, "k1"), stage.provider(wire, "p2", other, "k2"));
        Heard heard = door.hear(understudy, WARM);
        assertThat(heard.text()).isEqualTo("I stand in.");
        assertThat(heard.kinds()).containsExactly(FailureKind.UNSUPPORTED);
        assertThat(server.calls()).hasSize(2);
        assertThat(notices()).hasSize(1);
        assertThat(other.calls()).allMatch(asked -> has(asked, "temperature"));
    }

    @OnEveryWire
    void severalAreGivenUpOneByOne(Wire wire, Door door) {
        String stop = wire == Wire.OPENAI ? "stop" : "stop_sequences";
        refusing(server, "temperature", "top_p", stop);
        Understudy understudy = stage.understudy(stage.provider(wire, "p1", server, "k1"));
        ChatRequest picky = WARM.withTopP(0.9).withStop("END");
        assertThat(door.hear(understudy, picky).text()).isEqualTo("It is I.");
        assertThat(server.calls()).hasSize(4);
        door.hear(understudy, picky);
        assertThat(server.calls()).hasSize(5);
        assertThat(notices())
                .extracting(providerEvent -> ((ProviderEvent.RequestAdapted) providerEvent).parameter())
                .containsExactlyInAnyOrder("temperature", "top_p", stop);
    }

    @OnEveryWire
    void afterThreeTheNextRouteIsAsked(Wire wire, Door door) {
        String[] fields = {"temperature", "top_p", "top_k", "min_p"};
        refusing(server, fields);
        ScriptedServer other = stage.server().always(ScriptedReply.text("I stand in."));
        Understudy understudy =
                stage.understudy(stage.provider(wire, "p1", server, "k1"), stage.provider(wire, "p2", other, "k2"));
        String dialect = wire == Wire.OPENAI ? "openai-chat" : "anthropic";
        ChatRequest picky = WARM.withTopP(0.9).withExtra(dialect, "top_k", 5).withExtra(dialect, "min_p", 0.1);
        Heard heard = door.hear(understudy, picky);
        assertThat(heard.text()).isEqualTo("I stand in.");
        assertThat(heard.kinds()).containsExactly(FailureKind.UNSUPPORTED);
        assertThat(server.calls()).hasSize(4);
    }

    @OnEveryWire
    void aRefusalOfToolsOrOfTheFormatGoesToTheNextRoute(Wire wire, Door door) {
        ScriptedServer other = stage.server().always(ScriptedReply.text("I stand in."));
        Understudy understudy =
                stage.understudy(stage.provider(wire, "p1", server, "k1"), stage.provider(wire, "p2", other, "k2"));
        ChatRequest request = WARM.withTools(List.of(new Tool("clock", "Tells the time.", Map.of("type", "object"))))
                .withFormat(ResponseFormat.json());
        for (String words :
                List.of("This model does not support tools.", "'response_format' is not supported with this model.")) {
            int before = server.calls().size();
            server.then(refused(words));
            Heard heard = door.hear(understudy, request);
            assertThat(heard.text()).isEqualTo("I stand in.");
            assertThat(heard.kinds()).containsExactly(FailureKind.UNSUPPORTED);
            assertThat(server.calls()).hasSize(before + 1);
        }
        assertThat(notices()).isEmpty();
    }

    @OnEveryWire
    void whatIsRefusedOnlyInCompanyIsNotRemembered(Wire wire, Door door) {
        server.when(
                asked -> has(asked, "temperature") && has(asked, "top_p"),
                refused("`temperature` and `top_p` cannot both be specified for this model."));
        Understudy understudy = stage.understudy(stage.provider(wire, "p1", server, "k1"));
        assertThat(door.hear(understudy, WARM.withTopP(0.9)).text()).isEqualTo("It is I.");
        assertThat(door.hear(understudy, REQUEST.withTopP(0.9)).text()).isEqualTo("It is I.");
        assertThat(whoHad("top_p")).containsExactly(true, false, true);
    }

    @ParameterizedTest
    @MethodSource
    void aLimitIsSentUnderItsOtherName(Door door, OpenAiCompatibility openAiCompatibility, String other) {
        String usual = openAiCompatibility.fields().maxTokens();
        refusing(server, usual);
        Understudy understudy = stage.understudy(
                stage.closing(Providers.openAiCompatible(Wire.endpoint("p1", server, "k1"), openAiCompatibility)));
        assertThat(door.hear(understudy, WARM).text()).isEqualTo("It is I.");
        assertThat(server.calls().get(1).text())
                .isEqualTo(server.calls().get(0).text().replace("\"" + usual + "\":", "\"" + other + "\":"));
        assertThat(server.calls().get(1).text()).contains("\"" + other + "\":100");
        assertThat(notices())
                .containsExactly(new ProviderEvent.RequestAdapted("p1", "m", usual, ProviderEvent.Change.RENAMED));
        door.hear(understudy, WARM);
        assertThat(server.calls()).hasSize(3);
    }

    static Stream<Arguments> aLimitIsSentUnderItsOtherName() {
        return Arrays.stream(Door.values())
                .flatMap(door -> Stream.of(
                        Arguments.of(door, OpenAiCompatibility.defaults(), "max_completion_tokens"),
                        Arguments.of(door, OpenAiCompatibility.openAi(), "max_tokens")));
    }

    @ParameterizedTest
    @EnumSource
    void aLimitThatIsRefusedUnderBothNamesGoesToTheNextRoute(Door door) {
        refusing(server, "max_tokens", "max_completion_tokens");
        ScriptedServer other = stage.server().always(ScriptedReply.text("I stand in."));
        Understudy understudy = stage.understudy(
                stage.provider(Wire.OPENAI, "p1", server, "k1"), stage.provider(Wire.OPENAI, "p2", other, "k2"));
        Heard heard = door.hear(understudy, WARM);
        assertThat(heard.text()).isEqualTo("I stand in.");
        assertThat(heard.kinds()).containsExactly(FailureKind.UNSUPPORTED);
        assertThat(server.calls()).hasSize(2);
    }

    @ParameterizedTest
    @EnumSource
    void aServerThatDoesNotKnowStreamOptionsStreamsWithoutThem(Door door) {
        refusing(server, "stream_options");
        Understudy understudy = stage.understudy(stage.provider(Wire.OPENAI, "p1", server, "k1"));
        assertThat(door.hear(understudy, REQUEST).text()).isEqualTo("It is I.");
        assertThat(door.hear(understudy, REQUEST).text()).isEqualTo("It is I.");
        assertThat(server.calls()).hasSize(door == Door.STREAM ? 3 : 2);
    }
}
