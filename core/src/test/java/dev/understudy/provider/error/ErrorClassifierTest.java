package dev.understudy.provider.error;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.provider.Fields;
import dev.understudy.provider.json.Json;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.test.scheduler.VirtualTimeScheduler;

class ErrorClassifierTest {

    /** Status, kind, what is learned (a window or what is refused, - for nothing), body. */
    private static final String VENDORS = """
            # OpenAI
            401 AUTH - {"error":{"message":"Incorrect API key provided: x.","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}
            403 FORBIDDEN - {"error":{"message":"Country, region, or territory not supported","type":"request_forbidden","code":"unsupported_country_region_territory"}}
            404 MODEL_NOT_FOUND - {"error":{"message":"The model `gpt-x` does not exist or you do not have access to it.","type":"invalid_request_error","code":"model_not_found"}}
            400 MODEL_NOT_FOUND - {"error":{"message":"The requested model 'gpt-x' does not exist.","type":"invalid_request_error","param":"model","code":"model_not_found"}}
            400 CONTEXT_OVERFLOW - {"error":{"message":"too much","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}}
            400 UNSUPPORTED max_tokens {"error":{"message":"Unsupported parameter: 'max_tokens' is not supported with this model. Use another.","param":"max_tokens","code":"unsupported_parameter"}}
            400 UNSUPPORTED temperature {"error":{"message":"Unsupported value: 'temperature' does not support 0.2 with this model.","param":"temperature","code":"unsupported_value"}}
            400 UNSUPPORTED seed {"error":{"message":"Unrecognized request argument supplied: seed","type":"invalid_request_error","param":null,"code":null}}
            400 UNSUPPORTED image {"error":{"message":"Invalid content type. image_url is only supported by certain models.","param":"messages.[0].content.[1].type","code":null}}
            400 UNSUPPORTED thoughts {"error":{"message":"The encrypted content for item rs_1 could not be verified.","code":"invalid_encrypted_content"}}
            400 CONTENT_FILTERED - {"error":{"message":"Your request was rejected as a result of our safety system.","code":"content_policy_violation"}}
            400 CONTENT_FILTERED - {"error":{"message":"Invalid prompt: limited access to this content.","code":"invalid_prompt"}}
            400 CONTENT_FILTERED - {"error":{"message":"blocked","code":"cyber_policy"}}
            429 RATE_LIMITED - {"error":{"message":"Rate limit reached for gpt-x on requests per min (RPM): Limit 3, Used 3, Requested 1.","type":"requests","code":"rate_limit_exceeded"}}
            429 QUOTA - {"error":{"message":"You exceeded your current quota, please check your plan.","type":"insufficient_quota","code":null}}
            429 QUOTA - {"error":{"message":"Your account is not active, please check your billing details.","type":"billing_not_active","code":"billing_not_active"}}
            429 REQUEST_TOO_LARGE 30000 {"error":{"message":"Request too large for gpt-x in organization org-1 on tokens per min (TPM): Limit 30000, Requested 30601. The input must be reduced.","type":"tokens","code":"rate_limit_exceeded"}}
            500 SERVER - {"error":{"message":"The server had an error","type":"server_error","code":null}}
            503 OVERLOADED - {"error":{"message":"The engine is not ready yet","type":"server_error","code":null}}
            # Azure
            429 RATE_LIMITED - {"error":{"code":"429","message":"exceeded token rate limit. Please retry after 86400 seconds."}}
            400 CONTENT_FILTERED - {"error":{"message":"The response was filtered due to the prompt triggering the content management policy.","type":null,"param":"prompt","code":"content_filter","status":400,"innererror":{"code":"ResponsibleAIPolicyViolation","content_filter_result":{}}}}
            404 MODEL_NOT_FOUND - {"error":{"code":"DeploymentNotFound","message":"The API deployment for this resource does not exist."}}
            401 AUTH - {"error":{"code":"401","message":"Access denied due to invalid subscription key."}}
            429 RATE_LIMITED - {"error":{"code":"RateLimitReached","message":"have exceeded call rate limit"}}
            404 INVALID_REQUEST - {"error":{"code":"404","message":"Resource not found"}}
            # Anthropic
            400 INVALID_REQUEST - {"type":"error","error":{"type":"invalid_request_error","message":"messages.0.content: Field required"},"request_id":"r"}
            400 CONTEXT_OVERFLOW 200000 {"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 3333404 tokens > 200000 maximum"}}
            400 QUOTA - {"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to access the Anthropic API."}}
            400 QUOTA - {"type":"error","error":{"type":"invalid_request_error","message":"You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC."}}
            400 UNSUPPORTED prefill {"type":"error","error":{"type":"invalid_request_error","message":"This model does not support assistant message prefill. The conversation must end with a user message."}}
            400 UNSUPPORTED temperature {"type":"error","error":{"type":"invalid_request_error","message":"`temperature` is deprecated for this model."}}
            400 UNSUPPORTED top_p {"type":"error","error":{"type":"invalid_request_error","message":"`temperature` and `top_p` cannot both be specified for this model. Please use only one."}}
            400 UNSUPPORTED response_format {"type":"error","error":{"type":"invalid_request_error","message":"output_config.format: Extra inputs are not permitted"}}
            400 UNSUPPORTED top_z {"type":"error","error":{"type":"invalid_request_error","message":"top_z: Extra inputs are not permitted"}}
            400 INVALID_REQUEST - {"type":"error","error":{"type":"invalid_request_error","message":"messages.1.content.0.text.extra: Extra inputs are not permitted"}}
            400 INVALID_REQUEST - {"type":"error","error":{"type":"invalid_request_error","message":"max_tokens: 300000 > 64000, which is the maximum allowed number of output tokens for this model"}}
            400 CONTENT_FILTERED - {"type":"error","error":{"type":"invalid_request_error","message":"Output blocked by content filtering policy"}}
            401 AUTH - {"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}
            402 QUOTA - {"type":"error","error":{"type":"billing_error","message":"billing"}}
            403 FORBIDDEN - {"type":"error","error":{"type":"permission_error","message":"not for you"}}
            404 MODEL_NOT_FOUND - {"type":"error","error":{"type":"not_found_error","message":"model: claude-0"}}
            404 INVALID_REQUEST - {"type":"error","error":{"type":"not_found_error","message":"Not found"}}
            413 REQUEST_TOO_LARGE - {"type":"error","error":{"type":"request_too_large","message":"Request exceeds the maximum size"}}
            429 RATE_LIMITED - {"type":"error","error":{"type":"rate_limit_error","message":"This request would exceed your rate limit of 30,000 input tokens per minute. Please reduce the prompt length."}}
            500 SERVER - {"type":"error","error":{"type":"api_error","message":"Internal server error"}}
            504 SERVER - {"type":"error","error":{"type":"timeout_error","message":"Request timed out"}}
            529 OVERLOADED - {"type":"error","error":{"type":"overloaded_error","message":"Overloaded","details":null}}
            # Gemini and Vertex
            400 AUTH - {"error":{"code":400,"message":"API key not valid.","status":"INVALID_ARGUMENT","details":[{"@type":"t/google.rpc.ErrorInfo","reason":"API_KEY_INVALID"}]}}
            400 AUTH - [{"error":{"code":400,"message":"bad","status":"INVALID_ARGUMENT","details":[{"@type":"t/google.rpc.ErrorInfo","reason":"API_KEY_INVALID"}]}}]
            400 FORBIDDEN - {"error":{"code":400,"message":"User location is not supported for the API use.","status":"FAILED_PRECONDITION"}}
            400 INVALID_REQUEST - {"error":{"code":400,"message":"Request contains an invalid argument.","status":"INVALID_ARGUMENT"}}
            403 FORBIDDEN - {"error":{"code":403,"message":"denied","status":"PERMISSION_DENIED"}}
            403 AUTH - {"error":{"code":403,"message":"Your API key was reported as leaked. Please use another API key.","status":"PERMISSION_DENIED"}}
            404 MODEL_NOT_FOUND - {"error":{"code":404,"message":"models/g is not found for API version v1, or is not supported for generateContent.","status":"NOT_FOUND"}}
            429 RATE_LIMITED - {"error":{"code":429,"message":"You exceeded your current quota, please check your plan and billing details.","status":"RESOURCE_EXHAUSTED","details":[{"violations":[{"quotaId":"GenerateRequestsPerMinutePerProject"}]},{"retryDelay":"34s"}]}}
            429 RATE_LIMITED - {"error":{"code":429,"message":"You exceeded your current quota, please check your plan and billing details.","status":"RESOURCE_EXHAUSTED"}}
            429 QUOTA - {"error":{"code":429,"message":"You exceeded your current quota.","status":"RESOURCE_EXHAUSTED","details":[{"violations":[{"quotaId":"GenerateRequestsPerDayPerProjectPerModel-FreeTier"}]}]}}
            429 FORBIDDEN - {"error":{"code":429,"message":"Quota exceeded for metric: g/free_tier_requests, limit: 0, model: big","status":"RESOURCE_EXHAUSTED"}}
            429 OVERLOADED - {"error":{"code":429,"message":"No capacity available for the model","status":"RESOURCE_EXHAUSTED"}}
            499 SERVER - {"error":{"code":499,"message":"The operation was cancelled.","status":"CANCELLED"}}
            500 SERVER - {"error":{"code":500,"message":"An internal error has occurred.","status":"INTERNAL"}}
            503 OVERLOADED - {"error":{"code":503,"message":"The model is overloaded.","status":"UNAVAILABLE"}}
            504 SERVER - {"error":{"code":504,"message":"Deadline expired","status":"DEADLINE_EXCEEDED"}}
            400 UNSUPPORTED prefill {"error":{"code":400,"message":"Requests ending with a model turn are not supported unless the last part is a function response.","status":"INVALID_ARGUMENT"}}
            400 UNSUPPORTED tools {"error":{"code":400,"message":"Function calling is not enabled for models/g","status":"INVALID_ARGUMENT"}}
            400 UNSUPPORTED response_format {"error":{"code":400,"message":"JSON mode is not enabled for models/g","status":"INVALID_ARGUMENT"}}
            400 UNSUPPORTED system {"error":{"code":400,"message":"Developer instruction is not enabled for models/g","status":"INVALID_ARGUMENT"}}
            # Groq
            413 REQUEST_TOO_LARGE 6000 {"error":{"message":"Request too large for model `l` on tokens per minute (TPM): Limit 6000, Requested 10338","type":"tokens","code":"rate_limit_exceeded"}}
            498 OVERLOADED - {"error":{"message":"flex tier capacity exceeded","type":"capacity_exceeded"}}
            400 TOOL_REJECTED - {"error":{"message":"Failed to call a function. Please adjust your prompt.","type":"invalid_request_error","code":"tool_use_failed","failed_generation":"<f>"}}
            400 TOOL_REJECTED - {"error":{"message":"tool call validation failed: attempted to call tool 'x' which was not in request.tools","type":"invalid_request_error"}}
            424 SERVER - {"error":{"message":"failed dependency","type":"x"}}
            503 OVERLOADED - {"error":{"message":"Service Unavailable","type":"internal_server_error"}}
            400 MODEL_NOT_FOUND - {"error":{"message":"The model `l` has been decommissioned and is no longer supported.","type":"invalid_request_error","code":"model_decommissioned"}}
            # Overload and rate limits with a status that blames the request
            400 OVERLOADED - {"error":{"message":"Service temporarily overloaded","type":"error","code":400}}
            400 OVERLOADED - {"type":"error","error":{"type":"ModelError","message":"Model is unavailable."}}
            400 OVERLOADED - {"error":{"message":"The model is temporarily unavailable, try again shortly","type":"invalid_request_error"}}
            404 OVERLOADED - {"error":{"message":"This model is temporarily at capacity.","code":404}}
            403 OVERLOADED - {"error":{"message":"The server is busy","code":403}}
            400 RATE_LIMITED - {"error":{"message":"High-frequency requests were detected from you","code":"400"}}
            400 MODEL_NOT_FOUND - {"detail":"The 'm-mini' model is not supported when using this product with a personal account."}
            404 MODEL_NOT_FOUND - {"code":"Some requested entity was not found","error":"The model m was deprecated on 2025-01-01 and is no longer accessible via the API."}
            404 MODEL_NOT_FOUND - {"error":{"message":"The alpha period for this model has ended. For other models, see our pages","code":404}}
            404 MODEL_NOT_FOUND - {"error":{"message":"This is not a chat model and thus not supported in the v1/chat/completions endpoint.","type":"invalid_request_error","param":"model","code":null}}
            404 UNSUPPORTED tool_choice {"error":{"message":"No endpoints found that support the provided 'tool_choice' value.","code":404}}
            400 UNSUPPORTED response_modalities {"error":{"code":400,"message":"The requested combination of response modalities (TEXT) is not supported by the model. models/tts accepts: * AUDIO","status":"INVALID_ARGUMENT"}}
            # Mistral
            401 AUTH - {"detail":"Invalid API Key"}
            422 INVALID_REQUEST - {"detail":[{"type":"missing","loc":["body","messages"],"msg":"Field required","input":{}}]}
            422 UNSUPPORTED seed {"detail":[{"type":"extra_forbidden","loc":["body","seed"],"msg":"Extra inputs are not permitted","input":1}]}
            429 RATE_LIMITED - {"object":"error","message":"Rate limit exceeded","type":"rate_limited","param":null,"code":"1300","raw_status_code":429}
            429 OVERLOADED - {"object":"error","message":"Service tier capacity exceeded for this model.","type":"service_tier_capacity_exceeded","param":null,"code":"3505"}
            503 OVERLOADED - {"object":"error","message":"Service tier capacity exceeded for this model.","type":"x","param":null,"code":"9"}
            400 UNSUPPORTED prefill {"object":"error","message":"Expected last role User or Tool (or Assistant with prefix True) for serving but got assistant","type":"invalid_request_error","code":"3230"}
            400 MODEL_NOT_FOUND - {"object":"error","message":"Invalid model: m","type":"invalid_model","param":null,"code":"1500"}
            # DeepSeek
            402 QUOTA - {"error":{"message":"Insufficient Balance","type":"unknown_error","param":null,"code":"invalid_request_error"}}
            422 INVALID_REQUEST - {"error":{"message":"Failed to deserialize","type":"invalid_request_error","code":"invalid_request_error"}}
            429 RATE_LIMITED - {"error":{"message":"slow down","type":"x","code":"invalid_request_error"}}
            503 OVERLOADED - {"error":{"message":"busy","type":"x","code":"invalid_request_error"}}
            400 MODEL_NOT_FOUND - {"error":{"message":"Model Not Exist","type":"invalid_request_error","code":"invalid_request_error"}}
            400 CONTENT_FILTERED - {"error":{"message":"Content Exists Risk","type":"invalid_request_error","code":"invalid_request_error"}}
            # xAI
            400 AUTH - {"code":"invalid-argument","error":"Incorrect API key provided. You can obtain one."}
            403 FORBIDDEN - {"code":"The caller does not have permission to execute the specified operation","error":"no"}
            403 QUOTA - {"code":"Some resource has been exhausted","error":"Your team has used all available credits or reached its monthly spending limit."}
            # OpenRouter
            402 QUOTA - {"error":{"message":"This request requires more credits. You requested up to 65536 tokens, but can only afford 10.","code":402}}
            403 CONTENT_FILTERED - {"error":{"code":403,"message":"Your chosen model requires moderation and your input was flagged","metadata":{"reasons":["x"],"flagged_input":"words of the prompt"}}}
            403 QUOTA - {"error":{"code":403,"message":"Key limit exceeded (monthly limit)."}}
            408 SERVER - {"error":{"code":408,"message":"timed out"}}
            429 RATE_LIMITED - {"error":{"code":429,"message":"Provider returned error","metadata":{"raw":"m is temporarily rate-limited upstream","provider_name":"G"}}}
            400 CONTEXT_OVERFLOW 8192 {"error":{"code":400,"message":"Provider returned error","metadata":{"raw":"{\\"error\\":{\\"message\\":\\"This model's maximum context length is 8192 tokens.\\",\\"code\\":400}}"}}}
            502 SERVER - {"error":{"code":502,"message":"Provider returned error","metadata":{"raw":"bad gateway"}}}
            503 OVERLOADED - {"error":{"code":503,"message":"There is no available model provider that meets your routing requirements"}}
            400 MODEL_NOT_FOUND - {"error":{"message":"m/x is not a valid model ID","code":400}}
            404 MODEL_NOT_FOUND - {"error":{"message":"No endpoints found for m/x.","code":404}}
            404 UNSUPPORTED tools {"error":{"message":"No endpoints found that support tool use.","code":404}}
            404 UNSUPPORTED image {"error":{"message":"No endpoints found that support image input","code":404}}
            404 FORBIDDEN - {"error":{"message":"No endpoints found matching your data policy","code":404}}
            # Z.AI
            429 AUTH - {"error":{"code":"1002","message":"Authorization Token invalid"}}
            429 AUTH - {"error":{"code":"1112","message":"account locked"}}
            429 QUOTA - {"error":{"code":"1113","message":"Insufficient balance or no resource package."}}
            429 QUOTA - {"type":"error","error":{"type":"1113","message":"no package"}}
            429 QUOTA - {"type":"error","error":{"type":"rate_limit_error","code":"1113","message":"no package"}}
            429 QUOTA - {"type":"error","error":{"type":"rate_limit_error","message":"[1113][no package][20260912]"}}
            429 MODEL_NOT_FOUND - {"error":{"code":"1211","message":"unknown"}}
            429 CONTEXT_OVERFLOW - {"error":{"code":"1261","message":"Prompt exceeds max length"}}
            429 CONTENT_FILTERED - {"error":{"code":"1301","message":"unsafe"}}
            429 RATE_LIMITED - {"error":{"code":"1302","message":"High concurrency"}}
            429 RATE_LIMITED - {"error":{"code":"1303","message":"High frequency"}}
            429 QUOTA - {"error":{"code":"1304","message":"daily limit"}}
            429 OVERLOADED - {"error":{"code":"1305","message":"flow limit"}}
            429 RATE_LIMITED - {"error":{"code":"1308","message":"Usage limit reached for 5 hour."}}
            429 QUOTA - {"error":{"code":"1309","message":"plan expired"}}
            429 RATE_LIMITED - {"error":{"code":"1310","message":"Weekly limit"}}
            429 FORBIDDEN - {"error":{"code":"1311","message":"The current plan has no access to this model"}}
            429 FORBIDDEN - {"error":{"message":"Your subscription plan does not include this model"}}
            429 OVERLOADED - {"error":{"code":"1312","message":"busy"}}
            429 RATE_LIMITED - {"error":{"code":"1313","message":"fair use"}}
            # Moonshot
            429 OVERLOADED - {"error":{"message":"The engine is currently overloaded, please try again later","type":"engine_overloaded_error"}}
            429 RATE_LIMITED - {"error":{"message":"max RPM reached","type":"rate_limit_reached_error"}}
            429 QUOTA - {"error":{"message":"suspended","type":"exceeded_current_quota_error"}}
            403 QUOTA - {"error":{"message":"suspended","type":"exceeded_current_quota_error"}}
            # Cohere
            400 CONTEXT_OVERFLOW 288000 {"id":"i","message":"too many tokens: size limit exceeded by 25836 tokens. The limit for this model is 288000 tokens.","error_type":"TOO_MANY_TOKENS"}
            401 AUTH - {"id":"i","message":"no api key supplied"}
            404 MODEL_NOT_FOUND - {"id":"i","message":"model 'c' was removed on September 15"}
            429 RATE_LIMITED - {"message":"You are using a Trial key, which is limited to 10 API calls / minute."}
            498 AUTH - {"message":"invalid token"}
            499 SERVER - {"message":"request cancelled"}
            501 UNSUPPORTED - {"message":"not implemented"}
            504 SERVER - {"message":"gateway timeout"}
            # Bedrock
            400 INVALID_REQUEST - {"message":"messages.2.content: Field required"}
            400 MODEL_NOT_FOUND - {"message":"The provided model identifier is invalid."}
            429 RATE_LIMITED - {"message":"Too many tokens, please wait before trying again."}
            # Ollama
            404 MODEL_NOT_FOUND - {"error":"model 'm' not found"}
            404 MODEL_NOT_FOUND - {"error":"model \\"m\\" not found, try pulling it first"}
            503 OVERLOADED - {"error":"server busy, please try again.  maximum pending requests exceeded"}
            400 UNSUPPORTED tools {"error":"registry.example/library/m:2b does not support tools"}
            400 UNSUPPORTED thinking {"error":"\\"m\\" does not support thinking"}
            429 QUOTA - {"error":"you have reached your session usage limit, upgrade for more"}
            403 QUOTA - {"error":"payment required for this model"}
            500 TOOL_REJECTED - {"error":"error parsing tool call: raw='{', err=unexpected end of JSON input"}
            # llama.cpp, vLLM, LM Studio, Together, Fireworks, HuggingFace
            503 OVERLOADED - {"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}
            500 CONTEXT_OVERFLOW 512 {"error":{"code":500,"message":"the request exceeds the available context size.","type":"exceed_context_size_error","n_prompt_tokens":1407,"n_ctx":512}}
            500 UNSUPPORTED image {"error":{"code":500,"message":"image input is not supported - hint: provide the mmproj","type":"server_error"}}
            400 UNSUPPORTED prefill {"error":{"code":400,"message":"Cannot have 2 or more assistant messages at the end of the list.","type":"invalid_request_error"}}
            400 UNSUPPORTED prefill {"error":{"code":400,"message":"Assistant response prefill is incompatible with enable_thinking.","type":"invalid_request_error"}}
            400 INVALID_REQUEST - {"object":"error","message":"bad value","type":"BadRequestError","param":null,"code":400}
            404 MODEL_NOT_FOUND - {"object":"error","message":"The model `m` does not exist.","type":"NotFoundError","param":null,"code":404}
            400 UNSUPPORTED tools {"object":"error","message":"\\"auto\\" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set","type":"BadRequestError","code":400}
            412 QUOTA - {"error":{"message":"Account a is suspended, possibly due to reaching the monthly spending limit"}}
            402 QUOTA - {"fault":{"faultstring":"x"}}
            400 MODEL_NOT_FOUND - {"error":{"message":"The requested model 'm' is not supported by any provider you have enabled.","code":"model_not_supported"}}
            # Nobody in particular
            400 INVALID_REQUEST -
            404 INVALID_REQUEST - Not Found
            404 INVALID_REQUEST - <html><head><title>404</title></head><body>model not found, rate limit, invalid api key</body></html>
            403 FORBIDDEN - <!DOCTYPE html><html><body>Sorry, you have been blocked</body></html>
            413 REQUEST_TOO_LARGE - <html><body>413 Request Entity Too Large</body></html>
            502 SERVER - <html><body>Bad Gateway: overloaded?</body></html>
            520 SERVER - error code: 520
            409 SERVER - {"error":{"message":"conflict"}}
            425 SERVER - too early
            410 MODEL_NOT_FOUND - {"error":"model m is no longer available"}
            451 FORBIDDEN - unavailable for legal reasons
            307 PROTOCOL - moved
            429 RATE_LIMITED - {"error":{"type":"rate_limit_exceeded","mess
            429 QUOTA - {"error":{"type":"insufficient_quota","message":"cut in the mid
            """;

