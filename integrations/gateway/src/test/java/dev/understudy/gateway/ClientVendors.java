package dev.understudy.gateway;

import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Usage;
import dev.understudy.testing.RecordedRequest;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedReply.FaultPoint;
import dev.understudy.testing.ScriptedServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Scripted vendors of several APIs behind a gateway, whose answers depend on the request; for tests of official clients. */
final class ClientVendors implements AutoCloseable {

    static final String KEY = "key-of-clients";

    private static final String TEXT =
            IntStream.rangeClosed(1, 30).mapToObj(i -> "word" + i).collect(Collectors.joining(" "));
    private static final String OBJECT = "{\"city\":\"Bern\",\"sky\":\"blue\"}";
    private static final String THOUGHT = "The user wants a sum.";
    private static final Usage USAGE = Usage.of(12, 30);

    private final List<ScriptedServer> servers = new ArrayList<>();
    private final RunningGateway gateway;

    private ClientVendors(Path folder) throws IOException {
        ScriptedServer chat = server(true);
        ScriptedServer responses = server(true);
        ScriptedServer claude = server(true);
        ScriptedServer spareChat = server(false);
        ScriptedServer spareClaude = server(false);
        ScriptedServer dead = started().always(text(TEXT).cut(FaultPoint.tokens(5)));
        ScriptedServer slow = started().always(text(TEXT).between(Duration.ofMillis(200)));
        Path file = Files.writeString(folder.resolve("understudy.yaml"), """
                providers:
                  chat: {dialect: openai, baseUrl: "%s", keys: ["${KEY}"], model: gpt-5.6}
                  responses: {dialect: openai-responses, baseUrl: "%s", keys: ["${KEY}"], model: gpt-5.6}
                  claude: {dialect: anthropic, baseUrl: "%s", keys: ["${KEY}"], model: claude-sonnet-4-5}
                  spare-chat: {dialect: openai, baseUrl: "%s", keys: ["${KEY}"], model: gpt-5.6}
                  spare-claude: {dialect: anthropic, baseUrl: "%s", keys: ["${KEY}"], model: claude-sonnet-4-5}
                  dead: {dialect: openai, baseUrl: "%s", keys: ["${KEY}"], model: gpt-5.6}
                  slow: {dialect: openai, baseUrl: "%s", keys: ["${KEY}"], model: gpt-5.6}
                agents:
                  chat: {primary: chat, backups: [spare-chat]}
                  responses: {primary: responses, backups: [spare-chat]}
                  claude: {primary: claude, backups: [spare-claude]}
                  dead: {primary: dead, circuit: {consecutive: 0}}
                  slow: {primary: slow}
                """.formatted(
                chat.url(), responses.url(), claude.url(), spareChat.url(), spareClaude.url(), dead.url(), slow.url()));
        this.gateway = RunningGateway.start(file, Map.of("GATEWAY_TOKEN", KEY, "KEY", "key-of-vendors"));
    }

    static ClientVendors start(Path folder) throws IOException {
        return new ClientVendors(folder);
    }

    String url() {
        return "http://127.0.0.1:" + gateway.port();
    }

    private ScriptedServer started() {
        ScriptedServer server = ScriptedServer.start();
        servers.add(server);
        return server;
    }

    private static ScriptedReply text(String text) {
        return ScriptedReply.text(text).withUsage(USAGE);
    }

    /** @param cuts true if it dies in the middle of answers to a request that says so */
    private ScriptedServer server(boolean cuts) {
        return started().strict().rule(request -> reply(request, cuts));
    }

    private static ScriptedReply reply(RecordedRequest request, boolean cuts) {
        String body = request.text();
        if (body.contains("LIMIT")) {
            // requests of other tests must not meet a provider that cools down
            return ScriptedReply.rateLimited(Duration.ofSeconds(1));
        }
        if (body.contains("Was it signed?")) {
            return text(body.contains("\"signature\":\"c2lnbmVk\"") ? "It was signed." : "It was not.");
        }
        if (body.contains("THINK")) {
            return ScriptedReply.chunks(
                    new StreamChunk.Reasoning(THOUGHT, new ReasoningBlock.Signature("c2lnbmVk", false, "anthropic"), 0),
                    new StreamChunk.Text(TEXT, 1));
        }
        if (body.contains("\"tool_call_id\"") || body.contains("\"tool_use_id\"") || body.contains("_call_output\"")) {
            return text(body.contains("sunny") ? "It is sunny in Bern." : "No result.");
        }
        if (body.contains("\"name\":\"json\"")) { // how the AI SDK asks unknown models for an object
            return ScriptedReply.toolCall("call_1", "json", OBJECT).withUsage(USAGE);
        }
        if (body.contains("\"tools\"")) {
            return ScriptedReply.toolCall("call_1", "weather", "{\"city\":\"Bern\"}")
                    .withUsage(USAGE);
        }
        if (body.contains("json_schema") || body.contains("as JSON")) {
            return text(OBJECT);
        }
        if (body.contains("iVBORw0KGgo")) {
            return text("An image.");
        }
        if (body.contains("JVBERi0xLjQg")) {
            return text("A document.");
        }
        return cuts && body.contains("CUT") ? text(TEXT).cut(FaultPoint.tokens(10)) : text(TEXT);
    }

    @Override
    public void close() {
        gateway.close();
        servers.forEach(ScriptedServer::close);
    }
}
