package dev.understudy.provider.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Feature;
import dev.understudy.policy.TimeoutPolicy;
import dev.understudy.provider.OpenAiCompatibleVendor;
import dev.understudy.provider.Providers;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.test.StepVerifier;

/** Servers that load a model when it is requested get the time that this takes. */
class LocalServersTest {

    private static final Duration LOADING_TIME = Duration.ofSeconds(100);

    @ParameterizedTest
    @EnumSource(
            value = OpenAiCompatibleVendor.class,
            names = {"LLAMACPP", "LMSTUDIO", "OLLAMA", "SGLANG", "VLLM"})
    void presetsOfLocalServersLoadModels(OpenAiCompatibleVendor vendor) {
        assertThat(loads(Providers.of(vendor))).isTrue();
        assertThat(loads(Providers.at(vendor, "https://models.example.com/v1"))).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "http://localhost:11434, true",
        "http://127.0.0.1:11434, true",
        "http://[::1]:11434, true",
        "https://10.1.2.3, true",
        "https://172.16.0.9, true",
        "https://172.32.0.9, false",
        "https://192.168.178.20:11434, true",
        "https://[fd12:3456::1], true",
        "https://[2001:db8::1], false",
        "https://ollama:11434, true",
        "https://host.docker.internal:11434, true",
        "https://studio.local, true",
        "https://ollama.example.com, false",
        "https://8.8.8.8, false"
    })
    void privateAddressesAreRecognised(String url, boolean loads) {
        assertThat(loads(Providers.ollama(url))).isEqualTo(loads);
    }

    @Test
    void otherServersOnThisMachineAreNoLocalServers() {
        assertThat(loads(Providers.openAiCompatible("http://localhost:8080/v1")))
                .isFalse();
    }

    @Test
    void modelThatIsBeingLoadedIsNotGivenUp() {
        ScriptedProvider local = ScriptedProvider.named("local")
                .can(Capabilities.assumed().withFeature(Feature.LOADING))
                .always(ScriptedAnswer.text("Loaded.").beforeFirst(LOADING_TIME));
        StepVerifier.withVirtualTime(() -> Understudy.over(local).stream(ChatRequest.of("m", "Hello?"))
                        .map(chunk -> chunk.text()))
                .thenAwait(LOADING_TIME)
                .expectNext("Loaded.")
                .thenConsumeWhile(chunk -> true)
                .verifyComplete();
        assertThat(local.calls()).hasSize(1);
    }

    @Test
    void modelThatReasonsAndIsLoadedHasTheLongerLimits() {
        ScriptedProvider local = ScriptedProvider.named("local")
                .can(Capabilities.assumed().withFeature(Feature.LOADING).withFeature(Feature.REASONING))
                .always(ScriptedAnswer.text("Loaded.").beforeFirst(LOADING_TIME));
        StepVerifier.withVirtualTime(() -> Understudy.builder()
                        .provider(local)
                        .loadingTimeouts(TimeoutPolicy.loading().withFirstContent(Duration.ofSeconds(1)))
                        .reasoningTimeouts(TimeoutPolicy.reasoning().withFirstContent(LOADING_TIME.plusSeconds(1)))
                        .build()
                        .stream(ChatRequest.of("m", "Hello?"))
                        .map(chunk -> chunk.text()))
                .thenAwait(LOADING_TIME)
                .expectNext("Loaded.")
                .thenConsumeWhile(chunk -> true)
                .verifyComplete();
    }

    private static boolean loads(ChatProvider provider) {
        try {
            return provider.capabilities("m").has(Feature.LOADING);
        } finally {
            provider.close();
        }
    }
}
