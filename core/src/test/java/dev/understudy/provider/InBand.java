package dev.understudy.provider;

import dev.understudy.chat.FailureKind;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The forms in which an error comes into an answer that began with status 200, and what each of them is.
 *
 * @param kind what it must be typed as
 */
record InBand(FailureKind kind, byte[] bytes) {

    private static final String BARE = "{\n  \"error\": {\n    \"code\": %d,\n    \"status\": \"%s\"\n  }\n}\n\n";

    private static final List<InBand> CHAT = List.of(
            of(
                    FailureKind.SERVER,
                    "data: {\"error\":{\"message\":\"The server had an error while processing your request.\",\"type\":\"server_error\",\"param\":null,\"code\":null}}\n\n"),
            of(
                    FailureKind.QUOTA,
                    "data: {\"error\":{\"message\":\"no more\",\"type\":\"insufficient_quota\",\"code\":\"insufficient_quota\"}}\n\n"),
            of(
                    FailureKind.TOOL_REJECTED,
                    "event: error\ndata: {\"error\":{\"message\":\"bad call\",\"type\":\"invalid_request_error\",\"code\":\"tool_use_failed\",\"failed_generation\":\"<f\",\"status_code\":400}}\n\n"),
            of(FailureKind.OVERLOADED, "data: {\"x_groq\":{\"id\":\"r\",\"error\":\"over capacity\"}}\n\n"),
            of(
                    FailureKind.SERVER,
                    "data: {\"id\":\"x\",\"object\":\"chat.completion.chunk\",\"provider\":\"p\",\"error\":{\"code\":502,\"message\":\"upstream\",\"metadata\":{\"error_type\":\"provider_unavailable\"}},\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\"},\"finish_reason\":\"error\"}]}\n\ndata: [DONE]\n\n"),
            of(
                    FailureKind.OVERLOADED,
                    "data: {\"error\":{\"code\":\"overloaded\",\"message\":\"busy\"},\"choices\":[]}\n\n"),
            of(
                    FailureKind.RATE_LIMITED,
                    "data: {\"error\":{\"code\":429,\"message\":\"slow down\"},\"choices\":[]}\n\ndata: [DONE]\n\n"),
            of(
                    FailureKind.SERVER,
                    "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"error\"}]}\n\ndata: [DONE]\n\n"),
            of(
                    FailureKind.SERVER,
                    "data: {\"choices\":[{\"index\":0,\"delta\":{},\"native_finish_reason\":\"network_error\"}]}\n\n"),
            of(
                    FailureKind.OVERLOADED,
                    "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"insufficient_system_resource\"}]}\n\ndata: [DONE]\n\n"),
            of(
                    FailureKind.SERVER,
                    "data: {\"error\":{\"object\":\"error\",\"message\":\"engine\",\"type\":\"InternalServerError\",\"param\":null,\"code\":500}}\n\ndata: [DONE]\n\n"),
            of(
                    FailureKind.INVALID_REQUEST,
                    "data: {\"error\":{\"object\":\"error\",\"message\":\"no\",\"type\":\"BadRequestError\",\"param\":null,\"code\":400}}\n\ndata: [DONE]\n\n"),
            of(FailureKind.SERVER, "error: {\"detail\":\"no slot\",\"error\":{\"message\":\"no slot\"}}\n\n"),
            of(
                    FailureKind.CONTEXT_OVERFLOW,
                    "error: {\"code\":400,\"message\":\"the request exceeds the available context size\",\"type\":\"exceed_context_size_error\"}\n\ndata: [DONE]\n\n"),
            of(
                    FailureKind.SERVER,
                    "data: {\"error\":{\"code\":500,\"message\":\"failed to decode\",\"type\":\"server_error\"}}\n\n"),
            of(
                    FailureKind.SERVER,
                    "data: {\"error\":{\"message\":\"Compute error.\"},\"message\":\"Compute error.\"}\n\n"),
            of(FailureKind.SERVER, "event: error\ndata: {\"message\":\"Compute error.\"}\n\n"),
            of(FailureKind.SERVER, "event: error\ndata: gone\n\n"),
            of(FailureKind.SERVER, "data: {\"error\":\"plain words\"}\n\n"),
            of(
                    FailureKind.OVERLOADED,
                    "data: {\"object\":\"error\",\"message\":\"flat\",\"type\":\"x\",\"code\":503}\n\n"),
            of(
                    FailureKind.CONTENT_FILTERED,
                    "data: {\"error\":{\"message\":\"The response was filtered\",\"type\":null,\"param\":\"prompt\",\"code\":\"content_filter\",\"status\":400}}\n\n"),
            of(FailureKind.OVERLOADED, BARE.formatted(503, "UNAVAILABLE")));

