package dev.understudy.streaming;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ChatResponseAggregator;
import dev.understudy.chat.Feature;
import dev.understudy.chat.Message;
import dev.understudy.chat.Tool;
import dev.understudy.chat.ToolCall;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.testing.RecordedRequest;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedReply.FaultPoint;
import dev.understudy.testing.ScriptedServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A vendor dies in the middle of an answer of an agent's conversation, another one goes on, and the conversation
 * continues at either of them. The servers refuse what the vendors refuse.
 */
class ResumedJourneyTest {

    private static final boolean ALL = Boolean.getBoolean("understudy.tests.all");

    /** One of so many cases is played by default. */
    private static final int SAMPLE = 29;

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String MODEL = "gemini-3-pro";
    private static final JsonMapper MAPPER = new JsonMapper();

    /** Where the answer is cut: in its text, or in its tool call where it has one. */
    private enum Cut {
        TEXT,
        ARGUMENTS
    }

    private record Case(
            ResumedVendor start, ResumedVendor target, int turn, Cut cut, boolean restarts, boolean returns) {}

    private static final Map<ResumedVendor, ScriptedServer> SERVERS = new EnumMap<>(ResumedVendor.class);
    private static final Map<ResumedVendor, ChatProvider> PROVIDERS = new EnumMap<>(ResumedVendor.class);
    private static final Queue<String> LEAKS = new ConcurrentLinkedQueue<>();

    private static volatile int turn;
    private static volatile ResumedVendor down;
    private static volatile FaultPoint fault;

    static {
        for (ResumedVendor vendor : ResumedVendor.values()) {
            ScriptedServer server = vendor.strict(ScriptedServer.start()).rule(asked -> reply(vendor, asked));
            Capabilities can = Capabilities.assumed();
            Endpoint endpoint = Endpoint.of(vendor.name(), server.url(vendor.base()), "key-of-" + vendor)
                    .withModel(MODEL, vendor.continues() ? can.withFeature(Feature.PREFILL) : can);
            SERVERS.put(vendor, server);
            PROVIDERS.put(vendor, vendor.at(endpoint));
        }
    }

    private static ScriptedReply reply(ResumedVendor vendor, RecordedRequest asked) {
        for (ResumedVendor other : ResumedVendor.values()) {
            if (other != vendor && asked.text().contains(ResumedVendor.signature(other, ""))) {
                LEAKS.add("data of " + other + " reached " + vendor);
            }
        }
        FaultPoint point = fault;
        if (vendor == down && point != null) {
            fault = null;
            return vendor.answer(turn, "").cut(point);
        }
        return vendor == down
                ? ScriptedReply.status(503)
                : vendor.answer(turn, vendor.continues() ? prefix(asked.text()) : "");
    }

    /** Returns the text that the request asks to continue; "" for none. */
    private static String prefix(String body) {
        JsonNode messages = MAPPER.readTree(body).path("messages");
        JsonNode last = messages.path(messages.size() - 1);
        if (!last.path("role").asString("").equals("assistant")) {
            return "";
        }
        JsonNode content = last.path("content");
        return content.isString()
                ? content.asString()
                : content.path(0).path("text").asString("");
    }

    @AfterAll
    static void close() {
        PROVIDERS.values().forEach(ChatProvider::close);
        SERVERS.values().forEach(ScriptedServer::close);
    }

    @ParameterizedTest
    @EnumSource
    void conversationGoesOnAfterATakeoverWithinAnAnswer(ResumedVendor start) {
        List<Case> cases = new ArrayList<>();
        for (ResumedVendor target : ResumedVendor.values()) {
            for (int i = 0; i < ResumedVendor.TURNS * 8 && target != start; i++) {
                Cut cut = Cut.values()[i / 4 % 2];
                cases.add(new Case(start, target, i / 8, cut, (i & 1) == 1, (i & 2) == 2));
            }
        }
        int played = 0;
        for (int i = 0; i < cases.size(); i++) {
            if (ALL || i % SAMPLE == start.ordinal()) {
                journey(cases.get(i));
                played++;
            }
        }
        assertThat(cases).hasSize((ResumedVendor.values().length - 1) * ResumedVendor.TURNS * 8);
        assertThat(played).isGreaterThanOrEqualTo(ALL ? cases.size() : cases.size() / SAMPLE);
    }

    private static void journey(Case by) {
        ChatRequest request = ChatRequest.of(
                        MODEL,
                        List.of(Message.system("You count."), Message.user("How many?")),
                        List.of(Tool.of("lookup", "Looks a number up.")))
                .withMaxTokens(4000)
                .withTemperature(0)
                .withExtra("anthropic", "thinking", Map.of("type", "enabled", "budget_tokens", 2000));
        for (turn = 0; turn < ResumedVendor.TURNS; turn++) {
            String name = by + ", turn " + turn;
            boolean dies = turn == by.turn();
            down = dies || (turn > by.turn() && !by.returns()) ? by.start() : null;
            fault = dies ? by.start().point(turn, by.cut() == Cut.ARGUMENTS) : null;
            ChatResponse answer = answer(by, request, name);
            assertThat(LEAKS).as(name).isEmpty();
            assertThat(answer.text()).as(name).isEqualTo(ResumedVendor.text(turn));
            assertThat(answer.servedBy().provider())
                    .as(name)
                    .isEqualTo((down == null ? by.start() : by.target()).name());
            List<ToolCall> calls = answer.toolCalls();
            assertThat(calls).as(name).extracting(ToolCall::arguments).isEqualTo(ResumedVendor.arguments(turn));
            request = request.plus(answer.message());
            for (ToolCall call : calls) {
                request = request.plus(Message.toolResult(call, "{\"number\":21}"));
            }
        }
    }

    private static ChatResponse answer(Case by, ChatRequest request, String name) {
        Understudy understudy = Understudy.builder()
                .retry(RetryPolicy.none())
                .provider(PROVIDERS.get(by.start()))
                .provider(PROVIDERS.get(by.target()))
                .build();
        ResumePolicy policy = by.restarts() ? ResumePolicy.of(ResumePolicy.Strategy.RESTART) : ResumePolicy.exact();
        try {
            ChatResponse answer = ChatResponseAggregator.collect(
                            ResumingProvider.over(understudy, policy).stream(request))
                    .block(LIMIT);
            assertThat(answer).isNotNull();
            return answer;
        } catch (RuntimeException | AssertionError failed) {
            String refused = SERVERS.values().stream()
                    .flatMap(server -> server.calls().stream())
                    .filter(asked -> asked.refusal() != null)
                    .reduce((earlier, later) -> later)
                    .map(asked -> asked.refusal() + " " + asked.text())
                    .orElse("nothing was refused");
            throw new AssertionError(name + ": " + failed + "\n" + refused, failed);
        }
    }
}
