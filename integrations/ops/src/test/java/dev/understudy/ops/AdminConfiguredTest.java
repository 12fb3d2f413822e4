package dev.understudy.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.FailureKind;
import dev.understudy.event.Event;
import dev.understudy.ops.admin.ActivityLog;
import dev.understudy.ops.admin.OpenApi;
import dev.understudy.ops.admin.OperatorClient;
import dev.understudy.ops.agent.Agents;
import dev.understudy.ops.agent.Config;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Agents of a configuration can be configured by operators. */
@Timeout(60)
class AdminConfiguredTest {

    private static final String SUPPORT = "/api/agents/support/failover";

    private final ActivityLog activityLog = new ActivityLog();
    private final List<String> audit = new CopyOnWriteArrayList<>();
    private final ScriptedProvider ann = ScriptedProvider.named("ann").always(ScriptedAnswer.text("I am Ann"));
    private final ScriptedProvider bob = ScriptedProvider.named("bob").always(ScriptedAnswer.text("I am Bob"));
    private final ScriptedProvider cy = ScriptedProvider.named("cy").always(ScriptedAnswer.text("I am Cy"));
    private final Agents agents = Agents.builder(Config.parse("""
                    providers:
                      ann: {supplied: true}
                      bob: {supplied: true}
                      cy: {supplied: true}
                    agents:
                      support: {primary: ann, backups: [bob]}
                      sales: {primary: cy}
                    """, Map.of()))
            .supply(ann)
            .supply(bob)
            .supply(cy)
            .listener(activityLog.and(event -> {
                if (event instanceof Event.OperatorAction operatorAction) {
                    audit.add(operatorAction.understudy() + " " + operatorAction.action());
                }
            }))
            .open();
    private final OperatorClient operatorClient = new OperatorClient(agents, activityLog);

    @AfterEach
    void close() {
        operatorClient.close();
        agents.close();
    }

    private Mono<String> chat(String agent) {
        return agents.provider(agent).chat(OperatorClient.REQUEST).map(ChatResponse::text);
    }

    private String said(String agent) {
        return chat(agent).block(Duration.ofSeconds(10));
    }

    @Test
    void everyFieldIsTakenAndShown() {
        OperatorClient.Reply changed = operatorClient.post(SUPPORT, """
                {"primary_provider_id": "bob", "backup_provider_ids": ["cy", "ann"],
                 "health_check_enabled": true, "health_check_interval": "90s", "health_check_timeout": 2.5,
                 "max_consecutive_failures": 2, "auto_failover_enabled": true, "health_check_query": ""}
                """);
        assertThat(changed.status()).isEqualTo(200);
        assertThat(changed.json())
                .isEqualTo(operatorClient.get(SUPPORT).json())
                .containsEntry("primary_provider_id", "bob")
                .containsEntry("active_provider_id", "bob")
                .containsEntry("backup_provider_ids", List.of("cy", "ann"))
                .containsEntry("health_check_enabled", true)
                .containsEntry("health_check_interval", 90)
                .containsEntry("max_consecutive_failures", 2)
                .containsEntry("auto_failover_enabled", true)
                .containsEntry("health_check_query", null);
        assertThat(((Number) changed.json().get("health_check_timeout")).doubleValue())
                .isEqualTo(2.5);
        assertThat(said("support")).isEqualTo("I am Bob");
        assertThat(said("sales")).isEqualTo("I am Cy");
    }

    @Test
    void theSameTwiceIsOneChange() {
        for (int i = 0; i < 2; i++) {
            assertThat(operatorClient
                            .post(SUPPORT, "{\"primary_provider_id\":\"bob\",\"backup_provider_ids\":[\"ann\"]}")
                            .status())
                    .isEqualTo(200);
        }
        assertThat(audit).containsExactly("support configure");
    }

    @Test
    void omittedFieldsKeepTheirValues() {
        operatorClient.post(SUPPORT, "{\"max_consecutive_failures\":9}");
        assertThat(operatorClient.get(SUPPORT).json())
                .containsEntry("primary_provider_id", "ann")
                .containsEntry("backup_provider_ids", List.of("bob"))
                .containsEntry("max_consecutive_failures", 9);
    }

    @Test
    void withoutAutomaticFailoverNoOtherProviderIsAsked() {
        ann.always(ScriptedAnswer.fail(FailureKind.SERVER));
        assertThat(said("support")).isEqualTo("I am Bob");
        operatorClient.post(SUPPORT, "{\"auto_failover_enabled\":false}");
        assertThat(chat("support").map(text -> "served").onErrorReturn("failed").block(Duration.ofSeconds(10)))
                .isEqualTo("failed");
        operatorClient.post(SUPPORT + "/switch", "{\"provider_id\":\"bob\"}");
        assertThat(said("support")).isEqualTo("I am Bob");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"primary_provider_id\":\"anne\"} | #/primary_provider_id | did you mean 'ann'?",
                "{\"backup_provider_ids\":[\"bob\",\"dan\"]} | #/backup_provider_ids/1 | is the name of no provider",
                "{\"backup_provider_ids\":[\"ann\"]} | #/backup_provider_ids/0 | is named already",
                "{\"health_check_query\":\"ping\"} | #/health_check_query | has no model to go to",
            })
    void invalidChangeIsRefusedAsAWhole(String body, String pointer, String detail) {
        Map<String, Object> before = operatorClient.get(SUPPORT).json();
        OperatorClient.Reply refused = operatorClient.post(SUPPORT, body);
        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.json().get("errors")).asString().contains("pointer=" + pointer + ",", detail);
        assertThat(operatorClient.get(SUPPORT).json()).isEqualTo(before);
        assertThat(audit).isEmpty();
    }

    @Test
    void agentsAreConfiguredUnderLoadWithoutAFailedCall() {
        String[] bodies = {
            "{\"primary_provider_id\":\"bob\",\"backup_provider_ids\":[\"ann\",\"cy\"]}",
            "{\"primary_provider_id\":\"ann\",\"backup_provider_ids\":[\"bob\"],\"max_consecutive_failures\":2}",
        };
        Mono<Long> changes = Flux.range(0, 50)
                .publishOn(Schedulers.boundedElastic())
                .map(i -> operatorClient.post(SUPPORT, bodies[i % 2]).status())
                .filter(status -> status == 200)
                .count();
        Mono<Long> served = Flux.range(0, 2_000)
                .flatMap(i -> chat("support"), 8)
                .filter(text -> text.equals("I am Ann") || text.equals("I am Bob"))
                .count();
        assertThat(Flux.mergeSequential(changes, served.subscribeOn(Schedulers.parallel()))
                        .collectList()
                        .block(Duration.ofSeconds(30)))
                .containsExactly(50L, 2_000L);
        assertThat(audit).hasSize(50);
        assertThat(OpenApi.at(operatorClient.get(SUPPORT + "/stats").json(), "calls"))
                .containsEntry("served", 2_000)
                .containsEntry("failed", 0);
    }
}
