package dev.understudy.journey;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.UnderstudyBuilder;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ChatResponseAggregator;
import dev.understudy.chat.ProviderEvent;
import dev.understudy.event.Event;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.scenario.CallKind;
import dev.understudy.testing.RecordedRequest;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;

/**
 * An agent's conversation begins at each vendor and moves to each other one at each turn. The servers refuse what the
 * vendors refuse.
 */
class JourneyMatrixTest {

    private static final boolean ALL = Boolean.getBoolean("understudy.tests.all");

    private static final Map<JourneyVendor, ScriptedServer> SERVERS = new EnumMap<>(JourneyVendor.class);
    private static final Map<JourneyVendor, ChatProvider> PROVIDERS = new EnumMap<>(JourneyVendor.class);

    private static final Queue<String> LEAKS = new ConcurrentLinkedQueue<>();

    private static volatile int turn;
    private static volatile JourneyVendor down;

    static {
        for (JourneyVendor vendor : JourneyVendor.values()) {
            // Signatures of Anthropic's models are valid on both platforms, so both are one server.
            ScriptedServer server = vendor == JourneyVendor.BEDROCK_ANTHROPIC
                    ? SERVERS.get(JourneyVendor.ANTHROPIC)
                    : vendor.strict(ScriptedServer.start()).rule(asked -> reply(vendor, asked));
            SERVERS.put(vendor, server);
            PROVIDERS.put(vendor, vendor.at(server));
        }
    }

    private static ScriptedReply reply(JourneyVendor ofServer, RecordedRequest asked) {
        JourneyVendor vendor = asked.path().contains("/invoke") ? JourneyVendor.BEDROCK_ANTHROPIC : ofServer;
        String text = asked.text();
        for (JourneyVendor other : JourneyVendor.values()) {
            if (!other.sharesSignatures(vendor) && text.contains(Journey.signature(other, ""))) {
                LEAKS.add("data of " + other + " reached " + vendor);
            }
        }
        return vendor == down ? ScriptedReply.status(503) : Journey.answer(vendor, turn);
    }

    @AfterAll
    static void close() {
        PROVIDERS.values().forEach(ChatProvider::close);
        SERVERS.values().forEach(ScriptedServer::close);
    }

    @ParameterizedTest
    @EnumSource
    void journeyEndsWithTheRightAnswerWhereverItMoves(JourneyVendor start) {
        int played = 0;
        for (JourneyVendor target : JourneyVendor.values()) {
            for (int moved = 0; moved < Journey.TURNS; moved++) {
                int mixed = 7 * start.ordinal() + target.ordinal();
                for (CallKind kind : CallKind.values()) {
                    if (ALL || (mixed % Journey.TURNS == moved && mixed / Journey.TURNS % 2 == kind.ordinal())) {
                        journey(start, target, moved, kind);
                        played++;
                    }
                }
            }
        }
        int targets = JourneyVendor.values().length;
        assertThat(played).isEqualTo(ALL ? targets * Journey.TURNS * CallKind.values().length : targets);
    }

    /** Not from Gemini, whose server plays models of the third generation only. */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "GEMINI")
    void journeyEndsAtAModelThatRefusesTextBesideCalls(JourneyVendor start) {
        for (int moved = 0; moved < Journey.TURNS; moved++) {
            if (ALL || (start.ordinal() + moved) % Journey.TURNS == 1) {
                for (CallKind kind : CallKind.values()) {
                    journey(start, JourneyVendor.BEDROCK_CONVERSE, moved, kind, "us.meta.llama3-3-70b-instruct-v1:0");
                }
            }
        }
    }

    private static void journey(JourneyVendor start, JourneyVendor target, int moved, CallKind kind) {
        journey(start, target, moved, kind, "gemini-3-pro");
    }

    /** The start answers the turns before a number, and the target those from it on. */
    private static void journey(JourneyVendor start, JourneyVendor target, int moved, CallKind kind, String model) {
        List<ChatProvider> routes =
                start == target ? List.of(PROVIDERS.get(start)) : List.of(PROVIDERS.get(start), PROVIDERS.get(target));
        Set<String> told = ConcurrentHashMap.newKeySet();
        Understudy understudy = understudy(routes, told);
        String name = start + " to " + target + " at " + moved + " by " + kind;
        ChatRequest request = Journey.begin(model);
        for (turn = 0; turn < Journey.TURNS; turn++) {
            down = turn >= moved && start != target ? start : null;
            ChatResponse answer = answer(kind, understudy, request, name + ", turn " + turn);
            assertThat(answer.servedBy().provider()).as(name).isEqualTo((turn >= moved ? target : start).name());
            assertThat(LEAKS).as(name).isEmpty();
            if (turn > 0 && turn == moved && start.showsReasoning() && !start.sharesSignatures(target)) {
                assertThat(told).as(name + ", turn " + turn).contains(target + " reasoning");
            }
            if (turn == Journey.TURNS - 1) {
                assertThat(answer.text()).as(name).isEqualTo(Journey.RESULT);
            } else {
                request = Journey.next(request, answer, turn);
            }
        }
    }

    private static Understudy understudy(List<ChatProvider> routes, Set<String> told) {
        UnderstudyBuilder builder = Understudy.builder()
                .retry(RetryPolicy.none())
                .listener(event -> {
                    if (event instanceof Event.ProviderReported from
                            && from.providerEvent() instanceof ProviderEvent.RequestAdapted adapted) {
                        told.add(adapted.provider() + " " + adapted.parameter());
                    }
                });
        routes.forEach(builder::provider);
        return builder.build();
    }

    private static ChatResponse answer(CallKind kind, Understudy understudy, ChatRequest request, String name) {
        try {
            Mono<ChatResponse> call = kind == CallKind.CHAT
                    ? understudy.chat(request)
                    : ChatResponseAggregator.collect(understudy.stream(request));
            return Objects.requireNonNull(call.block(CallKind.TIMEOUT));
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
