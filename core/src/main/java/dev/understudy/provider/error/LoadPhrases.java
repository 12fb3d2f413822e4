package dev.understudy.provider.error;

import static dev.understudy.chat.FailureKind.OVERLOADED;
import static dev.understudy.chat.FailureKind.RATE_LIMITED;
import static dev.understudy.provider.error.ErrorPhrase.row;

import java.util.List;

/** Phrases about rates and capacity: a part of {@link ErrorPhrases}. */
final class LoadPhrases {

    static final List<ErrorPhrase> RATES = List.of(
            // Traffic that grew too fast, and capacity that is everybody's: another key does not help.
            row(OVERLOADED, """
                    (rate|traffic) (has )?increased too (quickly|fast)                                      @ dashscope
                    usage increase rate                                                                     @ anthropic
                    due to (system )?capacity limit                                                         @ dashscope
                    no deployments available for selected model                                             @ litellm
                    """),
            row(RATE_LIMITED, """
                    rate.?limit                                                                             @ openai
                    too many (concurrent )?requests                                                         @ http
                    requests too (quickly|fast|frequently)                                                  @ openai
                    requests? per (second|minute|hour|day)                                                  @ openai
                    tokens? per (second|minute|hour|day)                                                    @ openai
                    quota exceeded for                                                                      @ gemini
                    high.?frequency requests                                                                @ opencode
                    concurrency (limit|of this api)                                                         @ zai
                    too many tokens, please wait                                                            @ bedrock
                    usage limit reached                                                                     @ zai
                    使用上限                                                                                    @ zai
                    请求(过多|频率过高)                                                                             @ newapi
                    并发                                                                                      @ zai
                    """).at(0, 400, 402, 403, 404, 429, 500),
            row(RATE_LIMITED, """
                    rate.?limit (was |has been |is )?(exceeded|reached|hit)                                 @ openai
                    too many requests                                                          @ http
                    """).at(502, 503, 504).asCertain());

    static final List<ErrorPhrase> CAPACITY = List.of(
            row(OVERLOADED, """
                    overloaded                                                                              @ anthropic
                    overload\\b                                                                              @ ark
                    (over|at|no|insufficient|exceeded) capacity                                             @ groq
                    capacity (exceeded|available)                                                           @ mistral
                    (server|system) (is )?(really )?busy                                                    @ ollama
                    model (is )?too busy                                                                    @ huggingface
                    maximum pending requests                                                                @ ollama
                    experiencing (high|heavy) (demand|load|traffic)                                                 @ azure
                    loading model                                                                           @ llamacpp
                    model is (currently )?loading                                                           @ huggingface
                    temporarily unavailable                                                                 @ databricks
                    requires more system memory                                                             @ ollama
                    服务繁忙                                                                                    @ dashscope
                    访问量过大                                                                                   @ zai
                    负载已饱和                                                                                   @ newapi
                    过载                                                                                      @ zai
                    """).at(0, 424, 429, 498, 500, 502, 503, 529),
            row(OVERLOADED, """
                    no healthy upstream                                                                     @ envoy
                    service (is )?(temporarily |currently )?unavailable                                     @ http
                    """).at(0),
            // Said with a status that blames the request.
            row(OVERLOADED, """
                    (temporarily|currently) (overloaded|unavailable|at capacity|out of capacity)            @ opencode
                    (service|server|model|engine|system)( is| are)? (currently |temporarily |really )?(overloaded|busy|at capacity) @ opencode
                    (is|are) (currently )?(at|over) capacity                                                @ openrouter
                    experiencing (high|heavy) (demand|load|traffic)                                                 @ azure
                    model is (currently )?unavailable                                                       @ opencode
                    (no|insufficient) capacity (is )?available                                              @ gemini
                    """).at(400, 403, 404, 422));

    private LoadPhrases() {}
}
