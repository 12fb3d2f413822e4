package dev.understudy.spring.boot.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.FailureKind;
import dev.understudy.spring.boot.BlockingChat;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedReply;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;

class ScriptedProvidersTest {

    @EnableAutoConfiguration
    static class Application {}

    @Nested
    @ScriptedProviders
    @SpringBootTest(
            classes = Application.class,
            properties = {
                "understudy.providers.openai.dialect=openai",
                "understudy.providers.openai.keys=${NOT_SET_IN_TESTS}",
                "understudy.providers.openai.model=gpt-5.6",
                "understudy.providers.claude.dialect=anthropic",
                "understudy.providers.claude.key-file=/run/secrets/none",
                "understudy.agents.support.primary=openai",
                "understudy.agents.support.backups=claude",
                "understudy.agents.support.retry.retries=0"
            })
    class InMemory {

        @Autowired
        private ProviderScripts scripts;

        @Autowired
        private BlockingChat chat;

        @Test
        void backupOfTheApplicationAnswers() {
            scripts.provider("openai").always(ScriptedAnswer.fail(FailureKind.OVERLOADED));
            scripts.provider("claude").always(ScriptedAnswer.text("Hello"));
            assertThat(chat.chat(ChatRequest.of("any", "Hi")).text()).isEqualTo("Hello");
            assertThat(scripts.provider("openai").calls()).isNotEmpty();
        }

        @Test
        void serversAreNotThere() {
            assertThatIllegalStateException()
                    .isThrownBy(() -> scripts.server("openai"))
                    .withMessageContaining("wire");
        }
    }

    @Nested
    @ScriptedProviders(wire = true)
    @SpringBootTest(
            classes = Application.class,
            properties = {
                "understudy.providers.openai.dialect=openai",
                "understudy.providers.openai.keys=${NOT_SET_IN_TESTS}",
                "understudy.agents.support.primary=openai",
            })
    class OnSockets {

        @Autowired
        private ProviderScripts scripts;

        @Autowired
        private BlockingChat chat;

        @Test
        void declaredProviderAsksTheServer() {
            scripts.server("openai").always(ScriptedReply.text("Hello"));
            assertThat(chat.chat(ChatRequest.of("gpt-5.6", "Hi")).text()).isEqualTo("Hello");
            assertThat(scripts.server("openai").calls()).hasSize(1);
        }
    }
}
