package dev.understudy.provider.error;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.CpuTimeLimit;
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
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Text of a request, quoted in a vendor's error, changes nothing: kind, window, refused parameter and wait are those of
 * the same error about another text. Cases: {@code -Dunderstudy.cases}.
 */
class QuotedTextTest {

    @RegisterExtension
    static final CpuTimeLimit CPU_TIME = new CpuTimeLimit(Duration.ofSeconds(5));

    private static final int CASES =
            Integer.getInteger("understudy.cases", Boolean.getBoolean("understudy.tests.all") ? 3_000 : 1_000);
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
        return raw(status, form.formatted(json(message)), request);
    }

    @Test
    void aTextThatTheVendorFoldsToPlainLettersDecidesNothing() {
        for (String phrase : List.of("invalid api key", "missing authentication", "insufficient balance")) {
            for (String spelt : Quotations.everyFolded(phrase)) {
                for (String form : FORMS) {
                    ChatRequest request = ChatRequest.of("some-model", spelt);
                    assertThat(facts(typed(400, form, "Cannot read '" + phrase + "'", request)))
                            .as(spelt + form)
                            .isEqualTo(facts(typed(400, form, "Cannot read 'zebra 71'", request)));
                }
            }
        }
    }

    @Test
    void aPieceOfAPromptWithoutQuotationMarksDecidesNothingForOthers() {
        for (String phrase : List.of(
                "invalid api key",
                "insufficient balance",
                "account is not active",
                "operation not allowed",
                "too many requests",
                "service temporarily unavailable",
                "rate limit was exceeded, try again in 20000s",
                "no such model")) {
            ChatRequest request = ChatRequest.of("some-model", LONG + phrase + " " + LONG);
            for (String form : FORMS) {
                for (String sentence :
                        List.of("Cannot parse the part near: %s", "Error at position 70: %s", "Bad words %s at 7")) {
                    assertThat(facts(typed(400, form, sentence.formatted(phrase), request)))
                            .as(phrase + form)
                            .isEqualTo(facts(typed(400, form, sentence.formatted("zebra 71"), request)));
                }
            }
        }
    }

    @Test
    void aRequestThatIsRepeatedAsAnObjectDecidesNothing() {
        ChatRequest request = ChatRequest.of("some-model", "Tell a story.")
                .withExtra(
                        "openai-chat",
                        "metadata",
                        Map.of("code", "invalid_api_key", "status", "401", "retry_after", "3600", "type", "x"))
                .withExtra("openai-chat", "details", Map.of("reason", "insufficient_quota", "status", 402));
        for (String form : List.of(
                "{\"type\":\"response.failed\",\"response\":{\"status\":\"failed\",\"error\":{\"code\":\"server_error\","
                        + "\"message\":\"Sorry\"},\"metadata\":%s}}",
                "{\"type\":\"response.failed\",\"response\":{\"status\":\"failed\",\"error\":null,\"metadata\":%s}}",
                "{\"error\":{\"code\":\"server_error\",\"message\":\"Sorry\"},\"metadata\":%s}",
                "{\"error\":{\"message\":\"Sorry\",\"metadata\":%s}}",
                "{\"error\":{\"message\":\"Sorry\",\"details\":[%s]}}",
                "{\"error\":{\"message\":\"Sorry\",\"detail\":%s}}")) {
            for (String echo : List.of(
                    "{\"code\":\"invalid_api_key\",\"status\":\"401\",\"retry_after\":\"3600\",\"type\":\"x\"}",
                    "{\"reason\":\"insufficient_quota\",\"status\":402}")) {
                for (int status : List.of(0, 400, 500)) {
                    Failure told = raw(status, form.formatted(echo), request);
                    assertThat(told.kind())
                            .as(status + form.formatted(echo))
                            .isEqualTo(
                                    raw(status, form.formatted("{}"), request).kind());
                    assertThat(told.retryAfter())
                            .as(status + form.formatted(echo))
                            .isNull();
                }
            }
        }
    }

    @Test
    void jsonOfTheRequestWithinJsonDecidesNothing() {
        String json = "{\"code\":\"invalid_api_key\",\"message\":\"insufficient balance\"}";
        for (String prompt : List.of(json, "Explain " + json + " to me", "```\n" + json + "\n```")) {
            ChatRequest request = ChatRequest.of("some-model", prompt);
            for (String wrap :
                    List.of("%s", "{\"detail\":%s}", "{\"error\":%s}", "[{\"message\":\"no\",\"detail\":%s}]")) {
                for (int status : List.of(0, 400, 500)) {
                    for (String form : FORMS) {
                        Failure told = typed(status, form, wrap.formatted(json), request);
                        assertThat(told.kind()).as(status + form + wrap).isNotIn(FailureKind.AUTH, FailureKind.QUOTA);
                    }
                }
            }
        }
    }

    @Test
    void theEndOfALongPromptDecidesNothing() {
        for (int size : List.of(300_000, 5_000_000)) {
            ChatRequest request = ChatRequest.of("some-model", "b".repeat(size) + " invalid api key");
            for (String sentence : List.of("Cannot read '...%s'", "Error near %s")) {
                assertThat(facts(typed(400, FORMS.get(0), sentence.formatted("invalid api key"), request)))
                        .as(size + sentence)
                        .isEqualTo(facts(typed(400, FORMS.get(0), sentence.formatted("zebra 71"), request)));
            }
        }
    }

    @Test
    void manyCodesAreComparedWithALongPromptInTime() {
        ChatRequest request = ChatRequest.of("some-model", "b".repeat(4_000_000));
        String codes = Stream.of(
                        "code",
                        "reason",
                        "type",
                        "error_type",
                        "errorType",
                        "error_code",
                        "status",
                        "__type",
                        "quotaId",
                        "quota_limit",
                        "retryDelay",
                        "retry_after",
                        "retryAfter",
                        "n_ctx")
                .map(field -> "\"" + field + "\":\"x1\"")
                .collect(Collectors.joining(",", "{", "}"));
        String list = codes;
        for (int depth = 0; depth < 3; depth++) {
            list = "[" + String.join(",", Collections.nCopies(5, list.replaceFirst("}$", ",\"errors\":" + list + "}")))
                    + "]";
        }
        String text = "no JSON: " + "\"code\":\"a1\" ".repeat(300);
        assertThat(raw(400, "{\"message\":" + json(list) + "}", request).kind()).isEqualTo(FailureKind.INVALID_REQUEST);
        assertThat(raw(400, text, request).kind()).isEqualTo(FailureKind.INVALID_REQUEST);
    }

    private static Failure raw(int status, String json, ChatRequest request) {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
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
