package dev.understudy.provider.error;

import dev.understudy.chat.FailureKind;
import java.util.List;

/** Phrases by which vendors refuse a feature or parameter: a part of {@link ErrorPhrases}. */
final class UnsupportedPhrases {

    static final List<ErrorPhrase> TABLE = List.of(
            refusal("""
                    assistant (message|response) prefill                                                    @ anthropic
                    must end with a user message                                                            @ anthropic
                    requests? ending with a model turn                                                      @ gemini
                    2 or more assistant messages at the end                                                 @ llamacpp
                    expected last role user.{0,80}got assistant                                             @ mistral
                    last message must (be|have).{0,20}\\buser\\b                                             @ perplexity
                    prefill.{0,40}(not supported|unsupported|incompatible)                                  @ llamacpp
                    """).refusing("prefill"),
            refusal("""
                    tool_choice.{0,60}(not supported|unsupported|not support)                               @ deepseek
                    (not|n't) support (this |the provided |the )?'?tool_choice                              @ deepseek
                    no endpoints found that support the provided 'tool_choice'                              @ openrouter
                    not be enabled when tool_choice forces                                                  @ anthropic
                    """).refusing("tool_choice"),
            refusal("""
                    (not|n't) support (for )?(the )?(tools?|function|functions|tool use|tool calling|function calling|tool choice)\\b @ ollama
                    (tool use|tool[- ]calling|function[- ]calling|tools?)( is| are)? not (supported|enabled|available) @ gemini
                    no endpoints found that support tool                                                    @ openrouter
                    requires --enable-auto-tool-choice                                                      @ vllm
                    tools param requires                                                                    @ llamacpp
                    multiple tools are supported only                                                       @ gemini
                    tool use with function calling is unsupported                                           @ gemini
                    built-in tools .{0,80}cannot be combined                                                @ gemini
                    """).refusing("tools"),
            refusal("""
                    response modalities.{0,60}not supported                                                 @ gemini
                    """).refusing("response_modalities"),
            refusal("""
                    requires that either input content or output modality contain audio                     @ openai
                    """).refusing("modalities"),
            refusal("""
                    (not|n't) support (any )?(audio|input audio|audio input)                                @ openai
                    (input )?audio( input| content)?( modality)?( is| are)? not (supported|enabled|available) @ gemini
                    no endpoints found that support (input audio|audio)                                     @ openrouter
                    """).refusing("audio"),
            refusal("""
                    no endpoints found that support (file|pdf)                                              @ openrouter
                    (file|pdf|document)( input| content)?s?( is| are)? not (supported|enabled|available)    @ openai
                    """).refusing("file"),
            refusal("""
                    url sources are not supported                                                           @ bedrock
                    image ur[il]s? (is|are) not supported                                                   @ reported
                    """).refusing("image_url"),
            refusal("""
                    (not|n't) support (any )?(image|vision|multimodal|picture)                              @ llamacpp
                    image_url is only supported by                                                          @ openai
                    unknown variant `image_url`                                                             @ deepseek
                    (image|vision|multimodal)s?( input| content)?s?( modality)?( is| are)? not (supported|enabled|available) @ llamacpp
                    no endpoints found that support (image|input image)                                     @ openrouter
                    at most 0 image                                                                         @ vllm
                    not a (multimodal|vision) model                                                         @ vllm
                    """).refusing("image"),
            refusal("""
                    response[_ ]format.{0,60}(not supported|unsupported|unavailable|not available)          @ deepseek
                    schema for response_format.{0,200} is not (permitted|supported)                         @ openai
                    (not|n't) support (the )?['`\"]?(response[_ ]format|json[_ ]?(schema|mode|object)|structured output) @ groq
                    (json mode|json_schema|structured outputs?)( is| are)? not (supported|enabled|available) @ gemini
                    json schema contains features not supported                                             @ vllm
                    for '\\w+' type, propert(y|ies) .{1,80} (is|are) not supported                          @ anthropic
                    function calling with (a )?response mime type                                           @ gemini
                    (failed to parse|error parsing) grammar                                                 @ llamacpp
                    output_(config|format).{0,40}(not supported|unsupported|not permitted)                  @ anthropic
                    """).refusing("response_format"),
            refusal("""
                    developer instruction is not enabled                                                    @ gemini
                    (not|n't) support (the )?system (message|prompt|role|instruction)                       @ bedrock
                    system (role|message|prompt|instruction)s?( is| are)? not (supported|enabled)           @ vllm
                    """).refusing("system"),
            refusal("""
                    (not|n't) support streaming                                                             @ openai
                    only supports? stream mode                                                              @ dashscope
                    streaming( is| are)? not (supported|enabled|available)                                  @ bedrock
                    """).refusing("stream"),
            refusal("""
                    invalid.{0,3}signature.{0,12}thinking                                                   @ anthropic
                    encrypted content.{0,40}could not be (verified|decrypted)                               @ openai
                    """).refusing("thoughts"),
            refusal("""
                    (not|n't) support (assistant )?thinking                                                 @ ollama
                    thinking( mode)? is not supported                                                       @ gemini
                    only works in thinking mode                                                             @ gemini
                    """).refusing("thinking"),
            refusal("""
                    reasoning\\.effort .{0,20}is not supported                                              @ openai
                    """).refusing("reasoning.effort"),
            refusal("""
                    service_tier .{0,20}(is|are) not (supported|available)                                  @ openai
                    \\bflex is not available for                                                            @ openai
                    """).refusing("service_tier"),
            refusal("""
                    did not allow prompt caching                                                            @ bedrock
                    prompt caching is not (supported|enabled|available)                                     @ bedrock
                    """).refusing("cache_control"),
            refusal("""
                    tools\\.\\d+\\.(custom\\.)?strict: extra inputs are not permitted                       @ bedrock
                    """).refusing("strict"),
            refusal("""
                    reasoning is mandatory                                                                  @ openrouter
                    """).refusing("reasoning"),
            refusal("""
                    logprobs (is|are) not enabled                                                           @ gemini
                    """).refusing("logprobs"),
            refusal("""
                    penalty is not enabled                                                                  @ gemini
                    """).refusing("penalty"),
            refusal("""
                    `?temperature`? and `?top_p`? cannot both                                               @ anthropic
                    top_p.{0,20}cannot (both )?be (specified|used).{0,20}temperature                        @ bedrock
                    """).refusing("top_p"),
            refusal("""
                    temperature.{0,20}(may only be set to|only 1 is allowed|does not support)               @ anthropic
                    """).refusing("temperature"),
            refusal("""
                    unsupported (parameter|value|argument|field)                                            @ openai
                    (unknown|unrecognized|unexpected) (request )?(parameter|argument|field)                 @ openai
                    unrecognized request argument                                                           @ openai
                    unknown name .{1,200}cannot find field                                                  @ gemini
                    is deprecated for this model                                                            @ anthropic
                    (parameter|options?|field|argument|value|level|feature|input)\\b.{0,80}(is |are )?not supported (with|for|by|in|on) (this|the) @ openai
                    not supported (with|for|by|on) this (model|endpoint)                                    @ anthropic
                    tools? with \\w+ (is|are) not supported                                                 @ openai
                    this model (does not|doesn't) support                                                   @ bedrock
                    (does not|doesn't) support (the )?parameter                                             @ xai
                    can handle the requested parameters                                                     @ openrouter
                    property '.{1,80}' is unsupported                                                       @ groq
                    (?<![\\w.])[a-z]+_[a-z_]+ is not supported                                              @ together
                    must be unset when                                                                      @ anthropic
                    parameter\\.\\w+ must be set to                                                         @ dashscope
                    ^#: extraneous key                                                                      @ bedrock
                    request: #: extraneous key                                                              @ bedrock
                    (^|errors: )(?!messages|contents|tools|system|input)[a-z_]+(\\.[\\w.]+)?: extra inputs are not permitted @ anthropic
                    """).unless("supported by any provider"),
            refusal("""
                    extra inputs are not permitted                                                          @ mistral
                    extra_forbidden                                                                         @ mistral
                    """).at(422).unless("^messages | ^tools"));

    private UnsupportedPhrases() {}

    private static ErrorPhrase refusal(String words) {
        return ErrorPhrase.row(FailureKind.UNSUPPORTED, words);
    }
}
