package dev.understudy.provider.error;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Message;
import dev.understudy.chat.Tool;
import dev.understudy.chat.ToolCall;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.provider.json.Json;
import dev.understudy.provider.openai.OpenAiChat;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Text of a request, quoted in a vendor's error, changes nothing: kind, window, refused parameter and wait are those of
 * the same error about another text. Cases: {@code -Dunderstudy.cases}.
 */
class QuotedTextTest {

    private static final int CASES = Integer.getInteger("understudy.cases", 3_000);
    private static final List<Integer> STATUSES = List.of(0, 400, 403, 404, 422, 429, 500, 502, 503);
    private static final String LONG = "Once there was a library near the sea, and its keeper counted ships. ";

    /** Each dialect's form of an error, %s for the message. */
    private static final List<String> FORMS = List.of(
            "{\"error\":{\"message\":%s,\"type\":\"invalid_request_error\",\"param\":null,\"code\":null}}",
            "{\"type\":\"error\",\"error\":{\"type\":\"api_error\",\"message\":%s},\"request_id\":\"r\"}",
            "[{\"error\":{\"code\":400,\"message\":%s,\"status\":\"INVALID_ARGUMENT\"}}]",
            "{\"message\":%s,\"__type\":\"ValidationException\"}",
            "{\"id\":\"i\",\"message\":%s}",
            "{\"error\":%s}",
            "{\"object\":\"error\",\"message\":%s,\"type\":\"BadRequestError\",\"code\":null}",
            "{\"code\":\"x y\",\"error\":%s}",
            "{\"error\":{\"message\":\"Provider returned error\",\"code\":null,\"metadata\":{\"raw\":%s}}}",
            "{\"detail\":[{\"type\":\"value_error\",\"loc\":[\"body\"],\"msg\":%s}]}");

    @Test
    void aQuotedTextOfTheRequestDecidesNothing() {
        Random random = new Random(Long.getLong("seed", 7));
        List<String> wrong = new ArrayList<>();
        int fitting = 0;
        for (int i = 0; i < CASES; i++) {
            String phrase = Quotations.phrase(i, random);
            if (phrase.length() < 2 || phrase.length() > 64) {
                continue;
            }
            int status = STATUSES.get(random.nextInt(STATUSES.size()));
            String form = FORMS.get(random.nextInt(FORMS.size()));
            String sentence = Quotations.SENTENCES.get(random.nextInt(Quotations.SENTENCES.size()));
            UnaryOperator<String> spelling = Quotations.SPELLINGS.get(random.nextInt(Quotations.SPELLINGS.size()));
            int place = random.nextInt(8);
            phrase = place == 4 ? phrase.replaceAll("[^A-Za-z0-9_-]", "_") : phrase;
            String whole = place == 7 ? LONG + phrase + ". " + LONG : phrase;
            String quoted =
                    place == 7 ? "near the sea, and its keeper counted ships. " + phrase + ". Once there was" : phrase;
            ChatRequest request = request(place, whole);
            Failure told = typed(status, form, sentence.formatted(spelling.apply(quoted)), request);
            Failure plain = typed(status, form, sentence.formatted("zebra 71"), request);
            Failure believed =
                    typed(status, form, sentence.formatted(spelling.apply(quoted)), ChatRequest.of("m", "zebra 71"));
            fitting += facts(believed).equals(facts(plain)) ? 0 : 1;
            if (!facts(told).equals(facts(plain))) {
                wrong.add(place + " " + status + " " + form + " " + sentence.formatted(spelling.apply(quoted)) + " -> "
                        + facts(told) + " instead of " + facts(plain));
            }
        }
        assertThat(wrong).as("%d of %d", wrong.size(), CASES).isEmpty();
        assertThat(fitting).as("cases that matter").isGreaterThan(CASES / 8);
    }

    private static ChatRequest request(int place, String text) {
        ChatRequest usual = ChatRequest.of("some-model", "Tell a story.").withTemperature(0.5);
        return switch (place) {
            case 0 -> usual.withModel(text);
            case 1 -> ChatRequest.of("some-model", text);
            case 2 -> usual.withExtra("openai-chat", "effort_level", text);
            case 3 -> usual.withExtra("openai-chat", text, "x");
            case 4 -> usual.withTools(List.of(Tool.of(text, "a tool")));
            case 5 -> usual.withTools(List.of(Tool.of("tool_a", text)));
            case 6 ->
                ChatRequest.of(
                        "some-model",
                        List.of(
                                ChatRequest.of("m", "Go").messages().get(0),
                                new Message.Assistant(
                                        "",
                                        List.of(new ToolCall("c1", "tool_a", "{\"a\":" + json(text) + "}")),
                                        List.of()),
                                new Message.ToolResult("c1", "tool_a", "done", false)));
            default -> ChatRequest.of("some-model", text);
        };
    }

