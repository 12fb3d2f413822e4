package dev.understudy.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.FailureKind;
import dev.understudy.ops.admin.ActivityLog;
import dev.understudy.ops.admin.OpenApi;
import dev.understudy.ops.admin.OperatorClient;
import dev.understudy.ops.agent.Agents;
import dev.understudy.ops.agent.Config;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Agents that operators create, and the calls of docs/operate.md as they stand there. */
@Timeout(60)
class AdminCallsTest {

    private static final String SUPPORT = "/api/agents/support/failover";
    private static final String CREATE =
            "{\"primary_provider_id\": \"openai\", \"backup_provider_ids\": [\"anthropic\"]}";

    private final ScriptedProvider openai = scripted("openai");
    private final ScriptedProvider anthropic = scripted("anthropic");
    private final ScriptedProvider local = scripted("local");
    private final ActivityLog activityLog = new ActivityLog();
    private final Agents agents = Agents.builder(config("agents: {other: {primary: local}}"))
            .supply(openai)
            .supply(anthropic)
            .supply(local)
            .listener(activityLog)
            .open();
    private final OperatorClient operator = new OperatorClient(agents, activityLog);

    private static ScriptedProvider scripted(String name) {
        return ScriptedProvider.named(name).always(ScriptedAnswer.text("by " + name));
    }

    private static Config config(String agents) {
        return Config.parse("""
                providers:
                  openai: {supplied: true, model: m}
                  anthropic: {supplied: true, model: m}
                  local: {supplied: true}
                """ + agents, Map.of());
    }

    @AfterEach
    void close() {
        operator.close();
        agents.close();
    }

    /** A call of the page. */
    private record Call(String method, String path, String body) {

        private static final Pattern URL = Pattern.compile("http://127\\.0\\.0\\.1:9090(/[^\\s\"]*)");
        private static final Pattern DATA = Pattern.compile("(?s)-d '(.*?)'");

        static Call of(String command) {
            Matcher url = URL.matcher(command);
            assertThat(url.find()).as(command).isTrue();
            Matcher data = DATA.matcher(command);
            boolean posts = command.contains("-X POST");
            assertThat(command).contains(posts ? "$ADMIN_WRITE" : "$ADMIN_READ");
            return new Call(posts ? "POST" : "GET", url.group(1), data.find() ? data.group(1) : "{}");
        }

        OperatorClient.Reply send(OperatorClient operator) {
            return method.equals("POST") ? operator.post(path, body) : operator.get(path);
        }
    }

    private static List<Call> callsOfThePage() throws IOException {
        String page = Files.readString(Path.of(System.getProperty("understudy.root", ".."), "docs", "operate.md"));
        int begin = page.indexOf("```sh\n# Create an agent");
        String block = page.substring(begin + 6, page.indexOf("\n```", begin));
        List<Call> calls = new ArrayList<>();
        for (String command : block.split("(?m)^(?=curl )")) {
            if (command.startsWith("curl")) {
                calls.add(Call.of(command));
            }
        }
        return calls;
    }

    @Test
    void callsOfThePageSucceed() throws IOException {
        agents.swap(Config.parse("""
                providers:
                  openai: {supplied: true, model: m}
                  anthropic: {supplied: true, model: m}
                  local: {supplied: true, model: m}
                agents: {other: {primary: local}}
                """, Map.of()));
        List<OperatorClient.Reply> replies =
                callsOfThePage().stream().map(call -> call.send(operator)).toList();
        assertThat(replies).hasSize(9).allSatisfy(reply -> assertThat(reply.status())
                .isEqualTo(200));
        assertThat(replies.get(0).json())
                .containsEntry("agent_id", "support")
                .containsEntry("primary_provider_id", "openai")
                .containsEntry("backup_provider_ids", List.of("anthropic", "local"))
                .containsEntry("health_check_query", "Hello")
                .containsEntry("max_consecutive_failures", 3);
        assertThat(OpenApi.at(replies.get(2).json(), "health")).containsEntry("agent_id", "support");
        assertThat(replies.get(3).json()).containsEntry("checked", true).containsEntry("status", "healthy");
        assertThat(replies.get(4).json()).containsEntry("checked", false);
        assertThat(replies.get(6).json()).containsEntry("active_provider_id", "anthropic");
    }

    @Test
    void createdAgentHasItsDefaultsAndServes() {
        assertThat(operator.get(SUPPORT).status()).isEqualTo(404);
        OperatorClient.Reply created = operator.post(SUPPORT, CREATE);
        assertThat(created.status()).isEqualTo(200);
        assertThat(created.json())
                .isEqualTo(operator.get(SUPPORT).json())
                .containsEntry("health_check_enabled", true)
                .containsEntry("health_check_interval", 60)
                .containsEntry("health_check_timeout", 5)
                .containsEntry("health_check_query", "Hello")
                .containsEntry("max_consecutive_failures", 3)
                .containsEntry("auto_failover_enabled", true);
        assertThat(said("support")).isEqualTo("by openai");
        assertThat(openai.requests())
                .anySatisfy(request -> assertThat(request.sampling().maxTokens())
                        .as("a check asks for one token")
                        .isEqualTo(1));
    }

