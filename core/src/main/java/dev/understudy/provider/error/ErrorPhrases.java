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
import static dev.understudy.provider.error.ErrorPhrase.row;

import dev.understudy.chat.FailureKind;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Table of phrases by which vendors report failures they have no code for. Rows are searched in order; the first that
 * fits decides. Case and position do not matter.
 */
final class ErrorPhrases {

    /** Phrases of a rate limit: "too many tokens" is no overflow beside one of them. */
    private static final String A_RATE =
            "rate.?limit | per (second|minute|hour|day) | throttl | please wait | too many requests";

    private static final List<ErrorPhrase> FIRST = List.of(
            // Invalid tool calls of the model.
            row(TOOL_REJECTED, """
                    tool call validation failed  |  was not in request  |  invalid_tool_call
                    attempted to call tool  |  failed to call a function  |  error parsing tool call
                    malformed function call  |  invalid tool generation
                    """),

            // Larger than a limit per minute: a shorter request helps, waiting does not.
            row(REQUEST_TOO_LARGE, """
                    request too large for\\b.{0,400}\\blimit:? \\d
                    requested \\d+.{0,40}reduce your message size
                    """),

            // Billing and plans.
            row(FORBIDDEN, """
                    \\blimit: 0\\b  |  quota_limit_value: 0\\b  |  plan (does not|doesn't) (include|support)
                    (not available|not included|not supported) (on|in|with|for) your (current )?(plan|subscription|tier)
                    subscription (plan )?does not  |  套餐.{0,12}(暂未|未|不).{0,6}(开放|包含|支持)
                    """),
            row(QUOTA, """
                    credit balance is too low  |  insufficient (account )?(balance|credit|fund|quota)
                    (requires|need) more credits  |  can only afford  |  (out of|no) (credits|funds)\\b
                    (used|exhausted|depleted) (all )?((available|your|the|prepa\\w{1,6}|monthly|included) ){0,4}credits
                    credits are depleted  |  exceeded your monthly (included )?credits
                    billing hard limit
                    (monthly|specified|configured).{0,20}(spending|spend|usage|budget) limit
                    spending limit  |  specified api usage limits
                    (session|weekly|monthly|daily) usage limit  |  session limit  |  key limit exceeded
                    have any credits  |  balance is (insufficient|not enough|too low)  |  overdue balance
                    free tier.{0,40}exhausted  |  inactive subscription  |  limited to \\d+ api calls / month
                    account is not active  |  account.{0,40}suspended  |  payment (is )?required
                    subscription (has )?expired  |  arrear  |  recharge  |  余额不足  |  欠费
                    ^quota(id|_limit): \\w*perday
                    """).at(0, 400, 401, 402, 403, 412, 422, 429),
            row(QUOTA, """
                    exceeded your current quota  |  check your plan and billing
                    """)
                    .at(0, 400, 402, 403, 422, 429)
                    .unless("quotaid | retrydelay | please retry in | gemini | resource_exhausted"),

            // Keys.
            row(AUTH, """
                    (incorrect|invalid|wrong|expired|missing|bad|revoked|no) (x-)?api[- _]?key
                    api[- _]?key (is |was |has been )?(not valid|invalid|incorrect|expired|missing|revoked|not found)
                    api[- _]?key.{0,20}reported as leaked  |  invalid subscription key
                    oauth token (has been|has|is|was) (revoked|expired)  |  login fail
                    missing authentication  |  (invalid|failed) authentication
                    authentication (failed|required)  |  unregistered callers
                    invalid (bearer|access|api|auth\\w{0,16}) token  |  invalid credentials  |  not authenticated
                    """).at(0, 400, 401, 403, 407, 422, 498),
            row(AUTH, """
                    invalid token  |  \\bunauthorized\\b
                    """).at(0, 403, 498),

            // Regions and permissions.
            row(FORBIDDEN, """
                    location is not supported  |  country, region, or territory not supported
                    not (available|supported|allowed) in your (country|region|location|territory)
                    no endpoints found matching your data policy  |  organization must be verified
                    organization has been disabled  |  operation not allowed  |  not authorized to (invoke|perform)
                    """),

            // Overflow of the window, apart from limits of a single text.
            row(INVALID_REQUEST, """
                    invalid 'user'  |  string too long  |  string_above_max_length
                    """),
            // The context of a shared server is full: the request did fit.
            row(OVERLOADED, """
                    context size has been exceeded
                    """).at(0, 500, 502, 503, 504, 529),
            row(OVERLOADED, """
                    (^|: )(the )?context (size|length|window)( limit)?( has been| was| is)? (exceeded|full)\\b
                    (kv|key.value) cache (is )?(full|exhausted)
                    """).at(500, 502, 503, 504, 529),
            row(REQUEST_TOO_LARGE, """
                    (request|message|payload|body).{0,40}(exceeds|larger than|over).{0,40}\\d ?(bytes|kb|kib|mb|mib)\\b
                    (request (entity|body)|entity|payload|content length) too large$
                    request exceeds the maximum (allowed )?(number of bytes|size)
                    too many (total )?(text )?bytes\\b
                    """).at(0, 400, 413, 422),
            row(CONTEXT_OVERFLOW, """
                    maximum context length
                    context[ _-]?(window|length|size|limit).{0,40}(exceed|too small|overflow)
                    exceed\\w{0,5}.{0,40}context[ _-]?(window|length|size|limit)
                    context (window|length) limit
                    (prompt|input|message|conversation)s?( is| are)? too (long|large)\\b
                    longer than the (context|maximum)  |  longer than the model's context
                    too large for model with \\d+
                    input token count is \\d+ but  |  max tokens of \\d+ exceeded  |  must have less than \\d+ tokens
                    range of input length should be
                    too many (total |input |prompt )?(text )?tokens\\b  |  input tokens exceeded
                    number of input tokens exceeds  |  maximum number of (input )?tokens
                    maximum (prompt|input) length  |  exceeded (max|model).{0,12}(context|token)
                    prompt token count of \\d+ exceeds  |  (input|prompt) token count.{0,20}exceeds
                    inputs?`? tokens \\+ `?max_new_tokens  |  max_tokens must be at least 1, got -
                    total length of all messages is too long
                    reduce the length of (the |your )?(messages|prompt|input|conversation|either)
                    greater than the context length  |  when context the overflows  |  n_keep.{0,12}>= n_ctx
                    request body too large for \\S+ model  |  size limit exceeded by \\d+ tokens
                    tokens? > \\d+ maximum  |  提示词?(内容)?过长|超过.{0,12}(上下文|最大长度)
                    """).unless(A_RATE),
            row(REQUEST_TOO_LARGE, "").at(413),

            // Rate limits.
            row(RATE_LIMITED, """
                    rate.?limit  |  too many requests  |  requests? per (second|minute|hour|day)
                    tokens? per (second|minute|hour|day)  |  quota exceeded for
                    high.?frequency requests  |  concurrency (limit|of this api)  |  too many tokens, please wait  |  usage limit reached
                    使用上限  |  请求过多  |  并发
                    """).at(0, 400, 403, 429, 500),

            // Content policy.
            row(CONTENT_FILTERED, """
                    content[ _-]?(management )?(policy|filter)  |  usage polic(y|ies)
                    safety (system|reasons|policy)
                    (input|prompt|request|content|output)s? (was|were|is|has been) (flagged|blocked)
                    violat\\w{1,8}.{0,60}(polic|guideline)  |  sensitive (information|content)  |  requires moderation
                    (in|un)(appropriate|safe).{0,20}content  |  content exists risk  |  considered high risk
                    不安全  |  敏感内容
                    """).at(0, 400, 403, 422, 451).unless("data policy"));

