package dev.understudy.provider;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Message;
import dev.understudy.chat.Tool;
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
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** One answer with reasoning, text and two tool calls, in the events of each dialect. */
public enum DialectSample {
    CHAT(new OpenAiChat(OpenAiCompatibility.defaults()), Form.DATA) {
        @Override
        List<Event> events() {
            return Event.all(
                    chat("'role':'assistant','content':''"),
                    chat("'reasoning_content':'I look '"),
                    chat("'reasoning_content':'twice.'"),
                    chat("'content':'Two '"),
                    chat("'content':'towns: '"),
                    chat("'content':'Bern, Rom.'"),
                    chat(
                            "'tool_calls':[{'index':0,'id':'call_a','type':'function','function':{'name':'get_weather','arguments':''}}]"),
                    chat("'tool_calls':[{'index':0,'function':{'arguments':'{\\'city\\':'}}]"),
                    chat("'tool_calls':[{'index':0,'function':{'arguments':'\\'Bern\\'}'}}]"),
                    chat(
                            "'tool_calls':[{'index':1,'id':'call_b','type':'function','function':{'name':'get_time','arguments':''}}]"),
                    chat("'tool_calls':[{'index':1,'function':{'arguments':'{\\'zone\\':'}}]"),
                    chat("'tool_calls':[{'index':1,'function':{'arguments':'7}'}}]"),
                    "{'id':'c1','object':'chat.completion.chunk','model':'m','choices':[{'index':0,'delta':{},'finish_reason':'tool_calls'}]}",
                    "{'id':'c1','object':'chat.completion.chunk','model':'m','choices':[],'usage':{'prompt_tokens':40,'completion_tokens':30,'total_tokens':70}}",
                    "[DONE]");
        }
    },
    RESPONSES(new OpenAiResponses(), Form.NAMED) {
        @Override
        List<Event> events() {
            return Event.all(
                    "{'type':'response.created','response':{'id':'r1','model':'m','status':'in_progress','output':[]}}",
                    "{'type':'response.output_item.added','output_index':0,'item':{'id':'rs_1','type':'reasoning','summary':[]}}",
                    "{'type':'response.reasoning_summary_text.delta','item_id':'rs_1','output_index':0,'summary_index':0,'delta':'I look '}",
                    "{'type':'response.reasoning_summary_text.delta','item_id':'rs_1','output_index':0,'summary_index':0,'delta':'twice.'}",
                    "{'type':'response.reasoning_summary_text.done','item_id':'rs_1','output_index':0,'summary_index':0,'text':'I look twice.'}",
                    "{'type':'response.output_item.done','output_index':0,'item':{'id':'rs_1','type':'reasoning','summary':[{'type':'summary_text','text':'I look twice.'}]}}",
                    "{'type':'response.output_item.added','output_index':1,'item':{'id':'msg_1','type':'message','role':'assistant','content':[]}}",
                    "{'type':'response.output_text.delta','item_id':'msg_1','output_index':1,'content_index':0,'delta':'Two '}",
                    "{'type':'response.output_text.delta','item_id':'msg_1','output_index':1,'content_index':0,'delta':'towns: '}",
                    "{'type':'response.output_text.delta','item_id':'msg_1','output_index':1,'content_index':0,'delta':'Bern, Rom.'}",
                    "{'type':'response.output_text.done','item_id':'msg_1','output_index':1,'content_index':0,'text':'Two towns: Bern, Rom.'}",
                    "{'type':'response.output_item.done','output_index':1,'item':{'id':'msg_1','type':'message','role':'assistant','content':[{'type':'output_text','text':'Two towns: Bern, Rom.','annotations':[]}]}}",
                    "{'type':'response.output_item.added','output_index':2,'item':{'id':'fc_1','type':'function_call','call_id':'call_a','name':'get_weather','arguments':''}}",
                    "{'type':'response.function_call_arguments.delta','item_id':'fc_1','output_index':2,'delta':'{\\'city\\':'}",
                    "{'type':'response.function_call_arguments.delta','item_id':'fc_1','output_index':2,'delta':'\\'Bern\\'}'}",
                    "{'type':'response.function_call_arguments.done','item_id':'fc_1','output_index':2,'arguments':'{\\'city\\':\\'Bern\\'}'}",
                    "{'type':'response.output_item.done','output_index':2,'item':{'id':'fc_1','type':'function_call','call_id':'call_a','name':'get_weather','arguments':'{\\'city\\':\\'Bern\\'}'}}",
                    "{'type':'response.output_item.added','output_index':3,'item':{'id':'fc_2','type':'function_call','call_id':'call_b','name':'get_time','arguments':''}}",
                    "{'type':'response.function_call_arguments.delta','item_id':'fc_2','output_index':3,'delta':'{\\'zone\\':'}",
                    "{'type':'response.function_call_arguments.delta','item_id':'fc_2','output_index':3,'delta':'7}'}",
                    "{'type':'response.output_item.done','output_index':3,'item':{'id':'fc_2','type':'function_call','call_id':'call_b','name':'get_time','arguments':'{\\'zone\\':7}'}}",
                    "{'type':'response.completed','response':{'id':'r1','model':'m','status':'completed','output':[],'usage':{'input_tokens':40,'output_tokens':30,'total_tokens':70}}}");
        }
    },
    ANTHROPIC(new Anthropic(), Form.NAMED) {
        @Override
        List<Event> events() {
            return Event.all(messages());
        }
    },
    GEMINI(new Gemini(), Form.DATA) {
        @Override
        List<Event> events() {
            return Event.all(candidates());
        }
    },
    GEMINI_ARRAY(new Gemini(), Form.ELEMENTS) {
        @Override
        List<Event> events() {
            return Event.all(candidates());
        }
    },
    INTERACTIONS(new GeminiInteractions(), Form.DATA) {
        @Override
        List<Event> events() {
            return Event.all(
                    "{'event_type':'interaction.created','interaction':{'id':'i1','model':'m','status':'in_progress'}}",
                    "{'event_type':'step.start','index':0,'step':{'type':'thought'}}",
                    "{'event_type':'step.delta','index':0,'delta':{'type':'thought_summary','content':{'type':'text','text':'I look '}}}",
                    "{'event_type':'step.delta','index':0,'delta':{'type':'thought_summary','content':{'type':'text','text':'twice.'}}}",
                    "{'event_type':'step.stop','index':0}",
                    "{'event_type':'step.start','index':1,'step':{'type':'model_output'}}",
                    "{'event_type':'step.delta','index':1,'delta':{'type':'text','text':'Two '}}",
                    "{'event_type':'step.delta','index':1,'delta':{'type':'text','text':'towns: '}}",
                    "{'event_type':'step.delta','index':1,'delta':{'type':'text','text':'Bern, Rom.'}}",
                    "{'event_type':'step.stop','index':1}",
                    "{'event_type':'step.start','index':2,'step':{'type':'function_call','id':'call_a','name':'get_weather','arguments':{}}}",
                    "{'event_type':'step.delta','index':2,'delta':{'type':'arguments_delta','arguments':'{\\'city\\':'}}",
                    "{'event_type':'step.delta','index':2,'delta':{'type':'arguments_delta','arguments':'\\'Bern\\'}'}}",
                    "{'event_type':'step.stop','index':2}",
                    "{'event_type':'step.start','index':3,'step':{'type':'function_call','id':'call_b','name':'get_time','arguments':{}}}",
                    "{'event_type':'step.delta','index':3,'delta':{'type':'arguments_delta','arguments':'{\\'zone\\':'}}",
                    "{'event_type':'step.delta','index':3,'delta':{'type':'arguments_delta','arguments':'7}'}}",
                    "{'event_type':'step.stop','index':3}",
                    "{'event_type':'interaction.completed','interaction':{'id':'i1','status':'requires_action','usage':{'total_input_tokens':40,'total_output_tokens':30}}}",
                    "[DONE]");
        }
    },
    OLLAMA(new Ollama(), Form.LINES) {
        @Override
        List<Event> events() {
            return Event.all(
                    "{'model':'m','message':{'role':'assistant','content':'','thinking':'I look '},'done':false}",
                    "{'model':'m','message':{'role':'assistant','content':'','thinking':'twice.'},'done':false}",
                    "{'model':'m','message':{'role':'assistant','content':'Two '},'done':false}",
                    "{'model':'m','message':{'role':'assistant','content':'towns: '},'done':false}",
                    "{'model':'m','message':{'role':'assistant','content':'Bern, Rom.'},'done':false}",
                    "{'model':'m','message':{'role':'assistant','content':'','tool_calls':[{'id':'call_a','function':{'name':'get_weather','arguments':{'city':'Bern'}}}]},'done':false}",
                    "{'model':'m','message':{'role':'assistant','content':'','tool_calls':[{'id':'call_b','function':{'name':'get_time','arguments':{'zone':7}}}]},'done':false}",
                    "{'model':'m','message':{'role':'assistant','content':''},'done':true,'done_reason':'stop','prompt_eval_count':40,'eval_count':30}");
        }
    },
    COHERE(new Cohere(), Form.NAMED) {
        @Override
        List<Event> events() {
            return Event.all(
                    "{'type':'message-start','id':'a1','delta':{'message':{'role':'assistant','content':[]}}}",
                    "{'type':'content-start','index':0,'delta':{'message':{'content':{'type':'thinking','thinking':''}}}}",
                    "{'type':'content-delta','index':0,'delta':{'message':{'content':{'thinking':'I look '}}}}",
                    "{'type':'content-delta','index':0,'delta':{'message':{'content':{'thinking':'twice.'}}}}",
                    "{'type':'content-end','index':0}",
                    "{'type':'content-start','index':1,'delta':{'message':{'content':{'type':'text','text':''}}}}",
                    "{'type':'content-delta','index':1,'delta':{'message':{'content':{'text':'Two '}}}}",
                    "{'type':'content-delta','index':1,'delta':{'message':{'content':{'text':'towns: '}}}}",
                    "{'type':'content-delta','index':1,'delta':{'message':{'content':{'text':'Bern, Rom.'}}}}",
                    "{'type':'content-end','index':1}",
                    "{'type':'tool-call-start','index':0,'delta':{'message':{'tool_calls':{'id':'call_a','type':'function','function':{'name':'get_weather','arguments':''}}}}}",
                    "{'type':'tool-call-delta','index':0,'delta':{'message':{'tool_calls':{'function':{'arguments':'{\\'city\\':'}}}}}",
                    "{'type':'tool-call-delta','index':0,'delta':{'message':{'tool_calls':{'function':{'arguments':'\\'Bern\\'}'}}}}}",
                    "{'type':'tool-call-end','index':0}",
                    "{'type':'tool-call-start','index':1,'delta':{'message':{'tool_calls':{'id':'call_b','type':'function','function':{'name':'get_time','arguments':''}}}}}",
                    "{'type':'tool-call-delta','index':1,'delta':{'message':{'tool_calls':{'function':{'arguments':'{\\'zone\\':'}}}}}",
                    "{'type':'tool-call-delta','index':1,'delta':{'message':{'tool_calls':{'function':{'arguments':'7}'}}}}}",
                    "{'type':'tool-call-end','index':1}",
                    "{'type':'message-end','delta':{'finish_reason':'TOOL_CALL','usage':{'tokens':{'input_tokens':40,'output_tokens':30}}}}",
                    "[DONE]");
        }
    },
    CONVERSE(new BedrockConverse(), Form.FRAMES) {
        @Override
        List<Event> events() {
            return Event.named(
                    "messageStart {'role':'assistant'}",
                    "contentBlockDelta {'contentBlockIndex':0,'delta':{'reasoningContent':{'text':'I look '}}}",
                    "contentBlockDelta {'contentBlockIndex':0,'delta':{'reasoningContent':{'text':'twice.'}}}",
                    "contentBlockStop {'contentBlockIndex':0}",
                    "contentBlockDelta {'contentBlockIndex':1,'delta':{'text':'Two '}}",
                    "contentBlockDelta {'contentBlockIndex':1,'delta':{'text':'towns: '}}",
                    "contentBlockDelta {'contentBlockIndex':1,'delta':{'text':'Bern, Rom.'}}",
                    "contentBlockStop {'contentBlockIndex':1}",
                    "contentBlockStart {'contentBlockIndex':2,'start':{'toolUse':{'toolUseId':'call_a','name':'get_weather'}}}",
                    "contentBlockDelta {'contentBlockIndex':2,'delta':{'toolUse':{'input':'{\\'city\\':'}}}",
                    "contentBlockDelta {'contentBlockIndex':2,'delta':{'toolUse':{'input':'\\'Bern\\'}'}}}",
                    "contentBlockStop {'contentBlockIndex':2}",
                    "contentBlockStart {'contentBlockIndex':3,'start':{'toolUse':{'toolUseId':'call_b','name':'get_time'}}}",
                    "contentBlockDelta {'contentBlockIndex':3,'delta':{'toolUse':{'input':'{\\'zone\\':'}}}",
                    "contentBlockDelta {'contentBlockIndex':3,'delta':{'toolUse':{'input':'7}'}}}",
                    "contentBlockStop {'contentBlockIndex':3}",
                    "messageStop {'stopReason':'tool_use'}",
                    "metadata {'usage':{'inputTokens':40,'outputTokens':30,'totalTokens':70}}");
        }
    },
    INVOKE(new BedrockAnthropic(), Form.CHUNKS) {
        @Override
        List<Event> events() {
            return Event.all(messages());
        }
    };

