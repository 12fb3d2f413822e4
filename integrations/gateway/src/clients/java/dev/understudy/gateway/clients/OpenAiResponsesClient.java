package dev.understudy.gateway.clients;

import com.openai.client.OpenAIClient;
import com.openai.core.http.StreamResponse;
import com.openai.helpers.ResponseAccumulator;
import com.openai.models.Reasoning;
import com.openai.models.ReasoningEffort;
import com.openai.models.responses.EasyInputMessage;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseFunctionToolCall;
import com.openai.models.responses.ResponseInputContent;
import com.openai.models.responses.ResponseInputFile;
import com.openai.models.responses.ResponseInputImage;
import com.openai.models.responses.ResponseInputItem;
import com.openai.models.responses.ResponseInputText;
import com.openai.models.responses.ResponseOutputItem;
import com.openai.models.responses.ResponseStreamEvent;
import com.openai.models.responses.StructuredResponseCreateParams;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** OpenAI's client for Java at Responses. */
final class OpenAiResponsesClient implements JavaClient {

    private final OpenAIClient client;

    OpenAiResponsesClient(OpenAIClient client) {
        this.client = client;
    }

    private static ResponseCreateParams.Builder params(Call call) {
        return ResponseCreateParams.builder().model(call.agent());
    }

    private Response respond(Call call, ResponseCreateParams params) {
        if (!call.stream()) {
            return client.responses().create(params);
        }
        try (StreamResponse<ResponseStreamEvent> events = client.responses().createStreaming(params)) {
            return accumulated(events).response();
        }
    }

    private static ResponseAccumulator accumulated(StreamResponse<ResponseStreamEvent> events) {
        ResponseAccumulator answer = ResponseAccumulator.create();
        StringBuilder text = new StringBuilder();
        events.stream()
                .map(answer::accumulate)
                .flatMap(event -> event.outputTextDelta().stream())
                .forEach(delta -> text.append(delta.delta()));
        if (!text.toString().equals(text(answer.response()))) {
            throw new AssertionError("pieces: " + text);
        }
        return answer;
    }

    private static String text(Response response) {
        return response.output().stream()
                .flatMap(item -> item.message().stream())
                .flatMap(message -> message.content().stream())
                .flatMap(content -> content.outputText().stream())
                .map(part -> part.text())
                .collect(Collectors.joining());
    }

    @Override
    public Answer answer(Call call) {
        Response response = respond(call, params(call).input(call.question()).build());
        return new Answer(
                text(response),
                response.status().orElseThrow().toString(),
                response.usage().orElseThrow().outputTokens());
    }

    @Override
    public String tools(Call call, boolean thinking) {
        ResponseCreateParams.Builder params = params(call).addTool(OpenAiChatClient.Weather.class);
        if (thinking) {
            params.reasoning(Reasoning.builder().effort(ReasoningEffort.LOW).build());
        }
        List<ResponseInputItem> input = new ArrayList<>(List.of(user(call.question())));
        while (true) {
            Response response = respond(call, params.inputOfResponse(input).build());
            List<ResponseFunctionToolCall> calls = response.output().stream()
                    .flatMap(item -> item.functionCall().stream())
                    .toList();
            if (calls.isEmpty()) {
                return text(response);
            }
            response.output().forEach(item -> input.add(sentBack(item)));
            calls.forEach(one -> input.add(result(one)));
        }
    }

    private static ResponseInputItem user(String text) {
        return ResponseInputItem.ofEasyInputMessage(EasyInputMessage.builder()
                .role(EasyInputMessage.Role.USER)
                .content(text)
                .build());
    }

    private static ResponseInputItem sentBack(ResponseOutputItem item) {
        if (item.isReasoning()) {
            return ResponseInputItem.ofReasoning(item.asReasoning());
        }
        return item.isFunctionCall()
                ? ResponseInputItem.ofFunctionCall(item.asFunctionCall())
                : ResponseInputItem.ofResponseOutputMessage(item.asMessage());
    }

    private static ResponseInputItem result(ResponseFunctionToolCall call) {
        String city = call.arguments(OpenAiChatClient.Weather.class).city;
        return ResponseInputItem.ofFunctionCallOutput(ResponseInputItem.FunctionCallOutput.builder()
                .callId(call.callId())
                .output(city.equals("Bern") ? "sunny" : "unknown")
                .build());
    }

    @Override
    public Sky object(Call call) {
        StructuredResponseCreateParams<OpenAiSky> params =
                params(call).input(call.question()).text(OpenAiSky.class).build();
        if (!call.stream()) {
            return sky(client.responses().create(params).output().stream()
                    .flatMap(item -> item.message().stream())
                    .flatMap(message -> message.content().stream())
                    .flatMap(content -> content.outputText().stream())
                    .toList());
        }
        try (StreamResponse<ResponseStreamEvent> events = client.responses().createStreaming(params)) {
            return sky(accumulated(events).response(OpenAiSky.class).output().stream()
                    .flatMap(item -> item.message().stream())
                    .flatMap(message -> message.content().stream())
                    .flatMap(content -> content.outputText().stream())
                    .toList());
        }
    }

    private static Sky sky(List<OpenAiSky> parts) {
        return parts.get(0).sky();
    }

    @Override
    public String look(Call call, String mediaType, String base64) {
        String url = "data:" + mediaType + ";base64," + base64;
        ResponseInputContent content = mediaType.startsWith("image/")
                ? ResponseInputContent.ofInputImage(ResponseInputImage.builder()
                        .detail(ResponseInputImage.Detail.AUTO)
                        .imageUrl(url)
                        .build())
                : ResponseInputContent.ofInputFile(ResponseInputFile.builder()
                        .filename("report.pdf")
                        .fileData(url)
                        .build());
        ResponseInputItem message = ResponseInputItem.ofMessage(ResponseInputItem.Message.builder()
                .role(ResponseInputItem.Message.Role.USER)
                .addContent(ResponseInputText.builder().text(call.question()).build())
                .addContent(content)
                .build());
        return text(respond(call, params(call).inputOfResponse(List.of(message)).build()));
    }

    @Override
    public Thoughts think(Call call, String next) {
        ResponseCreateParams.Builder params = params(call)
                .reasoning(Reasoning.builder().effort(ReasoningEffort.LOW).build());
        List<ResponseInputItem> input = new ArrayList<>(List.of(user(call.question())));
        Response first = respond(call, params.inputOfResponse(input).build());
        first.output().forEach(item -> input.add(sentBack(item)));
        input.add(user(next));
        Response second = respond(call, params.inputOfResponse(input).build());
        String thought = first.output().stream()
                .flatMap(item -> item.reasoning().stream())
                .flatMap(reasoning -> reasoning.summary().stream())
                .map(summary -> summary.text())
                .collect(Collectors.joining());
        return new Thoughts(thought, text(first), text(second));
    }

    @Override
    public void leave(String agent, String question) {
        Call call = new Call(agent, question, true);
        try (StreamResponse<ResponseStreamEvent> events =
                client.responses().createStreaming(params(call).input(question).build())) {
            events.stream()
                    .filter(ResponseStreamEvent::isOutputTextDelta)
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Override
    public Class<? extends Throwable> errorType(int status) {
        return OpenAiErrors.type(status);
    }

    @Override
    public int status(Throwable error) {
        return OpenAiErrors.status(error);
    }
}
