package dev.understudy.ops.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatProvider;
import dev.understudy.testing.ScriptedProvider;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Providers that several chains use. */
class SharedProviderTest {

    private final ScriptedProvider ann = ScriptedProvider.named("ann");
    private final SharedProvider sharedProvider = new SharedProvider(
            Config.parse("{\"providers\": {\"ann\": {\"dialect\": \"openai\"}}, \"agents\": {\"a\": {}}}", Map.of())
                    .document()
                    .providers()
                    .get("ann"),
            ann);

    private ChatProvider lent() {
        return Objects.requireNonNull(sharedProvider.lend());
    }

    @Test
    void lastReleaseClosesTheProvider() {
        ChatProvider one = lent();
        ChatProvider other = lent();
        one.close();
        one.close();
        assertThat(ann.closes()).isZero();
        other.close();
        assertThat(ann.closes()).isEqualTo(1);
    }

    @Test
    void closedProviderIsNotLentAgain() {
        lent().close();
        assertThat(sharedProvider.lend()).isNull();
        assertThat(ann.closes()).isEqualTo(1);
    }
}