    private static final List<InBand> RESPONSES = List.of(
            of(
                    FailureKind.QUOTA,
                    "event: error\ndata: {\"type\":\"error\",\"sequence_number\":9,\"error\":{\"type\":\"insufficient_quota\",\"code\":\"insufficient_quota\",\"message\":\"no more\",\"param\":null}}\n\n"),
            of(
                    FailureKind.RATE_LIMITED,
                    "event: error\ndata: {\"type\":\"error\",\"code\":\"rate_limit_exceeded\",\"message\":\"slow\",\"param\":null,\"sequence_number\":9}\n\n"),
            of(
                    FailureKind.SERVER,
                    "data: {\"type\":\"response.failed\",\"response\":{\"id\":\"r\",\"status\":\"failed\",\"error\":{\"code\":\"server_error\",\"message\":\"The model broke\"},\"output\":[]}}\n\n"),
            of(
                    FailureKind.CONTENT_FILTERED,
                    "event: response.failed\ndata: {\"type\":\"response.failed\",\"response\":{\"status\":\"failed\",\"error\":{\"code\":\"invalid_prompt\",\"message\":\"no\"}}}\n\ndata: [DONE]\n\n"),
            of(
                    FailureKind.SERVER,
                    "data: {\"type\":\"response.cancelled\",\"response\":{\"status\":\"cancelled\",\"error\":null}}\n\n"),
            of(
                    FailureKind.OVERLOADED,
                    "data: {\"error\":{\"message\":\"over capacity\",\"type\":\"overloaded_error\"}}\n\n"),
            of(FailureKind.SERVER, "event: error\ndata: connection lost upstream\n\n"),
            of(FailureKind.OVERLOADED, "error: {\"code\":503,\"message\":\"gone\"}\n\n"),
            of(FailureKind.SERVER, BARE.formatted(504, "DEADLINE_EXCEEDED")));

    private static final List<InBand> ANTHROPIC = List.of(
            of(
                    FailureKind.OVERLOADED,
                    "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n"),
            of(
                    FailureKind.RATE_LIMITED,
                    "event: error\ndata: {\"type\":\"error\",\"error\":{\"details\":null,\"type\":\"rate_limit_error\",\"message\":\"slow\"},\"request_id\":\"r\"}\n\n"),
            of(
                    FailureKind.SERVER,
                    "data: {\"type\":\"error\",\"error\":{\"type\":\"api_error\",\"message\":\"Internal\"}}\n\n"),
            of(
                    FailureKind.SERVER,
                    "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"timeout_error\",\"message\":\"Timed out\"}}\n\n"),
            of(FailureKind.QUOTA, "data: {\"error\":{\"message\":\"no money\",\"type\":\"billing_error\"}}\n\n"),
            of(FailureKind.SERVER, "event: error\ndata: connection lost upstream\n\n"),
            of(FailureKind.OVERLOADED, "error: {\"code\":503,\"message\":\"gone\"}\n\n"),
            of(FailureKind.SERVER, BARE.formatted(504, "DEADLINE_EXCEEDED")));

    private static final List<InBand> GEMINI = List.of(
            of(
                    FailureKind.OVERLOADED,
                    "{\n  \"error\": {\n    \"code\": 503,\n    \"message\": \"The model is overloaded.\",\n    \"status\": \"UNAVAILABLE\"\n  }\n}\n"),
            of(FailureKind.SERVER, BARE.formatted(499, "CANCELLED")),
            of(
                    FailureKind.RATE_LIMITED,
                    "data: {\"error\":{\"code\":429,\"message\":\"Slow down\",\"status\":\"RESOURCE_EXHAUSTED\"}}\n\n"),
            of(
                    FailureKind.SERVER,
                    "data: {\"code\":500,\"message\":\"Internal error encountered.\",\"status\":\"INTERNAL\"}\n\n"),
            of(
                    FailureKind.SERVER,
                    "[{\n  \"error\": {\n    \"code\": 504,\n    \"status\": \"DEADLINE_EXCEEDED\"\n  }\n}\n]\n\n"),
            of(FailureKind.SERVER, "event: error\ndata: connection lost upstream\n\n"),
            of(FailureKind.OVERLOADED, "error: {\"code\":503,\"message\":\"gone\"}\n\n"));

