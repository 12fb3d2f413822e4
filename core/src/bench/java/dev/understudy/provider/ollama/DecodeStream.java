package dev.understudy.provider.ollama;

import dev.understudy.provider.EventStreamBytes;
import dev.understudy.provider.anthropic.Anthropic;
import dev.understudy.provider.bedrock.BedrockConverse;
import dev.understudy.provider.cohere.Cohere;
import dev.understudy.provider.dialect.Dialect;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.provider.gemini.Gemini;
import dev.understudy.provider.openai.OpenAiChat;
import dev.understudy.provider.openai.responses.OpenAiResponses;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;

/**
 * A stream of a dialect as its vendor would send it: a few words an event.
 *
 * @param pieces the bytes, as they come from the network
 */
public record DecodeStream(Dialect dialect, List<byte[]> pieces, int bytes, int events) {

    public static final int WORDS = 1_000;
    private static final int PIECE = 8 << 10;

    public static final List<String> NAMES =
            List.of("openai-chat", "anthropic", "openai-responses", "gemini", "ollama", "cohere", "bedrock-converse");

    public static DecodeStream of(String name) {
        return switch (name) {
            case "openai-chat" -> openAiChat();
            case "anthropic" -> anthropic();
            case "openai-responses" -> responses();
            case "gemini" -> gemini();
            case "ollama" -> ollama();
            case "cohere" -> cohere();
            default -> converse();
        };
    }

    private static DecodeStream openAiChat() {
        String head =
                "{'id':'chatcmpl-0123456789abcdefghijklmnopq','object':'chat.completion.chunk','created':1770000000,"
                        + "'model':'gpt-5-2026-01-01','service_tier':'default','system_fingerprint':'fp_0123456789',"
                        + "'choices':[{'index':0,'delta':";
        return of(
                new OpenAiChat(OpenAiCompatibility.defaults()),
                WORDS + 2,
                i -> "data: " + head
                        + (i == 0
                                ? "{'role':'assistant','content':'','refusal':null},'logprobs':null,'finish_reason':null}]}"
                                : i > WORDS
                                        ? "{},'logprobs':null,'finish_reason':'stop'}]}"
                                        : "{'content':' word" + i + "'},'logprobs':null,'finish_reason':null}]}")
                        + "\n\n");
    }

    private static DecodeStream anthropic() {
        return of(
                new Anthropic(),
                WORDS + 5,
                i -> named(
                        switch (i) {
                            case 0 ->
                                "{'type':'message_start','message':{'id':'msg_1','type':'message','role':'assistant','model':'claude',"
                                        + "'content':[],'stop_reason':null,'usage':{'input_tokens':25,'output_tokens':1}}}";
                            case 1 ->
                                "{'type':'content_block_start','index':0,'content_block':{'type':'text','text':''}}";
                            case WORDS + 2 -> "{'type':'content_block_stop','index':0}";
                            case WORDS + 3 ->
                                "{'type':'message_delta','delta':{'stop_reason':'end_turn','stop_sequence':null},"
                                        + "'usage':{'output_tokens':1000}}";
                            case WORDS + 4 -> "{'type':'message_stop'}";
                            default ->
                                "{'type':'content_block_delta','index':0,'delta':{'type':'text_delta','text':' word" + i
                                        + "'}}";
                        }));
    }

