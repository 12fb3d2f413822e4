package dev.understudy.provider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.Message;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.Usage;
import dev.understudy.provider.openai.OpenAiChat;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** How each vendor that speaks Chat Completions answers, written as it writes, and what we understand. */
class VendorHabitsTest {

    private static final String DONE = "data: [DONE]\n\n";
    private static final String STOP = finish("stop", "");
    private static final String EXTRA_USAGE = event("'choices':[]," + usage(7, 3));
    private static final Usage SEVEN = Usage.of(7, 3);

    /** One stream and what it says. */
    record Habit(
            OpenAiCompatibleVendor openAiCompatibleVendor,
            String stream,
            String text,
            String reasoning,
            String calls,
            Usage usage,
            FinishReason end) {
        @Override
        public String toString() {
            return openAiCompatibleVendor.label();
        }
    }

    private static Stream<Habit> habits() {
        return Stream.of(
                plain(
                        OpenAiCompatibleVendor.AVIAN,
                        delta("'content':'a','reasoning':'r','reasoning_details':[{'text':'r'}]")
                                + finish("stop", usage(7, 3))
                                + DONE,
                        "r"),
                calling(
                        OpenAiCompatibleVendor.CEREBRAS,
                        delta("'reasoning':'r'")
                                + delta(call(0, "c1", "f", "{}"))
                                + delta(call(0, "c2", "g", "{}"))
                                + finish("tool_calls", usage(7, 3))
                                + DONE,
                        "r",
                        "c1 f {}, c2 g {}"),
                plain(
                        OpenAiCompatibleVendor.CLOUDFLARE,
                        delta("'content':'a'") + finish("stop", usage(7, 3)) + DONE,
                        ""),
                plain(OpenAiCompatibleVendor.CRUSOE, delta("'content':'a'") + finish("stop", usage(7, 3)) + DONE, ""),
                plain(
                        OpenAiCompatibleVendor.DATABRICKS,
                        event(choice("'content':'a'") + "," + usage(7, 1)) + finish("stop", usage(7, 3)) + DONE,
                        ""),
                plain(
                        OpenAiCompatibleVendor.DEEPSEEK,
                        ": keep-alive\n\n" + delta("'content':null,'reasoning_content':'r'")
                                + delta("'content':'a','reasoning_content':null")
                                + finish(
                                        "stop",
                                        "'usage':{'prompt_tokens':7,'completion_tokens':3,'prompt_cache_hit_tokens':4}")
                                + DONE,
                        "r",
                        Usage.of(7, 3).withCachedInput(4)),
                calling(
                        OpenAiCompatibleVendor.DEEPSEEK_BETA,
                        delta(
                                        "'tool_calls':[{'index':0,'id':'call_00_x','type':'function','function':{'name':'f','arguments':''}}]")
                                + delta("'tool_calls':[{'index':0,'function':{'arguments':'{'}}]")
                                + delta("'tool_calls':[{'index':0,'function':{'arguments':'}'}}]")
                                + finish("tool_calls", usage(7, 3))
                                + DONE,
                        "",
                        "call_00_x f {}"),
                plain(
                        OpenAiCompatibleVendor.FIREWORKS,
                        delta("'content':'a'") + finish("stop", usage(7, 3)) + DONE,
                        ""),
                calling(
                        OpenAiCompatibleVendor.GEMINI,
                        delta("'tool_calls':[{'function':{'name':'f','arguments':'{}'},'id':'','type':'function'}]")
                                + finish("stop", usage(7, 3))
                                + DONE,
                        "",
                        "* f {}"),
                plain(
                        OpenAiCompatibleVendor.GPUSTACK,
                        delta("'reasoning_content':'r'") + delta("'content':'a'") + finish("stop", usage(7, 3)),
                        "r"),
                calling(
                        OpenAiCompatibleVendor.GROQ,
                        delta("'reasoning':'r','channel':'analysis'")
                                + delta(call(0, "fc1", "f", "{}"))
                                + event(
                                        "'choices':[{'index':0,'delta':{},'finish_reason':'tool_calls'}],'x_groq':{'id':'req_1','"
                                                + usage(7, 3).substring(1) + "}")
                                + DONE,
                        "r",
                        "fc1 f {}"),
                plain(
                        OpenAiCompatibleVendor.HUGGINGFACE,
                        delta("'content':'a','token_id':7,'name':null") + STOP + EXTRA_USAGE,
                        ""),
                plain(
                        OpenAiCompatibleVendor.LLAMACPP,
                        delta("'reasoning_content':'r'")
                                + delta("'content':'a'")
                                + STOP
                                + event("'choices':[]," + usage(7, 3) + ",'timings':{'prompt_n':7}")
                                + DONE,
                        "r"),
                plain(OpenAiCompatibleVendor.LMSTUDIO, delta("'content':'a'") + STOP + EXTRA_USAGE + DONE, ""),
                calling(
                        OpenAiCompatibleVendor.MISTRAL,
                        delta("'content':[{'type':'thinking','thinking':[{'type':'text','text':'r'}]}],'p':'abcd'")
                                + delta(
                                        "'tool_calls':[{'id':'D681PevKs','function':{'name':'f','arguments':'{}'}},{'id':'D681PevKt','function':{'name':'f','arguments':'{}'}}]")
                                + finish("tool_calls", usage(7, 3))
                                + DONE,
                        "r",
                        "D681PevKs f {}, D681PevKt f {}"),
                calling(
                        OpenAiCompatibleVendor.MOONSHOT,
                        delta(call(0, "functions.f:0", "f", "{}"))
                                + event("'choices':[{'index':0,'delta':{},'finish_reason':'tool_calls'," + usage(7, 3)
                                        + "}]")
                                + DONE,
                        "",
                        "functions.f:0 f {}"),
                calling(
                        OpenAiCompatibleVendor.OLLAMA,
                        delta("'reasoning':'r'")
                                + delta("'tool_calls':[{'id':'call_1','function':{'name':'f','arguments':'{}'}}]")
                                + STOP
                                + EXTRA_USAGE
                                + DONE,
                        "r",
                        "call_1 f {}"),
                plain(
                        OpenAiCompatibleVendor.OPENROUTER,
                        ": OPENROUTER PROCESSING\n\n".repeat(3)
                                + delta(
                                        "'role':'assistant','content':'','reasoning':'r','reasoning_details':[{'type':'reasoning.text','text':'r'}]")
                                + delta("'role':'assistant','content':'a'")
                                + event(
                                        "'choices':[{'index':0,'delta':{'role':'assistant','content':''},'finish_reason':'stop','native_finish_reason':'end_turn'}]")
                                + event("'choices':[{'index':0,'delta':{'content':''},'finish_reason':'stop'}],"
                                        + usage(7, 3))
                                + DONE,
                        "r"),
                plain(
                        OpenAiCompatibleVendor.PERPLEXITY,
                        (event(choice("'content':'a'") + "," + usage(7, 1) + ",'citations':['u']")
                                        + finish("stop", usage(7, 3)))
                                .replace("\n", "\r\n"),
                        ""),
                plain(
                        OpenAiCompatibleVendor.SGLANG,
                        delta("'content':'a','reasoning_content':null") + STOP + EXTRA_USAGE + DONE,
                        ""),
                new Habit(
                        OpenAiCompatibleVendor.SNOWFLAKE,
                        delta(
                                        "'content':'','reasoning_details':[{'type':'reasoning.text','text':'r'}],'tool_calls':null")
                                + delta("'content':'a'")
                                + EXTRA_USAGE
                                + DONE,
                        "a",
                        "r",
                        "",
                        SEVEN,
                        FinishReason.STOP),
                plain(OpenAiCompatibleVendor.TOGETHER, delta("'content':'a'") + finish("eos", usage(7, 3)) + DONE, ""),
                plain(
                        OpenAiCompatibleVendor.VERCEL,
                        delta("'content':'','reasoning':'r','reasoning_details':[{'text':'r'}]")
                                + delta("'content':'a'")
                                + finish("stop", usage(7, 3))
                                + DONE,
                        "r"),
                plain(
                        OpenAiCompatibleVendor.VLLM,
                        delta("'reasoning_content':'r'") + delta("'content':'a'") + STOP + EXTRA_USAGE + DONE,
                        "r"),
                plain(OpenAiCompatibleVendor.WRITER, delta("'content':'a'") + STOP + EXTRA_USAGE, ""),
                plain(
                        OpenAiCompatibleVendor.XAI,
                        delta("'reasoning_content':'r'")
                                + delta("'content':'a'")
                                + STOP
                                + event(
                                        "'choices':[],'usage':{'prompt_tokens':7,'completion_tokens':3,'total_tokens':15,'completion_tokens_details':{'reasoning_tokens':5}}")
                                + DONE,
                        "r",
                        Usage.of(7, 8).withReasoning(5)),
                new Habit(
                        OpenAiCompatibleVendor.ZAI,
                        delta("'reasoning_content':'r'")
                                + delta("'content':'a'")
                                + finish("model_context_window_exceeded", usage(7, 3))
                                + DONE,
                        "a",
                        "r",
                        "",
                        SEVEN,
                        FinishReason.LENGTH),
                new Habit(
                        OpenAiCompatibleVendor.ZAI_CODING,
                        delta("'content':'a'") + finish("sensitive", usage(7, 3)) + DONE,
                        "a",
                        "",
                        "",
                        SEVEN,
                        FinishReason.CONTENT_FILTER));
    }

