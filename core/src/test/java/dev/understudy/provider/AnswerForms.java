package dev.understudy.provider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ChatResponseAggregator;
import dev.understudy.chat.Message;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/** One answer of a vendor in both forms, whole and as events; apostrophes stand for quotation marks. */
final class AnswerForms {

    /** Wire format. */
    enum Wire {
        CHAT,
        GEMINI,
        COHERE,
        OLLAMA,
        RESPONSES;

        ChatProvider at(ScriptedServer server) {
            Endpoint endpoint = Endpoint.of("p", server.url("/v1"), "key");
            return switch (this) {
                case CHAT -> Providers.openAi(endpoint);
                case GEMINI -> Providers.gemini(endpoint);
                case COHERE -> Providers.cohere(endpoint);
                case OLLAMA -> Providers.ollama(endpoint);
                case RESPONSES -> Providers.openAiResponses(endpoint);
            };
        }
    }

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private AnswerForms() {}

    /** Returns the answer, after checking that both forms give the same content. */
    static ChatResponse of(Wire wire, ChatRequest request, String whole, List<String> events) {
        try (ScriptedServer server = ScriptedServer.start()) {
            ChatProvider provider = wire.at(server);
            server.always(ScriptedReply.raw(200, "application/json", quoted(whole)));
            ChatResponse answer = Objects.requireNonNull(provider.chat(request).block(LIMIT));
            StringBuilder stream = new StringBuilder();
            events.forEach(event -> stream.append(wire == Wire.OLLAMA ? "" : "data: ")
                    .append(quoted(event))
                    .append(wire == Wire.OLLAMA ? "\n" : "\n\n"));
            server.always(ScriptedReply.raw(
                    200,
                    wire == Wire.OLLAMA ? "application/x-ndjson" : "text/event-stream",
                    stream.toString().getBytes(StandardCharsets.UTF_8)));
            ChatResponse streamed = Objects.requireNonNull(
                    ChatResponseAggregator.collect(provider.stream(request)).block(LIMIT));
            assertThat(streamed.blocks()).isEqualTo(answer.blocks());
            provider.close();
            return answer;
        }
    }

    /** Returns the body of the request that follows an answer of the same server. */
    static String next(Wire wire, ChatRequest request, String whole) {
        try (ScriptedServer server = ScriptedServer.start()) {
            ChatProvider provider = wire.at(server);
            server.always(ScriptedReply.raw(200, "application/json", quoted(whole)));
            ChatResponse answer = Objects.requireNonNull(provider.chat(request).block(LIMIT));
            provider.chat(request.plus(answer.message()).plus(Message.user("More.")))
                    .block(LIMIT);
            provider.close();
            return server.calls().get(1).text();
        }
    }

    private static String quoted(String json) {
        return json.replace('\'', '"');
    }
}