    /** Kind, window, message: all of them come with a 400, in OpenAI's shape and without a code. */
    private static final String OVERFLOWS = """
            128000 This model's maximum context length is 128000 tokens. However, your messages resulted in 150000 tokens. Please reduce the length of the messages.
            - Your input exceeds the context window of this model. Please adjust your input and try again.
            200000 prompt is too long: 201,234 tokens > 200,000 maximum
            200000 input length and `max_tokens` exceed context limit: 195000 + 8192 > 200000, decrease input length or `max_tokens` and try again
            1048576 The input token count (1250074) exceeds the maximum number of tokens allowed (1048576).
            1048576 The input token count exceeds the maximum number of tokens allowed 1048576.
            - Input is too long for requested model.
            - The model returned the following errors: Input Tokens Exceeded: Number of input tokens exceeds maximum length.
            - prompt is too long
            - Too many input tokens
            288000 too many tokens: size limit exceeded by 25836 tokens. The limit for this model is 288000 tokens.
            65536 This model's maximum context length is 65536 tokens. However, you requested 70000 tokens (69000 in the messages, 1000 in the completion).
            - max_tokens must be at least 1, got -231
            200000 This endpoint's maximum context length is 200000 tokens. However, you requested about 2500021 tokens (2500021 of text input).
            - Please reduce the length of the messages or completion.
            32768 Prompt contains 65673 tokens and 0 draft tokens, too large for model with 32768 maximum context length
            - input too large
            131072 This model's maximum prompt length is 131072 but the request contains 136973 tokens.
            65537 Input validation error: `inputs` tokens + `max_new_tokens` must be <= 65537. Given: 79993 `inputs` tokens and 1024 `max_new_tokens`
            - The total length of all messages is too long.
            262144 Invalid request: Your request exceeded model token limit: 262144 (requested: 425573)
            - the request exceeds the available context size. try increasing the context size or enable context shift
            4096 request (7000 tokens) exceeds the available context size (4096 tokens), try increasing it
            - The number of tokens to keep from the initial prompt is greater than the context length. Try to load the model with a larger one
            - Trying to keep the first 5000 tokens when context the overflows.
            7424 Cannot truncate prompt with n_keep (15028) >= n_ctx (7424)
            - the prompt is longer than the context length currently available to the model; shorten it
            - prompt too long; exceeded max context length by 1119046 tokens (ref: 1)
            - The estimated number of input and maximum output tokens exceeds this model's context window limit (32k).
            8192 Please reduce the length of the messages or completion. Current length is 9000 while limit is 8192
            - invalid params, context window exceeds limit
            64000 prompt token count of 70000 exceeds the limit of 64000
            8000 Request body too large for gpt-x model. Max size: 8000 tokens.
            4096 The input (5000 tokens) is longer than the model's context length (4096 tokens).
            4096 The decoder prompt (length 5000) is longer than the maximum model length of 4096.
            """;

