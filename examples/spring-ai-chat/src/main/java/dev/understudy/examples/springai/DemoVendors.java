package dev.understudy.examples.springai;

import dev.understudy.testing.RecordedRequest;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedReply.FaultPoint;
import dev.understudy.testing.ScriptedServer;
import java.time.Duration;
import java.util.Map;

/**
 * Two vendors on this machine. The first breaks each connection in the middle of its answer.
 *
 * @param openAi speaks OpenAI's API
 * @param anthropic speaks Anthropic's API
 */
record DemoVendors(ScriptedServer openAi, ScriptedServer anthropic) {

    static final String ANSWER =
            "It is sunny in Ulm today, and it will stay so until the evening. Take a hat with you.";

    static DemoVendors start() {
        ScriptedReply call = ScriptedReply.toolCall("call_1", "weather", "{\"city\":\"Ulm\"}");
        ScriptedReply answer =
                ScriptedReply.tokens(ANSWER.split("(?<=\\G.{6})")).between(Duration.ofMillis(60));
        ScriptedServer openAi = ScriptedServer.start()
                .when(DemoVendors::hasResult, answer.reset(FaultPoint.tokens(8)))
                .always(call);
        ScriptedServer anthropic =
                ScriptedServer.start().when(DemoVendors::hasResult, answer).always(call);
        return new DemoVendors(openAi, anthropic);
    }

    Map<String, Object> properties() {
        return Map.of(
                "demo.openai",
                openAi.url(),
                "demo.anthropic",
                anthropic.url(),
                "OPENAI_API_KEY",
                "demo",
                "ANTHROPIC_API_KEY",
                "demo");
    }

    private static boolean hasResult(RecordedRequest request) {
        return request.text().contains("sunny");
    }
}
