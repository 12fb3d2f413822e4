package dev.understudy.provider.error;

import static dev.understudy.chat.FailureKind.CONTEXT_OVERFLOW;
import static dev.understudy.chat.FailureKind.INVALID_REQUEST;
import static dev.understudy.chat.FailureKind.OVERLOADED;
import static dev.understudy.chat.FailureKind.REQUEST_TOO_LARGE;
import static dev.understudy.provider.error.ErrorPhrase.row;

import java.util.List;

/** Phrases about the size of a request: a part of {@link ErrorPhrases}. */
final class SizePhrases {

    /** Phrases of a rate limit, or of one for output: "token limit exceeded" is no overflow beside one of them. */
    private static final String NO_OVERFLOW =
            "rate.?limit | per (second|minute|hour|day) | throttl | please wait | too many requests"
                    + " | (daily|hourly|weekly|monthly) token | output token limit";

    static final List<ErrorPhrase> TABLE = List.of(
            // Limits of a single text.
            row(INVALID_REQUEST, """
                    invalid 'user'                                                                          @ openai
                    string too long                                                                         @ openai
                    string_above_max_length                                                                 @ openai
                    """),
            // The context of a shared server is full: the request did fit.
            row(OVERLOADED, """
                    context size has been exceeded                                                          @ llamacpp
                    """).at(0, 500, 502, 503, 504, 529),
            row(OVERLOADED, """
                    (^|: )(the )?context (size|length|window)( limit)?( has been| was| is)? (exceeded|full)\\b @ llamacpp
                    (kv|key.value) cache (is )?(full|exhausted)                                             @ vllm
                    """).at(500, 502, 503, 504, 529),
            // Bytes.
            row(REQUEST_TOO_LARGE, """
                    (request|message|payload|body|image|file|document|media).{0,40}(exceeds|exceeded|larger than|over).{0,40}\\d ?(bytes|kb|kib|mb|mib)\\b @ anthropic
                    request size limit.{0,40}exceeded                                                       @ http
                    (request (entity|body)|entity|payload|content length) too large$                        @ http
                    request exceeds the maximum (allowed )?(number of bytes|size)                           @ anthropic
                    exceeded limit on max bytes                                                             @ dashscope
                    too many (total )?(text )?bytes\\b                                                        @ anthropic
                    """).at(0, 400, 413, 422, 500),
            row(REQUEST_TOO_LARGE, """
                    required for long context requests                                                      @ anthropic
                    """).at(400, 403, 429),
            row(CONTEXT_OVERFLOW, """
                    maximum context length                                                                  @ openai
                    context[ _-]?(window|length|size|limit).{0,40}(exceed|too small|overflow)                @ openai
                    exceed\\w{0,5}.{0,40}context[ _-]?(window|length|size|limit)                              @ openai
                    context (window|length) limit                                                           @ cloudflare
                    context window of (this|the) model                                                      @ senweaver
                    tokens but the (model('s)? )?context (window|length|size) is                            @ rkllama
                    token context (limit|window)                                                            @ reported
                    (prompt|input|message|conversation)s?( is| are)? too (long|large)\\b                      @ anthropic
                    (prompt|input)( length)?( \\d+)? exceeds (the )?max(imum)?( allowed)?( input)? length       @ zai
                    token limit exceeded                                                                    @ senweaver
                    longer than the (context|maximum)                                                       @ vllm
                    longer than the model's context                                                         @ vllm
                    exceeds the max_model_len                                                               @ vllm
                    less than max_seq_len                                                                   @ siliconflow
                    tokens in request more than max tokens allowed                                          @ hermes
                    exceed\\w{0,2} max message tokens                                                       @ ark
                    too large for model with \\d+                                                            @ mistral
                    input token count is \\d+ but                                                            @ vertex
                    max tokens of \\d+ exceeded                                                              @ snowflake
                    must have less than \\d+ tokens                                                          @ tgi
                    range of input length should be                                                         @ dashscope
                    too many (total |input |prompt )?(text )?tokens\\b                                        @ cohere
                    input tokens exceeded                                                                   @ reported
                    number of input tokens exceeds                                                          @ reported
                    maximum number of (input )?tokens                                                       @ gemini
                    maximum (prompt|input) length                                                           @ xai
                    exceeded (max|model).{0,12}(context|token)                                              @ moonshot
                    prompt token count of \\d+ exceeds                                                       @ copilot
                    (input|prompt) token count.{0,20}exceeds                                                @ gemini
                    inputs?`? tokens \\+ `?max_new_tokens                                                     @ tgi
                    max_tokens must be at least 1, got -                                                    @ vllm
                    total length of all messages is too long                                                @ reported
                    reduce the length of (the |your )?(messages|prompt|input|conversation|either)           @ openai
                    greater than the context length                                                         @ lmstudio
                    when context the overflows                                                              @ lmstudio
                    n_keep.{0,12}>= n_ctx                                                                    @ lmstudio
                    request body too large for \\S+ model                                                     @ githubmodels
                    size limit exceeded by \\d+ tokens                                                        @ cohere
                    tokens? > \\d+ maximum                                                                   @ anthropic
                    提示词?(内容)?过长                                                                            @ zai
                    超过.{0,12}(上下文|最大长度)                                                                    @ zai
                    """).unless(NO_OVERFLOW),
            row(REQUEST_TOO_LARGE, "").at(413));

    private SizePhrases() {}
}