    private static Failure typed(int status, String form, String message, ChatRequest request) {
        byte[] body = form.formatted(json(message)).getBytes(StandardCharsets.UTF_8);
        OpenAiChat dialect = new OpenAiChat(OpenAiCompatibility.defaults());
        CallerText caller = CallerText.of(request.model(), () -> dialect.body(request, false));
        return status == 0
                ? ((dev.understudy.chat.ChatException.CallFailed)
                                InBandError.typed(InBandError.of(body, 0, body.length), caller))
                        .failure()
                : ErrorClassifier.http(status, name -> null, body, caller);
    }

    private static List<@Nullable Object> facts(Failure failure) {
        List<@Nullable Object> facts = new ArrayList<>();
        facts.add(failure.kind());
        facts.add(failure.advice().window());
        facts.add(failure.advice().refusedParameter());
        facts.add(failure.retryAfter());
        return facts;
    }

    private static String json(String text) {
        return new String(Json.write(Map.of("t", text)), StandardCharsets.UTF_8).replaceAll("^\\{\"t\":|}$", "");
    }

    /** Body as the vendor sent it, prompt of the request, and the kind that must be seen nevertheless. */
    @Test
    void aVendorsSentenceThatSharesWordsWithThePromptIsTyped() {
        String prompt = "Explain what is meant by: rate limit reached, insufficient balance, an API key, the context "
                + "window, prompt is too long, maximum context length, overloaded, tools are not supported, "
                + "and why 200000 tokens. " + LONG.repeat(30);
        assertThat(sharing(
                        429,
                        "{\"error\":{\"message\":\"Rate limit reached\",\"code\":\"rate_limit_exceeded\"}}",
                        prompt))
                .isEqualTo(FailureKind.RATE_LIMITED);
        assertThat(sharing(
                        400,
                        "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":\"prompt is too long: 210000 tokens > 200000 maximum\"}}",
                        prompt))
                .isEqualTo(FailureKind.CONTEXT_OVERFLOW);
        assertThat(sharing(
                        400,
                        "{\"error\":{\"message\":\"This model's maximum context length is 8192 tokens. However, you requested 9000 tokens.\",\"type\":\"BadRequestError\"}}",
                        prompt))
                .isEqualTo(FailureKind.CONTEXT_OVERFLOW);
        assertThat(sharing(
                        400,
                        "{\"code\":\"invalid-argument\",\"error\":\"Incorrect API key provided: ab***yz.\"}",
                        prompt))
                .isEqualTo(FailureKind.AUTH);
        assertThat(sharing(
                        402,
                        "{\"error\":{\"message\":\"Insufficient Balance\",\"code\":\"invalid_request_error\"}}",
                        prompt))
                .isEqualTo(FailureKind.QUOTA);
        assertThat(sharing(
                        400,
                        "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":\"Your credit balance is too low to access the API.\"}}",
                        prompt))
                .isEqualTo(FailureKind.QUOTA);
        assertThat(sharing(404, "{\"error\":\"model 'm' not found\"}", "model not found"))
                .isEqualTo(FailureKind.MODEL_NOT_FOUND);
    }

    private static FailureKind sharing(int status, String body, String prompt) {
        ChatRequest request = ChatRequest.of("m", prompt);
        OpenAiChat dialect = new OpenAiChat(OpenAiCompatibility.defaults());
        return ErrorClassifier.http(
                        status,
                        name -> null,
                        body.getBytes(StandardCharsets.UTF_8),
                        CallerText.of("m", () -> dialect.body(request, false)))
                .kind();
    }

    @Test
    void aServersOwnTroubleWithKeysIsNoWrongKey() {
        assertThat(sharing(500, "{\"error\":{\"message\":\"authentication failed to backend cache\"}}", "?"))
                .isEqualTo(FailureKind.SERVER);
        assertThat(sharing(
                        502,
                        "{\"error\":{\"message\":\"Provider returned error\",\"code\":502,\"metadata\":{\"raw\":\"Invalid API key for upstream\"}}}",
                        "?"))
                .isEqualTo(FailureKind.SERVER);
        byte[] inBand = "{\"error\":{\"message\":\"authentication failed to backend cache\",\"type\":\"server_error\"}}"
                .getBytes(StandardCharsets.UTF_8);
        assertThat(ErrorClassifier.inBand(inBand, 0, inBand.length).kind()).isEqualTo(FailureKind.SERVER);
    }
}
