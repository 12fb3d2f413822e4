package dev.understudy.ops.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Usage;
import dev.understudy.event.Event;
import dev.understudy.ops.agent.Agents;
import dev.understudy.policy.FailoverPolicy;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.test.scheduler.VirtualTimeScheduler;

/** What operators read and do, over real HTTP. */
class AdminTest {

    private static final String SUPPORT = "/api/agents/support/failover";

    private final VirtualTimeScheduler clock = VirtualTimeScheduler.create();
    private final ActivityLog activityLog = new ActivityLog(() -> clock);
    private final List<Event.OperatorAction> audit = new CopyOnWriteArrayList<>();
    private final ScriptedProvider ann =
            ScriptedProvider.named("ann").always(ScriptedAnswer.text("I am Ann").withUsage(Usage.of(100, 10)));
    private final ScriptedProvider bob =
            ScriptedProvider.named("bob").always(ScriptedAnswer.text("I am Bob").withUsage(Usage.of(100, 10)));
    private final Understudy understudy = Understudy.builder()
            .name("support")
            .provider(ann.can(Capabilities.assumed().withPrice(Capabilities.Price.of(2, 10))))
            .provider(bob)
            .retry(RetryPolicy.none())
            .failover(FailoverPolicy.defaults().withMaxConsecutiveFailures(3).withReturnAfter(Duration.ofSeconds(30)))
            .listener(activityLog.and(event -> {
                if (event instanceof Event.OperatorAction operatorAction) {
                    audit.add(operatorAction);
                }
            }))
            .scheduler(clock)
            .build();
    private final OperatorClient operatorClient = new OperatorClient(Agents.of(understudy), activityLog);

    @AfterEach
    void close() {
        operatorClient.close();
        understudy.close();
    }

    private String chat() {
        return understudy.chat(OperatorClient.REQUEST).map(ChatResponse::text).block(Duration.ofSeconds(10));
    }

    private String stream() {
        return String.join(
                "",
                understudy.stream(OperatorClient.REQUEST)
                        .map(StreamChunk::text)
                        .collectList()
                        .block(Duration.ofSeconds(10)));
    }

    @Test
    void settingsAreShown() {
        assertThat(operatorClient.get(SUPPORT).json())
                .containsEntry("agent_id", "support")
                .containsEntry("primary_provider_id", "ann")
                .containsEntry("backup_provider_ids", List.of("bob"))
                .containsEntry("active_provider_id", "ann")
                .containsEntry("max_consecutive_failures", 3)
                .containsEntry("auto_failover_enabled", true)
                .containsEntry("health_check_enabled", false)
                .containsEntry("health_check_interval", 60)
                .containsEntry("health_check_timeout", 5)
                .containsEntry("health_check_query", null);
    }

    @Test
    void switchChangesTheProviderOfTheNextCall() {
        assertThat(chat()).isEqualTo("I am Ann");
        OperatorClient.Reply switched = operatorClient.post(SUPPORT + "/switch", "{\"provider_id\":\"bob\"}");
        assertThat(switched.status()).isEqualTo(200);
        assertThat(switched.json())
                .containsEntry("previous_provider_id", "ann")
                .containsEntry("active_provider_id", "bob");
        assertThat(chat()).isEqualTo("I am Bob");
        assertThat(stream()).isEqualTo("I am Bob");
        assertThat(operatorClient.get(SUPPORT).json()).containsEntry("active_provider_id", "bob");
    }

    @Test
    void switchToTheActiveProviderChangesNothing() {
        for (int i = 0; i < 2; i++) {
            assertThat(operatorClient
                            .post(SUPPORT + "/switch", "{\"provider_id\":\"bob\"}")
                            .status())
                    .isEqualTo(200);
        }
        assertThat(audit)
                .containsExactly(new Event.OperatorAction(
                        "support", "write", "switch", "bob", "bob is asked first instead of ann"));
    }

    @Test
    void theNextProviderIsActiveUntilThePrimaryRecovers() {
        ann.then(
                ScriptedAnswer.fail(FailureKind.SERVER),
                ScriptedAnswer.fail(FailureKind.SERVER),
                ScriptedAnswer.fail(FailureKind.SERVER));
        for (int i = 0; i < 3; i++) {
            assertThat(chat()).isEqualTo("I am Bob");
        }
        assertThat(operatorClient.get(SUPPORT).json()).containsEntry("active_provider_id", "bob");
        assertThat(operatorClient.get(SUPPORT + "/health").json()).containsEntry("status", "degraded");
        int asked = ann.subscriptions();
        assertThat(chat()).isEqualTo("I am Bob");
        assertThat(ann.subscriptions()).isEqualTo(asked);
        clock.advanceTimeBy(Duration.ofSeconds(30));
        assertThat(chat()).isEqualTo("I am Ann");
        assertThat(operatorClient.get(SUPPORT).json()).containsEntry("active_provider_id", "ann");
    }

    @Test
    void aHeldProviderIsNotAskedUntilItsTimeIsOver() {
        OperatorClient.Reply held = operatorClient.post("/api/agents/support/providers/ann/hold", "{\"for\":\"10m\"}");
        assertThat(held.status()).isEqualTo(200);
        assertThat(held.json()).containsEntry("status", "degraded");
        assertThat(provider(held, "ann"))
                .containsEntry("held", true)
                .containsEntry("held_until", "1970-01-01T00:10:00Z");
        assertThat(chat()).isEqualTo("I am Bob");
        clock.advanceTimeBy(Duration.ofMinutes(10));
        assertThat(chat()).isEqualTo("I am Ann");
        assertThat(provider(operatorClient.get(SUPPORT + "/health"), "ann"))
                .containsEntry("held", false)
                .containsEntry("held_until", null);
    }