    @Test
    void freeChecksReplaceTheQueryWithoutAModel() {
        OperatorClient.Reply created = operator.post("/api/agents/l/failover", "{\"primary_provider_id\": \"local\"}");
        assertThat(created.status()).isEqualTo(200);
        assertThat(created.json())
                .containsEntry("health_check_enabled", true)
                .containsEntry("health_check_query", null);
        OperatorClient.Reply refused = operator.post(
                "/api/agents/l2/failover", "{\"primary_provider_id\": \"local\", \"health_check_query\": \"Hello\"}");
        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.text()).contains("#/health_check_query");
    }

    @Test
    void answerCanBeSentBack() {
        operator.post(SUPPORT, CREATE);
        operator.post(SUPPORT + "/switch", "{\"provider_id\": \"anthropic\"}");
        Map<String, Object> shown = operator.get(SUPPORT).json();
        OperatorClient.Reply again =
                operator.post(SUPPORT, operator.get(SUPPORT).text());
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.json()).isEqualTo(shown).containsEntry("active_provider_id", "anthropic");
    }

    @Test
    void invalidCreationIsRefusedAsAWhole() {
        assertThat(refused(SUPPORT, "{}")).contains("#/primary_provider_id", "is missing");
        assertThat(refused(SUPPORT, "{\"primary_provider_id\": \"openia\"}"))
                .contains("#/primary_provider_id", "did you mean 'openai'?");
        assertThat(refused(SUPPORT, CREATE.replace("anthropic", "eve"))).contains("#/backup_provider_ids/0");
        assertThat(refused(SUPPORT, "{\"agent_id\": \"sales\"}")).contains("#/agent_id");
        assertThat(refused("/api/agents/a%20b/failover", CREATE)).contains("#/agent_id", "64 letters");
        assertThat(agents.ids()).containsExactly("other");
    }

    private String refused(String path, String body) {
        OperatorClient.Reply reply = operator.post(path, body);
        assertThat(reply.status()).isEqualTo(422);
        return reply.text();
    }

    @Test
    void createdAgentOutlivesAReload() {
        operator.post(SUPPORT, CREATE);
        openai.then(ScriptedAnswer.fail(FailureKind.SERVER));
        said("support");
        Object failure = health("openai").get("last_failure");
        assertThat(failure).isNotNull();
        agents.swap(config("agents: {other: {primary: local, failover: {maxConsecutiveFailures: 9}}}"));
        assertThat(operator.get(SUPPORT).json())
                .containsEntry("primary_provider_id", "openai")
                .containsEntry("health_check_query", "Hello");
        assertThat(health("openai")).containsEntry("last_failure", failure);
        agents.swap(Config.parse("""
                providers: {local: {supplied: true}, anthropic: {supplied: true}}
                agents: {other: {primary: local}}
                """, Map.of()));
        assertThat(operator.get(SUPPORT).json())
                .as("with the provider that is left")
                .containsEntry("primary_provider_id", "anthropic")
                .containsEntry("health_check_query", null);
        agents.swap(Config.parse("""
                providers: {local: {supplied: true}}
                agents: {other: {primary: local}}
                """, Map.of()));
        assertThat(operator.get(SUPPORT).status()).isEqualTo(404);
    }

    @Test
    void declaredAgentReplacesACreatedOne() {
        operator.post(SUPPORT, CREATE);
        agents.swap(config("agents: {support: {primary: local}}"));
        assertThat(operator.get(SUPPORT).json()).containsEntry("primary_provider_id", "local");
        agents.swap(config("agents: {other: {primary: local}}"));
        assertThat(operator.get(SUPPORT).status()).isEqualTo(404);
    }

    @Test
    void changeOfSettingsKeepsHealth() {
        operator.post(SUPPORT, CREATE);
        openai.then(ScriptedAnswer.fail(FailureKind.SERVER));
        said("support");
        Map<String, Object> before = health("openai");
        operator.post(SUPPORT, "{\"max_consecutive_failures\": 7, \"health_check_enabled\": false}");
        assertThat(health("openai"))
                .containsEntry("last_failure", before.get("last_failure"))
                .containsEntry("last_success", before.get("last_success"))
                .containsEntry("error_message", before.get("error_message"));
    }

    @Test
    void healthChecksNowOrShowsTheLastRecord() {
        operator.post("/api/agents/other/failover", "{\"max_consecutive_failures\": 4}");
        int checks = local.probes();
        OperatorClient.Reply record = operator.get("/api/agents/other/failover/health?check=false");
        assertThat(record.json()).containsEntry("checked", false);
        assertThat(local.probes()).isEqualTo(checks);
        OperatorClient.Reply now = operator.get("/api/agents/other/failover/health");
        assertThat(now.json()).containsEntry("checked", true).containsEntry("status", "healthy");
        assertThat(local.probes()).isEqualTo(checks + 1);
        assertThat(operator.get("/api/agents/other/failover/health?check=perhaps")
                        .status())
                .isEqualTo(422);
        assertThat(operator.get("/api/agents/other/failover/health?chek=false").status())
                .isEqualTo(422);
    }

    @SuppressWarnings("unchecked")
    private Map<String, Object> health(String provider) {
        List<Map<String, Object>> providers = (List<Map<String, Object>>)
                operator.get(SUPPORT + "/health?check=false").json().get("providers");
        return providers.stream()
                .filter(each -> each.get("provider_id").equals(provider))
                .findFirst()
                .orElseThrow();
    }

    private String said(String agent) {
        return agents.provider(agent)
                .chat(OperatorClient.REQUEST)
                .map(ChatResponse::text)
                .block(Duration.ofSeconds(10));
    }
}