    private static DecodeStream responses() {
        return of(
                new OpenAiResponses(),
                WORDS + 3,
                i -> named(
                        switch (i) {
                            case 0 ->
                                "{'type':'response.created','sequence_number':0,'response':{'id':'resp_1','object':'response',"
                                        + "'status':'in_progress','model':'gpt-5','output':[]}}";
                            case 1 ->
                                "{'type':'response.output_item.added','sequence_number':1,'output_index':0,'item':{'id':'msg_1',"
                                        + "'type':'message','status':'in_progress','content':[],'role':'assistant'}}";
                            case WORDS + 2 ->
                                "{'type':'response.completed','sequence_number':1002,'response':{'id':'resp_1','status':'completed',"
                                        + "'model':'gpt-5','output':[],'usage':{'input_tokens':25,'output_tokens':1000}}}";
                            default ->
                                "{'type':'response.output_text.delta','sequence_number':" + i
                                        + ",'item_id':'msg_0123456789abcdef0123',"
                                        + "'output_index':0,'content_index':0,'delta':' word" + i + "','logprobs':[],"
                                        + "'obfuscation':'abcdefghij'}";
                        }));
    }

    private static DecodeStream gemini() {
        return of(
                new Gemini(),
                WORDS,
                i -> "data: {'candidates':[{'content':{'parts':[{'text':' word" + i
                        + "'}],'role':'model'}," + (i == WORDS - 1 ? "'finishReason':'STOP'," : "")
                        + "'index':0}],'usageMetadata':{'promptTokenCount':25,'candidatesTokenCount':" + i
                        + ",'totalTokenCount':1025,'promptTokensDetails':[{'modality':'TEXT','tokenCount':25}]},"
                        + "'modelVersion':'gemini-2.5-pro','responseId':'abcdefghijklmnopqrstuv'}\r\n\r\n");
    }

    private static DecodeStream ollama() {
        return of(
                new Ollama(),
                WORDS,
                i -> "{'model':'llama3.2','created_at':'2026-11-20T10:00:00.123456Z','message':"
                        + "{'role':'assistant','content':' word" + i + "'},"
                        + (i == WORDS - 1 ? "'done_reason':'stop','done':true,'eval_count':1000}" : "'done':false}")
                        + "\n");
    }

    private static DecodeStream cohere() {
        return of(
                new Cohere(),
                WORDS + 2,
                i -> named(
                        i == 0
                                ? "{'id':'a1','type':'message-start','delta':{'message':{'role':'assistant','content':[]}}}"
                                : i > WORDS
                                        ? "{'type':'message-end','delta':{'finish_reason':'COMPLETE','usage':{'tokens':"
                                                + "{'input_tokens':25,'output_tokens':1000}}}}"
                                        : "{'type':'content-delta','index':0,'delta':{'message':{'content':{'text':' word"
                                                + i + "'}}}}"));
    }

    private static DecodeStream converse() {
        EventStreamBytes out =
                EventStreamBytes.stream().event("messageStart", quoted("{'role':'assistant','p':'abcd'}"));
        for (int i = 0; i < WORDS; i++) {
            out.event(
                    "contentBlockDelta",
                    quoted("{'contentBlockIndex':0,'delta':{'text':' word" + i + "'},'p':'abcdefgh'}"));
        }
        out.event("messageStop", quoted("{'stopReason':'end_turn','p':'abcd'}"));
        out.event("metadata", quoted("{'metrics':{'latencyMs':9},'usage':{'inputTokens':25,'outputTokens':1000}}"));
        return of(new BedrockConverse(), WORDS + 3, out.bytes());
    }

    private static String named(String json) {
        return "event: " + json.replaceFirst(".*?'type':'([^']+)'.*", "$1") + "\ndata: " + json + "\n\n";
    }

    private static String quoted(String json) {
        return json.replace('\'', '"');
    }

    private static DecodeStream of(Dialect dialect, int events, IntFunction<String> event) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < events; i++) {
            out.writeBytes(quoted(event.apply(i)).getBytes(StandardCharsets.UTF_8));
        }
        return of(dialect, events, out.toByteArray());
    }

    private static DecodeStream of(Dialect dialect, int events, byte[] bytes) {
        List<byte[]> pieces = new ArrayList<>();
        for (int at = 0; at < bytes.length; at += PIECE) {
            pieces.add(Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + PIECE)));
        }
        return new DecodeStream(dialect, pieces, bytes.length, events);
    }
}