    @Test
    void aHeldProviderOrModelCanBeReleased() {
        assertThat(operatorClient
                        .post("/api/agents/support/providers/ann/hold", "{}")
                        .status())
                .isEqualTo(200);
        assertThat(chat()).isEqualTo("I am Bob");
        operatorClient.send("POST", "/api/agents/support/providers/ann/release", OperatorClient.WRITE, null);
        assertThat(chat()).isEqualTo("I am Ann");
        OperatorClient.Reply held =
                operatorClient.post("/api/agents/support/providers/ann/hold", "{\"for\":600,\"model\":\"m\"}");
        assertThat(provider(held, "ann"))
                .containsEntry("held", false)
                .containsEntry("circuits", Map.of("m", "forced_open"));
        assertThat(stream()).isEqualTo("I am Bob");
        operatorClient.post("/api/agents/support/providers/ann/release", "{}");
        assertThat(stream()).isEqualTo("I am Ann");
        assertThat(audit)
                .extracting(Event.OperatorAction::description)
                .containsExactly(
                        "ann is held until it is released",
                        "ann is released",
                        "ann/m is held for 10m",
                        "ann is released");
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> provider(OperatorClient.Reply reply, String name) {
        return ((List<Map<String, Object>>) reply.json().get("providers"))
                .stream()
                        .filter(each -> each.get("provider_id").equals(name))
                        .findFirst()
                        .orElseThrow();
    }

    @Test
    void statisticsCountCalls() {
        ann.then(ScriptedAnswer.fail(FailureKind.OVERLOADED));
        chat();
        chat();
        stream();
        bob.then(ScriptedAnswer.fail(FailureKind.SERVER));
        ann.then(ScriptedAnswer.fail(FailureKind.SERVER));
        understudy.chat(OperatorClient.REQUEST).onErrorComplete().block(Duration.ofSeconds(10));
        Map<String, Object> stats = operatorClient.get(SUPPORT + "/stats").json();
        assertThat(stats)
                .containsEntry(
                        "calls", Map.of("ended", 4, "served", 3, "served_by_backup", 1, "failed", 1, "cancelled", 0))
                .containsEntry("failovers", 2)
                .containsEntry("active_provider_id", "ann")
                .containsEntry("since", "1970-01-01T00:00:00Z");
        assertThat(OpenApi.at(stats, "last_failover"))
                .containsEntry("from_provider_id", "ann")
                .containsEntry("to_provider_id", "bob")
                .containsEntry("reason", "server");
        Map<String, Object> first = provider(operatorClient.get(SUPPORT + "/stats"), "ann");
        assertThat(first)
                .containsEntry("attempts", 4)
                .containsEntry("served", 2)
                .containsEntry("failures", Map.of("overloaded", 1, "server", 1))
                .containsEntry(
                        "tokens", Map.of("input", 200, "cached_input", 0, "output", 20, "reasoning", 0, "unpriced", 0));
        assertThat(((Number) first.get("cost")).doubleValue())
                .isEqualTo((200 * 2 + 20 * 10) / 1e6, org.assertj.core.data.Offset.offset(1e-12));
        assertThat(OpenApi.at(provider(operatorClient.get(SUPPORT + "/stats"), "bob"), "tokens"))
                .containsEntry("unpriced", 110);
    }

    @Test
    void everyProviderOfEveryAgentIsShown() {
        chat();
        OperatorClient.Reply reply = operatorClient.get("/api/providers/health");
        assertThat(provider(reply, "ann"))
                .containsEntry("agent_id", "support")
                .containsEntry("status", "healthy")
                .containsEntry("active", true);
        assertThat(provider(reply, "bob")).containsEntry("status", "unknown").containsEntry("last_success", null);
    }

    @Test
    void agentsOfCodeAreNotConfiguredFromOutside() {
        OperatorClient.Reply refused = operatorClient.post(SUPPORT, "{\"max_consecutive_failures\":9}");
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.problem()).isEqualTo("composed-in-code");
        assertThat(operatorClient
                        .post(SUPPORT, "{\"max_consecutive_failures\":3}")
                        .status())
                .isEqualTo(200); // as it is
        assertThat(audit).isEmpty();
    }

    @Test
    void operatorsWorkWhileCallsAreServed() {
        List<String> answers = Flux.interval(Duration.ofMillis(1))
                .onBackpressureBuffer()
                .take(400)
                .flatMap(i -> i % 2 == 0
                        ? understudy.chat(OperatorClient.REQUEST).map(ChatResponse::text)
                        : understudy.stream(OperatorClient.REQUEST)
                                .map(StreamChunk::text)
                                .reduce(String::concat))
                .doOnSubscribe(subscription -> {})
                .mergeWith(Flux.range(0, 40)
                        .publishOn(reactor.core.scheduler.Schedulers.boundedElastic())
                        .map(i -> operatorClient.post(
                                SUPPORT + "/switch", "{\"provider_id\":\"" + (i % 2 == 0 ? "bob" : "ann") + "\"}"))
                        .map(reply -> String.valueOf(reply.status())))
                .collectList()
                .block(Duration.ofSeconds(30));
        assertThat(answers).hasSize(440).containsOnly("I am Ann", "I am Bob", "200");
        assertThat(audit).hasSize(40);
        assertThat(OpenApi.at(operatorClient.get(SUPPORT + "/stats").json(), "calls"))
                .containsEntry("served", 400)
                .containsEntry("failed", 0);
    }
}
