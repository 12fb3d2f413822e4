package dev.understudy.provider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ContentBlock;
import dev.understudy.provider.anthropic.Anthropic;
import dev.understudy.provider.bedrock.BedrockAnthropic;
import dev.understudy.provider.bedrock.BedrockConverse;
import dev.understudy.provider.cohere.Cohere;
import dev.understudy.provider.dialect.Dialect;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.provider.gemini.Gemini;
import dev.understudy.provider.gemini.GeminiInteractions;
import dev.understudy.provider.ollama.Ollama;
import dev.understudy.provider.openai.OpenAiChat;
import dev.understudy.provider.openai.responses.OpenAiResponses;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Compares the table of answers in docs/content.md, field by field, with what each dialect reads. */
class AnswerTableTest {

    private static final Map<String, Dialect> DIALECTS = Map.of(
            "openai-chat", new OpenAiChat(OpenAiCompatibility.openAi()),
            "openai-responses", new OpenAiResponses(),
            "anthropic", new Anthropic(),
            "gemini", new Gemini(),
            "gemini-interactions", new GeminiInteractions(),
            "ollama", new Ollama(),
            "cohere", new Cohere(),
            "bedrock-converse", new BedrockConverse(),
            "bedrock-anthropic", new BedrockAnthropic());

    private static final Map<String, Predicate<ChatResponse>> READS = Map.of(
            "citations", answer -> !answer.citations().isEmpty(),
            "log probabilities", answer -> !answer.logprobs().isEmpty(),
            "image", answer -> answer.blocks().stream().anyMatch(ContentBlock.Image.class::isInstance),
            "sound", answer -> answer.blocks().stream().anyMatch(ContentBlock.Audio.class::isInstance));

    private static String chat(String message, String more) {
        return "{'choices':[{'finish_reason':'stop','message':{'content':'A'" + message + "}" + more + "}]";
    }

    private static String item(String fields) {
        return "{'id':'r','status':'completed','output':[{'id':'i'," + fields + "}]}";
    }

    private static String candidate(String part, String more) {
        return "{'candidates':[{'finishReason':'STOP','content':{'parts':[" + part + "]}" + more + "}]}";
    }

    private static String steps(String content) {
        return "{'id':'i','status':'completed','steps':[{'type':'model_output','content':[{" + content + "}]}]}";
    }

    private static final String TOKEN = "[{'token':'A','logprob':-1}]";
    private static final String CITED = "{'id':'m','stop_reason':'end_turn','content':[{'type':'text','text':'A',"
            + "'citations':[{'type':'char_location','document_title':'T','cited_text':'Q'}]}]}";

