package dev.understudy.provider.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.chat.CallScope;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Message;
import dev.understudy.chat.ProviderEvent;
import dev.understudy.chat.ToolCall;
import dev.understudy.provider.OpenAiCompatibleVendor;
import dev.understudy.provider.Providers;
import dev.understudy.provider.anthropic.Anthropic;
import dev.understudy.provider.anthropic.AnthropicMessages;
import dev.understudy.provider.bedrock.BedrockAnthropic;
import dev.understudy.provider.bedrock.BedrockConverse;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.provider.endpoint.OpenAiCompatibility.CallIds;
import dev.understudy.provider.openai.OpenAiChat;
import dev.understudy.provider.openai.responses.OpenAiResponses;
import dev.understudy.testing.ScriptedServer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.util.context.Context;

class ToolCallIdMapperTest {

    private static final CallIds NINE = new CallIds("", 9, 9);

    /** Ids of many vendors, some of which differ in nothing but what another vendor does not allow. */
    private static final List<String> IDS = List.of(
            "call_0fypS1hVX",
            "functions.weather:0",
            "functions_weather_0",
            "functions/weather:0",
            "abcDEF123",
            "0",
            "1",
            "toolu_vrtx_01" + "x".repeat(60) + "A",
            "toolu_vrtx_01" + "x".repeat(60) + "B",
            "call|1",
            "çé",
            "a b");

    private static Stream<Arguments> demands() {
        return Stream.of(
                Arguments.of(new OpenAiChat(OpenAiCompatibleVendor.MISTRAL.compatibility()), "[A-Za-z0-9]{9}"),
                Arguments.of(new OpenAiChat(OpenAiCompatibleVendor.OPENROUTER.compatibility()), "[A-Za-z0-9_-]{1,40}"),
                Arguments.of(new OpenAiChat(OpenAiCompatibility.openAi()), ".{1,40}"),
                Arguments.of(new OpenAiChat(OpenAiCompatibility.azure()), ".{1,40}"),
                Arguments.of(new OpenAiResponses(), ".{1,64}"),
                Arguments.of(new Anthropic(), "[A-Za-z0-9_-]+"),
                Arguments.of(new BedrockAnthropic(), "[A-Za-z0-9_-]+"),
                Arguments.of(new BedrockConverse(), "[A-Za-z0-9_-]{1,64}"));
    }

    @ParameterizedTest
    @MethodSource("demands")
    void callsAndResultsShareAnIdInTheVendorsForm(Dialect dialect, String form) {
        List<String> ids = idsIn(dialect.encode(conversation(IDS), false));
        List<String> calls = ids.subList(0, IDS.size());
        assertThat(calls).doesNotHaveDuplicates().allMatch(id -> id.matches(form));
        assertThat(ids.subList(IDS.size(), ids.size())).isEqualTo(calls);
        for (int i = 0; i < IDS.size(); i++) {
            assertThat(calls.get(i).equals(IDS.get(i)))
                    .as(IDS.get(i))
                    .isEqualTo(IDS.get(i).matches(form));
        }
    }

    @ParameterizedTest
    @MethodSource("demands")
    void aLongerConversationIsWrittenAsItsBeginningWas(Dialect dialect, String form) {
        List<String> few = idsIn(dialect.encode(conversation(IDS.subList(0, 4)), true));
        List<String> all = idsIn(dialect.encode(conversation(IDS), true));
        assertThat(all.subList(0, 4)).isEqualTo(few.subList(0, 4));
        assertThat(idsIn(dialect.encode(conversation(IDS), true))).isEqualTo(all);
    }

    @Test
    void whereNothingIsDemandedNothingChanges() {
        List<String> twice = List.of("same", "same");
        assertThat(idsIn(new OpenAiChat(OpenAiCompatibility.defaults()).encode(conversation(IDS), false)))
                .startsWith(IDS.toArray(String[]::new));
        assertThat(idsIn(new OpenAiChat(OpenAiCompatibility.defaults()).encode(conversation(twice), false)))
                .containsOnly("same");
        assertThat(ToolCallIdMapper.changes(CallIds.any(), conversation(IDS).messages()))
                .isFalse();
    }

    @Test
    void aVendorThatNumbersItsCallsAnewInEveryTurnMayDoSo() {
        ToolCallIdMapper ids = new ToolCallIdMapper(AnthropicMessages.CALL_IDS);
        ToolCall call = new ToolCall("call_0", "f", "{}");
        String first = ids.of(call);
        assertThat(ids.of(result(call))).isEqualTo(first).isEqualTo("call_0");
        String second = ids.of(call);
        assertThat(second).isNotEqualTo(first);
        assertThat(ids.of(result(call))).isEqualTo(second);
    }

