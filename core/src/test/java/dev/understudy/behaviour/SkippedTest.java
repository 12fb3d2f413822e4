package dev.understudy.behaviour;

import static dev.understudy.behaviour.Rehearsal.REQUEST;
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

/** Who cannot do what a request needs is not asked. */
class SkippedTest {

    private static final ChatRequest WITH_TOOL = REQUEST.withTools(List.of(Tool.of("clock", "Tells the time.")));

    @RegisterExtension
    final Rehearsal stage = new Rehearsal();

    private final ScriptedServer first = stage.server();
    private final ScriptedServer second = stage.server().then(ScriptedReply.text("I stand in."));

    private Understudy over(Wire wire, Capabilities ofTheFirst, Capabilities ofTheSecond) {
        return stage.understudy(
                stage.provider(wire, Wire.endpoint("p1", first, "k1").withModel("m", ofTheFirst)),
                stage.provider(wire, Wire.endpoint("p2", second, "k2").withModel("m", ofTheSecond)));
    }

    private static Capabilities without(Feature feature) {
        return Capabilities.assumed().withoutFeature(feature);
    }

    private void secondServes(Heard heard, String why) {
        assertThat(heard.text()).isEqualTo("I stand in.");
        assertThat(heard.kinds()).containsExactly(FailureKind.SKIPPED);
        assertThat(heard.failures().get(0).message()).isEqualTo(why);
        assertThat(heard.trail().attempts())
                .extracting(AttemptLog.Attempt::outcome)
                .containsExactly(AttemptLog.Outcome.SKIPPED, AttemptLog.Outcome.SERVED);
        assertThat(stage.events(Event.RouteSkipped.class)).hasSize(1);
        assertThat(first.asked()).isEmpty();
    }

    private void nobody(Understudy understudy, ChatRequest request, String why) {
        Heard heard = Door.STREAM.hear(understudy, request);
        assertThat(heard.error()).isInstanceOf(ChatException.Rejected.class).hasMessage(why);
        assertThat(first.asked()).isEmpty();
        assertThat(second.asked()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void aProviderWithoutStreamingIsSkippedByAStream(Wire wire) {
        Understudy understudy = over(wire, without(Feature.STREAMING), Capabilities.assumed());
        secondServes(Door.STREAM.hear(understudy, REQUEST), "lacks streaming");
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void aProviderWithoutStreamingStillAnswersChat(Wire wire) {
        first.then(ScriptedReply.text("In one piece."));
        Understudy understudy = over(wire, without(Feature.STREAMING), Capabilities.assumed());
        assertThat(Door.CHAT.hear(understudy, REQUEST).text()).isEqualTo("In one piece.");
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void aProviderWithoutStreamingToolsIsSkippedByAStreamWithTools(Wire wire) {
        Understudy understudy = over(wire, without(Feature.STREAMING_TOOLS), Capabilities.assumed());
        secondServes(Door.STREAM.hear(understudy, WITH_TOOL), "lacks streaming tools");
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void aProviderWithoutStreamingToolsStillStreamsText(Wire wire) {
        first.then(ScriptedReply.text("Without tools."));
        Understudy understudy = over(wire, without(Feature.STREAMING_TOOLS), Capabilities.assumed());
        assertThat(Door.STREAM.hear(understudy, REQUEST).text()).isEqualTo("Without tools.");
    }

    @OnEveryWire
    void aProviderWithoutToolsOrVisionIsSkippedThroughBothDoors(Wire wire, Door door) {
        ChatRequest looking = ChatRequest.of(
                "m", List.of(Message.user("What is this?", Message.Image.url("https://example.com/cat.png"))));
        Understudy understudy = over(wire, without(Feature.VISION), Capabilities.assumed());
        secondServes(door.hear(understudy, looking), "lacks vision");
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void whenNobodyStreamsTheMessageSaysSo(Wire wire) {
        Understudy understudy = over(wire, without(Feature.STREAMING), without(Feature.STREAMING));
        nobody(understudy, REQUEST, "No provider supports streaming");
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void whenNobodyStreamsToolsTheMessageSaysSo(Wire wire) {
        Understudy understudy = over(wire, without(Feature.STREAMING_TOOLS), without(Feature.STREAMING_TOOLS));
        nobody(understudy, WITH_TOOL, "No provider supports streaming tool events");
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void whenOneDoesNotStreamAndTheOtherStreamsNoToolsTheMessageNamesTheTools(Wire wire) {
        Understudy understudy = over(wire, without(Feature.STREAMING), without(Feature.STREAMING_TOOLS));
        nobody(understudy, WITH_TOOL, "No provider supports streaming tool events");
    }
}
