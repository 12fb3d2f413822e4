package dev.understudy.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Feature;
import dev.understudy.chat.Message;
import dev.understudy.chat.Message.CacheHint;
import dev.understudy.chat.Message.Part;
import dev.understudy.chat.Tool;
import dev.understudy.chat.ToolCall;
import dev.understudy.provider.anthropic.Anthropic;
import dev.understudy.provider.bedrock.BedrockConverse;
import dev.understudy.provider.cohere.Cohere;
import dev.understudy.provider.conversation.ConversationFitter;
import dev.understudy.provider.conversation.FittedConversation;
import dev.understudy.provider.dialect.Dialect;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.provider.gemini.Gemini;
import dev.understudy.provider.json.Json;
import dev.understudy.provider.ollama.Ollama;
import dev.understudy.provider.openai.OpenAiChat;
import dev.understudy.provider.openai.responses.OpenAiResponses;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Files, sound, images in results, and marks of cacheable prefixes, as each dialect writes them. */
class ContentPartsTest {

    /** A dialect with a model that accepts all that the dialect can say. */
    enum Target {
        CHAT(new OpenAiChat(OpenAiCompatibility.openAi()), "gpt-5.6"),
        RESPONSES(new OpenAiResponses(), "gpt-5.6"),
        ANTHROPIC(new Anthropic(), "claude-sonnet-4-5"),
        GEMINI(new Gemini(), "gemini-3-pro"),
        GEMINI_2(new Gemini(), "gemini-2.5-flash"),
        BEDROCK(new BedrockConverse(), "anthropic.claude-sonnet-4-5-v1:0"),
        BEDROCK_OTHER(new BedrockConverse(), "meta.llama3-70b"),
        COHERE(new Cohere(), "command-a"),
        OLLAMA(new Ollama(), "llama3.2");

        private final Dialect dialect;
        private final String model;

        Target(Dialect dialect, String model) {
            this.dialect = dialect;
            this.model = model;
        }

        String body(Message... messages) {
            return body(ChatRequest.of(model, List.of(messages)));
        }

        private String body(ChatRequest request) {
            FittedConversation fitted =
                    ConversationFitter.fit(request.messages(), request.toolSet(), dialect.conversationRules(model));
            return Json.text(dialect.body(
                    ChatRequest.of(model, fitted.messages())
                            .withTools(fitted.toolSet().tools()),
                    false));
        }
    }

