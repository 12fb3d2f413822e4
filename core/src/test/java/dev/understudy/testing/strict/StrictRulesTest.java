package dev.understudy.testing.strict;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.ToolCall;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Each rule of a strict server refuses a request that breaks it, and no rule refuses a well-formed conversation. */
class StrictRulesTest {

    /** A row of the table: vendor, rule, what is refused, source. */
    private static final Pattern ROW =
            Pattern.compile("\\| [^|]+ \\| `(\\w+)` \\| [^|]+ \\| \\[[^|]+]\\(https://[^|]+\\) \\|");

    private static final JsonMapper MAPPER = new JsonMapper();

    private static final String USER = "{'role':'user','content':'Hi'}";
    private static final String CALLS = "{'role':'assistant','content':null,'tool_calls':[{'id':'abcdefgh1','type':"
            + "'function','function':{'name':'f','arguments':'{}'}}]}";
    private static final String RESULT = "{'role':'tool','tool_call_id':'abcdefgh1','content':'r'}";

    private static final String THINKING = "{'type':'thinking','thinking':'T','signature':'S1'}";
    private static final String TOOL_USE = "{'type':'tool_use','id':'c1','name':'f','input':{}}";
    private static final String TOOL_RESULT =
            "{'role':'user','content':[{'type':'tool_result','tool_use_id':'c1','content':'r'}]}";

    private static final String AWS_USER = "{'role':'user','content':[{'text':'Hi'}]}";
    private static final String AWS_CALL = "{'toolUse':{'toolUseId':'c1','name':'f','input':{}}}";
    private static final String AWS_RESULT =
            "{'role':'user','content':[{'toolResult':{'toolUseId':'c1','content':[{'text':'r'}]}}]}";
    private static final String AWS_TOOLS = ",'toolConfig':{'tools':[{}]}";

    private static final String ASKED = "{'role':'user','parts':[{'text':'Hi'}]}";
    private static final String FUNCTION =
            "{'role':'model','parts':[{'functionCall':{'name':'f','args':{}},'thoughtSignature':'S1'}]}";
    private static final String RESPONSE =
            "{'role':'user','parts':[{'functionResponse':{'name':'f','response':{'r':1}}}]}";

    private static final String ITEM = "{'type':'function_call','id':'fc1','call_id':'c1','name':'f','arguments':'{}'}";
    private static final String OUTPUT = "{'type':'function_call_output','call_id':'c1','output':'r'}";

    private static final String STEP_CALL = "{'type':'function_call','id':'c1','name':'f','arguments':{}}";
    private static final String STEP_RESULT = "{'type':'function_result','call_id':'c1','name':'f','result':'r'}";

    private static String messages(String... messages) {
        return "{'messages':[" + String.join(",", messages) + "]}";
    }

    private static String anthropic(String... messages) {
        return "{'max_tokens':9,'messages':[" + String.join(",", messages) + "]}";
    }

    private static String said(String... blocks) {
        return "{'role':'assistant','content':[" + String.join(",", blocks) + "]}";
    }

    private static String converse(String more, String... messages) {
        return "{'messages':[" + String.join(",", messages) + "]" + more + "}";
    }

    private static String gemini(String... contents) {
        return "{'contents':[" + String.join(",", contents) + "]}";
    }

    private static String input(String... items) {
        return "{'input':[" + String.join(",", items) + "]}";
    }

    private static final String LONG = "x".repeat(65);