    /** Form of the events of a stream. */
    enum Form {
        /** Server-sent events without names. */
        DATA,
        /** Server-sent events whose name is their type. */
        NAMED,
        LINES,
        ELEMENTS,
        /** Messages of AWS's event stream. */
        FRAMES,
        /** The same, with events in Base64. */
        CHUNKS;

        boolean isText() {
            return this != FRAMES && this != CHUNKS;
        }

        boolean isSse() {
            return this == DATA || this == NAMED;
        }
    }

    /**
     * An event.
     *
     * @param name "" without one
     */
    record Event(String name, String json) {

        static List<Event> all(String... events) {
            List<Event> all = new ArrayList<>();
            for (String quoted : events) {
                String json = unquoted(quoted);
                boolean typed = json.startsWith("{\"type\":\"");
                all.add(new Event(typed ? json.substring(9, json.indexOf('"', 9)) : "", json));
            }
            return all;
        }

        static List<Event> named(String... events) {
            List<Event> all = new ArrayList<>();
            for (String quoted : events) {
                int space = quoted.indexOf(' ');
                all.add(new Event(quoted.substring(0, space), unquoted(quoted.substring(space + 1))));
            }
            return all;
        }

        Event with(String json) {
            return new Event(name, json);
        }
    }

    static final ChatRequest REQUEST = ChatRequest.of(
            "m",
            List.of(Message.user("Weather and time?")),
            List.of(
                    new Tool("get_weather", "Weather of a town", Map.of("type", "object")),
                    new Tool("get_time", "Time of a zone", Map.of("type", "object"))));