    private static final Message.Image CHART = Message.Image.of("image/png", new byte[] {1, 2, 3});
    private static final Message.File PDF =
            Message.File.of("Q3 report_final.pdf", "application/pdf", new byte[] {4, 5});
    private static final Message.File NOTE = Message.File.of("note.txt", "text/plain", new byte[] {'h', 'i'});
    private static final ToolCall CALL = new ToolCall("call_1", "draw", "{}");
    private static final Message ASK = Message.user("Draw.");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "CHAT      | {'type':'file','file':{'filename':'Q3 report_final.pdf','file_data':'data:application/pdf;base64,BAU='}}",
                "RESPONSES | {'type':'input_file','filename':'Q3 report_final.pdf','file_data':'data:application/pdf;base64,BAU='}",
                "ANTHROPIC | {'type':'document','source':{'type':'base64','media_type':'application/pdf','data':'BAU='},'title':'Q3 report_final.pdf'}",
                "GEMINI    | {'inlineData':{'mimeType':'application/pdf','data':'BAU='}}",
                "BEDROCK   | {'document':{'format':'pdf','name':'Q3 report-final','source':{'bytes':'BAU='}}}"
            })
    void fileOfTheUserIsSentWithItsBytes(Target target, String block) {
        Message message = Message.user(List.of(new Part.Text("Sum up."), new Part.File(PDF)));
        assertThat(target.body(message)).contains(block.replace('\'', '"'));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "RESPONSES | {'type':'input_file','file_url':'https://files.test/a'}",
                "ANTHROPIC | {'type':'document','source':{'type':'url','url':'https://files.test/a'}}",
                "GEMINI    | {'fileData':{'fileUri':'https://files.test/a','mimeType':'application/pdf'}}"
            })
    void fileByAddressIsSentWhereVendorsFetchIt(Target target, String block) {
        Part file = new Part.File(Message.File.url("https://files.test/a", "application/pdf"));
        assertThat(target.body(Message.user(List.of(file)))).contains(block.replace('\'', '"'));
    }

    @ParameterizedTest
    @EnumSource(
            value = Target.class,
            names = {"CHAT", "BEDROCK", "COHERE", "OLLAMA"})
    void fileByAddressIsRefusedBeforeItIsSent(Target target) {
        Part file = new Part.File(Message.File.url("https://files.test/a", "application/pdf"));
        refuses(target, file);
    }

    @ParameterizedTest
    @EnumSource(
            value = Target.class,
            names = {"RESPONSES", "ANTHROPIC", "BEDROCK", "COHERE", "OLLAMA"})
    void soundIsRefusedWhereTheApiHasNone(Target target) {
        refuses(target, Part.Audio.of("audio/wav", new byte[] {1}));
    }

    private static void refuses(Target target, Part part) {
        assertThatThrownBy(() -> target.body(Message.user(List.of(part))))
                .isInstanceOfSatisfying(
                        CallFailed.class,
                        failed -> assertThat(failed.failure().kind()).isEqualTo(FailureKind.UNSUPPORTED));
    }

    @Test
    void soundIsSentWithItsFormat() {
        Message sound = Message.user(List.of(Part.Audio.of("audio/mpeg", new byte[] {1})));
        assertThat(Target.CHAT.body(sound))
                .contains("{\"type\":\"input_audio\",\"input_audio\":{\"data\":\"AQ==\",\"format\":\"mp3\"}}");
        assertThat(Target.GEMINI.body(sound))
                .contains("{\"inlineData\":{\"mimeType\":\"audio/mpeg\",\"data\":\"AQ==\"}}");
    }

    @Test
    void textFileIsSentAsTextToAnthropic() {
        assertThat(Target.ANTHROPIC.body(Message.user(List.of(new Part.File(NOTE)))))
                .contains("\"source\":{\"type\":\"text\",\"media_type\":\"text/plain\",\"data\":\"hi\"}");
        Part archive = new Part.File(Message.File.of("a.zip", "application/zip", new byte[] {1}));
        refuses(Target.ANTHROPIC, archive);
        refuses(Target.BEDROCK, archive);
    }

    @Test
    void documentWithoutTextGetsTextAtBedrock() {
        assertThat(Target.BEDROCK.body(Message.user(List.of(new Part.File(NOTE)))))
                .contains("{\"text\":\"See the document.\"}")
                .contains("\"format\":\"txt\",\"name\":\"note\"");
        assertThat(Target.BEDROCK.body(Message.user(List.of(new Part.File(NOTE), new Part.Text("Sum up.")))))
                .doesNotContain("See the document.");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "RESPONSES | 'output':[{'type':'input_text','text':'Done.'},{'type':'input_image','image_url':'data:image/png;base64,AQID'}]",
                "ANTHROPIC | 'content':[{'type':'text','text':'Done.'},{'type':'image','source':{'type':'base64','media_type':'image/png','data':'AQID'}}]",
                "GEMINI    | 'response':{'result':'Done.'},'parts':[{'inlineData':{'mimeType':'image/png','data':'AQID'}}]",
                "BEDROCK   | 'content':[{'text':'Done.'},{'image':{'format':'png','source':{'bytes':'AQID'}}}]"
            })
    void imageOfAResultIsSentWithinIt(Target target, String content) {
        Message result = Message.toolResult(CALL, List.of(new Part.Text("Done."), new Part.Image(CHART)));
        assertThat(target.body(ASK, Message.assistant("", CALL), result)).contains(content.replace('\'', '"'));
    }

    @ParameterizedTest
    @EnumSource(
            value = Target.class,
            names = {"CHAT", "GEMINI_2", "BEDROCK_OTHER", "COHERE", "OLLAMA"})
    void imageOfAResultFollowsWhereResultsAreText(Target target) {
        Message result = Message.toolResult(CALL, List.of(new Part.Image(CHART)));
        String body = target.body(ASK, Message.assistant("", CALL), result, Message.user("And?"));
        assertThat(body).containsOnlyOnce("AQID").contains("The result follows in the next message.");
        assertThat(body.indexOf("Result of draw:"))
                .isGreaterThan(body.indexOf("The result follows"))
                .isLessThan(body.indexOf("And?"));
    }

    @Test
    void movedMediaOfParallelResultsFollowTheLastResult() {
        ToolCall other = new ToolCall("call_2", "look", "{}");
        List<Message> messages = List.of(
                ASK,
                Message.assistant("", CALL, other),
                Message.toolResult(CALL, List.of(new Part.Image(CHART))),
                Message.toolResult(other, "dark"));
        FittedConversation fitted = ConversationFitter.fit(
                messages, ChatRequest.of("m", "q").toolSet(), Target.CHAT.dialect.conversationRules("m"));
        assertThat(fitted.messages()).hasSize(5);
        assertThat(fitted.messages().get(3)).isEqualTo(Message.toolResult(other, "dark"));
        assertThat(fitted.messages().get(4))
                .isEqualTo(Message.user(List.of(new Part.Text("Result of draw:\n"), new Part.Image(CHART))));
        assertThat(fitted.changes()).containsExactly("tool_results");
    }

    @ParameterizedTest
    @EnumSource(
            value = Target.class,
            names = {"CHAT", "RESPONSES", "ANTHROPIC", "BEDROCK", "COHERE", "OLLAMA"})
    void imageOfAnAnswerIsRepeatedWhereAnswersHoldNone(Target target) {
        Message drawn =
                new Message.Assistant(List.of(new ContentBlock.Text("Here."), new ContentBlock.Image(CHART, null)));
        String body = target.body(ASK, drawn, Message.user("Bluer."));
        assertThat(body).containsOnlyOnce("AQID").contains("Image of your answer:");
        assertThat(body.indexOf("Image of your answer:")).isLessThan(body.indexOf("Bluer."));
        assertThat(target.body(ASK, drawn)).containsOnlyOnce("AQID");
        assertThat(ChatRequest.of("m", List.of(ASK, drawn)).needs()).containsExactly(Feature.VISION);
    }

    @Test
    void imageOfAnAnswerStaysInItsPlaceAtGemini() {
        Message drawn = new Message.Assistant(List.of(new ContentBlock.Image(CHART, null)));
        assertThat(Target.GEMINI.body(ASK, drawn, Message.user("Bluer.")))
                .contains("{\"role\":\"model\",\"parts\":[{\"inlineData\"")
                .doesNotContain("Image of your answer:");
    }

    @Test
    void failedResultKeepsItsFlagAndImage() {
        Message failed = new Message.ToolResult("call_1", "draw", List.of(new Part.Image(CHART)), true);
        assertThat(Target.ANTHROPIC.body(ASK, Message.assistant("", CALL), failed))
                .contains("AQID")
                .contains("\"is_error\":true")
                .doesNotContain("failed without a message");
    }

    @Test
    void imageOfAResultNeedsAModelThatSees() {
        ChatRequest request = ChatRequest.of(
                "m",
                List.of(ASK, Message.assistant("", CALL), Message.toolResult(CALL, List.of(new Part.Image(CHART)))));
        assertThat(request.needs()).containsExactly(Feature.VISION);
    }

    @Test
    void hintsMarkBlocksOfAnthropic() {
        Message system = Message.system("Rules.").withCacheHint(CacheHint.LONG);
        Message user = Message.user(
                List.of(new Part.Text("Long text.").withCacheHint(CacheHint.SHORT), new Part.Text("Question?")));
        Tool tool = Tool.of("clock", "Time").withCacheHint(CacheHint.LONG);
        String body =
                Target.ANTHROPIC.body(ChatRequest.of("m", List.of(system, user)).withTools(List.of(tool)));
        String hour = "\"cache_control\":{\"type\":\"ephemeral\",\"ttl\":\"1h\"}";
        assertThat(body)
                .contains("\"system\":[{\"type\":\"text\",\"text\":\"Rules.\"," + hour + "}]")
                .contains("\"text\":\"Long text.\",\"cache_control\":{\"type\":\"ephemeral\"}}")
                .contains("{\"type\":\"text\",\"text\":\"Question?\"}")
                .containsPattern("\"name\":\"clock\".*" + hour.replaceAll("[{}]", "\\\\$0"));
    }

    @Test
    void lastFourHintsAreSentAndNoHourBehindMinutes() {
        List<Message> messages = new ArrayList<>();
        messages.add(Message.user("0").withCacheHint(CacheHint.LONG));
        for (int i = 1; i < 6; i++) {
            messages.add(Message.assistant("a" + i).withCacheHint(i == 3 ? CacheHint.SHORT : CacheHint.LONG));
            messages.add(Message.user("u" + i));
        }
        String anthropic = Target.ANTHROPIC.body(ChatRequest.of("m", messages));
        assertThat(anthropic.split("cache_control", -1)).hasSize(5);
        assertThat(anthropic.split("1h", -1)).hasSize(2);
        assertThat(anthropic.indexOf("1h")).isBetween(anthropic.indexOf("a2"), anthropic.indexOf("u2"));
        String bedrock = Target.BEDROCK.body(ChatRequest.of("m", messages));
        assertThat(bedrock.split("cachePoint", -1)).hasSize(5);
        assertThat(bedrock.indexOf("cachePoint")).isGreaterThan(bedrock.indexOf("a2"));
        assertThat(Target.BEDROCK_OTHER.body(ChatRequest.of("m", messages))).doesNotContain("cachePoint");
    }

    @Test
    void hintOfAnAssistantMessageSkipsItsReasoning() {
        Message said = new Message.Assistant(List.of(new ContentBlock.Text("Aha."), CALL.withVendorData(null)))
                .withCacheHint(CacheHint.SHORT);
        assertThat(Target.ANTHROPIC.body(ASK, said, Message.toolResult(CALL, "ok")))
                .contains("\"input\":{},\"cache_control\":{\"type\":\"ephemeral\"}}");
        assertThat(Target.BEDROCK.body(ASK, said, Message.toolResult(CALL, "ok").withCacheHint(CacheHint.LONG)))
                .contains("{\"cachePoint\":{\"type\":\"default\"}}")
                .contains("{\"cachePoint\":{\"type\":\"default\",\"ttl\":\"1h\"}}");
    }

    @Test
    void toolsAreStrictWhereTheCallerSaysSo() {
        Tool tool = new Tool("clock", "Time", Map.of("type", "object")).withStrict(true);
        for (Target target : List.of(Target.CHAT, Target.RESPONSES, Target.ANTHROPIC, Target.BEDROCK)) {
            ChatRequest request = ChatRequest.of("m", List.of(ASK));
            assertThat(target.body(request.withTools(List.of(tool)))).contains("\"strict\":true");
            assertThat(target.body(request.withTools(List.of(tool.withStrict(false)))))
                    .doesNotContain("\"strict\":true");
        }
    }
}
