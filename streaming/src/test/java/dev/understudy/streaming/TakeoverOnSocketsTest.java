package dev.understudy.streaming;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ChatResponseAggregator;
import dev.understudy.chat.Feature;
import dev.understudy.chat.StreamChunk;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.policy.TimeoutPolicy;
import dev.understudy.provider.Providers;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.testing.RecordedRequest;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.Subscription;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.SignalType;
import reactor.core.publisher.Sinks;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

class TakeoverOnSocketsTest {

    /** Limit of what does not wait for silence, long enough for a machine under load. */
    private static final Duration LIMIT = Duration.ofSeconds(60);

    /** Idle limit where the first provider is silent; the second one answers at once. */
    private static final Duration SILENCE = Duration.ofSeconds(2);

    private static final ChatRequest ASKED = ChatRequest.of("m", "Tell me a story");
    private static final String TRUTH =
            "Once upon a time there was a cat in a \u8336\u9928 that drank \uD83C\uDF75 all day";
    private static final String[] TOKENS = {
        "Once",
        " upon",
        " a ti",
        "me there",
        " was",
        " a cat in a \u8336",
        "\u9928 that",
        " drank",
        " \uD83C\uDF75",
        " all",
        " day"
    };

    private enum Fault {
        FIN,
        RST,
        STALL,
        IN_BAND,
        GARBLED,
        NO_FINISH;

        ScriptedReply reply(ScriptedReply.FaultPoint faultPoint) {
            ScriptedReply whole = ScriptedReply.tokens(TOKENS);
            return switch (this) {
                case FIN -> whole.cut(faultPoint);
                case RST -> whole.reset(faultPoint);
                case STALL -> whole.stall(faultPoint);
                case IN_BAND -> whole.fail(faultPoint, "overloaded_error", "Overloaded");
                case GARBLED -> whole.garble(faultPoint);
                case NO_FINISH -> ScriptedReply.tokens(TOKENS).withoutFinish().withoutTerminal();
            };
        }
    }

    private final ScriptedServer one = ScriptedServer.start();
    private final ScriptedServer two = ScriptedServer.start();
    private final ChatProvider openAi =
            Providers.openAiCompatible(endpoint("one", one.url("/v1")), OpenAiCompatibility.defaults());
    private final ChatProvider anthropic = Providers.anthropic(endpoint("two", two.url()));

    /** Returns a new client, which knows no failure of its providers yet. */
    private ChatProvider understudy() {
        return understudy(LIMIT);
    }

    private ChatProvider understudy(Duration idle) {
        return ResumingProvider.over(client(idle));
    }

    private Understudy client(Duration idle) {
        return Understudy.builder()
                .retry(RetryPolicy.defaults().withRetries(0))
                .timeouts(TimeoutPolicy.defaults().withFirstContent(LIMIT).withIdle(idle))
                .provider(openAi)
                .provider(anthropic)
                .build();
    }

    private static Endpoint endpoint(String name, String url) {
        return Endpoint.of(name, url, "key-" + name)
                .withModel("m", Capabilities.assumed().withFeature(Feature.PREFILL));
    }

    @AfterEach
    void close() {
        openAi.close();
        anthropic.close();
        one.close();
        two.close();
    }