    final Dialect dialect;
    final Form form;

    DialectSample(Dialect dialect, Form form) {
        this.dialect = dialect;
        this.form = form;
    }

    /** Events of the answer. */
    abstract List<Event> events();

    /** Body of a stream of these events. */
    byte[] body(List<Event> events) {
        if (form == Form.FRAMES || form == Form.CHUNKS) {
            EventStreamBytes frames = EventStreamBytes.stream();
            for (Event event : events) {
                if (form == Form.FRAMES) {
                    frames.event(event.name(), event.json());
                } else {
                    String base64 =
                            Base64.getEncoder().encodeToString(event.json().getBytes(StandardCharsets.UTF_8));
                    frames.event("chunk", "{\"bytes\":\"" + base64 + "\"}");
                }
            }
            return frames.bytes();
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        StringBuilder text = new StringBuilder(form == Form.ELEMENTS ? "[" : "");
        for (int i = 0; i < events.size(); i++) {
            text.append(text(events.get(i), i == 0));
        }
        text.append(form == Form.ELEMENTS ? "]" : "");
        body.writeBytes(text.toString().getBytes(StandardCharsets.UTF_8));
        return body.toByteArray();
    }

    private String text(Event event, boolean first) {
        return switch (form) {
            case DATA -> "data: " + event.json() + "\n\n";
            case NAMED ->
                (event.name().isEmpty() ? "" : "event: " + event.name() + "\n") + "data: " + event.json() + "\n\n";
            case ELEMENTS -> (first ? "" : "\n,\r\n") + event.json();
            default -> event.json() + "\n";
        };
    }

    DecodedAnswer decode(List<Event> events) {
        byte[] body = body(events);
        return decode(body, body.length, new Random(0));
    }

    DecodedAnswer decode(byte[] body, int most, Random random) {
        return DecodedAnswer.of(dialect.framing(), dialect.decoder("p", REQUEST), body, most, random);
    }

    /** Content of a decoded answer: everything that its reader could see. */
    static String content(DecodedAnswer answer) {
        return answer.text + "|" + answer.reasoning + "|" + answer.refusal + "|" + answer.toolCalls + "|"
                + answer.callsFromParts() + "|"
                + (answer.finish == null ? answer.failure : answer.finish.reason() + " " + answer.finish.usage());
    }

    static String unquoted(String quoted) {
        return quoted.replace("\\'", "\\\"").replace('\'', '"');
    }

    private static String chat(String delta) {
        return "{'id':'c1','object':'chat.completion.chunk','model':'m','choices':[{'index':0,'delta':{" + delta
                + "},'finish_reason':null}]}";
    }

    private static String[] messages() {
        return new String[] {
            "{'type':'message_start','message':{'id':'m1','type':'message','role':'assistant','model':'m','content':[],'stop_reason':null,'usage':{'input_tokens':40,'output_tokens':1}}}",
            "{'type':'content_block_start','index':0,'content_block':{'type':'thinking','thinking':'','signature':''}}",
            "{'type':'content_block_delta','index':0,'delta':{'type':'thinking_delta','thinking':'I look '}}",
            "{'type':'content_block_delta','index':0,'delta':{'type':'thinking_delta','thinking':'twice.'}}",
            "{'type':'content_block_stop','index':0}",
            "{'type':'content_block_start','index':1,'content_block':{'type':'text','text':''}}",
            "{'type':'content_block_delta','index':1,'delta':{'type':'text_delta','text':'Two '}}",
            "{'type':'content_block_delta','index':1,'delta':{'type':'text_delta','text':'towns: '}}",
            "{'type':'content_block_delta','index':1,'delta':{'type':'text_delta','text':'Bern, Rom.'}}",
            "{'type':'content_block_stop','index':1}",
            "{'type':'content_block_start','index':2,'content_block':{'type':'tool_use','id':'call_a','name':'get_weather','input':{}}}",
            "{'type':'content_block_delta','index':2,'delta':{'type':'input_json_delta','partial_json':''}}",
            "{'type':'content_block_delta','index':2,'delta':{'type':'input_json_delta','partial_json':'{\\'city\\':'}}",
            "{'type':'content_block_delta','index':2,'delta':{'type':'input_json_delta','partial_json':'\\'Bern\\'}'}}",
            "{'type':'content_block_stop','index':2}",
            "{'type':'content_block_start','index':3,'content_block':{'type':'tool_use','id':'call_b','name':'get_time','input':{}}}",
            "{'type':'content_block_delta','index':3,'delta':{'type':'input_json_delta','partial_json':'{\\'zone\\':'}}",
            "{'type':'content_block_delta','index':3,'delta':{'type':'input_json_delta','partial_json':'7}'}}",
            "{'type':'content_block_stop','index':3}",
            "{'type':'message_delta','delta':{'stop_reason':'tool_use','stop_sequence':null},'usage':{'output_tokens':30}}",
            "{'type':'message_stop'}"
        };
    }

    private static String[] candidates() {
        String head = "{'candidates':[{'index':0,'content':{'role':'model','parts':[";
        String tail = "]}}],'modelVersion':'m','responseId':'r1'}";
        return new String[] {
            head + "{'text':'I look ','thought':true}" + tail,
            head + "{'text':'twice.','thought':true}" + tail,
            head + "{'text':'Two '}" + tail,
            head + "{'text':'towns: '}" + tail,
            head + "{'text':'Bern, Rom.'}" + tail,
            head + "{'functionCall':{'id':'call_a','name':'get_weather','args':{'city':'Bern'}}}" + tail,
            head + "{'functionCall':{'id':'call_b','name':'get_time','args':{'zone':7}}}" + tail,
            "{'candidates':[{'index':0,'content':{'role':'model','parts':[{'text':''}]},'finishReason':'STOP'}],'usageMetadata':{'promptTokenCount':40,'candidatesTokenCount':30,'totalTokenCount':70},'modelVersion':'m','responseId':'r1'}"
        };
    }
}