    static Stream<Arguments> broken() {
        return Stream.of(
                Arguments.of(StrictVendor.OPENAI, "empty_messages", messages()),
                Arguments.of(StrictVendor.OPENAI, "call_without_result", messages(USER, CALLS, USER)),
                Arguments.of(StrictVendor.OPENAI, "result_without_call", messages(USER, RESULT)),
                Arguments.of(
                        StrictVendor.OPENAI,
                        "call_id_length",
                        messages(USER, CALLS.replace("abcdefgh1", LONG), RESULT.replace("abcdefgh1", LONG))),
                Arguments.of(StrictVendor.OPENAI, "tool_name", messages(USER, CALLS.replace("'f'", "'a.b'"), RESULT)),
                Arguments.of(
                        StrictVendor.OPENAI,
                        "empty_assistant",
                        messages(USER, "{'role':'assistant','content':null}", USER)),
                Arguments.of(
                        StrictVendor.OPENAI,
                        "image_outside_user",
                        messages(
                                USER,
                                CALLS,
                                RESULT.replace("'r'", "[{'type':'image_url','image_url':{'url':'data:,'}}]"))),
                Arguments.of(
                        StrictVendor.OPENAI,
                        "max_tokens_of_reasoning_model",
                        messages(USER).replace("{'messages'", "{'model':'gpt-5-mini','max_tokens':9,'messages'")),
                Arguments.of(StrictVendor.DEEPSEEK, "call_without_result", messages(USER, CALLS)),
                Arguments.of(StrictVendor.DEEPSEEK, "result_without_call", messages(USER, RESULT)),
                Arguments.of(StrictVendor.DEEPSEEK, "reasoning_required", messages(USER, CALLS, RESULT)),
                Arguments.of(
                        StrictVendor.MISTRAL,
                        "unknown_field",
                        messages(USER, CALLS.replace("'content'", "'reasoning_content':'T','content'"), RESULT)),
                Arguments.of(
                        StrictVendor.MISTRAL, "call_id_form", messages(USER, CALLS.replace("abcdefgh1", "call_1"))),
                Arguments.of(StrictVendor.MISTRAL, "call_without_result", messages(USER, CALLS)),
                Arguments.of(StrictVendor.MISTRAL, "user_after_result", messages(USER, CALLS, RESULT, USER)),
                Arguments.of(
                        StrictVendor.MISTRAL,
                        "empty_assistant",
                        messages(USER, "{'role':'assistant','content':''}", USER)),
                Arguments.of(
                        StrictVendor.CHAT_TEMPLATE,
                        "system_not_first",
                        messages(USER, "{'role':'system','content':'S'}")),
                Arguments.of(StrictVendor.CHAT_TEMPLATE, "roles_not_alternating", messages(USER, USER)),
                Arguments.of(StrictVendor.OPENAI_RESPONSES, "unknown_parameter", "{'input':[],'stop':['x']}"),
                Arguments.of(StrictVendor.OPENAI_RESPONSES, "result_without_call", input(USER, OUTPUT)),
                Arguments.of(StrictVendor.OPENAI_RESPONSES, "call_without_result", input(USER, ITEM)),
                Arguments.of(
                        StrictVendor.OPENAI_RESPONSES,
                        "reasoning_without_item",
                        input(USER, "{'type':'reasoning','id':'rs1','summary':[]}", USER)),
                Arguments.of(StrictVendor.OPENAI_RESPONSES, "call_without_reasoning", input(USER, ITEM, OUTPUT)),
                Arguments.of(
                        StrictVendor.OPENAI_RESPONSES,
                        "call_id_length",
                        input(USER, ITEM.replace("'c1'", "'" + LONG + "'"), OUTPUT.replace("'c1'", "'" + LONG + "'"))),
                Arguments.of(
                        StrictVendor.OPENAI_RESPONSES,
                        "foreign_reasoning",
                        input(USER, "{'type':'reasoning','id':'rs1','encrypted_content':'other'}", ITEM, OUTPUT)),
                Arguments.of(StrictVendor.ANTHROPIC, "max_tokens", messages(USER)),
                Arguments.of(StrictVendor.ANTHROPIC, "system_role", anthropic("{'role':'system','content':'S'}", USER)),
                Arguments.of(
                        StrictVendor.ANTHROPIC,
                        "unknown_field",
                        anthropic(USER, said("{'type':'text','text':'A','index':0}"), USER)),
                Arguments.of(StrictVendor.ANTHROPIC, "empty_message", anthropic(USER, said(), USER)),
                Arguments.of(
                        StrictVendor.ANTHROPIC,
                        "empty_text",
                        anthropic(USER, said("{'type':'text','text':' '}"), USER)),
                Arguments.of(
                        StrictVendor.ANTHROPIC,
                        "trailing_space",
                        anthropic(USER, "{'role':'assistant','content':'A '}")),
                Arguments.of(
                        StrictVendor.ANTHROPIC,
                        "call_id_form",
                        anthropic(USER, said(TOOL_USE.replace("c1", "a.b")), TOOL_RESULT.replace("c1", "a.b"))),
                Arguments.of(
                        StrictVendor.ANTHROPIC,
                        "call_without_result",
                        anthropic(
                                USER, said(TOOL_USE), TOOL_RESULT.replace("[{", "[{'type':'text','text':'First.'},{"))),
                Arguments.of(
                        StrictVendor.ANTHROPIC,
                        "result_without_call",
                        anthropic(USER, said(), TOOL_RESULT).replace("'content':[]", "'content':'A'")),
                Arguments.of(
                        StrictVendor.ANTHROPIC,
                        "foreign_signature",
                        anthropic(USER, said(THINKING.replace("S1", "other"), TOOL_USE), TOOL_RESULT)),
                Arguments.of(
                        StrictVendor.ANTHROPIC,
                        "moved_thinking",
                        anthropic(USER, said(TOOL_USE, THINKING), TOOL_RESULT)),
                Arguments.of(
                        StrictVendor.ANTHROPIC,
                        "thinking_required",
                        anthropic(USER, said(TOOL_USE), TOOL_RESULT)
                                .replace("{'max_tokens'", "{'thinking':{'type':'enabled'},'max_tokens'")),
                Arguments.of(
                        StrictVendor.ANTHROPIC,
                        "forced_tool_while_thinking",
                        anthropic(USER)
                                .replace(
                                        "{'max_tokens'",
                                        "{'thinking':{'type':'enabled'},'tool_choice':{'type':'any'},'max_tokens'")),
                Arguments.of(
                        StrictVendor.ANTHROPIC,
                        "thinking_budget",
                        anthropic(USER)
                                .replace(
                                        "{'max_tokens'",
                                        "{'thinking':{'type':'enabled','budget_tokens':9},'max_tokens'")),
                Arguments.of(
                        StrictVendor.ANTHROPIC,
                        "trailing_assistant",
                        anthropic(USER, "{'role':'assistant','content':'A'}")
                                .replace("{'max_tokens'", "{'model':'claude-opus-4-6','max_tokens'")),
                Arguments.of(
                        StrictVendor.BEDROCK_CONVERSE,
                        "user_not_first",
                        converse("", "{'role':'assistant','content':[{'text':'A'}]}")),
                Arguments.of(StrictVendor.BEDROCK_CONVERSE, "roles_not_alternating", converse("", AWS_USER, AWS_USER)),
                Arguments.of(StrictVendor.BEDROCK_CONVERSE, "empty_message", converse("", AWS_USER, said(), AWS_USER)),
                Arguments.of(
                        StrictVendor.BEDROCK_CONVERSE,
                        "empty_text",
                        converse("", AWS_USER, said("{'text':' '}"), AWS_USER)),
                Arguments.of(
                        StrictVendor.BEDROCK_CONVERSE,
                        "tools_undeclared",
                        converse("", AWS_USER, said(AWS_CALL), AWS_RESULT)),
                Arguments.of(
                        StrictVendor.BEDROCK_CONVERSE,
                        "call_id_form",
                        converse(AWS_TOOLS, AWS_USER, said(AWS_CALL.replace("c1", "a.b")))),
                Arguments.of(
                        StrictVendor.BEDROCK_CONVERSE,
                        "call_input_form",
                        converse(AWS_TOOLS, AWS_USER, said(AWS_CALL.replace("{}}}", "'{}'}}")), AWS_RESULT)),
                Arguments.of(
                        StrictVendor.BEDROCK_CONVERSE,
                        "call_without_result",
                        converse(AWS_TOOLS, AWS_USER, said(AWS_CALL), AWS_USER)),
                Arguments.of(
                        StrictVendor.BEDROCK_CONVERSE,
                        "result_without_call",
                        converse(AWS_TOOLS, AWS_USER, said("{'text':'A'}"), AWS_RESULT)),
                Arguments.of(
                        StrictVendor.BEDROCK_CONVERSE,
                        "failure_without_text",
                        converse(
                                AWS_TOOLS,
                                AWS_USER,
                                said(AWS_CALL),
                                AWS_RESULT.replace("[{'text':'r'}]", "[],'status':'error'"))),
                Arguments.of(
                        StrictVendor.BEDROCK_CONVERSE,
                        "foreign_signature",
                        converse(
                                AWS_TOOLS,
                                AWS_USER,
                                said(
                                        "{'reasoningContent':{'reasoningText':{'text':'T','signature':'other'}}}",
                                        AWS_CALL),
                                AWS_RESULT)),
                Arguments.of(
                        StrictVendor.BEDROCK_LLAMA_MISTRAL,
                        "text_beside_call",
                        converse(AWS_TOOLS, AWS_USER, said("{'text':'A'}", AWS_CALL), AWS_RESULT)),
                Arguments.of(
                        StrictVendor.BEDROCK_LLAMA_MISTRAL,
                        "text_beside_result",
                        converse(AWS_TOOLS, AWS_USER, said(AWS_CALL), AWS_RESULT.replace("}}]}", "}},{'text':'B'}]}"))),
                Arguments.of(StrictVendor.GEMINI, "role", gemini(ASKED.replace("user", "system"))),
                Arguments.of(StrictVendor.GEMINI, "empty_content", gemini(ASKED, "{'role':'model','parts':[]}")),
                Arguments.of(
                        StrictVendor.GEMINI,
                        "call_after_model",
                        gemini(ASKED, "{'role':'model','parts':[{'text':'A'}]}", FUNCTION, RESPONSE)),
                Arguments.of(StrictVendor.GEMINI, "response_without_call", gemini(ASKED, RESPONSE)),
                Arguments.of(
                        StrictVendor.GEMINI,
                        "response_count",
                        gemini(ASKED, FUNCTION.replace("[{", "[{'functionCall':{'name':'g'}},{"), RESPONSE)),
                Arguments.of(
                        StrictVendor.GEMINI,
                        "response_form",
                        gemini(ASKED, FUNCTION, RESPONSE.replace("{'r':1}", "'r'"))),
                Arguments.of(
                        StrictVendor.GEMINI,
                        "signature_required",
                        gemini(ASKED, FUNCTION.replace(",'thoughtSignature':'S1'", ""), RESPONSE)),
                Arguments.of(
                        StrictVendor.GEMINI,
                        "foreign_signature",
                        gemini(ASKED, FUNCTION.replace("'S1'", "'other'"), RESPONSE)),
                Arguments.of(StrictVendor.GEMINI_INTERACTIONS, "empty_input", input()),
                Arguments.of(StrictVendor.GEMINI_INTERACTIONS, "step_type", input(USER)),
                Arguments.of(
                        StrictVendor.GEMINI_INTERACTIONS,
                        "call_form",
                        input(STEP_CALL.replace("{}", "'{}'"), STEP_RESULT)),
                Arguments.of(
                        StrictVendor.GEMINI_INTERACTIONS,
                        "result_form",
                        input(STEP_CALL, STEP_RESULT.replace("call_id", "id"))),
                Arguments.of(
                        StrictVendor.GEMINI_INTERACTIONS,
                        "foreign_signature",
                        input("{'type':'thought','signature':'other'}", STEP_CALL, STEP_RESULT)),
                Arguments.of(StrictVendor.COHERE, "call_without_result", messages(USER, CALLS, USER)),
                Arguments.of(
                        StrictVendor.COHERE,
                        "empty_assistant",
                        messages(USER, "{'role':'assistant','content':''}", USER)),
                Arguments.of(StrictVendor.OLLAMA, "content_form", messages("{'role':'user','content':[]}")),
                Arguments.of(StrictVendor.OLLAMA, "arguments_form", messages(USER, CALLS, RESULT)),
                Arguments.of(
                        StrictVendor.OLLAMA,
                        "image_form",
                        messages("{'role':'user','content':'Hi','images':['https://example.org/a.png']}")));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("broken")
    void brokenRequestIsRefusedByItsRule(StrictVendor vendor, String rule, String body) {
        StrictRule.Refusal refusal = vendor.refusal(json(body), sent());
        assertThat(refusal).isNotNull();
        assertThat(refusal.rule()).isEqualTo(rule);
        assertThat(refusal.message()).isNotBlank();
    }

    static Stream<Arguments> wellFormed() {
        String calls = CALLS.replace("'arguments':'{}'", "'arguments':{}");
        String reasoned = CALLS.replace("'content'", "'reasoning_content':'T','content'");
        String answer = "{'role':'assistant','content':'A'}";
        return Stream.of(
                Arguments.of(StrictVendor.OPENAI, messages(USER, CALLS, RESULT, USER, USER)),
                Arguments.of(
                        StrictVendor.OPENAI,
                        messages(USER).replace("{'messages'", "{'model':'gpt-4o','max_tokens':9,'messages'")),
                Arguments.of(
                        StrictVendor.ANTHROPIC,
                        anthropic(USER, "{'role':'assistant','content':'A'}")
                                .replace("{'max_tokens'", "{'model':'claude-sonnet-4-5','max_tokens'")),
                Arguments.of(StrictVendor.DEEPSEEK, messages(USER, reasoned, RESULT, answer, USER)),
                Arguments.of(StrictVendor.MISTRAL, messages(USER, CALLS, RESULT, answer, USER)),
                Arguments.of(StrictVendor.CHAT_TEMPLATE, messages(USER, CALLS, RESULT, answer, USER)),
                Arguments.of(
                        StrictVendor.OPENAI_RESPONSES,
                        input(
                                USER,
                                "{'type':'reasoning','id':'rs1','encrypted_content':'S1'}",
                                ITEM,
                                OUTPUT,
                                "{'role':'assistant','content':'A'}")),
                Arguments.of(
                        StrictVendor.ANTHROPIC,
                        anthropic(USER, said(THINKING, TOOL_USE), TOOL_RESULT)
                                .replace("{'max_tokens'", "{'thinking':{'type':'enabled'},'max_tokens'")),
                Arguments.of(
                        StrictVendor.BEDROCK_CONVERSE,
                        converse(
                                AWS_TOOLS,
                                AWS_USER,
                                said("{'reasoningContent':{'reasoningText':{'text':'T','signature':'S1'}}}", AWS_CALL),
                                AWS_RESULT)),
                Arguments.of(
                        StrictVendor.BEDROCK_LLAMA_MISTRAL,
                        converse(AWS_TOOLS, AWS_USER, said(AWS_CALL), AWS_RESULT, said("{'text':'A'}"), AWS_USER)),
                Arguments.of(StrictVendor.GEMINI, gemini(ASKED, FUNCTION, RESPONSE)),
                Arguments.of(
                        StrictVendor.GEMINI_INTERACTIONS,
                        input(
                                "{'type':'user_input','content':[{'type':'text','text':'Hi'}]}",
                                "{'type':'google_search_call','id':'s1','arguments':{},'signature':'any'}",
                                "{'type':'thought','signature':'S1'}",
                                STEP_CALL,
                                STEP_RESULT)),
                Arguments.of(StrictVendor.COHERE, messages(USER, CALLS, RESULT, USER)),
                Arguments.of(StrictVendor.OLLAMA, messages(USER, calls, RESULT)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wellFormed")
    void wellFormedRequestIsAccepted(StrictVendor vendor, String body) {
        assertThat(vendor.refusal(json(body), sent())).isNull();
    }

    @Test
    void everyRuleHasABrokenRequest() {
        List<String> tried = broken().map(
                        arguments -> arguments.get()[0] + " " + arguments.get()[1])
                .toList();
        assertThat(Arrays.stream(StrictVendor.values())
                        .flatMap(vendor -> ownRules(vendor).map(rule -> vendor + " " + rule.name())))
                .containsExactlyInAnyOrderElementsOf(tried);
    }

    @Test
    void tableOfThePageListsEveryRule() throws IOException {
        Path page = Path.of(System.getProperty("understudy.root", ".."), "docs", "strict-servers.md");
        List<String> listed = Files.readAllLines(page).stream()
                .map(ROW::matcher)
                .filter(Matcher::matches)
                .map(row -> row.group(1))
                .toList();
        assertThat(listed)
                .isEqualTo(Arrays.stream(StrictVendor.values())
                        .flatMap(vendor -> ownRules(vendor).map(StrictRule::name))
                        .toList());
    }

    /** Rules of a vendor that are not those of another one too. */
    private static Stream<StrictRule> ownRules(StrictVendor vendor) {
        return switch (vendor) {
            case BEDROCK_ANTHROPIC -> Stream.of();
            case BEDROCK_LLAMA_MISTRAL ->
                vendor.rules().stream()
                        .filter(rule -> !StrictVendor.BEDROCK_CONVERSE.rules().contains(rule));
            default -> vendor.rules().stream();
        };
    }

    /** One answer was sent: signed reasoning, and a call. */
    private static SentBlocks sent() {
        SentBlocks sent = new SentBlocks();
        sent.add(List.<ContentBlock>of(
                new ReasoningBlock("T", new ReasoningBlock.Signature("S1", false, "here")),
                new ToolCall("c1", "f", "{}")));
        return sent;
    }

    private static JsonNode json(String body) {
        return MAPPER.readTree(body.replace('\'', '"'));
    }
}