    /** Words that look like an overflow of the window and are none. */
    private static final String NO_OVERFLOWS = """
            500 OVERLOADED {"error":{"code":500,"message":"Context size has been exceeded.","type":"server_error"}}
            503 OVERLOADED {"error":"Context size has been exceeded."}
            500 OVERLOADED {"error":{"message":"context window exceeded","type":"internal_error"}}
            503 OVERLOADED {"error":{"message":"KV cache is full"}}
            400 REQUEST_TOO_LARGE {"error":{"message":"too many total text bytes","type":"invalid_request_error"}}
            400 REQUEST_TOO_LARGE {"error":{"message":"Request exceeds the maximum number of bytes"}}
            400 REQUEST_TOO_LARGE {"message":"Request body of 12345678 bytes exceeds the limit of 10485760 bytes"}
            413 REQUEST_TOO_LARGE {"message":"Payload Too Large"}
            413 REQUEST_TOO_LARGE {"code":"request_entity_too_large"}
            413 REQUEST_TOO_LARGE request entity too large
            400 INVALID_REQUEST {"error":{"message":"Invalid 'messages[0].content': string too long. Expected maximum length 10, context window","code":"string_above_max_length"}}
            400 INVALID_REQUEST {"error":{"message":"Invalid 'user': string too long. Expected a string with maximum length 64"}}
            400 RATE_LIMITED {"__type":"ThrottlingException","message":"Too many tokens, please wait before trying again."}
            429 RATE_LIMITED {"message":"Tokens per minute limit exceeded - too many tokens processed.","type":"too_many_tokens_error"}
            429 RATE_LIMITED {"error":{"message":"Rate limit: too many input tokens, reduce the length of the messages"}}
            400 INVALID_REQUEST {"error":{"message":"Invalid 'max_tokens': integer below minimum value. Expected a value >= 0, but got -1 instead.","code":"integer_below_min_value"}}
            """;

