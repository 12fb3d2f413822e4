package dev.understudy.streaming;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Feature;
import dev.understudy.chat.Message;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.ToolCall;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import reactor.test.StepVerifier;

class StreamAfterTest {

    private static final ChatRequest REQUEST = ChatRequest.of("m", "Tell me").withTemperature(0);

    private static List<StreamChunk> words(String... words) {
        List<StreamChunk> chunks = new ArrayList<>();
        for (String word : words) {
            chunks.add(new StreamChunk.Text(word));
        }
        return chunks;
    }

    private static String text(List<StreamChunk> chunks) {
        StringBuilder text = new StringBuilder();
        chunks.forEach(chunk -> text.append(chunk.text()));
        return text.toString();
    }

    private static List<StreamChunk> rest(ResumingProvider provider, List<StreamChunk> delivered) {
        return provider.streamAfter(REQUEST, delivered).collectList().block();
    }

    @Test
    void equalAnswerIsContinuedByReplay() {
        ScriptedProvider vendor =
                ScriptedProvider.named("a").then(ScriptedAnswer.tokens("One ", "two ", "three ", "four."));
        List<StreamChunk> rest = rest(ResumingProvider.over(vendor), words("One ", "two "));

        assertThat(text(rest)).isEqualTo("three four.");
        assertThat(rest.get(0)).isInstanceOf(StreamChunk.Switched.class);
        assertThat(rest.get(rest.size() - 1)).isInstanceOf(StreamChunk.Finish.class);
    }

    @Test
    void prefixIsSentWhereTheModelContinuesIt() {
        ScriptedProvider vendor = ScriptedProvider.named("a")
                .can(Capabilities.of(Feature.STREAMING, Feature.PREFILL))
                .always(ScriptedAnswer.tokens(" beginning", " of", " it", " and", " an", " end."));
        Understudy understudy = Understudy.builder().provider(vendor, "m").build();
        List<StreamChunk> rest =
                rest(ResumingProvider.over(understudy), words("There is ", "a ", "long ", "beginning ", "of it "));

        assertThat(text(rest)).isEqualTo("and an end.");
        assertThat(vendor.requests().get(0).messages()).last().isEqualTo(Message.assistant("There is a long"));
    }

    @Test
    void allOfASampledTextIsThePrefix() {
        ScriptedProvider vendor = ScriptedProvider.named("a")
                .can(Capabilities.of(Feature.STREAMING, Feature.PREFILL))
                .always(ScriptedAnswer.tokens(" and", " an", " end."));
        List<StreamChunk> delivered = words("There is ", "a ", "long ", "beginning ", "of it ");
        List<StreamChunk> rest = ResumingProvider.over(vendor)
                .streamAfter(ChatRequest.of("m", "Tell me"), delivered)
                .collectList()
                .block();

        assertThat(text(rest)).isEqualTo("and an end.");
        assertThat(vendor.requests().get(0).messages())
                .last()
                .isEqualTo(Message.assistant("There is a long beginning of it"));
    }

    @Test
    void continuationWithoutTheDeliveredSpaceIsRefused() {
        ScriptedProvider vendor = ScriptedProvider.named("a")
                .can(Capabilities.of(Feature.STREAMING, Feature.PREFILL))
                .always(ScriptedAnswer.tokens("self", " and", " an", " end."));

        StepVerifier.create(ResumingProvider.over(vendor)
                        .streamAfter(
                                ChatRequest.of("m", "Tell me"),
                                words("There is ", "a ", "long ", "beginning ", "of it ")))
                .verifyError(ChatException.PartialAnswer.class);
    }

    @Test
    void differentAnswerFailsWithTheDeliveredPart() {
        ScriptedProvider vendor = ScriptedProvider.named("a").always(ScriptedAnswer.tokens("Something ", "else."));

        StepVerifier.create(ResumingProvider.over(vendor).streamAfter(REQUEST, words("One ", "two ")))
                .verifyErrorSatisfies(error -> assertThat(error)
                        .isInstanceOfSatisfying(
                                ChatException.PartialAnswer.class,
                                partial -> assertThat(partial.partial().text()).isEqualTo("One two ")));
    }

    @Test
    void nothingDeliveredBeginsAnew() {
        ScriptedProvider vendor = ScriptedProvider.named("a").then(ScriptedAnswer.tokens("One ", "two."));
        List<StreamChunk> all = rest(ResumingProvider.over(vendor), List.of());

        assertThat(text(all)).isEqualTo("One two.");
        assertThat(all).noneMatch(StreamChunk.Switched.class::isInstance);
    }

    @Test
    void retractedTextIsNotDelivered() {
        ScriptedProvider vendor = ScriptedProvider.named("a").then(ScriptedAnswer.tokens("One ", "two ", "three."));
        List<StreamChunk> delivered = words("Wrong ", "start ");
        delivered.add(new StreamChunk.Reset(0, dev.understudy.chat.FailureKind.TRUNCATED));
        delivered.addAll(words("One "));

        assertThat(text(rest(ResumingProvider.over(vendor), delivered))).isEqualTo("two three.");
    }

    @Test
    void deliveredToolCallIsNotDeliveredAgain() {
        ToolCall call = new ToolCall("c1", "lookup", "{\"a\":1}");
        ScriptedProvider vendor = ScriptedProvider.named("a")
                .then(ScriptedAnswer.chunks(new StreamChunk.Text("Now "), new StreamChunk.ToolCallDone(0, call)));
        List<StreamChunk> delivered = words("Now ");
        delivered.add(new StreamChunk.ToolCallDone(0, call));
        List<StreamChunk> rest = rest(ResumingProvider.over(vendor), delivered);

        assertThat(rest).noneMatch(StreamChunk.ToolCallDone.class::isInstance);
        assertThat(rest.get(rest.size() - 1)).isInstanceOf(StreamChunk.Finish.class);
    }

    @Test
    void subscriptionsAreIndependent() {
        ScriptedProvider vendor = ScriptedProvider.named("a").always(ScriptedAnswer.tokens("One ", "two ", "three."));
        var rest = ResumingProvider.over(vendor).streamAfter(REQUEST, words("One "));

        assertThat(text(rest.collectList().block())).isEqualTo("two three.");
        assertThat(text(rest.collectList().block())).isEqualTo("two three.");
    }
}