    /** Dialects number the blocks of an answer differently. */
    @ParameterizedTest
    @EnumSource(
            value = ResumePolicy.Strategy.class,
            names = {"REPLAY", "RESTART"})
    void anAnswerRepeatedByAnotherVendorIsAggregatedInOrder(ResumePolicy.Strategy strategy) {
        one.then(Fault.FIN.reply(ScriptedReply.FaultPoint.tokens(5)));
        two.then(ScriptedReply.tokens(TOKENS));
        ChatResponse response = ChatResponseAggregator.collect(
                        ResumingProvider.over(client(LIMIT), ResumePolicy.of(strategy)).stream(ASKED))
                .block(LIMIT);
        assertThat(response.text()).isEqualTo(TRUTH);
        assertThat(response.blocks()).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource
    void anotherVendorGoesOnWhereverTheFirstIsCut(Fault fault) {
        two.rule(
                asked -> ScriptedReply.text(TRUTH.substring(prefix(asked.text()).length())));
        for (int tokens = 1; tokens <= TOKENS.length; tokens += fault == Fault.STALL ? 4 : 1) {
            one.then(fault.reply(ScriptedReply.FaultPoint.tokens(tokens)));
            Duration idle = fault == Fault.STALL ? SILENCE : LIMIT;
            List<StreamChunk> chunks =
                    understudy(idle).stream(ASKED).collectList().block(LIMIT);
            assertThat(ResumingProviderTest.text(chunks))
                    .as("cut after %d tokens", tokens)
                    .isEqualTo(TRUTH);
            assertThat(chunks.stream().filter(StreamChunk.Switched.class::isInstance))
                    .hasSize(1);
        }
    }

    @Test
    void aReaderThatAsksForOneAtATimeHearsAllOfIt() {
        two.rule(
                asked -> ScriptedReply.text(TRUTH.substring(prefix(asked.text()).length())));
        one.then(Fault.RST.reply(ScriptedReply.FaultPoint.tokens(6)));
        List<StreamChunk> chunks = new ArrayList<>();
        Sinks.Empty<Void> over = Sinks.empty();
        understudy().stream(ASKED).subscribe(new BaseSubscriber<>() {
            @Override
            protected void hookOnSubscribe(Subscription subscription) {
                request(1);
            }

            @Override
            protected void hookOnNext(StreamChunk chunk) {
                chunks.add(chunk);
                if (!(chunk instanceof StreamChunk.Finish)) {
                    request(1);
                }
            }

            @Override
            protected void hookFinally(SignalType type) {
                over.tryEmitEmpty();
            }
        });
        over.asMono().block(LIMIT);
        assertThat(ResumingProviderTest.text(chunks)).isEqualTo(TRUTH);
    }

    @Test
    void hedgedTakeoverClosesTheSilentConnection() {
        one.then(Fault.STALL.reply(ScriptedReply.FaultPoint.tokens(6)));
        two.rule(
                asked -> ScriptedReply.text(TRUTH.substring(prefix(asked.text()).length())));
        assertThat(ResumingProviderTest.text(
                        hedged().stream(ASKED).collectList().block(LIMIT)))
                .isEqualTo(TRUTH);
        assertThat(one.endings().next().block(LIMIT).ending()).isEqualTo(RecordedRequest.Ending.CLIENT_CANCELLED);
    }

    @Test
    void cancellationClosesBothConnectionsOfAHedgedTakeover() {
        one.then(Fault.STALL.reply(ScriptedReply.FaultPoint.tokens(6)));
        two.then(ScriptedReply.tokens(TOKENS).stall(ScriptedReply.FaultPoint.headers()));
        Disposable reader = hedged().stream(ASKED).subscribe();
        two.arrivals().next().block(LIMIT);
        reader.dispose();
        assertThat(one.endings().next().block(LIMIT).ending()).isEqualTo(RecordedRequest.Ending.CLIENT_CANCELLED);
        assertThat(two.endings().next().block(LIMIT).ending()).isEqualTo(RecordedRequest.Ending.CLIENT_CANCELLED);
    }

    private ChatProvider hedged() {
        ResumePolicy.Hedging hedging =
                ResumePolicy.Hedging.defaults().withAtLeast(SILENCE).withFactor(1);
        return ResumingProvider.over(
                Understudy.builder().provider(openAi).provider(anthropic).build(),
                ResumePolicy.exact().withHedging(hedging));
    }

    @Test
    void failedTakeoverEndsWithPartialAnswer() {
        one.then(Fault.RST.reply(ScriptedReply.FaultPoint.tokens(4)));
        two.rule(
                asked -> ScriptedReply.text(TRUTH.substring(prefix(asked.text()).length()))
                        .reset(ScriptedReply.FaultPoint.tokens(2)));
        List<StreamChunk> heard = new ArrayList<>();
        Throwable end = understudy().stream(ASKED)
                .doOnNext(heard::add)
                .then()
                .materialize()
                .block(LIMIT)
                .getThrowable();
        assertThat(end).isInstanceOfSatisfying(ChatException.PartialAnswer.class, partial -> assertThat(
                        partial.partial().text())
                .isEqualTo(ResumingProviderTest.text(heard)));
        assertThat(TRUTH).startsWith(ResumingProviderTest.text(heard));
    }

    /** What the vendor was given as the beginning of its answer; "" when it was asked afresh. */
    private static String prefix(String body) {
        JsonNode messages = new ObjectMapper().readTree(body).get("messages");
        JsonNode last = messages.get(messages.size() - 1);
        if (!last.get("role").asString().equals("assistant")) {
            return "";
        }
        JsonNode content = last.get("content");
        return content.isString()
                ? content.asString()
                : content.get(0).get("text").asString();
    }
}