    private static final List<ErrorPhrase> LAST = List.of(
            // Models.
            row(MODEL_NOT_FOUND, """
                    \\bmodels?\\b.{0,160}?\\b(does not exist|doesn't exist|not exist|not found|could not be found|is not available|no longer available|was removed|been (removed|deprecated|decommissioned|retired|shut ?down)|end of its life|is not supported by any provider|is not supported for \\w+content|不存在)
                    (unknown|no such|invalid|unsupported|unrecognized) model\\b(?! (in|out)put)
                    is not a valid model  |  model not exist  |  ^model: \\S+\\s*$  |  no endpoints found
                    provided model identifier is invalid  |  deployment.{0,40}does not exist  |  模型不存在
                    \\bmodel\\b.{0,160}? (was deprecated on|no longer accessible)  |  for this model has ended
                    not a chat model  |  model is not supported when using  |  on-demand throughput isn.t supported  |  no allowed providers are available
                    no models? (are |is )?loaded
                    """).at(0, 400, 404, 410, 422),
            row(SERVER, """
                    model has crashed  |  failed to load model  |  model (is|was|has been) unloaded
                    """).at(0, 400, 404),

            // Overload.
            row(OVERLOADED, """
                    overloaded  |  overload\\b  |  (over|at|no|insufficient|exceeded) capacity
                    capacity (exceeded|available)  |  server (is )?busy  |  maximum pending requests
                    experiencing high (demand|load|traffic)  |  loading model
                    model is (currently )?loading  |  temporarily unavailable  |  服务繁忙  |  过载
                    """).at(0, 424, 429, 498, 500, 502, 503, 529),
            // Said with a status that blames the request.
            row(OVERLOADED, """
                    temporarily (overloaded|unavailable|at capacity|out of capacity)
                    (service|server|model|engine|system)( is| are)? (currently |temporarily )?(overloaded|busy|at capacity)
                    (is|are) (currently )?(at|over) capacity  |  experiencing high (demand|load|traffic)
                    model is (currently )?unavailable  |  (no|insufficient) capacity (is )?available
                    """).at(400, 403, 404, 422));

    static final List<ErrorPhrase> TABLE = Stream.of(FIRST, UnsupportedPhrases.TABLE, LAST)
            .flatMap(List::stream)
            .toList();

    private ErrorPhrases() {}

    /** Returns true if the text alone matches a row. */
    static boolean isPhrase(String text) {
        String lowerCase = text.toLowerCase(Locale.ROOT);
        return TABLE.stream().anyMatch(row -> !row.words().isEmpty() && row.occursIn(lowerCase));
    }

    /** @param coded the kind named by the vendor's own code, {@code null} without one */
    static @Nullable ErrorPhrase first(int status, @Nullable FailureKind coded, String evidence) {
        String lowerCase = evidence.toLowerCase(Locale.ROOT);
        for (ErrorPhrase row : TABLE) {
            if (row.refines(status, coded) && row.fits(status, lowerCase)) {
                return row;
            }
        }
        return null;
    }
}
