package dev.understudy.provider.error;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.provider.DecodedAnswer;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.provider.openai.OpenAiChat;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Errors that users of many servers report, each in the words of the server and typed by what it means. */
class ErrorPhrasesTest {

    /** Status, kind, what is learned (a window or what is refused, - for nothing), body. */
    private static final String REPORTED = """
            # Too long, in other words
            400 CONTEXT_OVERFLOW 1048576 {"error":{"code":400,"message":"Unable to submit request because the input token count is 1251952 but model only supports up to 1048576. Reduce the input token count and try again.","status":"INVALID_ARGUMENT"}}
            400 CONTEXT_OVERFLOW 200000 {"message":"max tokens of 200000 exceeded","request_id":"r","error_code":"390400"}
            422 CONTEXT_OVERFLOW 4096 {"error":"Input validation error: `inputs` must have less than 4096 tokens. Given: 5012","error_type":"validation"}
            400 CONTEXT_OVERFLOW 129024 {"error":{"code":"invalid_parameter_error","message":"<400> InternalError.Algo.InvalidParameter: Range of input length should be [1, 129024]","type":"invalid_request_error"}}
            400 CONTEXT_OVERFLOW 131071 {"error":{"object":"error","type":"invalid_request_error","code":"invalid_request_error","message":"The prompt is too long: 150012, model maximum context length: 131071"}}
            413 CONTEXT_OVERFLOW 24000 {"errors":[{"code":5021,"message":"AiError: The estimated number of input and maximum output tokens (30511) exceeded this model context window limit (24000)."}],"success":false,"result":{},"messages":[]}
            400 CONTEXT_OVERFLOW 8192 {"error":{"message":"You passed 9001 input tokens and requested 100 output tokens. However, the model's context length is only 8192 tokens, resulting in a maximum input length of 8092 tokens. Please reduce the length of the input prompt.","type":"BadRequestError","param":"input_tokens","code":400}}
            400 CONTEXT_OVERFLOW 2048 {"object":"error","message":"The decoder prompt (length 3000) is longer than the maximum model length of 2048. Make sure that `max_model_len` is no smaller than the number of text tokens.","type":"BadRequestError","code":400}
            # A server whose model is not there, or no longer
            404 MODEL_NOT_FOUND - {"error":{"message":"No models loaded. Please load a model in the developer page or use the `lms load` command.","type":"invalid_request_error"}}
            400 SERVER - {"error":"The model has crashed without additional information. (Exit code: 18446744072635812000)"}
            400 SERVER - {"error":{"message":"Failed to load model \\"some-20b\\". Error: Operation canceled.","type":"invalid_request_error","param":"model","code":null}}
            404 MODEL_NOT_FOUND - {"code":404,"reason":"NotFound","message":"Model not found"}
            503 OVERLOADED - {"code":503,"reason":"ServiceUnavailable","message":"No running instances available"}
            404 MODEL_NOT_FOUND - {"error_code":"RESOURCE_DOES_NOT_EXIST","message":"The given endpoint does not exist, please retry after checking the specified model and version deployment exists."}
            # Money
            403 QUOTA - {"code":"The caller does not have permission to execute the specified operation","error":"Your newly created team doesn't have any credits or licenses yet. You can purchase those on the console."}
            403 QUOTA - {"code":30001,"message":"Sorry, your account balance is insufficient","data":null}
            403 QUOTA - {"error":{"code":"AccountOverdueError","message":"The request failed because your account has an overdue balance. Request id: r","param":"","type":"Forbidden"}}
            403 QUOTA - {"error":{"code":"AllocationQuota.FreeTierOnly","message":"The free tier of the model has been exhausted. To go on, disable the free tier only mode.","type":"AllocationQuota.FreeTierOnly"}}
            401 QUOTA - {"message":"Inactive subscription or usage limit reached"}
            429 QUOTA - {"message":"You are using a Trial key, which is limited to 1000 API calls / month. You can continue to use the Trial key for free or upgrade to a Production key."}
            429 RATE_LIMITED - {"message":"You are using a Trial key, which is limited to 10 API calls / minute. You can continue to use the Trial key for free or upgrade to a Production key."}
            429 RATE_LIMITED - {"message":"Tokens per minute limit exceeded - too many tokens processed.","type":"too_many_tokens_error","param":"quota","code":"token_quota_exceeded"}
            429 RATE_LIMITED - {"error_code":"REQUEST_LIMIT_EXCEEDED","message":"REQUEST_LIMIT_EXCEEDED: Exceeded workspace output tokens per minute rate limit for some-model."}
            # Not allowed, though the status says that the request is wrong
            400 FORBIDDEN - {"type":"error","error":{"type":"invalid_request_error","message":"This organization has been disabled."},"request_id":"r"}
            400 FORBIDDEN - {"message":"Operation not allowed"}
            400 FORBIDDEN - {"message":"Your account is not authorized to invoke this API operation."}
            401 AUTH - {"error_code":"401","message":"Credential was not sent or was of an unsupported type for this API."}
            403 AUTH - {"type":"error","error":{"type":"permission_error","message":"OAuth token has been revoked. Please obtain a new token."}}
            403 AUTH - {"error_code":403,"message":"Invalid access token."}
            # Policy, though the status says that the caller is not allowed
            403 CONTENT_FILTERED - {"code":"The caller does not have permission to execute the specified operation","error":"Content violates usage guidelines. Team: t, API key ID: k, Model: some-4, Failed check: SAFETY_CHECK_TYPE_BIO"}
            400 CONTENT_FILTERED - {"error":{"code":"SensitiveContentDetected","message":"The request failed because the input text may contain sensitive information. Request id: r","type":"BadRequest"}}
            # What the model wrote, or the server cannot do
            400 TOOL_REJECTED - {"error":{"message":"Failed to generate JSON. Please adjust your prompt. See 'failed_generation' for more details.","type":"invalid_request_error","code":"json_validate_failed","failed_generation":"{"}}
            500 UNSUPPORTED tools {"error":{"code":500,"message":"tools param requires --jinja flag","type":"server_error"}}
            500 UNSUPPORTED image {"error":{"code":500,"message":"image input is not supported - hint: if this is unexpected, you may need to provide the mmproj","type":"server_error"}}
            # Not too long, and no model
            400 INVALID_REQUEST - {"error":{"message":"`max_tokens` must be less than or equal to `8192`, the maximum value for `max_tokens` is less than the `context_window` for this model","type":"invalid_request_error","param":"max_tokens"}}
            """;