    /** An answer with each field of the table. */
    private static String answer(String row, String dialect, String field) {
        return switch (row + " " + dialect + " " + field) {
            case "citations openai-chat annotations" ->
                chat(",'annotations':[{'type':'url_citation','url_citation':{'url':'u'}}]", "") + "}";
            case "citations openai-chat citations" -> chat("", "") + ",'citations':['u']}";
            case "citations openai-chat search_results" -> chat("", "") + ",'search_results':[{'url':'u'}]}";
            case "citations openai-responses annotations" ->
                item("'type':'message','content':[{'type':'output_text','text':'A','annotations':[{'url':'u'}]}]");
            case "citations anthropic citations", "citations bedrock-anthropic citations" -> CITED;
            case "citations gemini groundingMetadata" ->
                candidate("{'text':'A'}", ",'groundingMetadata':{'groundingChunks':[{'web':{'uri':'u'}}]}");
            case "citations gemini citationMetadata" ->
                candidate("{'text':'A'}", ",'citationMetadata':{'citationSources':[{'uri':'u'}]}");
            case "citations gemini-interactions annotations" ->
                steps("'type':'text','text':'A','annotations':[{'type':'url_citation','url':'u'}]");
            case "image gemini-interactions image" -> steps("'type':'image','mime_type':'image/png','data':'AQID'");
            case "sound gemini-interactions audio" -> steps("'type':'audio','mime_type':'audio/wav','data':'AQID'");
            case "citations cohere citations" ->
                "{'finish_reason':'COMPLETE','message':{'content':'A','citations':[{'sources':[{'id':'doc:0'}]}]}}";
            case "citations bedrock-converse citationsContent" ->
                "{'stopReason':'end_turn','output':{'message':{'content':[{'citationsContent':{'content':[{'text':'A'}],"
                        + "'citations':[{'title':'T'}]}}]}}}";
            case "log probabilities openai-chat logprobs" -> chat("", ",'logprobs':{'content':" + TOKEN + "}") + "}";
            case "log probabilities openai-responses logprobs" ->
                item("'type':'message','content':[{'type':'output_text','text':'A','logprobs':" + TOKEN + "}]");
            case "log probabilities gemini logprobsResult" ->
                candidate("{'text':'A'}", ",'logprobsResult':{'chosenCandidates':[{'token':'A','logProbability':-1}]}");
            case "log probabilities ollama logprobs" ->
                "{'message':{'content':'A'},'done':true,'logprobs':" + TOKEN + "}";
            case "log probabilities cohere logprobs" ->
                "{'finish_reason':'COMPLETE','message':{'content':'A'},'logprobs':[{'text':'A','logprobs':[-1]}]}";
            case "image openai-chat images" ->
                chat(",'images':[{'image_url':{'url':'data:image/png;base64,AQID'}}]", "") + "}";
            case "image openai-responses image_generation_call" ->
                item("'type':'image_generation_call','result':'AQID'");
            case "image gemini inlineData" -> candidate("{'inlineData':{'mimeType':'image/png','data':'AQID'}}", "");
            case "sound openai-chat audio" -> chat(",'audio':{'id':'a','data':'AQID'}", "") + "}";
            case "sound gemini inlineData" -> candidate("{'inlineData':{'mimeType':'audio/L16','data':'AQID'}}", "");
            default -> throw new AssertionError("no answer of " + dialect + " with " + field + " for " + row);
        };
    }

    private static List<List<String>> table() throws IOException {
        Path page = Path.of(System.getProperty("understudy.root", ".."), "docs", "content.md");
        return Files.readAllLines(page).stream()
                .dropWhile(line -> !line.startsWith("| answer |"))
                .takeWhile(line -> line.startsWith("|"))
                .map(line -> Arrays.stream(line.substring(1, line.length() - 1).split("\\|"))
                        .map(String::strip)
                        .toList())
                .toList();
    }

    static Stream<Arguments> fields() throws IOException {
        List<List<String>> table = table();
        List<Arguments> fields = new ArrayList<>();
        for (List<String> row : table.subList(2, table.size())) {
            for (int i = 1; i < row.size(); i++) {
                String dialect = table.get(0).get(i).replace("`", "");
                for (String field : words(row.get(i))) {
                    fields.add(Arguments.of(row.get(0), dialect, field));
                }
            }
        }
        return fields.stream();
    }

    private static List<String> words(String cell) {
        return Pattern.compile("`([^`]+)`")
                .matcher(cell)
                .results()
                .map((MatchResult found) -> found.group(1))
                .toList();
    }

    @ParameterizedTest(name = "{0} of {1} in {2}")
    @MethodSource("fields")
    void fieldOfTheTableIsRead(String row, String dialect, String field) {
        String body = answer(row, dialect, field).replace('\'', '"');
        ChatRequest request = ChatRequest.of("m", "q");
        ChatRequest asked = request.withOptions(request.options().withTopLogprobs(0));
        assertThat(body).contains('"' + field + '"');
        assertThat(READS.get(row))
                .accepts(DIALECTS.get(dialect).decode("p", asked, body.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void tableHasEveryContentAndDialect() throws IOException {
        List<List<String>> table = table();
        assertThat(table.get(0).stream().skip(1).map(name -> name.replace("`", "")))
                .containsExactlyInAnyOrderElementsOf(DIALECTS.keySet());
        assertThat(new TreeSet<>(table.stream().skip(2).map(row -> row.get(0)).toList()))
                .isEqualTo(new TreeSet<>(READS.keySet()));
        assertThat(table.stream().skip(2).flatMap(row -> row.stream().skip(1)))
                .allMatch(cell -> cell.equals("none") || !words(cell).isEmpty());
    }
}
