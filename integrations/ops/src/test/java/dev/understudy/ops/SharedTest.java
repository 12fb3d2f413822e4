package dev.understudy.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatProvider;
import dev.understudy.testing.ScriptedProvider;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Providers that several chains use. */
class SharedTest {

    private final ScriptedProvider ann = ScriptedProvider.named("ann");
    private final Shared shared = new Shared(
            Config.parse("{\"providers\": {\"ann\": {\"dialect\": \"openai\"}}, \"agents\": {\"a\": {}}}", Map.of())
                    .document()
                    .providers()
                    .get("ann"),
            ann);

    private ChatProvider lent() {
        return Objects.requireNonNull(shared.lend());
    }

    @Test
    void theLastWhoGivesItBackClosesIt() {
        ChatProvider one = lent();
        ChatProvider other = lent();
        one.close();
        one.close();
        assertThat(ann.closes()).isZero();
        other.close();
        assertThat(ann.closes()).isEqualTo(1);
    }

    @Test
    void whatWasClosedIsNotLentAgain() {
        lent().close();
        assertThat(shared.lend()).isNull();
        assertThat(ann.closes()).isEqualTo(1);
    }
}