    @ParameterizedTest
    @MethodSource("habits")
    void itsAnswersAreUnderstood(Habit habit) {
        for (int most : new int[] {1, 3, 1_000}) {
            DecodedAnswer decodedAnswer = hear(habit.openAiCompatibleVendor, habit.stream, most);
            assertThat(decodedAnswer.failure).isNull();
            assertThat(decodedAnswer.text).hasToString(habit.text);
            assertThat(decodedAnswer.reasoning).hasToString(habit.reasoning);
            assertThat(decodedAnswer.toolCalls.stream()
                            .map(call -> (habit.calls.startsWith("*") ? "*" : call.id()) + " " + call.name() + " "
                                    + call.arguments())
                            .collect(Collectors.joining(", ")))
                    .isEqualTo(habit.calls);
            assertThat(decodedAnswer.toolCalls).noneMatch(call -> call.id().isEmpty());
            assertThat(decodedAnswer.finished().usage()).isEqualTo(habit.usage);
            assertThat(decodedAnswer.finished().reason()).isEqualTo(habit.end);
        }
    }

    /** Up to the event that gives the finish reason, none of them is whole. */
    @ParameterizedTest
    @MethodSource("habits")
    void itsAnswersAreCutWhereTheyEndBefore(Habit habit) {
        String end = habit.openAiCompatibleVendor == OpenAiCompatibleVendor.SNOWFLAKE
                ? "data: [DONE]"
                : "'finish_reason':'".replace('\'', '"');
        String before = habit.stream.substring(0, habit.stream.indexOf(end));
        assertThat(hear(habit.openAiCompatibleVendor, before.substring(0, before.lastIndexOf("data: ")), 50)
                        .kind())
                .isEqualTo(FailureKind.TRUNCATED);
    }

