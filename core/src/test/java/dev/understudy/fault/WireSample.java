package dev.understudy.fault;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.understudy.chat.ChatProvider;
import dev.understudy.provider.EventStreamBytes;
import dev.understudy.provider.Providers;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.scenario.CallKind;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;

/**
 * A short answer in each dialect: {@code @} stands for its text as JSON, {@code #} for a number of
 * tokens.
 */
enum WireSample {
    OPENAI(
            Providers::openAi,
            Form.EVENTS,
            "{'id':'c','choices':[{'index':0,'message':{'content':@},'finish_reason':'stop'}],"
                    + "'usage':{'prompt_tokens':#,'completion_tokens':2}}",
            "{'id':'c','choices':[{'index':0,'delta':{'content':@}}]}",
            "{'choices':[{'index':0,'delta':{},'finish_reason':'stop'}],'usage':{'prompt_tokens':#}}"),
    AZURE(
            endpoint -> Providers.openAiCompatible(endpoint, OpenAiCompatibility.azure()),
            Form.EVENTS,
            OPENAI.whole,
            OPENAI.events.toArray(String[]::new)),
    AZURE_CLASSIC(
            endpoint -> Providers.azureClassic(endpoint, "2024-10-21"),
            Form.EVENTS,
            OPENAI.whole,
            OPENAI.events.toArray(String[]::new)),
    RESPONSES(
            Providers::openAiResponses,
            Form.EVENTS,
            "{'id':'r','status':'completed','output':[{'type':'message','content':[{'type':'output_text','text':@}]}],"
                    + "'usage':{'input_tokens':#,'output_tokens':2}}",
            "{'type':'response.output_text.delta','output_index':0,'item_id':'i','content_index':0,'delta':@}",
            "{'type':'response.completed','response':{'id':'r','status':'completed','output':[],"
                    + "'usage':{'input_tokens':#,'output_tokens':2}}}"),
    ANTHROPIC(
            Providers::anthropic,
            Form.EVENTS,
            "{'type':'message','id':'m','content':[{'type':'text','text':@}],'stop_reason':'end_turn',"
                    + "'usage':{'input_tokens':#,'output_tokens':2}}",
            "{'type':'content_block_delta','index':0,'delta':{'type':'text_delta','text':@}}",
            "{'type':'message_delta','delta':{'stop_reason':'end_turn'},'usage':{'output_tokens':#}}",
            "{'type':'message_stop'}"),
    GEMINI(
            Providers::gemini,
            Form.EVENTS,
            "{'candidates':[{'content':{'parts':[{'text':@}]},'finishReason':'STOP'}],"
                    + "'usageMetadata':{'promptTokenCount':#,'candidatesTokenCount':2}}",
            "{'candidates':[{'content':{'parts':[{'text':@}]}}]}",
            "{'candidates':[{'content':{'parts':[]},'finishReason':'STOP'}],'usageMetadata':{'promptTokenCount':#}}"),
    GEMINI_INTERACTIONS(
            Providers::geminiInteractions,
            Form.EVENTS,
            "{'id':'i','object':'interaction','status':'completed','steps':[{'type':'model_output','content':"
                    + "[{'type':'text','text':@}]}],'usage':{'total_input_tokens':#,'total_output_tokens':2}}",
            "{'event_type':'step.delta','index':0,'delta':{'type':'text','text':@}}",
            "{'event_type':'interaction.completed','interaction':{'id':'i','status':'completed',"
                    + "'usage':{'total_input_tokens':#}}}"),
    GEMINI_ARRAY(Providers::gemini, Form.ARRAY, GEMINI.whole, GEMINI.events.toArray(String[]::new)),
    OLLAMA(
            Providers::ollama,
            Form.LINES,
            "{'message':{'content':@},'done':true,'done_reason':'stop','prompt_eval_count':#,'eval_count':2}",
            "{'message':{'content':@},'done':false}",
            "{'message':{'content':''},'done':true,'done_reason':'stop','prompt_eval_count':#}"),
    COHERE(
            Providers::cohere,
            Form.EVENTS,
            "{'id':'a','finish_reason':'COMPLETE','message':{'content':[{'type':'text','text':@}]},"
                    + "'usage':{'tokens':{'input_tokens':#,'output_tokens':2}}}",
            "{'type':'content-delta','index':0,'delta':{'message':{'content':{'text':@}}}}",
            "{'type':'message-end','delta':{'finish_reason':'COMPLETE','usage':{'tokens':{'input_tokens':#}}}}"),
    CONVERSE(
            Providers::bedrock,
            Form.FRAMES,
            "{'output':{'message':{'content':[{'text':@}]}},'stopReason':'end_turn',"
                    + "'usage':{'inputTokens':#,'outputTokens':2}}",
            "{'contentBlockIndex':0,'delta':{'text':@}}",
            "{'stopReason':'end_turn'}",
            "{'usage':{'inputTokens':#,'outputTokens':2}}"),
    BEDROCK_ANTHROPIC(
            Providers::bedrockAnthropic, Form.FRAMES, ANTHROPIC.whole, ANTHROPIC.events.toArray(String[]::new));

