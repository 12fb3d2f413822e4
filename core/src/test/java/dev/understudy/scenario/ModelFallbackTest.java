package dev.understudy.scenario;

import static dev.understudy.scenario.SocketScenario.REQUEST;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.UnderstudyBuilder;
import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.FailureKind;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Fallback models are tried in the configured order. */
class ModelFallbackTest {

    @RegisterExtension
    final SocketScenario scenario = new SocketScenario();

    private static List<String> asked(ScriptedServer server) {
        return server.calls().stream()
                .map(call -> call.key() + ":" + call.model())
                .toList();
    }

    private UnderstudyBuilder over(SocketDialect dialect, ScriptedServer server) {
        return scenario.builder(
                        scenario.provider(dialect, "p1", server, "k1"), scenario.provider(dialect, "p2", server, "k2"))
                .retry(RetryPolicy.none())
                .fallback("m", "n", "o");
    }

    @EveryDialectAndKind
    void allProvidersOfAModelComeBeforeTheNextModel(SocketDialect dialect, CallKind kind) {
        ScriptedServer server = scenario.server()
                .when(asked -> asked.model().equals("o") && asked.key().equals("k2"), ScriptedReply.text("I am o."))
                .always(ScriptedReply.status(500));
        CallResult result = kind.result(over(dialect, server).build(), REQUEST);
        assertThat(result.text()).isEqualTo("I am o.");
        assertThat(asked(server)).containsExactly("k1:m", "k2:m", "k1:n", "k2:n", "k1:o", "k2:o");
        assertThat(result.servedBy().requestedModel()).isEqualTo("m");
        assertThat(result.servedBy().model()).isEqualTo("o");
        assertThat(result.servedBy().fallback()).isTrue();
    }

    @EveryDialectAndKind
    void missingModelFallsBackAtOnce(SocketDialect dialect, CallKind kind) {
        ScriptedServer server = scenario.server().when(asked -> asked.model().equals("m"), ScriptedReply.status(404));
        Understudy understudy = scenario.builder(scenario.provider(dialect, "p1", server, "k1"))
                .fallback("m", "n")
                .build();
        CallResult result = kind.result(understudy, REQUEST);
        assertThat(result.servedBy().model()).isEqualTo("n");
        assertThat(result.kinds()).containsExactly(FailureKind.MODEL_NOT_FOUND);
        assertThat(asked(server)).containsExactly("k1:m", "k1:n");
    }

    @EveryDialectAndKind
    void errorNamesEveryFailedModel(SocketDialect dialect, CallKind kind) {
        ScriptedServer server = scenario.server().always(ScriptedReply.status(500));
        CallResult result = kind.result(over(dialect, server).build(), REQUEST);
        assertThat(result.exhausted().attemptLog().attempts())
                .extracting(AttemptLog.Attempt::provider, AttemptLog.Attempt::model)
                .containsExactly(
                        tuple("p1", "m"),
                        tuple("p2", "m"),
                        tuple("p1", "n"),
                        tuple("p2", "n"),
                        tuple("p1", "o"),
                        tuple("p2", "o"));
        assertThat(server.calls()).hasSize(6);
    }

    @EveryDialectAndKind
    void modelWithoutFallbacksIsNotReplaced(SocketDialect dialect, CallKind kind) {
        ScriptedServer server = scenario.server().always(ScriptedReply.status(500));
        CallResult result = kind.result(over(dialect, server).build(), REQUEST.withModel("n"));
        assertThat(result.exhausted().getMessage()).startsWith("All providers/models failed");
        assertThat(asked(server)).containsExactly("k1:n", "k2:n");
    }

    @EveryDialectAndKind
    void providerReceivesItsOwnModelName(SocketDialect dialect, CallKind kind) {
        ScriptedServer server = scenario.server().then(ScriptedReply.status(500), ScriptedReply.text("Yes."));
        Understudy understudy = scenario.builder()
                .retry(RetryPolicy.none())
                .provider(scenario.provider(dialect, "p1", server, "k1"), Map.of("m", "vendor/m-2026"))
                .provider(scenario.provider(dialect, "p2", server, "k2"), "always-this")
                .build();
        CallResult result = kind.result(understudy, REQUEST);
        assertThat(asked(server)).containsExactly("k1:vendor/m-2026", "k2:always-this");
        assertThat(result.servedBy().model()).isEqualTo("always-this");
        assertThat(result.servedBy().requestedModel()).isEqualTo("m");
    }

    private static org.assertj.core.groups.Tuple tuple(Object... values) {
        return org.assertj.core.groups.Tuple.tuple(values);
    }
}
