package dev.understudy.scenario;

import static dev.understudy.scenario.SocketScenario.REQUEST;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Feature;
import dev.understudy.chat.Message;
import dev.understudy.chat.Tool;
import dev.understudy.event.Event;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import java.util.List;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Providers that lack a feature of the request are skipped. */
class SkippedRouteTest {

    private static final ChatRequest WITH_TOOL = REQUEST.withTools(List.of(Tool.of("clock", "Tells the time.")));

    @RegisterExtension
    final SocketScenario scenario = new SocketScenario();

    private final ScriptedServer first = scenario.server();
    private final ScriptedServer second = scenario.server().then(ScriptedReply.text("I stand in."));

    private Understudy over(SocketDialect dialect, Capabilities ofTheFirst, Capabilities ofTheSecond) {
        return scenario.understudy(
                scenario.provider(
                        dialect, SocketDialect.endpoint("p1", first, "k1").withModel("m", ofTheFirst)),
                scenario.provider(
                        dialect, SocketDialect.endpoint("p2", second, "k2").withModel("m", ofTheSecond)));
    }

    private static Capabilities without(Feature feature) {
        return Capabilities.assumed().withoutFeature(feature);
    }

    private void secondServes(CallResult result, String why) {
        assertThat(result.text()).isEqualTo("I stand in.");
        assertThat(result.kinds()).containsExactly(FailureKind.SKIPPED);
        assertThat(result.failures().get(0).message()).isEqualTo(why);
        assertThat(result.attemptLog().attempts())
                .extracting(AttemptLog.Attempt::outcome)
                .containsExactly(AttemptLog.Outcome.SKIPPED, AttemptLog.Outcome.SERVED);
        assertThat(scenario.events(Event.RouteSkipped.class)).hasSize(1);
        assertThat(first.requests()).isEmpty();
    }

    private void nobody(Understudy understudy, ChatRequest request, String why) {
        CallResult result = CallKind.STREAM.result(understudy, request);
        assertThat(result.error()).isInstanceOf(ChatException.Rejected.class).hasMessage(why);
        assertThat(first.requests()).isEmpty();
        assertThat(second.requests()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(SocketDialect.class)
    void providerWithoutStreamingIsSkippedForStream(SocketDialect dialect) {
        Understudy understudy = over(dialect, without(Feature.STREAMING), Capabilities.assumed());
        secondServes(CallKind.STREAM.result(understudy, REQUEST), "lacks streaming");
    }

    @ParameterizedTest
    @EnumSource(SocketDialect.class)
    void providerWithoutStreamingAnswersChat(SocketDialect dialect) {
        first.then(ScriptedReply.text("In one piece."));
        Understudy understudy = over(dialect, without(Feature.STREAMING), Capabilities.assumed());
        assertThat(CallKind.CHAT.result(understudy, REQUEST).text()).isEqualTo("In one piece.");
    }

    @ParameterizedTest
    @EnumSource(SocketDialect.class)
    void providerWithoutStreamingToolsIsSkippedWithTools(SocketDialect dialect) {
        Understudy understudy = over(dialect, without(Feature.STREAMING_TOOLS), Capabilities.assumed());
        secondServes(CallKind.STREAM.result(understudy, WITH_TOOL), "lacks streaming tools");
    }

    @ParameterizedTest
    @EnumSource(SocketDialect.class)
    void providerWithoutStreamingToolsStreamsText(SocketDialect dialect) {
        first.then(ScriptedReply.text("Without tools."));
        Understudy understudy = over(dialect, without(Feature.STREAMING_TOOLS), Capabilities.assumed());
        assertThat(CallKind.STREAM.result(understudy, REQUEST).text()).isEqualTo("Without tools.");
    }

    @EveryDialectAndKind
    void providerWithoutToolsOrVisionIsSkipped(SocketDialect dialect, CallKind kind) {
        ChatRequest looking = ChatRequest.of(
                "m", List.of(Message.user("What is this?", Message.Image.url("https://example.com/cat.png"))));
        Understudy understudy = over(dialect, without(Feature.VISION), Capabilities.assumed());
        secondServes(kind.result(understudy, looking), "lacks vision");
    }

    @ParameterizedTest
    @EnumSource(SocketDialect.class)
    void messageSaysThatNoProviderStreams(SocketDialect dialect) {
        Understudy understudy = over(dialect, without(Feature.STREAMING), without(Feature.STREAMING));
        nobody(understudy, REQUEST, "No provider supports streaming");
    }

    @ParameterizedTest
    @EnumSource(SocketDialect.class)
    void messageSaysThatNoProviderStreamsTools(SocketDialect dialect) {
        Understudy understudy = over(dialect, without(Feature.STREAMING_TOOLS), without(Feature.STREAMING_TOOLS));
        nobody(understudy, WITH_TOOL, "No provider supports streaming tool events");
    }

    @ParameterizedTest
    @EnumSource(SocketDialect.class)
    void messageNamesToolsForMixedReasons(SocketDialect dialect) {
        Understudy understudy = over(dialect, without(Feature.STREAMING), without(Feature.STREAMING_TOOLS));
        nobody(understudy, WITH_TOOL, "No provider supports streaming tool events");
    }
}
