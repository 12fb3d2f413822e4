package dev.understudy.provider.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ChatResponseAggregator;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.Message;
import dev.understudy.chat.ProviderEvent;
import dev.understudy.event.Event;
import dev.understudy.provider.OpenAiCompatibleVendor;
import dev.understudy.provider.Providers;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Answers go on as messages through the client: back to the server that they came from, and without its data to others. */
class ReturningBlocksTest {

    private static final Duration LONG = Duration.ofSeconds(20);

    private final ScriptedServer first = ScriptedServer.start();
    private final ScriptedServer second = ScriptedServer.start();

    @AfterEach
    void stop() {
        first.close();
        second.close();
    }

    @Test
    void reasoningGoesBackToItsServerAndNotToTheFallback() {
        String call = "{'index':0,'id':'call_7','type':'function','function':{'name':'clock','arguments':'{}'}}";
        first.then(ScriptedReply.raw(
                200,
                "text/event-stream",
                chunk("{'reasoning_content':'The user wants the time, '}", "null")
                        + chunk("{'reasoning_content':'so I call the tool.'}", "null")
                        + chunk("{'tool_calls':[" + call + "]}", "null") + chunk("{}", "'tool_calls'")
                        + "data: [DONE]\n\n"));
        ChatProvider thinker = Providers.of(OpenAiCompatibleVendor.DEEPSEEK, endpoint("thinker", first));
        ChatProvider other = Providers.openAiCompatible(endpoint("other", second), OpenAiCompatibility.defaults());
        try (Understudy understudy =
                Understudy.builder().provider(thinker).provider(other).build()) {
            ChatRequest request = ChatRequest.of("m", "Time?");
            ChatResponse answer = stream(understudy, request);
            assertThat(answer.reasoning()).isEqualTo("The user wants the time, so I call the tool.");
            ChatRequest next = request.plus(answer.message())
                    .plus(Message.toolResult(answer.toolCalls().get(0), "noon"));
            first.then(ScriptedReply.status(503));
            second.always(ScriptedReply.text("Noon."));
            assertThat(stream(understudy, next).text()).isEqualTo("Noon.");
            assertThat(first.calls().get(1).text())
                    .contains("\"reasoning_content\":\"The user wants the time, so I call the tool.\"");
            assertThat(second.calls()).hasSize(1);
            assertThat(second.calls().get(0).text()).contains("call_7").doesNotContain("so I call the tool");
        }
    }

    @Test
    void pausedTurnIsContinuedAndASilentPauseIsAnAnswer() {
        String use = "{'type':'server_tool_use','id':'srvtoolu_1','name':'web_search','input':{}}";
        ScriptedReply paused = ScriptedReply.raw(
                200,
                "text/event-stream",
                event("message_start", "'message':{'id':'msg_1','content':[]}")
                        + event("content_block_start", "'index':0,'content_block':" + use)
                        + event(
                                "content_block_delta",
                                "'index':0,'delta':{'type':'input_json_delta','partial_json':'{\\'query\\':1}'}"
                                        .replace("\\'", "\\\""))
                        + event("content_block_stop", "'index':0")
                        + event("message_delta", "'delta':{'stop_reason':'pause_turn'}")
                        + event("message_stop", "'x':0"));
        first.then(paused);
        try (Understudy understudy = Understudy.over(Providers.anthropic(endpoint("claude", first)))) {
            ChatRequest request = ChatRequest.of("m", "search");
            ChatResponse answer = stream(understudy, request);
            assertThat(answer.finishReason()).isEqualTo(FinishReason.PAUSE);
            first.then(ScriptedReply.text("Found it."));
            ChatResponse rest = understudy.chat(request.plus(answer.message())).block(LONG);
            assertThat(rest).isNotNull();
            assertThat(rest.text()).isEqualTo("Found it.");
            assertThat(first.calls()).hasSize(2);
            assertThat(first.calls().get(1).text())
                    .contains("{\"type\":\"server_tool_use\",\"id\":\"srvtoolu_1\",\"name\":\"web_search\","
                            + "\"input\":{\"query\":1}}");
        }
    }

    @Test
    void soundGoesBackToItsServerAndIsLeftOutAtTheFallback() {
        List<String> leftOut = new CopyOnWriteArrayList<>();
        first.then(ScriptedReply.raw(
                200,
                "application/json",
                ("{'choices':[{'finish_reason':'stop','message':{'content':null,'audio':{'id':'audio_1','data':'AQID',"
                                + "'transcript':'Hello.'}}}]}")
                        .replace('\'', '"')));
        try (Understudy understudy = Understudy.builder()
                .provider(Providers.openAi(endpoint("speaker", first)))
                .provider(Providers.anthropic(endpoint("writer", second)))
                .listener(event -> {
                    if (event instanceof Event.ProviderReported from
                            && from.providerEvent() instanceof ProviderEvent.RequestAdapted adapted
                            && adapted.change() == ProviderEvent.Change.LEFT_OUT) {
                        leftOut.add(adapted.provider() + " " + adapted.parameter());
                    }
                })
                .build()) {
            ChatRequest request = ChatRequest.of("m", "Say hello.");
            ChatResponse answer = understudy.chat(request).block(LONG);
            assertThat(answer).isNotNull();
            first.then(ScriptedReply.status(503));
            second.always(ScriptedReply.text("Bye."));
            ChatRequest next = request.plus(answer.message()).plus(Message.user("And now?"));
            assertThat(stream(understudy, next).text()).isEqualTo("Bye.");
            assertThat(first.calls().get(1).text()).contains("\"audio\":{\"id\":\"audio_1\"}");
            assertThat(second.calls().get(0).text()).contains("Hello.").doesNotContain("audio_1");
            assertThat(leftOut).containsExactly("writer audio");
        }
    }

    private static ChatResponse stream(ChatProvider provider, ChatRequest request) {
        ChatResponse response =
                ChatResponseAggregator.collect(provider.stream(request)).block(LONG);
        assertThat(response).isNotNull();
        return response;
    }

    private static Endpoint endpoint(String name, ScriptedServer server) {
        return Endpoint.of(name, server.url("/v1"), "sk-test-0123456789abcdef");
    }

    private static String chunk(String delta, String finish) {
        return "data: "
                + ("{'id':'c','choices':[{'index':0,'delta':" + delta + ",'finish_reason':" + finish + "}]}")
                        .replace('\'', '"')
                + "\n\n";
    }

    private static String event(String type, String fields) {
        return "event: " + type + "\ndata: " + ("{'type':'" + type + "'," + fields + "}").replace('\'', '"') + "\n\n";
    }
}
