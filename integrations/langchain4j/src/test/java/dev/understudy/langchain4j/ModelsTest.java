package dev.understudy.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.image.Image;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.AudioContent;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.CustomMessage;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.PdfFileContent;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.data.message.VideoContent;
import dev.langchain4j.exception.NonRetriableException;
import dev.langchain4j.exception.RetriableException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.listener.ChatModelErrorContext;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.listener.ChatModelRequestContext;
import dev.langchain4j.model.chat.listener.ChatModelResponseContext;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.ToolChoice;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.chat.response.ChatModelStreamingEvent;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.CompleteResponse;
import dev.langchain4j.model.chat.response.CompleteToolCall;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialThinking;
import dev.langchain4j.model.chat.response.PartialToolCall;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.openai.OpenAiChatRequestParameters;
import dev.langchain4j.model.output.FinishReason;
import dev.understudy.Understudy;
import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Feature;
import dev.understudy.chat.Message;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.SamplingParameters;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.ToolSet;
import dev.understudy.chat.Usage;
import dev.understudy.chat.VendorData;
import dev.understudy.event.Event;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.adapter.JdkFlowAdapter;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

class ModelsTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final ChatRequest HI =
            ChatRequest.builder().messages(UserMessage.from("Hi")).build();

    private final ScriptedProvider provider = ScriptedProvider.named("a");
    private final UnderstudyChatModel model = UnderstudyChatModel.of(provider, "m");
    private final UnderstudyStreamingChatModel streaming = UnderstudyStreamingChatModel.of(provider, "m");

    @Test
    void parametersAreMapped() {
        model.chat(HI.toBuilder()
                .modelName("other")
                .temperature(0.5)
                .topP(0.9)
                .topK(40)
                .maxOutputTokens(100)
                .frequencyPenalty(0.1)
                .presencePenalty(0.2)
                .stopSequences(List.of("END"))
                .build());
        assertThat(provider.requests())
                .containsExactly(dev.understudy.chat.ChatRequest.of("other", "Hi")
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
    void toolsAndFormatAreMapped() {
        ToolSpecification tool = ToolSpecification.builder()
                .name("weather")
                .description("Weather")
                .parameters(JsonObjectSchema.builder()
                        .addStringProperty("city")
                        .required("city")
                        .build())
                .strict(true)
                .build();
        model.chat(HI.toBuilder()
                .toolSpecifications(tool)
                .toolChoice(ToolChoice.REQUIRED)
                .responseFormat(ResponseFormat.builder()
                        .type(ResponseFormatType.JSON)
                        .jsonSchema(JsonSchema.builder()
                                .name("city")
                                .rootElement(JsonObjectSchema.builder()
                                        .addIntegerProperty("people")
                                        .build())
                                .build())
                        .build())
                .build());
        dev.understudy.chat.ChatRequest request = provider.requests().get(0);
        assertThat(request.toolSet().choice()).isEqualTo(ToolSet.Choice.required());
        assertThat(request.toolSet().tools()).singleElement().satisfies(mapped -> {
            assertThat(mapped.strict()).isTrue();
            assertThat(mapped.schema().toString()).contains("type=object", "city={type=string}", "required=[city]");
        });
        assertThat(request.format())
                .isInstanceOfSatisfying(dev.understudy.chat.ResponseFormat.JsonSchema.class, format -> {
                    assertThat(format.name()).isEqualTo("city");
                    assertThat(format.schema().toString()).contains("people={type=integer}");
                });
    }

    @Test
    void ownParametersReachEverythingElseOfTheRequest() {
        UnderstudyChatModel seeded = UnderstudyChatModel.builder(provider)
                .defaultRequestParameters(UnderstudyChatRequestParameters.builder()
                        .modelName("m")
                        .request(request -> request.withSeed(7))
                        .build())
                .build();
        seeded.chat(HI.toBuilder().temperature(0.5).build());
        assertThat(provider.requests())
                .containsExactly(dev.understudy.chat.ChatRequest.of("m", "Hi")
                        .withTemperature(0.5)
                        .withSeed(7));
    }

    @Test
    void parametersOfOneVendorAreToldByAnEvent() {
        List<Event> events = new ArrayList<>();
        Understudy understudy =
                Understudy.builder().provider(provider).listener(events::add).build();
        UnderstudyChatModel.of(understudy, "m")
                .chat(HI.toBuilder()
                        .parameters(OpenAiChatRequestParameters.builder()
                                .temperature(0.5)
                                .seed(7)
                                .user("me")
                                .build())
                        .build());
        assertThat(provider.requests())
                .containsExactly(dev.understudy.chat.ChatRequest.of("m", "Hi").withTemperature(0.5));
        assertThat(events.stream().filter(Event.ProviderReported.class::isInstance))
                .extracting(Event::toString)
                .satisfiesExactly(first -> assertThat(first).contains("without seed"), second -> assertThat(second)
                        .contains("without user"));
    }

    @Test
    void requestWithoutModelFailsBeforeAnythingIsSent() {
        UnderstudyChatModel nameless = UnderstudyChatModel.builder(provider).build();
        assertThatThrownBy(() -> nameless.chat(HI))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("No model");
        assertThat(provider.calls()).isEmpty();
    }

    @Test
    void messagesOfAllRolesAreMapped() {
        ToolCall call = new ToolCall("1", "weather", "{}");
        assertThat(mapped(
                        SystemMessage.from("Be brief."),
                        UserMessage.from("Weather?"),
                        AiMessage.from("Looking.", List.of(ResponseMapper.call(call))),
                        ToolExecutionResultMessage.from("1", "weather", "sun"),
                        ToolExecutionResultMessage.builder()
                                .id("1")
                                .toolName("weather")
                                .text("no")
                                .isError(true)
                                .build()))
                .containsExactly(
                        Message.system("Be brief."),
                        Message.user("Weather?"),
                        Message.assistant("Looking.", call),
                        Message.toolResult(call, "sun"),
                        Message.toolError(call, "no"));
        assertThatThrownBy(() -> mapped(CustomMessage.from(Map.of("a", 1))))
                .isInstanceOf(UnsupportedFeatureException.class);
    }

    @Test
    void mediaAreMapped() {
        Message.User user = (Message.User) mapped(UserMessage.from(
                        TextContent.from("Look"),
                        ImageContent.from("https://example.org/a.png"),
                        ImageContent.from("AQID", "image/png"),
                        AudioContent.from("AQID", "audio/wav"),
                        PdfFileContent.from("AQID", "application/pdf"),
                        PdfFileContent.from(URI.create("https://example.org/a.pdf")),
                        VideoContent.from("AQID", "video/mp4")))
                .get(0);
        assertThat(user.parts())
                .containsExactly(
                        new Message.Part.Text("Look"),
                        new Message.Part.Image(Message.Image.url("https://example.org/a.png")),
                        new Message.Part.Image(new Message.Image.Data("image/png", "AQID")),
                        new Message.Part.Audio("audio/wav", "AQID", Message.CacheHint.NONE),
                        new Message.Part.File(
                                new Message.File.Data("file.pdf", "application/pdf", "AQID"), Message.CacheHint.NONE),
                        new Message.Part.File(
                                Message.File.url("https://example.org/a.pdf", "application/pdf"),
                                Message.CacheHint.NONE),
                        new Message.Part.File(
                                new Message.File.Data("video", "video/mp4", "AQID"), Message.CacheHint.NONE));
    }

    @Test
    void blocksOfAnAnswerGoBackAsTheyCame() {
        VendorData data = new VendorData("anthropic", "{\"a\":1}");
        List<ContentBlock> blocks = List.of(
                new ReasoningBlock("Hm.", new ReasoningBlock.Signature("sig", true, "anthropic")),
                new ContentBlock.Text("First.", data),
                new ToolCall("1", "weather", "{}", data),
                new ContentBlock.Text("Second."));
        provider.always(ScriptedAnswer.chunks(
                new StreamChunk.Reasoning("Hm.", null, 0),
                new StreamChunk.Reasoning("", new ReasoningBlock.Signature("sig", true, "anthropic"), 0),
                new StreamChunk.Text("First.", 1),
                new StreamChunk.BlockData(data, 1),
                new StreamChunk.ToolCallDone(0, new ToolCall("1", "weather", "{}", data), 2),
                new StreamChunk.Text("Second.", 3)));
        AiMessage message = model.chat(HI).aiMessage();
        assertThat(message.text()).isEqualTo("First.Second.");
        assertThat(message.thinking()).isEqualTo("Hm.");
        assertThat(message.attributes()).containsOnlyKeys("understudy.blocks");
        assertThat(mapped(message)).containsExactly(new Message.Assistant(blocks));
        assertThat(mapped(message.withText("[redacted]")).get(0))
                .isEqualTo(Message.assistant("[redacted]", new ToolCall("1", "weather", "{}")));
    }

    @Test
    void imagesOfAnAnswerAreKept() {
        provider.always(ScriptedAnswer.chunks(
                new StreamChunk.Block(new ContentBlock.Image(new Message.Image.Data("image/png", "AQID"), null), 0)));
        AiMessage message = model.chat(HI).aiMessage();
        assertThat(message.images())
                .containsExactly(
                        Image.builder().base64Data("AQID").mimeType("image/png").build());
        assertThat(mapped(message))
                .containsExactly(new Message.Assistant(
                        List.of(new ContentBlock.Image(new Message.Image.Data("image/png", "AQID"), null))));
    }

    @Test
    void metadataTellUsageReasonAndRoute() {
        provider.always(ScriptedAnswer.toolCall("1", "weather", "{}")
                .withUsage(Usage.of(10, 5).withCachedInput(4)));
        ChatResponse response = model.chat(HI);
        assertThat(response.finishReason()).isEqualTo(FinishReason.TOOL_EXECUTION);
        assertThat(response.tokenUsage().totalTokenCount()).isEqualTo(15);
        assertThat(response.modelName()).isEqualTo("m");
        assertThat(response.aiMessage().text()).isNull();
        UnderstudyResponseMetadata metadata = (UnderstudyResponseMetadata) response.metadata();
        assertThat(metadata.servedBy().provider()).isEqualTo("a");
        assertThat(metadata.usage().cachedInput()).isEqualTo(4);
    }

    @Test
    void schemaIsACapabilityWhereTheModelHasIt() {
        assertThat(model.supportedCapabilities()).containsExactly(Capability.RESPONSE_FORMAT_JSON_SCHEMA);
        provider.can(Capabilities.of(Feature.TOOLS));
        assertThat(model.supportedCapabilities()).isEmpty();
        assertThat(streaming.supportedCapabilities()).isEmpty();
    }

    @Test
    void listenersHearOfRequestsResponsesAndErrors() {
        List<String> heard = new ArrayList<>();
        ChatModelListener listener = new ChatModelListener() {
            @Override
            public void onRequest(ChatModelRequestContext context) {
                heard.add("request " + context.chatRequest().modelName());
            }

            @Override
            public void onResponse(ChatModelResponseContext context) {
                heard.add("response " + context.chatResponse().aiMessage().text());
            }

            @Override
            public void onError(ChatModelErrorContext context) {
                heard.add("error " + context.error().getClass().getSimpleName());
            }
        };
        provider.then(ScriptedAnswer.text("one"), ScriptedAnswer.text("two"), ScriptedAnswer.fail(FailureKind.SERVER));
        UnderstudyChatModel.builder(provider)
                .modelName("m")
                .listeners(List.of(listener))
                .build()
                .chat(HI);
        UnderstudyStreamingChatModel heardOf = UnderstudyStreamingChatModel.builder(provider)
                .modelName("m")
                .listeners(List.of(listener))
                .build();
        Handler handler = new Handler();
        heardOf.chat(HI, handler);
        handler.end();
        heardOf.chat(HI, handler = new Handler());
        handler.end();
        assertThat(heard)
                .containsExactly(
                        "request m",
                        "response one",
                        "request m",
                        "response two",
                        "request m",
                        "error InternalServerException");
    }

    @Test
    void handlerIsCalledInOrderOnAThreadThatMayBlock() {
        provider.always(
                ScriptedAnswer.tokens("Look", "ing").withReasoning("Hm.").withToolCall("1", "weather", "{}"));
        Handler handler = new Handler();
        streaming.chat(HI, handler);
        assertThat(handler.end()).isInstanceOf(ChatResponse.class);
        assertThat(handler.calls).containsExactly("thinking Hm.", "text Look", "text ing", "call weather");
        assertThat(handler.blocking).isTrue();
    }

    @Test
    void handlerThatThrowsEndsTheStreamOnce() {
        provider.always(ScriptedAnswer.tokens("a", "b", "c"));
        Handler handler = new Handler() {
            @Override
            public void onPartialResponse(String text) {
                super.onPartialResponse(text);
                throw new IllegalStateException("bug");
            }
        };
        streaming.chat(HI, handler);
        assertThat(handler.end()).isInstanceOf(IllegalStateException.class);
        assertThat(handler.calls).containsExactly("text a");
    }

    @Test
    void publisherRespectsDemandAndEndsWithTheResponse() {
        provider.always(ScriptedAnswer.tokens("a", "b").withReasoning("Hm.").withToolCall("1", "weather", "{}"));
        Flux<ChatModelStreamingEvent> events = JdkFlowAdapter.flowPublisherToFlux(streaming.chat(HI));
        assertThat(provider.calls()).isEmpty();
        StepVerifier.create(events, 1)
                .expectNext(new PartialThinking("Hm."))
                .thenRequest(1)
                .expectNext(new PartialResponse("a"))
                .thenRequest(4)
                .expectNext(new PartialResponse("b"))
                .expectNextMatches(PartialToolCall.class::isInstance)
                .expectNextMatches(CompleteToolCall.class::isInstance)
                .expectNextMatches(CompleteResponse.class::isInstance)
                .verifyComplete();
        StepVerifier.create(events, 1).expectNextCount(1).thenCancel().verify(LIMIT);
        assertThat(provider.cancelled()).isEqualTo(1);
    }

    @Test
    void streamWithoutFinishReasonAndWithdrawnTextFail() {
        provider.then(
                ScriptedAnswer.tokens("a", "b").cutAfter(1),
                ScriptedAnswer.chunks(
                        new StreamChunk.Text("Wrong."),
                        new StreamChunk.Reset(0, FailureKind.SERVER),
                        new StreamChunk.Text("Right.")));
        for (int i = 0; i < 2; i++) {
            Handler handler = new Handler();
            streaming.chat(HI, handler);
            assertThat(handler.end()).isInstanceOfSatisfying(RetriableException.class, error -> assertThat(error)
                    .hasCauseInstanceOf(ChatException.PartialAnswer.class));
        }
    }

    /** A handler may run the tool as soon as its call is complete. */
    @Test
    void toolCallThatWasWithdrawnFails() {
        StreamChunk.ToolCallDone call = new StreamChunk.ToolCallDone(0, new ToolCall("1", "pay", "{}"));
        provider.then(ScriptedAnswer.chunks(call, new StreamChunk.Reset(0, FailureKind.SERVER), call));
        Handler handler = new Handler();
        streaming.chat(HI, handler);
        assertThat(handler.end()).isInstanceOf(RetriableException.class);
    }

    @Test
    void modelNameStaysWhenParametersFollow() {
        ChatRequestParameters warm =
                ChatRequestParameters.builder().temperature(0.5).build();
        UnderstudyChatModel built = UnderstudyChatModel.builder(provider)
                .modelName("m")
                .defaultRequestParameters(warm)
                .build();
        assertThat(built.defaultRequestParameters().modelName()).isEqualTo("m");
        assertThat(built.defaultRequestParameters().temperature()).isEqualTo(0.5);
    }

    @ParameterizedTest
    @EnumSource(FailureKind.class)
    void eachKindOfFailureHasAnException(FailureKind kind) {
        provider.always(ScriptedAnswer.fail(kind));
        Class<?> type =
                switch (kind) {
                    case UNSUPPORTED -> UnsupportedFeatureException.class;
                    case QUOTA, AUTH, FORBIDDEN, MODEL_NOT_FOUND, CONTEXT_OVERFLOW, REQUEST_TOO_LARGE ->
                        NonRetriableException.class;
                    case CONTENT_FILTERED, TOOL_REJECTED, INVALID_REQUEST -> NonRetriableException.class;
                    default -> RetriableException.class;
                };
        assertThatThrownBy(() -> model.chat(HI))
                .isInstanceOf(type)
                .cause()
                .isInstanceOfSatisfying(
                        ChatException.class,
                        failed -> assertThat(failed.failure().kind()).isEqualTo(kind));
        assertThat(model.chatAsync(HI))
                .failsWithin(LIMIT)
                .withThrowableThat()
                .havingCause()
                .isInstanceOf(type);
    }

    @Test
    void parametersOfRequestsOverrideThoseOfTheModel() {
        ChatRequestParameters defaults = UnderstudyChatRequestParameters.builder()
                .modelName("m")
                .temperature(0.1)
                .topP(0.5)
                .build();
        UnderstudyChatModel.builder(provider)
                .defaultRequestParameters(defaults)
                .build()
                .chat(HI.toBuilder().temperature(0.9).build());
        assertThat(provider.requests())
                .containsExactly(dev.understudy.chat.ChatRequest.of("m", "Hi")
                        .withTemperature(0.9)
                        .withTopP(0.5));
    }

    private List<Message> mapped(ChatMessage... messages) {
        return RequestMapper.request(
                        ChatRequest.builder().messages(messages).modelName("m").build())
                .messages();
    }

    private static class Handler implements StreamingChatResponseHandler {
        final List<String> calls = new ArrayList<>();
        boolean blocking;
        private final CompletableFuture<Object> end = new CompletableFuture<>();

        @Override
        public void onPartialResponse(String text) {
            blocking = !reactor.core.scheduler.Schedulers.isInNonBlockingThread();
            calls.add("text " + text);
        }

        @Override
        public void onPartialThinking(PartialThinking thinking) {
            calls.add("thinking " + thinking.text());
        }

        @Override
        public void onCompleteToolCall(CompleteToolCall call) {
            calls.add("call " + call.toolExecutionRequest().name());
        }

        @Override
        public void onCompleteResponse(ChatResponse response) {
            end.complete(response);
        }

        @Override
        public void onError(Throwable error) {
            end.complete(error);
        }

        Object end() {
            return end.orTimeout(30, TimeUnit.SECONDS).join();
        }
    }
}