    private static final List<InBand> GEMINI_ELEMENTS = List.of(
            of(
                    FailureKind.OVERLOADED,
                    "{\"error\":{\"code\":503,\"message\":\"The model is overloaded.\",\"status\":\"UNAVAILABLE\"}}\n,\r\n"),
            of(
                    FailureKind.RATE_LIMITED,
                    "{\n  \"error\": {\n    \"code\": 429,\n    \"status\": \"RESOURCE_EXHAUSTED\"\n  }\n}\n]"));

    private static final List<InBand> OLLAMA = List.of(
            of(FailureKind.SERVER, "{\"error\":\"an error was encountered while running the model\"}\n"),
            of(
                    FailureKind.OVERLOADED,
                    "{\"error\":\"server busy, please try again.  maximum pending requests exceeded\"}\n"),
            of(FailureKind.RATE_LIMITED, "{\"error\":{\"message\":\"Too many requests\",\"code\":429}}\n"),
            of(FailureKind.AUTH, "{\"StatusCode\":401,\"Status\":\"401 Unauthorized\",\"error\":\"unauthorized\"}\n"),
            of(FailureKind.SERVER, "upstream connect error or disconnect/reset before headers\n"),
            of(FailureKind.PROTOCOL, "<!DOCTYPE html><html><body>Bad gateway</body></html>\n"));

    private static final List<InBand> COHERE = List.of(
            of(
                    FailureKind.TOOL_REJECTED,
                    "event: message-end\ndata: {\"type\":\"message-end\",\"delta\":{\"finish_reason\":\"ERROR\",\"usage\":{},\"error\":\"the tool generation is invalid\",\"error_type\":\"INVALID_TOOL_GENERATION\"}}\n\ndata: [DONE]\n\n"),
            of(
                    FailureKind.SERVER,
                    "event: message-end\ndata: {\"type\":\"message-end\",\"delta\":{\"finish_reason\":\"TIMEOUT\"}}\n\n"),
            of(
                    FailureKind.SERVER,
                    "event: error\ndata: {\"type\":\"error\",\"message\":\"internal server error\"}\n\n"),
            of(
                    FailureKind.RATE_LIMITED,
                    "data: {\"id\":\"e\",\"message\":\"too many requests, rate limit of the trial key\"}\n\n"),
            of(FailureKind.OVERLOADED, "data: {\"error\":{\"code\":503,\"message\":\"no healthy upstream\"}}\n\n"),
            of(FailureKind.OVERLOADED, "error: {\"code\":503,\"message\":\"gone\"}\n\n"),
            of(FailureKind.AUTH, "{\n  \"id\": \"e\",\n  \"message\": \"invalid api token\"\n}\n\n"));

    private static final List<InBand> BEDROCK = List.of(
            exception(
                    FailureKind.RATE_LIMITED,
                    "throttlingException",
                    "Too many requests, please wait before trying again."),
            exception(FailureKind.SERVER, "internalServerException", "It broke."),
            exception(FailureKind.OVERLOADED, "serviceUnavailableException", "Try again later."),
            exception(FailureKind.INVALID_REQUEST, "validationException", "The messages are wrong."),
            exception(FailureKind.CONTEXT_OVERFLOW, "validationException", "Input is too long for requested model."),
            exception(
                    FailureKind.SERVER,
                    "modelStreamErrorException",
                    "The stream broke.\",\"originalStatusCode\":500,\"originalMessage\":\"x"),
            new InBand(
                    FailureKind.SERVER,
                    EventStreamBytes.stream()
                            .error("InternalFailure", "Went wrong")
                            .bytes()));

    /** @param body a stream of that wire */
    static List<InBand> of(CorpusWire wire, byte[] body) {
        return switch (wire) {
            case OPENAI_CHAT -> CHAT;
            case OPENAI_RESPONSES -> RESPONSES;
            case ANTHROPIC -> ANTHROPIC;
            case GEMINI -> body[0] == '[' ? GEMINI_ELEMENTS : GEMINI;
            case GEMINI_ELEMENTS -> GEMINI_ELEMENTS;
            case OLLAMA -> OLLAMA;
            case COHERE -> COHERE;
            case BEDROCK_CONVERSE, BEDROCK_INVOKE_ANTHROPIC, BEDROCK_INVOKE_NOVA -> BEDROCK;
        };
    }

    private static InBand of(FailureKind kind, String text) {
        return new InBand(kind, text.getBytes(StandardCharsets.UTF_8));
    }

    private static InBand exception(FailureKind kind, String type, String message) {
        return new InBand(
                kind,
                EventStreamBytes.stream()
                        .exception(type, "{\"message\":\"" + message + "\"}")
                        .bytes());
    }

    @Override
    public String toString() {
        return kind + " as " + CorpusWire.text(bytes).strip();
    }
}