    private static List<String> reported() {
        return REPORTED.lines()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("reported")
    void isTypedByWhatItMeans(String line) {
        String[] cells = line.split(" ", 4);
        Failure failure = ErrorClassifier.http(
                Integer.parseInt(cells[0]), name -> null, cells[3].getBytes(StandardCharsets.UTF_8));
        assertThat(failure.kind()).isEqualTo(FailureKind.valueOf(cells[1]));
        Object learned = failure.kind() == FailureKind.CONTEXT_OVERFLOW
                ? failure.advice().window()
                : failure.advice().refusedParameter();
        assertThat(learned == null ? "-" : learned.toString()).isEqualTo(cells[2]);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "AUTH {\"code\":401,\"msg\":\"token expired or incorrect\",\"success\":false}",
                "AUTH {\"choices\":null,\"base_resp\":{\"status_code\":1004,\"status_msg\":\"login fail: Please carry the API secret key in the header\"}}",
                "QUOTA {\"base_resp\":{\"status_code\":1008,\"status_msg\":\"insufficient balance\"}}",
                "RATE_LIMITED {\"base_resp\":{\"status_code\":1002,\"status_msg\":\"rate limit exceeded\"}}",
                "OVERLOADED {\"success\":false,\"errors\":[{\"code\":3040,\"message\":\"Capacity temporarily exceeded\"}]}",
                "PROTOCOL {\"id\":\"x\",\"object\":\"chat.completion\"}"
            })
    void anErrorWithStatus200IsTypedInWholeAnswersAndInStreams(String told) {
        FailureKind kind = FailureKind.valueOf(told.substring(0, told.indexOf(' ')));
        byte[] body = told.substring(told.indexOf(' ') + 1).getBytes(StandardCharsets.UTF_8);
        OpenAiChat dialect = new OpenAiChat(OpenAiCompatibility.defaults());
        ChatRequest request = ChatRequest.of("m", "?");
        assertThatThrownBy(() -> dialect.decode("p", request, body))
                .isInstanceOfSatisfying(
                        CallFailed.class,
                        failed -> assertThat(failed.failure().kind()).isEqualTo(kind));
        if (kind != FailureKind.PROTOCOL) {
            byte[] event =
                    ("data: " + new String(body, StandardCharsets.UTF_8) + "\n\n").getBytes(StandardCharsets.UTF_8);
            assertThat(DecodedAnswer.of(dialect.framing(), dialect.decoder("p", request), event)
                            .kind())
                    .isEqualTo(kind);
        }
    }

    @Test
    void anAnswerThatSaysItWentWellIsNoError() {
        byte[] stream = ("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}],"
                        + "\"base_resp\":{\"status_code\":0,\"status_msg\":\"\"}}\n\n"
                        + "data: {\"code\":0,\"msg\":\"\",\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1}}\n\n")
                .getBytes(StandardCharsets.UTF_8);
        OpenAiChat dialect = new OpenAiChat(OpenAiCompatibility.defaults());
        assertThat(DecodedAnswer.of(dialect.framing(), dialect.decoder("p", ChatRequest.of("m", "?")), stream)
                        .kind())
                .isNull();
    }
}
