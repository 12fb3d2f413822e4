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
import reactor.core.publisher.Flux;

/**
 * Scripted vendors of several APIs behind a gateway, whose answers depend on the request; for tests of official clients.
 *
 * <p>The agents {@code chat}, {@code responses} and {@code claude} have a lead of OpenAI Chat Completions, OpenAI Responses
 * and Anthropic, and a spare. The lead answers a conversation that contains {@code DOWN} with status 503, and dies in the
 * middle of its answer to one that contains {@code CUT}, unless the answer tells whether thinking came back.
 */
public final class ClientVendors implements AutoCloseable {

    public static final String KEY = "key-of-clients";
    public static final String TEXT =
            IntStream.rangeClosed(1, 30).mapToObj(i -> "word" + i).collect(Collectors.joining(" "));
    public static final String THOUGHT = "The user wants a sum.";

    private static final String REST = TEXT.substring("word1 word2 ".length());
    private static final String LEAD = "key-of-the-lead";
    private static final String SPARE = "key-of-the-spare";
    private static final String SIGNATURE = "c2lnbmVk";
    private static final String WEATHER = "{\"city\":\"Bern\"}";
    private static final Usage USAGE = Usage.of(12, 30);

    private final List<ScriptedServer> servers = new ArrayList<>();
    /** All leads and spares: what one of them signed is valid at the others of its vendor. */
    private final ScriptedServer vendors = started().strict().rule(ClientVendors::reply);

    private final RunningGateway gateway;

    private ClientVendors(Path folder) throws IOException {
        ScriptedServer dead = started().always(text(TEXT).cut(FaultPoint.tokens(5)));
        ScriptedServer slow = started().always(text(TEXT).between(Duration.ofMillis(200)));
        ScriptedServer limited = started().always(ScriptedReply.rateLimited(Duration.ofMinutes(1)));
        ScriptedServer gone = started().always(ScriptedReply.status(503));
        Path file = Files.writeString(folder.resolve("understudy.yaml"), """
                providers:
                  chat: {dialect: openai, baseUrl: "%1$s", keys: ["${LEAD}"], model: gpt-5.6}
                  responses: {dialect: openai-responses, baseUrl: "%1$s", keys: ["${LEAD}"], model: gpt-5.6}
                  claude: {dialect: anthropic, baseUrl: "%1$s", keys: ["${LEAD}"], model: claude-sonnet-4-5}
                  spare-chat: {dialect: openai, baseUrl: "%1$s", keys: ["${SPARE}"], model: gpt-5.6}
                  spare-claude: {dialect: anthropic, baseUrl: "%1$s", keys: ["${SPARE}"], model: claude-sonnet-4-5}
                  dead: {dialect: openai, baseUrl: "%2$s", keys: ["${LEAD}"], model: gpt-5.6}
                  slow: {dialect: openai, baseUrl: "%3$s", keys: ["${LEAD}"], model: gpt-5.6}
                  limited: {dialect: openai, baseUrl: "%4$s", keys: ["${LEAD}"], model: gpt-5.6}
                  gone: {dialect: openai, baseUrl: "%5$s", keys: ["${LEAD}"], model: gpt-5.6}
                defaults:
                  # the lead is asked first, however often it failed before
                  circuit: {enabled: false}
                  failover: {maxConsecutiveFailures: 1000000}
                  retry: {retries: 1, base: 20ms}
                agents:
                  chat: {primary: chat, backups: [spare-chat]}
                  responses: {primary: responses, backups: [spare-chat]}
                  claude: {primary: claude, backups: [spare-claude]}
                  dead: {primary: dead}
                  slow: {primary: slow}
                  limited: {primary: limited}
                  gone: {primary: gone}
                """.formatted(
                        vendors.url(), dead.url(), slow.url(), limited.url(), gone.url()));
        this.gateway = RunningGateway.start(file, Map.of("GATEWAY_TOKEN", KEY, "LEAD", LEAD, "SPARE", SPARE));
    }

    public static ClientVendors start(Path folder) throws IOException {
        return new ClientVendors(folder);
    }

    public String url() {
        return "http://127.0.0.1:" + gateway.port();
    }