    @Test
    void noVendorIsLeftOut() {
        assertThat(habits().map(Habit::openAiCompatibleVendor))
                .containsExactlyInAnyOrder(OpenAiCompatibleVendor.values());
    }

    @ParameterizedTest
    @EnumSource
    void requestHasTheFormOfTheVendor(OpenAiCompatibleVendor openAiCompatibleVendor) {
        ToolCall call = new ToolCall("functions.f:0", "f", "{}");
        ChatRequest request = ChatRequest.of(
                        "m",
                        List.of(
                                Message.user("q"),
                                Message.assistant("", call),
                                Message.toolResult(call, "r"),
                                Message.assistant("So")))
                .withMaxTokens(9)
                .withSeed(4);
        String body = new String(
                new OpenAiChat(openAiCompatibleVendor.compatibility()).encode(request, true), StandardCharsets.UTF_8);
        assertThat(body.contains("\"stream_options\"")).isEqualTo(!in(openAiCompatibleVendor, "MISTRAL DATABRICKS"));
        assertThat(body.contains("\"max_completion_tokens\":9"))
                .isEqualTo(in(openAiCompatibleVendor, "GROQ CEREBRAS SNOWFLAKE"));
        assertThat(body.contains("\"max_tokens\":9")).isEqualTo(!in(openAiCompatibleVendor, "GROQ CEREBRAS SNOWFLAKE"));
        assertThat(body.contains("\"random_seed\":4")).isEqualTo(in(openAiCompatibleVendor, "MISTRAL"));
        assertThat(body.contains("\"prefix\":true")).isEqualTo(in(openAiCompatibleVendor, "MISTRAL DEEPSEEK_BETA"));
        assertThat(body.contains("\"continue_final_message\":true,\"add_generation_prompt\":false"))
                .isEqualTo(in(openAiCompatibleVendor, "VLLM SGLANG"));
        assertThat(body.contains("functions.f:0")).isEqualTo(!in(openAiCompatibleVendor, "MISTRAL OPENROUTER VERCEL"));
        assertThat(new OpenAiChat(openAiCompatibleVendor.compatibility()).path(request, true))
                .isEqualTo(in(openAiCompatibleVendor, "WRITER") ? "/chat" : "/chat/completions");
    }

