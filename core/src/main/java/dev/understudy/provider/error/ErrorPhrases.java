package dev.understudy.provider.error;

import static dev.understudy.chat.FailureKind.CONTENT_FILTERED;
import static dev.understudy.chat.FailureKind.MODEL_NOT_FOUND;
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
 * fits decides. Case and position do not matter. Each line is a pattern and, behind {@code @}, a source of docs/errors.md.
 */
final class ErrorPhrases {

    private static final List<ErrorPhrase> TOOL_CALLS = List.of(
            // Invalid tool calls of the model.
            row(TOOL_REJECTED, """
                    tool call validation failed                                                             @ groq
                    was not in request                                                                      @ groq
                    not found in tool list                                                                  @ senweaver
                    call (an )?unavailable tool                                                             @ vercel
                    invalid_tool_call                                                                       @ senweaver
                    attempted to call tool                                                                  @ groq
                    failed to call a function                                                               @ groq
                    error parsing tool call                                                                 @ ollama
                    malformed function call                                                                 @ gemini
                    invalid tool generation                                                                 @ cohere
                    """),
            // Larger than a limit per minute: a shorter request helps, waiting does not.
            row(REQUEST_TOO_LARGE, """
                    request too large for\\b.{0,400}\\blimit:? \\d                                             @ groq
                    requested \\d+.{0,40}reduce your message size                                            @ groq
                    """));

    private static final List<ErrorPhrase> POLICY =
            List.of(row(CONTENT_FILTERED, """
                    content[ _-]?(management )?(policy|filter)                                              @ azure
                    content moderation                                                                      @ mimo
                    usage polic(y|ies)                                                                      @ openai
                    safety (system|reasons|policy|concerns)                                                 @ openai
                    (input|prompt|request|content|output)s? (was|were|is|has been) (flagged|blocked)        @ openrouter
                    violat\\w{1,8}.{0,60}(polic|guideline)                                                   @ xai
                    sensitive (information|content)                                                         @ ark
                    new_sensitive                                                                           @ minimax
                    requires moderation                                                                     @ openrouter
                    (in|un)(appropriate|safe).{0,20}content                                                 @ dashscope
                    content exists risk                                                                     @ deepseek
                    considered high risk                                                                    @ moonshot
                    不安全                                                                                     @ zai
                    敏感内容                                                                                    @ zai
                    """).at(0, 400, 403, 421, 422, 451).unless("data policy"));

    private static final List<ErrorPhrase> MODELS = List.of(
            row(MODEL_NOT_FOUND, """
                    \\bmodels?\\b.{0,160}?\\b(does not exist|doesn't exist|not exist|not found|could not be found|is not available|no longer available|was removed|been (removed|deprecated|decommissioned|retired|sunset|discontinued|shut ?down)|end of (its )?life|is not supported by any provider|is not supported for \\w+content|不存在) @ openai
                    (unknown|no such|invalid|unsupported|unrecognized) model( name)?\\b(?! (in|out)put)        @ mistral
                    is not a valid model                                                                    @ openrouter
                    model not exist                                                                         @ deepseek
                    ^model: \\S+\\s*$                                                                          @ anthropic
                    no endpoints found                                                                      @ openrouter
                    provided model identifier is invalid                                                    @ bedrock
                    deployment.{0,40}does not exist                                                         @ azure
                    模型不存在                                                                                   @ zai
                    \\bmodel\\b.{0,160}? (was deprecated on|no longer accessible)                              @ xai
                    has been deprecated on .{0,60}model                                                     @ gemini
                    for this model has ended                                                                @ openrouter
                    period of this model has ended                                                          @ openrouter
                    not a chat (completion )?model                                                          @ openai
                    only supported in v1/(responses|completions)                                            @ openai
                    cannot be used with the (chat|responses)                                                @ openai
                    does not support chat\\b                                                                  @ ollama
                    model is not supported when using                                                       @ codex
                    on-demand throughput isn.t supported                                                    @ bedrock
                    no allowed providers are available                                                      @ openrouter
                    unable to access (the )?(non-serverless )?model                                         @ together
                    no models? (are |is )?loaded                                                            @ lmstudio
                    \\bmodel \\S{1,80} is no longer supported                                               @ reported
                    \\bmodel \\S{1,80} (was|is) (sunset|retired|discontinued)\\b                            @ reported
                    \\bdeployment \\S{1,80} (has been|was|is) (retired|deprecated)\\b                       @ azure
                    no models match your request                                                            @ openrouter
                    is an embedding model                                                                   @ reported
                    model only supports (the )?interactions                                                 @ gemini
                    marked by provider as legacy                                                            @ bedrock
                    not found the model                                                                     @ moonshot
                    not supported in the v1/                                                                @ openai
                    enabled only for api versions                                                           @ azure
                    """).at(0, 400, 403, 404, 410, 422),
            row(MODEL_NOT_FOUND, """
                    ^(the )?model( \\S+)?( is)? (disabled|not supported)                                      @ opencode
                    """).at(0, 400, 401, 403, 404),
            row(MODEL_NOT_FOUND, """
                    (is|been|was) (retired|sunset|discontinued)\\b                                           @ azure
                    stealth model                                                                           @ openrouter
                    function .{0,80}: not found for account                                                 @ nvidia
                    """).at(404, 410),
            row(SERVER, """
                    model has crashed                                                                       @ lmstudio
                    failed to load model                                                                    @ lmstudio
                    model (is|was|has been) unloaded                                                        @ lmstudio
                    """).at(0, 400, 404));

    static final List<ErrorPhrase> TABLE = Stream.of(
                    TOOL_CALLS,
                    AccountPhrases.TABLE,
                    SizePhrases.TABLE,
                    LoadPhrases.RATES,
                    POLICY,
                    UnsupportedPhrases.TABLE,
                    MODELS,
                    LoadPhrases.CAPACITY)
            .flatMap(List::stream)
            .toList();

    private ErrorPhrases() {}

    /** Returns true if the text alone matches a row. */
    static boolean isPhrase(String text) {
        String lowerCase = text.toLowerCase(Locale.ROOT);
        return TABLE.stream().anyMatch(row -> !row.words().isEmpty() && row.occursIn(lowerCase));
    }

    /** @param coded the kind named by the vendor's own code, {@code null} without one */
    static @Nullable ErrorPhrase first(int status, @Nullable FailureKind coded, ComparedText evidence) {
        String lowerCase = evidence.words().toLowerCase(Locale.ROOT);
        for (ErrorPhrase row : TABLE) {
            if (row.refines(status, coded)
                    && row.fits(status, lowerCase)
                    && !(row.concernsOthers(status) && row.isFromRequest(lowerCase, evidence))) {
                return row;
            }
        }
        return null;
    }
}