    static List<String> vendors() {
        return lines(VENDORS);
    }

    static List<String> overflows() {
        return lines(OVERFLOWS);
    }

    static List<String> noOverflows() {
        return lines(NO_OVERFLOWS);
    }

    @ParameterizedTest
    @MethodSource
    void vendors(String line) {
        String[] row = (line + " ").split(" ", 4);
        Failure failure = http(Integer.parseInt(row[0]), row[3].strip());
        assertThat(failure.kind()).as(failure.toString()).isEqualTo(FailureKind.valueOf(row[1]));
        boolean limit =
                failure.kind() == FailureKind.CONTEXT_OVERFLOW || failure.kind() == FailureKind.REQUEST_TOO_LARGE;
        String learned = limit
                ? String.valueOf(failure.advice().window())
                : String.valueOf(failure.advice().refusedParameter());
        assertThat(learned).isEqualTo(row[2].equals("-") ? "null" : row[2]);
        assertThat(failure.status()).isEqualTo(Integer.parseInt(row[0]));
        assertThat(failure.message())
                .isNotBlank()
                .doesNotContain("flagged_input", "words of the prompt", "failed_generation");
    }

    @ParameterizedTest
    @MethodSource
    void overflows(String line) {
        int space = line.indexOf(' ');
        String message = line.substring(space + 1);
        Integer window = line.startsWith("-") ? null : Integer.valueOf(line.substring(0, space));
        String body = Json.text(Map.of("error", Map.of("message", message, "type", "invalid_request_error")));
        Failure refused = http(400, body);
        assertThat(refused.kind()).isEqualTo(FailureKind.CONTEXT_OVERFLOW);
        assertThat(refused.advice().window()).isEqualTo(window);
        byte[] bytes = bytes(body);
        assertThat(ErrorClassifier.inBand(bytes, 0, bytes.length).kind()).isEqualTo(FailureKind.CONTEXT_OVERFLOW);
    }