    @Test
    void twoCallsOfOneTurnWithOneIdAreAnsweredInTheirOrder() {
        ToolCallIdMapper ids = new ToolCallIdMapper(NINE);
        ToolCall call = new ToolCall("c", "f", "{}");
        List<String> calls = List.of(ids.of(call), ids.of(call));
        assertThat(calls).doesNotHaveDuplicates();
        assertThat(List.of(ids.of(result(call)), ids.of(result(call)))).isEqualTo(calls);
    }

    @Test
    void aCallWithoutAnIdIsNamedAfterItsTool() {
        ToolCallIdMapper ids = new ToolCallIdMapper(AnthropicMessages.CALL_IDS);
        ToolCall nameless = new ToolCall(" ", "weather", "{}");
        assertThat(ids.of(nameless)).isEqualTo("call_weather");
        assertThat(ids.of(result(nameless))).isEqualTo("call_weather");
    }

    @Test
    void aResultWhoseCallIsGoneIsStillSpelledInTheForm() {
        ToolCall gone = new ToolCall("call_gone", "f", "{}");
        assertThat(new ToolCallIdMapper(NINE).of(result(gone))).matches("[A-Za-z0-9]{9}");
    }

    @Test
    void noTwoOfManyIdsBecomeOne() {
        ToolCallIdMapper ids = new ToolCallIdMapper(NINE);
        Set<String> spelled = new HashSet<>();
        IntStream.range(0, 200_000).forEach(i -> spelled.add(ids.of(new ToolCall("call_" + i, "f", ""))));
        assertThat(spelled).hasSize(200_000);
    }

    @Test
    void aChangeIsNoticedOnlyWhereThereIsOne() {
        assertThat(ToolCallIdMapper.changes(
                        NINE, conversation(List.of("abcDEF123")).messages()))
                .isFalse();
        assertThat(ToolCallIdMapper.changes(
                        NINE, conversation(List.of("abcDEF1234")).messages()))
                .isTrue();
    }

    @Test
    void rewrittenIdsAreReported() {
        List<ProviderEvent> heard = new ArrayList<>();
        try (ScriptedServer server = ScriptedServer.start();
                ChatProvider provider = Providers.anthropic(Endpoint.of("p", server.url("/v1"), "k"))) {
            for (String id : List.of("functions.f:0", "toolu_1")) {
                provider.chat(conversation(List.of(id)))
                        .contextWrite(
                                context -> CallScope.reportingTo(heard::add).in(Context.of(context)))
                        .block();
            }
            ProviderEvent rewritten =
                    new ProviderEvent.RequestAdapted("p", "m", "tool_call_id", ProviderEvent.Change.REWRITTEN);
            // Each request has a tool call in its history and no tool, which the vendor demands.
            ProviderEvent declared =
                    new ProviderEvent.RequestAdapted("p", "m", "tools", ProviderEvent.Change.REWRITTEN);
            assertThat(heard).containsExactly(declared, rewritten, declared);
            assertThat(rewritten).hasToString("p/m gets tool_call_id in the form that it accepts");
            assertThat(server.calls().get(0).text()).doesNotContain("functions.f:0");
        }
    }

    @Test
    void aFormThatNothingFitsIsRefused() {
        assertThatThrownBy(() -> new CallIds("", 10, 12)).hasMessageContaining("nine");
        assertThatThrownBy(() -> new CallIds("", 1, 8)).hasMessageContaining("nine");
    }

    private static Message.ToolResult result(ToolCall call) {
        return (Message.ToolResult) Message.toolResult(call, "r");
    }

    private static ChatRequest conversation(List<String> ids) {
        List<ToolCall> calls =
                ids.stream().map(id -> new ToolCall(id, "f", "{}")).toList();
        List<Message> messages = new ArrayList<>(List.of(Message.user("q")));
        messages.add(Message.assistant("", calls.toArray(ToolCall[]::new)));
        calls.forEach(call -> messages.add(Message.toolResult(call, "r")));
        return ChatRequest.of("m", messages);
    }

    /** In their order: first the calls, then the results. */
    private static List<String> idsIn(byte[] body) {
        Matcher matcher = Pattern.compile("\"(?:id|tool_call_id|tool_use_id|call_id|toolUseId)\":\"([^\"]*)\"")
                .matcher(new String(body, StandardCharsets.UTF_8));
        return matcher.results().map(found -> found.group(1)).toList();
    }
}
