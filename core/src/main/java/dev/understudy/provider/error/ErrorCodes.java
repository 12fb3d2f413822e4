package dev.understudy.provider.error;

import static dev.understudy.chat.FailureKind.AUTH;
import static dev.understudy.chat.FailureKind.CONTENT_FILTERED;
import static dev.understudy.chat.FailureKind.CONTEXT_OVERFLOW;
import static dev.understudy.chat.FailureKind.FORBIDDEN;
import static dev.understudy.chat.FailureKind.INVALID_REQUEST;
import static dev.understudy.chat.FailureKind.MODEL_NOT_FOUND;
import static dev.understudy.chat.FailureKind.OVERLOADED;
import static dev.understudy.chat.FailureKind.QUOTA;
import static dev.understudy.chat.FailureKind.RATE_LIMITED;
import static dev.understudy.chat.FailureKind.REQUEST_TOO_LARGE;
import static dev.understudy.chat.FailureKind.SERVER;
import static dev.understudy.chat.FailureKind.TOOL_REJECTED;
import static dev.understudy.chat.FailureKind.UNSUPPORTED;

import dev.understudy.chat.FailureKind;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Error codes and types of the vendors, in three ranks: a precise code decides by itself, a broad one only after the
 * message was searched, a vague one only without an HTTP status. Letters and digits count, case does not, and a
 * trailing "Exception" is dropped.
 */
final class ErrorCodes {

    /** Letters of a group of codes; a shorter word before a dot is a version or a host. */
    private static final int SHORTEST_GROUP = 6;

    private record Row(FailureKind kind, String codes) {}

    /**
     * Codes that decide at any status. Four digits are Z.AI's, except Mistral's 1300 and those of Cloudflare; MiniMax's
     * have the name of the object that holds them.
     */
    private static final Map<String, FailureKind> PRECISE = table(
            new Row(CONTEXT_OVERFLOW, """
                    context_length_exceeded exceed_context_size_error too_many_prompt_tokens TOO_MANY_TOKENS
                    context_window_exceeded model_context_window_exceeded prompt_too_long
                    model_max_prompt_tokens_exceeded tokens_limit_reached context_exceeded 1261
                    """),
            new Row(REQUEST_TOO_LARGE, """
                    request_too_large payload_too_large request_entity_too_large RequestEntityTooLargeException
                    FUNCTION_PAYLOAD_TOO_LARGE
                    """),
            new Row(QUOTA, """
                    insufficient_quota insufficient_user_quota insufficient_balance insufficient_credits
                    billing_error billing_not_active billing_hard_limit_reached payment_required
                    exceeded_current_quota_error ServiceQuotaExceededException CreditsError Arrearage
                    usage_limit_reached AccountOverdueError 1113 1304 1309 3036
                    enforced_spend_limit_reached organization_spend_limit_exceeded project_spend_limit_exceeded
                    organization_usage_limit_exceeded credit_balance_exhausted spend_limit_exceeded
                    member_spend_cap_exceeded budget_exceeded personal-team-blocked:spending-limit
                    blocked_api_access insufficient_balance_error insufficient_funds balance_depleted
                    no_usable_credits BILLING_DISABLED customer_verification_required SetLimitExceeded
                    AllocationQuota.FreeTierOnly MonthlyLimitError base_resp.1008 base_resp.1028 base_resp.1030
                    base_resp.2056
                    """),
            new Row(AUTH, """
                    invalid_api_key API_KEY_INVALID API_KEY_EXPIRED incorrect_api_key_error
                    authentication_error invalid_authentication_error UNAUTHENTICATED Unauthorized
                    invalid_token token_expired account_deactivated ACCESS_TOKEN_EXPIRED
                    ExpiredTokenException UnrecognizedClientException InvalidSignatureException
                    IncompleteSignatureException MissingAuthenticationTokenException InvalidClientTokenId
                    1000 1001 1002 1003 1004 1110 1111 1112 1121 10000 base_resp.1004 base_resp.2049
                    """),
            new Row(FORBIDDEN, """
                    unsupported_country_region_territory SERVICE_DISABLED IAM_PERMISSION_DENIED
                    CONSUMER_SUSPENDED API_KEY_SERVICE_BLOCKED API_KEY_HTTP_REFERRER_BLOCKED
                    API_KEY_IP_ADDRESS_BLOCKED model_terms_required model_permission_blocked_org
                    model_permission_blocked_project organization_restricted 1220 1311
                    usage_not_included model_not_supported_on_free_tier ModelNotOpen key_model_access_denied
                    team_model_access_denied user_model_access_denied ip_not_authorized base_resp.2061
                    """),
            new Row(MODEL_NOT_FOUND, """
                    model_not_found ModelNotFound DeploymentNotFound model_decommissioned invalid_model
                    unknown_model unavailable_model model_not_available model_not_supported
                    ResourceNotFoundException RESOURCE_DOES_NOT_EXIST ENDPOINT_NOT_FOUND 1211 5007
                    InvalidEndpointOrModel InvalidEndpoint model_is_deactivated
                    """),
            new Row(CONTENT_FILTERED, """
                    content_filter content_filtered content_policy content_policy_violation
                    ResponsibleAIPolicyViolation moderation_blocked invalid_prompt cyber_policy bio_policy
                    image_content_policy_violation SensitiveContentDetected base_resp.1026 base_resp.1027
                    InputTextSensitiveContentDetected OutputTextSensitiveContentDetected data_inspection_failed PROHIBITED_CONTENT 1301
                    """),
            new Row(TOOL_REJECTED, """
                    tool_use_failed invalid_tool_call INVALID_TOOL_GENERATION tool_call_validation_failed
                    output_parse_failed json_validate_failed MALFORMED_FUNCTION_CALL UNEXPECTED_TOOL_CALL malformed_tool_use
                    """),
            new Row(UNSUPPORTED, """
                    unsupported_parameter unsupported_value unknown_parameter unsupported_file
                    unsupported_content unsupported_api_for_model OperationNotSupported
                    invalid_encrypted_content UNIMPLEMENTED 1212
                    """),
            new Row(INVALID_REQUEST, """
                    string_above_max_length array_above_max_length invalid_function_parameters
                    """),
            new Row(OVERLOADED, """
                    overloaded_error overloaded engine_overloaded_error engine_overloaded server_overloaded
                    capacity_exceeded service_tier_capacity_exceeded MODEL_CAPACITY_EXHAUSTED
                    ModelNotReadyException NoCapacity server_busy insufficient_system_resource 1305 1312
                    3040 over_capacity slow_down server_is_overloaded server_overload limit_burst_rate
                    Throttling.BurstRate base_resp.2045
                    """),
            new Row(RATE_LIMITED, """
                    1302 1303 1308 1310 1313 base_resp.1002 base_resp.1039 base_resp.1041
                    """));

