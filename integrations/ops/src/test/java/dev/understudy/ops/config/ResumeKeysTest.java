package dev.understudy.ops.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.StreamChunk;
import dev.understudy.ops.agent.Agents;
import dev.understudy.ops.agent.Config;
import dev.understudy.ops.agent.ConfigException;
import dev.understudy.streaming.ResumePolicy;
import dev.understudy.streaming.ResumePolicy.Limits;
import dev.understudy.streaming.StreamBuffer;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

/** What a configuration says under {@code resume} is what streams are kept alive with. */
class ResumeKeysTest {

    private static final ResumePolicy USUAL = ResumePolicy.defaults();
    private static final Duration TIME = Duration.ofMillis(300);

    private final ScriptedProvider ann = ScriptedProvider.named("ann");
    private final ScriptedProvider bob = ScriptedProvider.named("bob");

    static Stream<Arguments> settings() {
        return Stream.of(
                Arguments.of("'policy': 'anchored'", ResumePolicy.anchored()),
                Arguments.of("'policy': 'restarting'", ResumePolicy.restarting()),
                Arguments.of(
                        "'ways': ['replay', 'restart', 'fail']",
                        ResumePolicy.of(ResumePolicy.Strategy.REPLAY, ResumePolicy.Strategy.RESTART)),
                Arguments.of("'takeovers': 3", USUAL.withTakeovers(3)),
                Arguments.of("'wholeStructured': false", USUAL.withWholeStructured(false)),
                Arguments.of("'buffer': {'tokens': 7}", USUAL.withBuffer(StreamBuffer.tokens(7))),
                Arguments.of("'buffer': {'time': '300ms'}", USUAL.withBuffer(StreamBuffer.time(TIME))),
                Arguments.of("'buffer': {'tokens': 7, 'time': '300ms'}", USUAL.withBuffer(new StreamBuffer(7, TIME))),
                Arguments.of("'buffer': {'whole': true}", USUAL.withBuffer(StreamBuffer.whole())),
                Arguments.of(
                        "'buffer': {'whole': true, 'time': '300ms'}",
                        USUAL.withBuffer(StreamBuffer.whole().withTime(TIME))),
                Arguments.of("'hedging': {'enabled': true}", USUAL.withHedging(ResumePolicy.Hedging.defaults())),
                Arguments.of(
                        "'hedging': {'enabled': true, 'atLeast': '300ms', 'factor': 2, 'maxExtra': 0.5}",
                        USUAL.withHedging(new ResumePolicy.Hedging(true, TIME, 2, 0.5))),
                Arguments.of("'limits': {'word': 32}", USUAL.withLimits(new Limits(32, 40, 200))),
                Arguments.of("'limits': {'anchor': 32}", USUAL.withLimits(new Limits(64, 32, 200))),
                Arguments.of("'limits': {'search': 32}", USUAL.withLimits(new Limits(64, 40, 32))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("settings")
    void eachSettingTakesEffect(String setting, ResumePolicy policy) {
        assertThat(policy(setting)).isEqualTo(policy).isNotEqualTo(USUAL);
    }

    @Test
    void anEmptyTableIsTheDefaultPolicy() {
        assertThat(policy("")).isEqualTo(USUAL);
        assertThat(policy("'policy': 'exact'")).isEqualTo(USUAL);
    }

    private static ResumePolicy policy(String settings) {
        ConfigDocument config =
                ConfigDocument.parse("""
                {"providers": {"ann": {"supplied": true}},
                 "agents": {"a": {"primary": "ann", "resume": {%s}}}}""".formatted(settings.replace('\'', '"')), new ConfigErrors(Map.of()));
        ResumeKeys.Resume resume = config.agents().get("a").values().get(AgentKeys.RESUME);
        assertThat(resume.enabled()).isTrue();
        return resume.policy();
    }

    @Test
    void documentedDefaultsAreTheDefaults() {
        assertThat(ConfigSchema.text()).contains("\"default\" : 64", "\"default\" : 40", "\"default\" : 200");
        assertThat(USUAL.limits()).isEqualTo(new Limits(64, 40, 200));
        assertThat(USUAL.takeovers()).isEqualTo(2);
        assertThat(USUAL.wholeStructured()).isTrue();
        assertThat(USUAL.buffer()).isEqualTo(StreamBuffer.none());
    }

    @Test
    void anAgentWithResumeTakesOverInTheMiddle() {
        assertThat(text(agents("\"resume\": {\"policy\": \"restarting\"}"))).isEqualTo("I am|reset|This is Bob.");
    }

    @Test
    void anAgentThatSwitchesItOffDoesNot() {
        StepVerifier.create(stream(agents("\"resume\": {\"enabled\": false}")).then())
                .verifyError();
    }

    @Test
    void anAgentResumesByDefault() {
        ScriptedProvider same = ScriptedProvider.named("bob");
        same.always(ScriptedAnswer.tokens("I ", "am ", "Ann."));
        assertThat(text(agents("\"retry\": {}", same))).isEqualTo("I am Ann.");
    }

    @Test
    void contradictingResumeKeysAreErrors() {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> agents("\"resume\": {\"ways\": [\"fail\", \"prefill\"]}"))
                .withMessageContaining("agents.a.resume: Each way stands once, and FAIL last");
    }

    private Agents agents(String settings) {
        bob.always(ScriptedAnswer.tokens("This ", "is ", "Bob."));
        return agents(settings, bob);
    }

    private Agents agents(String settings, ScriptedProvider backup) {
        ann.always(ScriptedAnswer.tokens("I ", "am ", "Ann.").failAfter(2, Failure.of(FailureKind.SERVER, "broken")));
        return Agents.builder(Config.parse("""
                        {"providers": {"ann": {"supplied": true}, "bob": {"supplied": true}},
                         "agents": {"a": {"primary": "ann", "backups": ["bob"], %s}}}""".formatted(settings), Map.of()))
                .supply(ann)
                .supply(backup)
                .open();
    }

    private static Flux<StreamChunk> stream(Agents agents) {
        return agents.provider("a").stream(ChatRequest.of("m", "Who is there?"));
    }

    private static String text(Agents agents) {
        return stream(agents)
                .map(chunk -> chunk instanceof StreamChunk.Reset ? "|reset|" : chunk.text())
                .collect(Collectors.joining())
                .block(Duration.ofSeconds(10));
    }
}
