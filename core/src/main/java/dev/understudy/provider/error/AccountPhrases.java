package dev.understudy.provider.error;

import static dev.understudy.chat.FailureKind.AUTH;
import static dev.understudy.chat.FailureKind.FORBIDDEN;
import static dev.understudy.chat.FailureKind.QUOTA;
import static dev.understudy.provider.error.ErrorPhrase.row;

import java.util.List;

/** Phrases about keys, permissions, plans and money: a part of {@link ErrorPhrases}. */
final class AccountPhrases {

    static final List<ErrorPhrase> TABLE = List.of(
            // Plans.
            row(FORBIDDEN, """
                    \\blimit: 0\\b                                                                             @ gemini
                    quota_limit_value: 0\\b                                                                   @ gemini
                    rate limit (set to|of) 0\\b                                                               @ databricks
                    plan (does not|doesn't) (include|support)                                               @ zai
                    (not available|not included|not supported) (on|in|with|for) your (current )?(plan|subscription|tier) @ reported
                    not (yet )?available (on|for|in) (the|this) (free tier|free plan|subscription)          @ hermes
                    subscription (plan )?does not                                                           @ zai
                    use case details have not been submitted                                                @ bedrock
                    only available (for|to|on|in) (the )?(paid|pro|plus|premium|enterprise|team)\\b         @ reported
                    requires a (paid |pro )?subscription                                                    @ ollama
                    套餐.{0,12}(暂未|未|不).{0,6}(开放|包含|支持)                                                     @ zai
                    """),
            // Credit, budgets and invoices.
            row(QUOTA, """
                    credit balance is too low                                                               @ anthropic
                    insufficient (account )?(balance|credit|fund|quota)                                     @ deepseek
                    insufficient_(quota|balance|credits|funds)                                              @ openai
                    (requires|need) more credits                                                            @ openrouter
                    can only afford                                                                         @ openrouter
                    (out of|no|no usable|no remaining|no more) (credits|funds)\\b                                                 @ hermes
                    out of (extra usage|call volume quota)                                                  @ anthropic
                    (used|exhausted|depleted) (all )?((available|your|the|prepa\\w{1,6}|monthly|included) ){0,4}credits @ xai
                    credits (are|were|have been|has been) (depleted|exhausted|used up)                      @ gemini
                    top up your (credits|balance|account)                                                   @ hermes
                    credits expired                                                                         @ nvidia
                    (reached|exceeded|hit) your free tier (limit|quota)                                     @ reported
                    (reached|exceeded|hit) your (weekly|monthly) ((?!rate)\\w+ )?(limit|quota)                      @ reported
                    (weekly|monthly) (request|token|message)s? (limit|quota)                                @ reported
                    you've hit your limit                                                                   @ anthropic
                    daily free allocation                                                                   @ cloudflare
                    too many tokens per day                                                                 @ bedrock
                    trial (period )?has (expired|ended)                                                     @ reported
                    (account|balance) is negative                                                           @ reported
                    payment (has )?failed                                                                   @ reported
                    payment instrument                                                                      @ bedrock
                    exceeded your (monthly (included )?credits|premium request)                             @ huggingface
                    billing hard limit                                                                      @ openai
                    (monthly|specified|configured|account|workspace|project).{0,20}(spending|spend|usage|budget) (limit|cap|threshold) @ anthropic
                    (spending|spend|credit) (limit|cap)\\b                                                    @ xai
                    specified (workspace )?api usage limits                                                 @ anthropic
                    (crossed|reached|hit) (its|your) (monthly )?(api )?usage (limit|threshold)               @ anthropic
                    budget has been exceeded                                                                @ litellm
                    over budget\\. spend                                                                     @ litellm
                    (session|hourly|weekly|monthly|daily) usage limit                                       @ ollama
                    session limit                                                                           @ ollama
                    key limit exceeded                                                                      @ openrouter
                    quota (is |was |has been |have been )?(exhausted|used up|depleted)                       @ reported
                    free (allocated )?quota (has been |was )?exceeded                                       @ dashscope
                    have any credits                                                                        @ xai
                    balance is (insufficient|not enough|too low)                                            @ siliconflow
                    (payment|balance|invoice|account)s? (is |are )?(overdue|past due|in arrears)             @ ark
                    overdue (balance|payment|invoice)                                                       @ ark
                    past due (balance|payment|invoice)                                                      @ reported
                    (unpaid|outstanding) (invoice|balance)                                                  @ fireworks
                    free tier.{0,40}exhausted                                                               @ dashscope
                    inactive subscription                                                                   @ mistral
                    limited to \\d+ api calls / month                                                        @ cohere
                    account is not active                                                                   @ openai
                    account.{0,40}suspended                                                                 @ moonshot
                    account is in good standing                                                             @ dashscope
                    payment (is )?required                                                                  @ http
                    (enable billing|billing to be enabled)                                                  @ vertex
                    (valid credit card|no payment method|add a payment method)                              @ vercel
                    subscription (has )?expired                                                             @ zai
                    package (is )?not active                                                                @ senweaver
                    no available package                                                                    @ senweaver
                    purchase (a )?package                                                                   @ senweaver
                    arrear                                                                                  @ dashscope
                    recharge                                                                                @ zai
                    余额不足                                                                                    @ zai
                    欠费                                                                                      @ zai
                    额度(已用尽|不足)                                                                              @ newapi
                    ^quota(id|_limit): \\w*perday                                                            @ gemini
                    """)
                    .at(0, 400, 401, 402, 403, 412, 422, 429)
                    .unless(
                            "quota will (reset|refresh) | resets? (in|after) \\d+ ?(s|m|min|sec|minutes?|seconds?)\\b | rate limit exceeded"),
            row(QUOTA, """
                    exceeded your current quota                                                             @ openai
                    check your plan and billing                                                             @ openai
                    """)
                    .at(0, 400, 402, 403, 422, 429, 500, 502, 503)
                    .asCertain()
                    .unless("quotaid | retrydelay | please retry in | gemini | resource_exhausted"),
            // Said by a gateway with its own status, or beside a vague code.
            row(QUOTA, """
                    credit balance is too low                                                               @ anthropic
                    insufficient (account )?(balance|credits|funds|quota)\\b                                 @ deepseek
                    insufficient_(quota|balance|credits|funds)                                              @ openai
                    (out of|run out of) (credits|funds)\\b                                                   @ hermes
                    """).at(0, 500, 502, 503).asCertain(),

            // Keys.
            row(AUTH, """
                    (incorrect|invalid|wrong|expired|missing|bad|revoked|no) (x-)?api[- _]?key               @ openai
                    api[- _]?key (is |was |has been )?(not valid|invalid|incorrect|expired|missing|revoked|not found) @ gemini
                    api[- _]?key.{0,20}reported as leaked                                                   @ gemini
                    invalid subscription key                                                                @ azure
                    oauth token (has been|has|is|was) (revoked|expired)                                     @ anthropic
                    login fail                                                                              @ minimax
                    missing authentication                                                                  @ http
                    (invalid|failed) authentication                                                         @ moonshot
                    authentication (failed|required)                                                        @ http
                    unregistered callers                                                                    @ gemini
                    invalid (bearer|access|api|auth\\w{0,16}) token                                           @ databricks
                    invalid credentials                                                                     @ http
                    not authenticated                                                                       @ http
                    security token included in the request (is|has) (invalid|expired)                       @ bedrock
                    signature we calculated does not match                                                  @ bedrock
                    bearer token (has|is) expired                                                           @ bedrock
                    """).at(0, 400, 401, 403, 407, 422, 498),
            row(AUTH, """
                    invalid token                                                                           @ cohere
                    \\bunauthorized\\b                                                                        @ http
                    """).at(0, 403, 498),
            row(AUTH, """
                    (incorrect|invalid|expired|revoked) (x-)?api[- _]?key\\b                                   @ openai
                    api[- _]?key (is |was |has been )?(not valid|invalid|incorrect|expired|revoked)          @ gemini
                    """).at(0, 500, 502, 503).asCertain().unless("upstream | backend | provider returned error"),

            // Regions and permissions.
            row(FORBIDDEN, """
                    location is not supported                                                               @ gemini
                    country, region, or territory not supported                                             @ openai
                    not (available|supported|allowed) in your (country|region|location|territory)           @ reported
                    no endpoints (found|available) matching your (guardrail|data policy)                    @ openrouter
                    organization must be verified                                                           @ openai
                    organization has been disabled                                                          @ anthropic
                    operation not allowed                                                                   @ bedrock
                    not authorized to (invoke|perform)                                                      @ bedrock
                    (key|team|user) not allowed to access model                                             @ litellm
                    """));

    private AccountPhrases() {}
}
