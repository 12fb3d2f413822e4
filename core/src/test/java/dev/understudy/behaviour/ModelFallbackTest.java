package dev.understudy.behaviour;

import static dev.understudy.behaviour.Rehearsal.REQUEST;
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

/** Other models stand in for the one that was asked for, in the order that was named. */
class ModelFallbackTest {

    @RegisterExtension
    final Rehearsal stage = new Rehearsal();

    private static List<String> asked(ScriptedServer server) {
        return server.calls().stream()
                .map(call -> call.key() + ":" + call.model())
                .toList();
    }

    private UnderstudyBuilder over(Wire wire, ScriptedServer server) {
        return stage.builder(stage.provider(wire, "p1", server, "k1"), stage.provider(wire, "p2", server, "k2"))
                .retry(RetryPolicy.none())
                .fallback("m", "n", "o");
    }

    @OnEveryWire
    void everyProviderIsAskedForAModelBeforeTheNextModel(Wire wire, Door door) {
        ScriptedServer server = stage.server()
                .when(asked -> asked.model().equals("o") && asked.key().equals("k2"), ScriptedReply.text("I am o."))
                .always(ScriptedReply.status(500));
        Heard heard = door.hear(over(wire, server).build(), REQUEST);
        assertThat(heard.text()).isEqualTo("I am o.");
        assertThat(asked(server)).containsExactly("k1:m", "k2:m", "k1:n", "k2:n", "k1:o", "k2:o");
        assertThat(heard.served().requestedModel()).isEqualTo("m");
        assertThat(heard.served().model()).isEqualTo("o");
        assertThat(heard.served().fallback()).isTrue();
    }

    @OnEveryWire
    void aModelThatIsNotThereGoesToTheNextModelAtOnce(Wire wire, Door door) {
        ScriptedServer server = stage.server().when(asked -> asked.model().equals("m"), ScriptedReply.status(404));
        Understudy understudy = stage.builder(stage.provider(wire, "p1", server, "k1"))
                .fallback("m", "n")
                .build();
        Heard heard = door.hear(understudy, REQUEST);
        assertThat(heard.served().model()).isEqualTo("n");
        assertThat(heard.kinds()).containsExactly(FailureKind.MODEL_NOT_FOUND);
        assertThat(asked(server)).containsExactly("k1:m", "k1:n");
    }

    @OnEveryWire
    void whenAllModelsFailEveryOneIsNamed(Wire wire, Door door) {
        ScriptedServer server = stage.server().always(ScriptedReply.status(500));
        Heard heard = door.hear(over(wire, server).build(), REQUEST);
        assertThat(heard.exhausted().trail().attempts())
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

    @OnEveryWire
    void aModelWithoutFallbacksIsNotReplaced(Wire wire, Door door) {
        ScriptedServer server = stage.server().always(ScriptedReply.status(500));
        Heard heard = door.hear(over(wire, server).build(), REQUEST.withModel("n"));
        assertThat(heard.exhausted().getMessage()).startsWith("All providers/models failed");
        assertThat(asked(server)).containsExactly("k1:n", "k2:n");
    }

    @OnEveryWire
    void aProviderIsAskedByItsOwnNameOfTheModel(Wire wire, Door door) {
        ScriptedServer server = stage.server().then(ScriptedReply.status(500), ScriptedReply.text("Yes."));
        Understudy understudy = stage.builder()
                .retry(RetryPolicy.none())
                .provider(stage.provider(wire, "p1", server, "k1"), Map.of("m", "vendor/m-2026"))
                .provider(stage.provider(wire, "p2", server, "k2"), "always-this")
                .build();
        Heard heard = door.hear(understudy, REQUEST);
        assertThat(asked(server)).containsExactly("k1:vendor/m-2026", "k2:always-this");
        assertThat(heard.served().model()).isEqualTo("always-this");
        assertThat(heard.served().requestedModel()).isEqualTo("m");
    }

    private static org.assertj.core.groups.Tuple tuple(Object... values) {
        return org.assertj.core.groups.Tuple.tuple(values);
    }
}