    /** Codes that vendors use for further kinds as well. */
    private static final Map<String, FailureKind> BROAD =
            table(new Row(RATE_LIMITED, """
                    rate_limit_exceeded rate_limit_error rate_limited rate_limit_reached_error
                    RateLimitReached rate_limit too_many_requests too_many_requests_error RESOURCE_EXHAUSTED
                    ThrottlingException Throttling TooManyRequestsException 1300 RateLimitExceeded
                    REQUEST_LIMIT_EXCEEDED
                    """), new Row(QUOTA, """
                    quota_exceeded QuotaExceeded
                    """), new Row(OVERLOADED, """
                    unavailable_error UNAVAILABLE service_unavailable service_unavailable_error
                    ServiceUnavailableException TEMPORARILY_UNAVAILABLE
                    """), new Row(FORBIDDEN, """
                    permission_error PERMISSION_DENIED permission_denied_error AccessDeniedException
                    access_denied access_terminated_error forbidden
                    """));

    /** Codes that are less specific than any status. */
    private static final Map<String, FailureKind> VAGUE = table(new Row(SERVER, """
                    server_error api_error internal_server_error InternalServerException internal_error
                    INTERNAL timeout_error timeout DEADLINE_EXCEEDED ModelTimeoutException
                    ModelErrorException ModelStreamErrorException ABORTED CANCELLED UNKNOWN DATA_LOSS
                    network_error upstream_error bad_gateway gateway_timeout 1200 1230 1234 base_resp.1000
                    base_resp.1001 base_resp.1024 base_resp.1033
                    """), new Row(INVALID_REQUEST, """
                    invalid_request_error invalid_request INVALID_ARGUMENT FAILED_PRECONDITION OUT_OF_RANGE
                    NOT_FOUND not_found_error ValidationException BadRequestError bad_request BadRequest
                    UnprocessableEntityError NotFoundError invalid_value 1210 1213 1214 base_resp.2013
                    """));

    /** Kind of a failure and the code that determined it. */
    record Match(FailureKind kind, String code) {}

    private ErrorCodes() {}

    static @Nullable Match precise(List<String> codes) {
        return first(PRECISE, codes);
    }

    static @Nullable Match broad(List<String> codes) {
        return first(BROAD, codes);
    }

    static @Nullable Match vague(List<String> codes) {
        return first(VAGUE, codes);
    }

    private static @Nullable Match first(Map<String, FailureKind> table, List<String> codes) {
        for (String code : codes) {
            FailureKind kind = table.get(plain(code));
            if (kind == null && !isAnyCode(plain(code))) {
                kind = group(table, code);
            }
            if (kind != null) {
                return new Match(kind, code);
            }
        }
        return null;
    }

    private static boolean isAnyCode(String plain) {
        return PRECISE.containsKey(plain) || BROAD.containsKey(plain) || VAGUE.containsKey(plain);
    }

    /** Returns the kind of the group that a code without a row of its own belongs to: {@code Throttling.RateQuota}. */
    private static @Nullable FailureKind group(Map<String, FailureKind> table, String code) {
        int dot = code.indexOf('.');
        String group = dot < 0 ? "" : plain(code.substring(0, dot));
        return group.length() < SHORTEST_GROUP ? null : table.get(group);
    }

    /** Normalizes a code: {@code com.amazon#ThrottlingException:http://…} becomes {@code throttling}. */
    private static String plain(String code) {
        String name = code.substring(code.indexOf('#') + 1);
        int colon = name.indexOf(':');
        String plain = (colon < 0 ? name : name.substring(0, colon))
                .replaceAll("[^A-Za-z0-9]", "")
                .toLowerCase(Locale.ROOT);
        return plain.endsWith("exception") && plain.length() > 9 ? plain.substring(0, plain.length() - 9) : plain;
    }

    private static Map<String, FailureKind> table(Row... rows) {
        return List.of(rows).stream()
                .flatMap(row -> List.of(row.codes().strip().split("\\s+")).stream()
                        .map(code -> Map.entry(plain(code), row.kind())))
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue, (one, other) -> {
                    if (one != other) {
                        throw new IllegalStateException("A code is listed in two rows: " + one + ", " + other);
                    }
                    return one;
                }));
    }
}