    /** Returns the number of calls that a lead got, or a spare. */
    public long calls(boolean lead) {
        String key = lead ? LEAD : SPARE;
        return vendors.calls().stream().filter(call -> call.key().equals(key)).count();
    }

    /** Waits until a vendor is told that nobody reads the answer to a question any more. */
    public void awaitCancelled(String question) {
        Flux.merge(servers.stream().map(ScriptedServer::endings).toList())
                .filter(call -> call.ending() == RecordedRequest.Ending.CLIENT_CANCELLED
                        && call.text().contains(question))
                .blockFirst(Duration.ofSeconds(60));
    }

    private ScriptedServer started() {
        ScriptedServer server = ScriptedServer.start();
        servers.add(server);
        return server;
    }

    private static ScriptedReply text(String text) {
        return ScriptedReply.text(text).withUsage(USAGE);
    }

    private static ScriptedReply tokens(String... tokens) {
        return ScriptedReply.tokens(tokens).withUsage(USAGE);
    }

    private static ScriptedReply reply(RecordedRequest request) {
        String body = request.text();
        ScriptedReply reply = answer(body);
        if (!request.key().equals(LEAD)) {
            return reply;
        }
        if (body.contains("DOWN")) {
            return ScriptedReply.status(503);
        }
        // a takeover continues the text, without thinking
        boolean tells = body.contains("Was it signed?") || body.contains("THINK") && hasResult(body);
        // behind a thought and its signature, which an answer of another server would not have
        FaultPoint middle = FaultPoint.tokens(body.contains("THINK") ? 3 : 2);
        return body.contains("CUT") && !tells ? reply.cut(middle) : reply;
    }

    private static boolean hasResult(String body) {
        return body.contains("\"tool_call_id\"") || body.contains("\"tool_use_id\"") || body.contains("_call_output\"");
    }

    private static ScriptedReply answer(String body) {
        boolean signed = body.contains("\"signature\":\"" + SIGNATURE + "\"");
        if (body.contains("LIMIT")) {
            // requests of other tests must not meet a provider that cools down
            return ScriptedReply.rateLimited(Duration.ofSeconds(1));
        }
        if (body.contains("INVALID")) {
            return ScriptedReply.error(400, "invalid_request_error", "temperature: out of range");
        }
        if (body.contains("Was it signed?")) {
            return text(signed ? "It was signed." : "It was not.");
        }
        if (hasResult(body)) {
            return body.contains("THINK") && !signed
                    ? text("It was not signed.")
                    : text(body.contains("sunny") ? "It is sunny in Bern." : "No result.");
        }
        if (body.contains("THINK")) {
            return body.contains("\"tools\"")
                    ? ScriptedReply.chunks(thought()).withToolCall("call_1", "weather", WEATHER)
                    : ScriptedReply.chunks(thought(), words("word1 "), words("word2 "), words(REST));
        }
        if (body.contains("\"name\":\"json\"")) { // how the AI SDK asks unknown models for an object
            return ScriptedReply.toolCall("call_1", "json", "{\"city\":\"Bern\",\"sky\":\"blue\"}")
                    .withUsage(USAGE);
        }
        if (body.contains("\"tools\"")) {
            return ScriptedReply.toolCall("call_1", "weather", WEATHER).withUsage(USAGE);
        }
        if (body.contains("json_schema") || body.contains("as JSON")) {
            return tokens("{\"city\":", "\"Bern\",", "\"sky\":\"blue\"}");
        }
        if (body.contains("iVBORw0KGgo")) {
            return tokens("An", " ima", "ge.");
        }
        if (body.contains("JVBERi0xLjQg")) {
            return tokens("A", " docu", "ment.");
        }
        return text(TEXT);
    }

    private static StreamChunk thought() {
        return new StreamChunk.Reasoning(THOUGHT, new ReasoningBlock.Signature(SIGNATURE, false, "anthropic"), 0);
    }

    private static StreamChunk words(String words) {
        return new StreamChunk.Text(words, 1);
    }

    @Override
    public void close() {
        gateway.close();
        servers.forEach(ScriptedServer::close);
    }
}