    private static boolean in(OpenAiCompatibleVendor openAiCompatibleVendor, String names) {
        return Arrays.asList(names.split(" ")).contains(openAiCompatibleVendor.name());
    }

    private static DecodedAnswer hear(OpenAiCompatibleVendor openAiCompatibleVendor, String stream, int most) {
        OpenAiChat dialect = new OpenAiChat(openAiCompatibleVendor.compatibility());
        return DecodedAnswer.of(
                dialect.framing(),
                dialect.decoder("p", ChatRequest.of("m", "?")),
                stream.getBytes(StandardCharsets.UTF_8),
                most,
                new Random(
                        openAiCompatibleVendor.name().toLowerCase(Locale.ROOT).hashCode()));
    }

    private static Habit plain(OpenAiCompatibleVendor openAiCompatibleVendor, String stream, String reasoning) {
        return plain(openAiCompatibleVendor, stream, reasoning, SEVEN);
    }

    private static Habit plain(
            OpenAiCompatibleVendor openAiCompatibleVendor, String stream, String reasoning, Usage usage) {
        return new Habit(openAiCompatibleVendor, stream, "a", reasoning, "", usage, FinishReason.STOP);
    }

    private static Habit calling(
            OpenAiCompatibleVendor openAiCompatibleVendor, String stream, String reasoning, String calls) {
        return new Habit(openAiCompatibleVendor, stream, "", reasoning, calls, SEVEN, FinishReason.TOOL_CALLS);
    }

    private static String usage(int input, int output) {
        return "'usage':{'prompt_tokens':" + input + ",'completion_tokens':" + output + ",'total_tokens':"
                + (input + output) + "}";
    }

    private static String call(int index, String id, String name, String arguments) {
        return "'tool_calls':[{'index':" + index + ",'id':'" + id + "','type':'function','function':{'name':'" + name
                + "','arguments':'" + arguments + "'}}]";
    }

    private static String choice(String delta) {
        return "'choices':[{'index':0,'delta':{" + delta + "},'finish_reason':null}]";
    }

    private static String delta(String delta) {
        return event(choice(delta));
    }

    private static String finish(String reason, String usage) {
        return event("'choices':[{'index':0,'delta':{},'finish_reason':'" + reason + "'}]"
                + (usage.isEmpty() ? "" : "," + usage));
    }

    private static String event(String fields) {
        return "data: {\"id\":\"i\",\"object\":\"chat.completion.chunk\",\"model\":\"m\"," + fields.replace('\'', '"')
                + "}\n\n";
    }
}