    @Test
    void contextSizeExceededIsAnOverflowOnlyAtStatus400() {
        assertThat(http(400, "{\"error\":{\"message\":\"Context size has been exceeded.\"}}")
                        .kind())
                .isEqualTo(FailureKind.CONTEXT_OVERFLOW);
        assertThat(inBand("{'error':{'code':500,'message':'Context size has been exceeded.','type':'server_error'}}"))
                .isEqualTo(FailureKind.OVERLOADED);
        assertThat(inBand("{'error':{'message':'Context size has been exceeded.'}}"))
                .isEqualTo(FailureKind.OVERLOADED);
        assertThat(inBand("{'error':{'code':400,'message':'Context size has been exceeded.'}}"))
                .isEqualTo(FailureKind.CONTEXT_OVERFLOW);
        assertThat(
                        inBand(
                                "{'error':{'code':'server_error','message':'Your input is over the context window limit of this model.'}}"))
                .isEqualTo(FailureKind.CONTEXT_OVERFLOW);
    }

    @ParameterizedTest
    @MethodSource
    void noOverflows(String line) {
        String[] row = line.split(" ", 3);
        assertThat(http(Integer.parseInt(row[0]), row[2]).kind()).isEqualTo(FailureKind.valueOf(row[1]));
    }

    @Test
    void bedrockSendsItsTypeInAHeader() {
        assertThat(bedrock(400, "ValidationException:http://x/")).isEqualTo(FailureKind.INVALID_REQUEST);
        assertThat(bedrock(403, "AccessDeniedException")).isEqualTo(FailureKind.FORBIDDEN);
        assertThat(bedrock(403, "ExpiredTokenException:http://x/")).isEqualTo(FailureKind.AUTH);
        assertThat(bedrock(403, "UnrecognizedClientException:http://x/")).isEqualTo(FailureKind.AUTH);
        assertThat(bedrock(403, "InvalidSignatureException:http://x/")).isEqualTo(FailureKind.AUTH);
        assertThat(bedrock(404, "ResourceNotFoundException:http://x/")).isEqualTo(FailureKind.MODEL_NOT_FOUND);
        assertThat(bedrock(408, "ModelTimeoutException:http://x/")).isEqualTo(FailureKind.SERVER);
        assertThat(bedrock(424, "ModelErrorException:http://x/")).isEqualTo(FailureKind.SERVER);
        assertThat(bedrock(429, "ThrottlingException:http://x/")).isEqualTo(FailureKind.RATE_LIMITED);
        assertThat(bedrock(429, "ModelNotReadyException:http://x/")).isEqualTo(FailureKind.OVERLOADED);
        assertThat(bedrock(400, "ServiceQuotaExceededException:http://x/")).isEqualTo(FailureKind.QUOTA);
        assertThat(bedrock(500, "InternalServerException:http://x/")).isEqualTo(FailureKind.SERVER);
        assertThat(bedrock(503, "ServiceUnavailableException:http://x/")).isEqualTo(FailureKind.OVERLOADED);
    }

