package dev.understudy.springai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.FailureKind;
import dev.understudy.spring.boot.autoconfigure.UnderstudyAutoConfiguration;
import dev.understudy.springai.autoconfigure.UnderstudySpringAiAutoConfiguration;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedReply.FaultPoint;
import dev.understudy.testing.ScriptedServer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.model.Generation;
import org.springframework.ai.model.chat.client.autoconfigure.ChatClientAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

class UnderstudySpringAiAutoConfigurationTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    UnderstudyAutoConfiguration.class,
                    UnderstudySpringAiAutoConfiguration.class,
                    ChatClientAutoConfiguration.class));

    private final ApplicationContextRunner configured = runner.withUserConfiguration(Providers.class)
            .withPropertyValues(
                    "understudy.providers.first.supplied=true",
                    "understudy.providers.first.model=gpt-5.6",
                    "understudy.providers.second.supplied=true",
                    "understudy.providers.second.model=claude-sonnet-5",
                    "understudy.agents.chat.primary=first",
                    "understudy.agents.chat.backups=second",
                    "understudy.agents.chat.retry.retries=0");

    @Configuration(proxyBeanMethods = false)
    static class Providers {
        @Bean
        ScriptedProvider first() {
            return ScriptedProvider.named("first").always(ScriptedAnswer.fail(FailureKind.SERVER));
        }

        @Bean
        ScriptedProvider second() {
            return ScriptedProvider.named("second").always(ScriptedAnswer.text("from the second"));
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class VendorModel {
        @Bean
        ChatModel vendorModel() {
            return prompt -> new ChatResponse(List.of(new Generation(
                    new AssistantMessage("from the vendor"),
                    org.springframework.ai.chat.metadata.ChatGenerationMetadata.builder()
                            .finishReason("STOP")
                            .build())));
        }
    }

    @Test
    void clientOfTheApplicationFailsOver() {
        configured.run(context -> {
            ChatClient client = context.getBean(ChatClient.Builder.class).build();
            assertThat(client.prompt().user("Hi").call().content()).isEqualTo("from the second");
            assertThat(String.join(
                            "",
                            client.prompt().user("Hi").stream()
                                    .content()
                                    .collectList()
                                    .block(LIMIT)))
                    .isEqualTo("from the second");
            assertThat(context.getBean(UnderstudyChatModel.class).getOptions().getModel())
                    .isEqualTo("gpt-5.6");
        });
    }

    @Test
    void modelOfTheApplicationIsPrimaryBesideOthers() {
        configured.withUserConfiguration(VendorModel.class).run(context -> {
            assertThat(context.getBeansOfType(ChatModel.class)).hasSize(2);
            assertThat(context.getBean(ChatModel.class)).isInstanceOf(UnderstudyChatModel.class);
        });
    }

    @Test
    void modelOfTheApplicationTakesPartUnderItsBeanName() {
        configured
                .withUserConfiguration(VendorModel.class)
                .withPropertyValues(
                        "understudy.providers.vendorModel.supplied=true",
                        "understudy.providers.vendorModel.model=vendor-1",
                        "understudy.agents.chat.primary=first",
                        "understudy.agents.chat.backups=vendorModel")
                .run(context -> {
                    ChatResponse response = context.getBean(ChatClient.Builder.class)
                            .build()
                            .prompt()
                            .user("Hi")
                            .call()
                            .chatResponse();
                    assertThat(response.getResult().getOutput().getText()).isEqualTo("from the vendor");
                    assertThat(UnderstudyChatModel.servedBy(response).provider())
                            .isEqualTo("vendorModel");
                    assertThat(context.getBean(ChatProvider.class).name()).isEqualTo("chat");
                });
    }

    @Test
    void streamOfTheClientIsContinued() {
        String[] tokens = "The answer goes on, word by word.".split("(?<=\\G.{4})");
        try (ScriptedServer one = ScriptedServer.start()
                        .always(ScriptedReply.tokens(tokens).reset(FaultPoint.tokens(3)));
                ScriptedServer two = ScriptedServer.start().always(ScriptedReply.tokens(tokens))) {
            runner.withPropertyValues(
                            "understudy.providers.one.dialect=openai",
                            "understudy.providers.one.baseUrl=" + one.url(),
                            "understudy.providers.one.model=gpt-5.6",
                            "understudy.providers.two.dialect=openai",
                            "understudy.providers.two.baseUrl=" + two.url(),
                            "understudy.providers.two.model=other",
                            "understudy.agents.chat.primary=one",
                            "understudy.agents.chat.backups=two")
                    .run(context -> assertThat(String.join(
                                    "",
                                    context.getBean(ChatClient.Builder.class).build().prompt().user("Hi").stream()
                                            .content()
                                            .collectList()
                                            .block(LIMIT)))
                            .isEqualTo("The answer goes on, word by word."));
        }
    }

    @Test
    void ownOptionsAndOwnModelAreKept() {
        configured
                .withBean(UnderstudyChatOptions.class, () -> UnderstudyChatOptions.builder()
                        .model("mine")
                        .temperature(0.1)
                        .build())
                .run(context -> assertThat(context.getBean(UnderstudyChatModel.class)
                                .getOptions()
                                .getTemperature())
                        .isEqualTo(0.1));
        UnderstudyChatModel own = UnderstudyChatModel.of(ScriptedProvider.named("own"), "m");
        configured
                .withBean(UnderstudyChatModel.class, () -> own)
                .run(context -> assertThat(context.getBean(ChatModel.class)).isSameAs(own));
    }

    @Test
    void nothingIsDefinedWithoutProviderOrWhenSwitchedOff() {
        runner.withUserConfiguration(VendorModel.class)
                .run(context -> assertThat(context).doesNotHaveBean(UnderstudyChatModel.class));
        configured
                .withUserConfiguration(VendorModel.class)
                .withPropertyValues("understudy.spring-ai.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean(UnderstudyChatModel.class));
        configured
                .withUserConfiguration(VendorModel.class)
                .withClassLoader(new FilteredClassLoader(dev.understudy.ops.agent.Agents.class))
                .run(context -> assertThat(context).doesNotHaveBean(UnderstudySpringAiAutoConfiguration.class));
    }
}
