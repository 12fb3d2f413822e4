package dev.understudy.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Feature;
import dev.understudy.chat.Message;
import dev.understudy.chat.StreamChunk;
import dev.understudy.ops.agent.Agents;
import dev.understudy.ops.agent.Config;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What cannot be seen from outside a chain is seen in what it does. */
class AppliedTest {

    private static final ChatRequest REQUEST = ChatRequest.of("m", "Who is there?");
    private static final Duration LONG = Duration.ofSeconds(30);

    private final ScriptedProvider ann = ScriptedProvider.named("ann").always(ScriptedAnswer.text("Ann"));
    private final ScriptedProvider bob = ScriptedProvider.named("bob").always(ScriptedAnswer.text("Bob"));

    private Agents agents(String settings) {
        String agent = "{primary: ann, backups: [bob], " + settings + "}";
        return Agents.builder(Config.parse(
                        "providers: {ann: {supplied: true}, bob: {supplied: true}}\nagents: {a: " + agent + "}",
                        Map.of()))
                .supply(ann)
                .supply(bob)
                .open();
    }

    private String said(String settings, ChatRequest request) {
        try (Agents agents = agents(settings)) {
            return agents.provider("a").chat(request).map(ChatResponse::text).block(LONG);
        }
    }

    @Test
    void stopOnInvalidRequest() {
        ann.always(ScriptedAnswer.fail(FailureKind.INVALID_REQUEST));
        assertThat(said("stopOnInvalidRequest: false", REQUEST)).isEqualTo("Bob");
        assertThatExceptionOfType(ChatException.class).isThrownBy(() -> said("stopOnInvalidRequest: true", REQUEST));
    }

    @Test
    void routeAroundFilters() {
        ann.always(ScriptedAnswer.fail(FailureKind.CONTENT_FILTERED));
        assertThat(said("routeAroundFilters: true", REQUEST)).isEqualTo("Bob");
        assertThatExceptionOfType(ChatException.class).isThrownBy(() -> said("routeAroundFilters: false", REQUEST));
    }

    @Test
    void selection() {
        ann.can(Capabilities.assumed().withPrice(Capabilities.Price.of(9, 9)));
        bob.can(Capabilities.assumed().withoutFeature(Feature.VISION).withPrice(Capabilities.Price.of(1, 1)));
        assertThat(said("selection: {strategy: sequential}", REQUEST)).isEqualTo("Ann");
        assertThat(said("selection: {strategy: cheapest}", REQUEST)).isEqualTo("Bob");
        assertThat(said("selection: {strategy: cheapest, features: [vision]}", REQUEST))
                .isEqualTo("Ann");
    }

    @Test
    void contextWindow() {
        ChatRequest talk = ChatRequest.of(
                "m",
                List.of(
                        Message.user("x".repeat(4_000)),
                        Message.assistant("y".repeat(4_000)),
                        Message.user("Who is there?")));
        said("contextWindow: {tokens: 100}", talk);
        assertThat(ann.requests().get(0).messages()).hasSize(1);
        said("contextWindow: {tokens: 10000}", talk);
        assertThat(ann.requests().get(1).messages()).hasSize(3);
    }

    @Test
    void timeoutsOfReasoningAndOtherModels() {
        ann.always(ScriptedAnswer.hang());
        assertThat(streamed("timeouts: {firstContent: 50ms}")).isEqualTo("Bob");
        ann.can(Capabilities.assumed().withFeature(Feature.REASONING));
        assertThat(streamed("reasoningTimeouts: {firstContent: 50ms}")).isEqualTo("Bob");
    }

    private String streamed(String settings) {
        try (Agents agents = agents(settings)) {
            return agents.provider("a").stream(REQUEST)
                    .map(StreamChunk::text)
                    .collect(Collectors.joining())
                    .block(LONG);
        }
    }
}