    @Test
    void inBandErrorsAreWhatAnHttpErrorWouldBe() {
        assertThat(inBand("{'type':'error','error':{'type':'overloaded_error','message':'Overloaded'}}"))
                .isEqualTo(FailureKind.OVERLOADED);
        assertThat(inBand("{'error':{'message':'oops','type':'server_error','param':null,'code':null}}"))
                .isEqualTo(FailureKind.SERVER);
        assertThat(
                        inBand(
                                "{'error':{'message':'m','type':'invalid_request_error','code':'tool_use_failed','status_code':400}}"))
                .isEqualTo(FailureKind.TOOL_REJECTED);
        assertThat(inBand("{'id':'x','error':{'code':429,'message':'slow'},'choices':[]}"))
                .isEqualTo(FailureKind.RATE_LIMITED);
        assertThat(inBand("{'error':{'object':'error','message':'m','type':'BadRequestError','code':400}}"))
                .isEqualTo(FailureKind.INVALID_REQUEST);
        assertThat(
                        inBand(
                                "{'type':'error','sequence_number':2,'error':{'type':'insufficient_quota','code':'insufficient_quota','message':'m'}}"))
                .isEqualTo(FailureKind.QUOTA);
        assertThat(inBand("{'type':'error','code':'rate_limit_exceeded','message':'m','param':null}"))
                .isEqualTo(FailureKind.RATE_LIMITED);
        assertThat(
                        inBand(
                                "{'type':'response.failed','response':{'status':'failed','error':{'code':'server_error','message':'m'}}}"))
                .isEqualTo(FailureKind.SERVER);
        assertThat(inBand("{'error':{'message':'Compute error.'},'message':'Compute error.'}"))
                .isEqualTo(FailureKind.SERVER);
        assertThat(inBand("{'error':{'code':499,'message':'cancelled','status':'CANCELLED'}}"))
                .isEqualTo(FailureKind.SERVER);
        assertThat(inBand("{'error':{'code':503,'message':'x','status':'UNAVAILABLE'}}"))
                .isEqualTo(FailureKind.OVERLOADED);
        assertThat(inBand("{'error':'an error was encountered while running the model'}"))
                .isEqualTo(FailureKind.SERVER);
        assertThat(inBand("{'delta':{'finish_reason':'ERROR','error':'bad','error_type':'INVALID_TOOL_GENERATION'}}"))
                .isEqualTo(FailureKind.TOOL_REJECTED);
        assertThat(inBand("{'message':'m','originalStatusCode':424}")).isEqualTo(FailureKind.SERVER);
        assertThat(inBand("gone")).isEqualTo(FailureKind.SERVER);
    }