    /** Framing of the events of a stream. */
    enum Form {
        EVENTS("text/event-stream"),
        ARRAY("application/json"),
        LINES("application/x-ndjson"),
        FRAMES("application/vnd.amazon.eventstream");

        final String type;

        Form(String type) {
            this.type = type;
        }
    }

    static final String TEXT = "Hello from afar.";

    final Form form;
    private final Function<Endpoint, ChatProvider> maker;
    private final String whole;
    private final List<String> events;

    WireSample(Function<Endpoint, ChatProvider> maker, Form form, String whole, String... events) {
        this.maker = maker;
        this.form = form;
        this.whole = whole;
        this.events = List.of(events);
    }

    ChatProvider provider(Endpoint endpoint) {
        return maker.apply(endpoint);
    }

    boolean isFirstOfItsForm() {
        return Arrays.stream(values())
                        .filter(each -> each.form == form)
                        .findFirst()
                        .orElseThrow()
                == this;
    }

    /** Content type of the answer. */
    String type(CallKind kind) {
        return kind == CallKind.CHAT ? "application/json" : form.type;
    }

    /** The answer with the default text. */
    byte[] answer(CallKind kind) {
        return answer(kind, quoted(TEXT), "9");
    }

    /** The answer with a text and a number, both written as JSON, in ISO-8859-1. */
    byte[] answer(CallKind kind, String text, String number) {
        return wrapped(kind, json -> filled(json, text, number));
    }

    /** The answer with its first JSON object changed. */
    byte[] spoilt(CallKind kind, Function<String, String> spoil) {
        boolean[] done = new boolean[1];
        return wrapped(kind, json -> {
            String fine = filled(json, quoted(TEXT), "9");
            if (done[0]) {
                return fine;
            }
            done[0] = true;
            return spoil.apply(fine);
        });
    }

    private byte[] wrapped(CallKind kind, Function<String, String> fill) {
        if (kind == CallKind.CHAT) {
            return bytes(fill.apply(whole));
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(bytes(form == Form.ARRAY ? "[" : ""));
        for (String event : events) {
            all.writeBytes(event(fill.apply(event)));
        }
        return all.toByteArray();
    }

    /** One event with JSON content. */
    byte[] event(String json) {
        return switch (form) {
            case EVENTS -> bytes("data: " + json + "\n\n");
            case ARRAY -> bytes(json + "\n,");
            case LINES -> bytes(json + "\n");
            case FRAMES -> frame(json);
        };
    }

    private byte[] frame(String json) {
        if (this == BEDROCK_ANTHROPIC) {
            String base64 = Base64.getEncoder().encodeToString(bytes(json));
            return EventStreamBytes.stream()
                    .event("chunk", "{\"bytes\":\"" + base64 + "\"}")
                    .bytes();
        }
        String type = json.contains("\"stopReason\"")
                ? "messageStop"
                : json.contains("\"usage\"") ? "metadata" : "contentBlockDelta";
        return EventStreamBytes.stream().event(type, bytes(json)).bytes();
    }

    /** An event without content. */
    byte[] ping() {
        return switch (this) {
            case OPENAI, AZURE, AZURE_CLASSIC -> event("{\"choices\":[]}");
            case RESPONSES -> event("{\"type\":\"response.in_progress\"}");
            case ANTHROPIC, BEDROCK_ANTHROPIC -> event("{\"type\":\"ping\"}");
            case GEMINI, GEMINI_ARRAY -> event("{\"candidates\":[]}");
            case GEMINI_INTERACTIONS -> event("{\"event_type\":\"interaction.status_update\"}");
            case OLLAMA -> event("{\"message\":{\"content\":\"\"},\"done\":false}");
            case COHERE -> event("{\"type\":\"debug\"}");
            case CONVERSE ->
                EventStreamBytes.stream()
                        .event("messageStart", "{\"role\":\"assistant\"}")
                        .bytes();
        };
    }

    private static String filled(String json, String text, String number) {
        return quotes(json).replace("#", number).replace("@", text);
    }

    static String quoted(String text) {
        return '"' + text + '"';
    }

    private static String quotes(String json) {
        return json.replace('\'', '"');
    }

    /** Encodes each character as one byte, so that any bytes can be written. */
    static byte[] bytes(String text) {
        return text.getBytes(ISO_8859_1);
    }
}
