package dev.understudy.springai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.Understudy;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.ResponseFormat;
import dev.understudy.chat.SamplingParameters;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.ToolSet;
import dev.understudy.chat.Usage;
import dev.understudy.event.Event;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import io.micrometer.observation.Observation;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import io.micrometer.observation.tck.TestObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistryAssert;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.ai.chat.metadata.EmptyUsage;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.openai.OpenAiChatOptions;
import org.springframework.ai.retry.NonTransientAiException;
import org.springframework.ai.retry.TransientAiException;
import org.springframework.ai.tool.ToolCallback;
import org.springframework.ai.tool.function.FunctionToolCallback;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

class UnderstudyChatModelTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Prompt PROMPT = new Prompt("Hi");

    private final ScriptedProvider provider = ScriptedProvider.named("a");
    private final UnderstudyChatModel model = UnderstudyChatModel.of(provider, "m");

    @Test
    void portableOptionsAreMapped() {
        model.call(new Prompt(
                "Hi",
                ChatOptions.builder()
                        .model("other")
                        .temperature(0.5)
                        .topP(0.9)
                        .topK(40)
                        .maxTokens(100)
                        .frequencyPenalty(0.1)
                        .presencePenalty(0.2)
                        .stopSequences(List.of("END"))
                        .build()));
        assertThat(provider.requests())
                .containsExactly(ChatRequest.of("other", "Hi")
                        .withSampling(SamplingParameters.defaults()
                                .withTemperature(0.5)
                                .withTopP(0.9)
                                .withTopK(40)
                                .withMaxTokens(100)
                                .withFrequencyPenalty(0.1)
                                .withPresencePenalty(0.2)
                                .withStop(List.of("END"))));
    }

    @Test
    void ownOptionsReachEverythingElseOfTheRequest() {
        ToolCallback tool = FunctionToolCallback.builder("clock", () -> "noon")
                .description("The time")
                .build();
        UnderstudyChatOptions options = UnderstudyChatOptions.builder()
                .toolCallbacks(tool)
                .outputSchema("{\"type\":\"object\"}")
                .request(request -> request.withSeed(7))
                .request(request -> request.withToolChoice(ToolSet.Choice.required()))
                .build();
        assertThat(options.mutate().build()).isEqualTo(options);
        model.call(new Prompt("Hi", options));
        ChatRequest request = provider.requests().get(0);
        assertThat(request.sampling().seed()).isEqualTo(7);
        assertThat(request.toolSet().choice()).isEqualTo(ToolSet.Choice.required());
        assertThat(request.toolSet().tools()).singleElement().satisfies(mapped -> {
            assertThat(mapped.name()).isEqualTo("clock");
            assertThat(mapped.description()).isEqualTo("The time");
        });
        assertThat(request.format()).isEqualTo(ResponseFormat.jsonSchema("answer", Map.of("type", "object")));
    }

    @Test
    void optionsOfTheModelApplyToPromptsWithoutOptions() {
        UnderstudyChatModel cold = UnderstudyChatModel.builder(provider)
                .options(UnderstudyChatOptions.builder()
                        .model("m")
                        .temperature(0.0)
                        .build())
                .build();
        cold.call(PROMPT);
        assertThat(provider.requests())
                .containsExactly(ChatRequest.of("m", "Hi").withTemperature(0));
    }

    @Test
    void promptWithoutModelFailsBeforeAnythingIsSent() {
        UnderstudyChatModel nameless = UnderstudyChatModel.builder(provider).build();
        assertThatThrownBy(() -> nameless.call(PROMPT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("No model");
        assertThat(provider.calls()).isEmpty();
    }

    @Test
    void optionsOfOneVendorAreToldByAnEvent() {
        List<Event> events = new ArrayList<>();
        Understudy understudy =
                Understudy.builder().provider(provider).listener(events::add).build();
        OpenAiChatOptions options = OpenAiChatOptions.builder()
                .model("m")
                .temperature(0.5)
                .logprobs(true)
                .seed(7)
                .build();
        UnderstudyChatModel.of(understudy, "m").call(new Prompt("Hi", options));
        assertThat(provider.requests())
                .containsExactly(ChatRequest.of("m", "Hi").withTemperature(0.5));
        assertThat(events.stream().filter(Event.ProviderReported.class::isInstance))
                .extracting(Event::toString)
                .satisfiesExactly(first -> assertThat(first).contains("without logprobs"), second -> assertThat(second)
                        .contains("without seed"));
    }

    @Test
    void optionsOfOneVendorInTheClientAreToldToo() {
        List<Event> events = new ArrayList<>();
        UnderstudyChatModel told =
                UnderstudyChatModel.builder(provider).listener(events::add).build();
        UnderstudyChatOptions combined = UnderstudyChatOptions.builder()
                .model("m")
                .combineWith(OpenAiChatOptions.builder().topP(0.5).seed(7))
                .build();
        told.call(new Prompt("Hi", combined));
        assertThat(provider.requests())
                .containsExactly(ChatRequest.of("m", "Hi").withTopP(0.5));
        assertThat(events)
                .singleElement()
                .extracting(Event::toString)
                .asString()
                .contains("without seed");
    }

    @Test
    void lastChunkHoldsFinishReasonUsageAndToolCalls() {
        provider.always(ScriptedAnswer.tokens("Look", "ing")
                .withToolCall("1", "clock", "{}")
                .withToolCall("2", "clock", "{}")
                .withUsage(Usage.of(10, 5).withCachedInput(4)));
        List<ChatResponse> chunks = model.stream(PROMPT).collectList().block(LIMIT);
        assertThat(chunks).hasSize(3);
        assertThat(chunks.subList(0, 2)).noneMatch(ChatResponse::hasToolCalls).allSatisfy(chunk -> {
            assertThat(chunk.getMetadata().getUsage()).isInstanceOf(EmptyUsage.class);
            assertThat(chunk.getResult().getMetadata().getFinishReason()).isNull();
        });
        ChatResponse last = chunks.get(2);
        assertThat(last.getResult().getOutput().getText()).isEmpty();
        assertThat(last.getResult().getOutput().getToolCalls()).hasSize(2);
        assertThat(last.getResult().getMetadata().getFinishReason()).isEqualTo("TOOL_CALLS");
        assertThat(last.getMetadata().getUsage().getTotalTokens()).isEqualTo(15);
        assertThat(last.getMetadata().getUsage().getCacheReadInputTokens()).isEqualTo(4);
    }

    @Test
    void reasoningIsInTheMetadataAndNotInTheText() {
        provider.always(ScriptedAnswer.text("Yes.").withReasoning("Hm."));
        List<ChatResponse> chunks = model.stream(PROMPT).collectList().block(LIMIT);
        assertThat(chunks)
                .extracting(chunk -> chunk.getResult().getOutput().getText())
                .containsExactly("", "Yes.", "");
        assertThat(chunks.get(0).getResult().getOutput().getMetadata())
                .containsEntry("understudy.reasoningPart", "Hm.");
        assertThat(chunks.get(2).getResult().getOutput().getMetadata()).containsEntry("reasoningContent", "Hm.");
        assertThat(model.call(PROMPT).getResult().getOutput().getMetadata()).containsEntry("reasoningContent", "Hm.");
    }

    @Test
    void streamRespectsDemand() {
        provider.always(ScriptedAnswer.tokens("a", "b", "c"));
        StepVerifier.create(model.stream(PROMPT), 1)
                .expectNextCount(1)
                .thenCancel()
                .verify(LIMIT);
        assertThat(provider.peakDemand()).isEqualTo(1);
        assertThat(provider.cancelled()).isEqualTo(1);
    }

    @Test
    void eachSubscriptionIsANewCall() {
        reactor.core.publisher.Flux<ChatResponse> stream = model.stream(PROMPT);
        assertThat(provider.subscriptions()).isZero();
        stream.blockLast(LIMIT);
        stream.blockLast(LIMIT);
        assertThat(provider.subscriptions()).isEqualTo(2);
    }

    @Test
    void streamWithoutFinishReasonFails() {
        provider.always(ScriptedAnswer.tokens("a", "b").cutAfter(1));
        StepVerifier.create(model.stream(PROMPT))
                .expectNextCount(1)
                .expectErrorSatisfies(error -> assertThat(error)
                        .isInstanceOf(TransientAiException.class)
                        .hasCauseInstanceOf(ChatException.PartialAnswer.class))
                .verify(LIMIT);
    }

    @Test
    void withdrawnTextFailsTheStream() {
        provider.always(ScriptedAnswer.chunks(
                new StreamChunk.Text("Wrong."),
                new StreamChunk.Reset(0, FailureKind.SERVER),
                new StreamChunk.Text("Right.")));
        StepVerifier.create(model.stream(PROMPT))
                .expectNextCount(1)
                .expectErrorSatisfies(error -> assertThat(error)
                        .cause()
                        .isInstanceOfSatisfying(
                                ChatException.PartialAnswer.class,
                                cut -> assertThat(cut.partial().text()).isEqualTo("Wrong.")))
                .verify(LIMIT);
    }

    @ParameterizedTest
    @EnumSource(FailureKind.class)
    void eachKindOfFailureHasAnException(FailureKind kind) {
        provider.always(ScriptedAnswer.fail(kind));
        boolean lasting =
                switch (kind) {
                    case QUOTA, AUTH, FORBIDDEN, MODEL_NOT_FOUND, CONTEXT_OVERFLOW, REQUEST_TOO_LARGE -> true;
                    case CONTENT_FILTERED, TOOL_REJECTED, UNSUPPORTED, INVALID_REQUEST -> true;
                    default -> false;
                };
        assertThatThrownBy(() -> model.call(PROMPT))
                .isInstanceOf(lasting ? NonTransientAiException.class : TransientAiException.class)
                .cause()
                .isInstanceOfSatisfying(
                        ChatException.class,
                        failed -> assertThat(failed.failure().kind()).isEqualTo(kind));
    }

    @Test
    void callOnNonBlockingThreadIsRefused() {
        Mono<ChatResponse> call = Mono.fromCallable(() -> model.call(PROMPT)).subscribeOn(Schedulers.parallel());
        StepVerifier.create(call).expectError(IllegalStateException.class).verify(LIMIT);
    }

    @Test
    void finishReasonsKeepTheirNames() {
        provider.always(ScriptedAnswer.text("cut").withFinish(FinishReason.LENGTH));
        assertThat(model.call(PROMPT).getResult().getMetadata().getFinishReason())
                .isEqualTo("LENGTH");
    }

    @Test
    void callAndStreamAreObserved() {
        TestObservationRegistry registry = TestObservationRegistry.create();
        UnderstudyChatModel observed = UnderstudyChatModel.builder(provider)
                .options(UnderstudyChatOptions.builder().model("m").build())
                .observationRegistry(registry)
                .build();
        provider.always(ScriptedAnswer.text("Hello").withUsage(Usage.of(3, 1)));
        observed.call(PROMPT);
        Observation parent = Observation.start("parent", registry);
        observed.stream(PROMPT)
                .contextWrite(context -> context.put(ObservationThreadLocalAccessor.KEY, parent))
                .blockLast(LIMIT);
        parent.stop();
        TestObservationRegistryAssert.assertThat(registry)
                .hasNumberOfObservationsWithNameEqualTo("gen_ai.client.operation", 2)
                .forAllObservationsWithNameEqualTo(
                        "gen_ai.client.operation",
                        context -> context.hasLowCardinalityKeyValue("gen_ai.system", "understudy")
                                .hasLowCardinalityKeyValue("gen_ai.request.model", "m")
                                .hasHighCardinalityKeyValue("gen_ai.usage.input_tokens", "3")
                                .hasHighCardinalityKeyValue("gen_ai.response.finish_reasons", "[\"STOP\"]"));
        assertThat(provider.calls()).allSatisfy(call -> assertThat(call.context()
                        .<Observation>get(ObservationThreadLocalAccessor.KEY)
                        .getContext()
                        .getName())
                .isEqualTo("gen_ai.client.operation"));
    }

    @Test
    void failedStreamIsObservedAsFailed() {
        TestObservationRegistry registry = TestObservationRegistry.create();
        UnderstudyChatModel observed = UnderstudyChatModel.builder(provider)
                .options(UnderstudyChatOptions.builder().model("m").build())
                .observationRegistry(registry)
                .build();
        provider.always(ScriptedAnswer.fail(Failure.of(FailureKind.SERVER, "down")));
        StepVerifier.create(observed.stream(PROMPT)).expectError().verify(LIMIT);
        TestObservationRegistryAssert.assertThat(registry)
                .hasSingleObservationThat()
                .hasBeenStopped()
                .hasError();
    }
}