    @Test
    void inBandErrorsCarryTheStatusTheyName() {
        byte[] body = bytes("{\"error\":{\"message\":\"m\",\"status_code\":400}}");
        assertThat(ErrorClassifier.inBand(body, 0, body.length).status()).isEqualTo(400);
        assertThat(ErrorClassifier.inBand(Map.of("error", Map.of("message", "m")))
                        .status())
                .isZero();
    }

    @Test
    void adviceInHeadersIsPassedOn() {
        Failure failure = ErrorClassifier.http(
                429,
                Fields.of(Map.of("retry-after", "7", "x-should-retry", "false")),
                bytes("{\"error\":{\"message\":\"m\"}}"));
        assertThat(failure.retryAfter()).isEqualTo(Duration.ofSeconds(7));
        assertThat(failure.advice().shouldRetry()).isFalse();
        assertThat(ErrorClassifier.http(500, Fields.of(Map.of("x-should-retry", "true")), new byte[0])
                        .advice()
                        .shouldRetry())
                .isTrue();
        assertThat(ErrorClassifier.http(500, Fields.of(Map.of("x-should-retry", "perhaps")), new byte[0])
                        .advice()
                        .shouldRetry())
                .isNull();
    }

    @Test
    void waitsAreRelativeToTheDateHeaderOrToTheGivenClock() {
        Map<String, String> headers =
                Map.of("date", "Thu, 27 Aug 2026 13:31:09 GMT", "retry-after", "Thu, 27 Aug 2026 13:31:39 GMT");
        assertThat(ErrorClassifier.http(429, Fields.of(headers), new byte[0]).retryAfter())
                .isEqualTo(Duration.ofSeconds(30));
        assertThat(ErrorClassifier.http(429, Fields.of(headers), new byte[0], Instant.parse("2026-08-27T13:31:29Z"))
                        .retryAfter())
                .isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void withoutADateMomentsAreCountedFromTheSchedulersClock() {
        VirtualTimeScheduler time = VirtualTimeScheduler.getOrSet();
        try {
            time.advanceTimeTo(Instant.parse("2026-08-27T13:31:09Z"));
            Map<String, String> header = Map.of("retry-after", "Thu, 27 Aug 2026 13:31:39 GMT");
            assertThat(ErrorClassifier.http(429, Fields.of(header), new byte[0]).retryAfter())
                    .isEqualTo(Duration.ofSeconds(30));
            byte[] inBand = bytes("{\"error\":{\"code\":\"1308\",\"message\":\"will reset at 2026-08-27 21:32:09\"}}");
            assertThat(ErrorClassifier.inBand(inBand, 0, inBand.length).retryAfter())
                    .isEqualTo(Duration.ofMinutes(1));
        } finally {
            VirtualTimeScheduler.reset();
        }
    }

    @Test
    void messagesAreOneRedactedLineOfBoundedLength() {
        Failure failure = http(
                400,
                Json.text(Map.of(
                        "error",
                        Map.of("message", "a\nb\t\u0007c sk-live-abcdefghijklmnop1234 " + "x ".repeat(40_000)))));
        assertThat(failure.message()).startsWith("a b c *** x").endsWith("…").hasSizeLessThanOrEqualTo(500);
        assertThat(http(503, "").message()).isEqualTo("no message");
        assertThat(http(400, "{\"error\":{\"code\":\"odd\"}}").message()).isEqualTo("odd");
        assertThat(ErrorClassifier.message("😀".repeat(400))).hasSize(499).endsWith("😀…");
    }

    @Test
    void decisiveCodeIsReported() {
        assertThat(http(429, "{\"error\":{\"type\":\"insufficient_quota\",\"code\":null}}")
                        .code())
                .isEqualTo("insufficient_quota");
        assertThat(http(
                                400,
                                "{\"error\":{\"status\":\"INVALID_ARGUMENT\",\"details\":[{\"reason\":\"API_KEY_INVALID\"}]}}")
                        .code())
                .isEqualTo("API_KEY_INVALID");
        assertThat(http(429, "{\"error\":{\"code\":\"429\",\"message\":\"m\"}}").code())
                .isNull();
    }

    /** Each line of the table, and by default each fourth of its words. */
    @Test
    void wordsThatRepeatWithoutEndAreTypedAllTheSame() {
        Set<String> words = new HashSet<>();
        int step = Boolean.getBoolean("understudy.tests.all") ? 1 : 4;
        for (String line : lines(VENDORS)) {
            for (String word : line.split(" ")) {
                if (words.add(word) && words.size() % step == 0) {
                    assertThat(http(400, (word + " ").repeat(8_000 / (word.length() + 1)))
                                    .message())
                            .isNotBlank();
                }
            }
            assertThat(http(400, line.repeat(20)).message()).isNotBlank();
        }
    }

    @Test
    void hostileBodiesAreTypedByTheirStatus() {
        String deep = "[".repeat(20_000);
        assertThat(http(500, deep).kind()).isEqualTo(FailureKind.SERVER);
        assertThat(http(500, "{\"error\":" + "{\"error\":".repeat(60) + "1" + "}".repeat(61))
                        .kind())
                .isEqualTo(FailureKind.SERVER);
        assertThat(http(503, "a ".repeat(30_000)).kind()).isEqualTo(FailureKind.OVERLOADED);
        assertThat(ErrorClassifier.http(500, Fields.none(), new byte[] {(byte) 0xC3, 0x28, '{'})
                        .kind())
                .isEqualTo(FailureKind.SERVER);
    }

    private static FailureKind bedrock(int status, String type) {
        return ErrorClassifier.http(
                        status, Fields.of(Map.of("x-amzn-errortype", type)), bytes("{\"message\":\"words\"}"))
                .kind();
    }

    private static FailureKind inBand(String singleQuoted) {
        byte[] body = bytes(singleQuoted.replace('\'', '"'));
        return ErrorClassifier.inBand(body, 0, body.length).kind();
    }

    private static Failure http(int status, String body) {
        return ErrorClassifier.http(status, Fields.none(), bytes(body));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static List<String> lines(String table) {
        return table.lines()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .toList();
    }
}
