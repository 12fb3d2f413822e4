package dev.understudy.provider.error;

import dev.understudy.chat.FailureKind;
import java.util.List;

/** Phrases by which vendors refuse a feature or parameter: a part of {@link ErrorPhrases}. */
final class UnsupportedPhrases {

    static final List<ErrorPhrase> TABLE = List.of(
            refusal("""
                    assistant (message|response) prefill  |  must end with a user message
                    requests? ending with a model turn  |  2 or more assistant messages at the end
                    expected last role user.{0,80}got assistant
                    last message must (be|have).{0,20}\\buser\\b
                    prefill.{0,40}(not supported|unsupported|incompatible)
                    """).refusing("prefill"),
            refusal("""
                    (not|n't) support (for )?(the )?(tools?|function|functions|tool use|tool calling|function calling|tool choice)\\b
                    (tool use|tool[- ]calling|function[- ]calling|tools?)( is| are)? not (supported|enabled|available)
                    no endpoints found that support tool  |  requires --enable-auto-tool-choice
                    tools param requires
                    tool_choice.{0,40}(not supported|unsupported)
                    """).refusing("tools"),
            refusal("""
                    no endpoints found that support the provided 'tool_choice'
                    """).refusing("tool_choice"),
            refusal("""
                    response modalities.{0,60}not supported
                    """).refusing("response_modalities"),
            refusal("""
                    url sources are not supported  |  image ur[il]s? (is|are) not supported
                    """).refusing("image_url"),
            refusal("""
                    (not|n't) support (any )?(image|vision|multimodal|picture)
                    image_url is only supported by
                    (image|vision|multimodal)s?( input| content)?s?( is| are)? not (supported|enabled|available)
                    no endpoints found that support image  |  at most 0 image  |  not a multimodal model
                    """).refusing("image"),
            refusal("""
                    response[_ ]format.{0,60}(not supported|unsupported|unavailable|not available)
                    (not|n't) support (the )?(response[_ ]format|json[_ ]?(schema|mode|object)|structured output)
                    (json mode|json_schema|structured outputs?)( is| are)? not (supported|enabled|available)
                    output_(config|format).{0,40}(not supported|unsupported|not permitted)
                    """).refusing("response_format"),
            refusal("""
                    developer instruction is not enabled
                    (not|n't) support (the )?system (message|prompt|role|instruction)
                    system (role|message|prompt|instruction)s?( is| are)? not (supported|enabled)
                    """).refusing("system"),
            refusal("""
                    (not|n't) support streaming  |  streaming( is| are)? not (supported|enabled|available)
                    """).refusing("stream"),
            refusal("""
                    invalid.{0,3}signature.{0,12}thinking
                    encrypted content.{0,40}could not be (verified|decrypted)
                    """).refusing("thoughts"),
            refusal("""
                    (not|n't) support (assistant )?thinking  |  thinking( mode)? is not supported
                    """).refusing("thinking"),
            refusal("""
                    `?temperature`? and `?top_p`? cannot both
                    top_p.{0,20}cannot (both )?be (specified|used).{0,20}temperature
                    """).refusing("top_p"),
            refusal("""
                    temperature.{0,20}(may only be set to|only 1 is allowed|does not support)
                    """).refusing("temperature"),
            refusal("""
                    unsupported (parameter|value|argument|field)
                    (unknown|unrecognized|unexpected) (request )?(parameter|argument|field)
                    unrecognized request argument  |  is deprecated for this model
                    (parameter|options?|field|argument|value|level|feature|input)\\b.{0,80}(is |are )?not supported (with|for|by|in) (this|the)
                    not supported (with|for|by) this (model|endpoint)
                    this model (does not|doesn't) support  |  ^#: extraneous key
                    request: #: extraneous key
                    (^|errors: )(?!messages|contents|tools|system|input)[a-z_]+(\\.[\\w.]+)?: extra inputs are not permitted
                    """).unless("supported by any provider"),
            refusal("""
                    extra inputs are not permitted  |  extra_forbidden
                    """).at(422).unless("^messages | ^tools"));

    private UnsupportedPhrases() {}

    private static ErrorPhrase refusal(String words) {
        return ErrorPhrase.row(FailureKind.UNSUPPORTED, words);
    }
}
