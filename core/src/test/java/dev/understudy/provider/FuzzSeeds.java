package dev.understudy.provider;

import dev.understudy.provider.Corpus.Recording;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.opentest4j.TestAbortedException;

/** What the fuzzer starts from: a small fixture of each form, and the recordings where there are any. */
final class FuzzSeeds {

    private static final int MOST = 16 << 10;
    private static final int MOST_RECORDINGS = 60;

    private FuzzSeeds() {}

    /**
     * @param dialect as the corpus names it
     * @param kind stream, response or error
     */
    static List<byte[]> with(String dialect, String kind, List<byte[]> own) {
        List<byte[]> seeds = new ArrayList<>(own);
        try {
            Corpus.of(dialect, kind).stream()
                    .map(Recording::body)
                    .filter(body -> body.length > 0 && body.length <= MOST)
                    .limit(MOST_RECORDINGS)
                    .forEach(seeds::add);
        } catch (TestAbortedException noCorpus) {
            // Our own are enough.
        }
        return seeds;
    }

    static byte[] bytes(String quoted) {
        return quoted.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] sse(String... events) {
        return bytes("data: " + String.join("\n\ndata: ", events) + "\n\n");
    }

    private static byte[] named(String... events) {
        StringBuilder all = new StringBuilder(": hi\n\n");
        for (String event : events) {
            String name = event.replaceFirst("^\\{'type':'([^']+)'.*", "$1");
            all.append("event: ")
                    .append(name)
                    .append("\r\ndata: ")
                    .append(event)
                    .append("\r\n\r\n");
        }
        return bytes(all.toString());
    }

    static List<byte[]> openAiStreams() {
        return List.of(
                sse(
                        "{'id':'c1','model':'m','choices':[{'index':0,'delta':{'role':'assistant','content':''}}]}",
                        "{'id':'c1','choices':[{'index':0,'delta':{'reasoning_content':'Hm, \\u00e9.'}}]}",
                        "{'id':'c1','choices':[{'index':0,'delta':{'content':'Good 👋'},'finish_reason':null}]}",
                        "{'id':'c1','choices':[{'index':0,'delta':{},'finish_reason':'stop'}]}",
                        "{'id':'c1','choices':[],'usage':{'prompt_tokens':9,'completion_tokens':1e2,"
                                + "'prompt_tokens_details':{'cached_tokens':3}}}",
                        "[DONE]"),
                sse(
                        "{'choices':[{'delta':{'tool_calls':[{'index':0,'id':'t1','type':'function',"
                                + "'function':{'name':'weather','arguments':''}}]}}]}",
                        "{'choices':[{'delta':{'tool_calls':[{'index':0,'function':{'arguments':'{\\'city\\''}}]}}]}",
                        "{'choices':[{'delta':{'tool_calls':[{'index':0,'function':{'arguments':':\\'Oslo\\'}'}}]}}]}",
                        "{'choices':[{'delta':{'tool_calls':[{'index':1,'id':'t2','function':"
                                + "{'name':'now','arguments':{'zone':[1,-2.5,null,true]}}}]}}]}",
                        "{'choices':[{'delta':{'content':null},'finish_reason':'tool_calls'}],"
                                + "'x_groq':{'usage':{'prompt_tokens':4,'completion_tokens':'5'}}}"),
                sse("{'choices':[{'delta':{'content':[{'type':'text','text':'a'},{'type':'thinking','thinking':"
                        + "[{'type':'text','text':'b'}]}],'refusal':'no'},'finish_reason':'content_filter'}]}"),
                bytes("error: {'error':{'message':'slow down, try again in 2s','type':'rate_limit','code':429}}\n\n"),
                bytes("data: {'error':{'message':'boom','code':'server_error'}}\n\n{'detail':'x'}\n"));
    }

    static List<byte[]> openAiAnswers() {
        return List.of(
                bytes("{'id':'c1','model':'m','choices':[{'index':0,'message':{'role':'assistant','content':'Good',"
                        + "'reasoning':'Hm','tool_calls':[{'id':'t','type':'function','function':{'name':'f',"
                        + "'arguments':{'a':1.5e3,'b':[12345678901234567890]}}}]},'finish_reason':'stop'}],"
                        + "'usage':{'prompt_tokens':9,'completion_tokens':4,'total_tokens':13}}"),
                bytes("{'error':{'message':'boom','type':'server_error'}}"));
    }

    static List<byte[]> anthropicEvents(boolean enveloped) {
        List<String[]> streams = List.of(
                new String[] {
                    "{'type':'message_start','message':{'id':'m1','model':'c','role':'assistant','content':[],"
                            + "'usage':{'input_tokens':10,'cache_read_input_tokens':2,'output_tokens':1}}}",
                    "{'type':'content_block_start','index':0,'content_block':{'type':'thinking','thinking':''}}",
                    "{'type':'content_block_delta','index':0,'delta':{'type':'thinking_delta','thinking':'Hm'}}",
                    "{'type':'content_block_delta','index':0,'delta':{'type':'signature_delta','signature':'c2ln'}}",
                    "{'type':'content_block_stop','index':0}",
                    "{'type':'ping'}",
                    "{'type':'content_block_start','index':1,'content_block':{'type':'text','text':''}}",
                    "{'type':'content_block_delta','index':1,'delta':{'type':'text_delta','text':'Good \\ud83d\\ude00'}}",
                    "{'type':'content_block_stop','index':1}",
                    "{'type':'content_block_start','index':2,'content_block':{'type':'tool_use','id':'t1',"
                            + "'name':'weather','input':{}}}",
                    "{'type':'content_block_delta','index':2,'delta':{'type':'input_json_delta',"
                            + "'partial_json':'{\\'city\\':\\'Oslo\\'}'}}",
                    "{'type':'content_block_stop','index':2}",
                    "{'type':'message_delta','delta':{'stop_reason':'tool_use'},'usage':{'output_tokens':20}}",
                    "{'type':'message_stop'}"
                },
                new String[] {
                    "{'type':'message_start','message':{'id':'m1','usage':null}}",
                    "{'type':'content_block_start','index':0,'content_block':{'type':'redacted_thinking','data':'eA'}}",
                    "{'type':'error','error':{'type':'overloaded_error','message':'Overloaded'}}"
                });
        return streams.stream()
                .map(events -> enveloped ? enveloped(events) : named(events))
                .toList();
    }

    private static byte[] enveloped(String... events) {
        EventStreamBytes stream = EventStreamBytes.stream();
        for (String event : events) {
            stream.event(
                    "chunk", "{\"bytes\":\"" + Base64.getEncoder().encodeToString(bytes(event)) + "\",\"p\":\"abcd\"}");
        }
        return stream.bytes();
    }

    static List<byte[]> anthropicAnswers() {
        return List.of(
                bytes("{'type':'message','id':'m1','model':'c','content':[{'type':'thinking','thinking':'Hm',"
                        + "'signature':'s'},{'type':'text','text':'Good'},{'type':'tool_use','id':'t','name':'f',"
                        + "'input':{'a':[1,2.5e7,{'b':null}]}}],'stop_reason':'end_turn',"
                        + "'usage':{'input_tokens':3,'output_tokens':4}}"),
                bytes("{'type':'error','error':{'type':'overloaded_error','message':'Overloaded'}}"));
    }

    static List<byte[]> responsesStreams() {
        return List.of(
                named(
                        "{'type':'response.created','response':{'id':'r1','model':'m','status':'in_progress'}}",
                        "{'type':'response.output_item.added','output_index':0,'item':{'id':'i1','type':'reasoning',"
                                + "'summary':[]}}",
                        "{'type':'response.reasoning_summary_text.delta','output_index':0,'item_id':'i1',"
                                + "'summary_index':0,'delta':'Hm'}",
                        "{'type':'response.output_item.done','output_index':0,'item':{'id':'i1','type':'reasoning',"
                                + "'encrypted_content':'xx','summary':[{'type':'summary_text','text':'Hm'}]}}",
                        "{'type':'response.output_item.added','output_index':1,'item':{'id':'i2','type':'message'}}",
                        "{'type':'response.output_text.delta','output_index':1,'item_id':'i2','content_index':0,"
                                + "'delta':'Good'}",
                        "{'type':'response.output_item.added','output_index':2,'item':{'id':'i3',"
                                + "'type':'function_call','call_id':'t1','name':'f','arguments':''}}",
                        "{'type':'response.function_call_arguments.delta','output_index':2,'item_id':'i3',"
                                + "'delta':'{}'}",
                        "{'type':'response.output_item.done','output_index':2,'item':{'id':'i3','type':'function_call',"
                                + "'call_id':'t1','name':'f','arguments':'{}'}}",
                        "{'type':'response.completed','response':{'id':'r1','status':'completed','output':[],"
                                + "'usage':{'input_tokens':1,'output_tokens':2,"
                                + "'output_tokens_details':{'reasoning_tokens':1}}}}"),
                named(
                        "{'type':'response.output_text.done','output_index':-1,'text':'Good'}",
                        "{'type':'response.incomplete','response':{'incomplete_details':"
                                + "{'reason':'max_output_tokens'},'output':[{'type':'message','content':"
                                + "[{'type':'output_text','text':'Good'}]}]}}"),
                named("{'type':'response.failed','response':{'error':{'code':'server_error','message':'no'}}}"));
    }

    static List<byte[]> responsesAnswers() {
        return List.of(bytes("{'id':'r1','status':'completed','model':'m','error':null,'output':[{'type':'message',"
                + "'content':[{'type':'output_text','text':'Good'},{'type':'refusal','refusal':'no'}]},"
                + "{'type':'function_call','call_id':'t','name':'f','arguments':'{}'}],"
                + "'usage':{'input_tokens':1,'output_tokens':2}}"));
    }

    private static final String GEMINI_TEXT = "{'candidates':[{'content':{'parts':[{'text':'Hm','thought':true,"
            + "'thoughtSignature':'c2ln'},{'text':'Good'}],'role':'model'}}],'modelVersion':'g','responseId':'r'}";
    private static final String GEMINI_CALL = "{'candidates':[{'content':{'parts':[{'functionCall':{'id':'f1',"
            + "'name':'weather','args':{'city':'Oslo','days':[1,2e3]}}},{'functionCall':{'name':'g',"
            + "'partialArgs':[{'jsonPath':'$.a.b[0]','stringValue':'x'},{'jsonPath':'$.n','numberValue':1}],"
            + "'willContinue':true}}]}}]}";
    private static final String GEMINI_END = "{'candidates':[{'content':{'parts':[{'functionCall':{}},{'text':'.'}]},"
            + "'finishReason':'STOP'}],'usageMetadata':{'promptTokenCount':3,'candidatesTokenCount':4,"
            + "'thoughtsTokenCount':1}}";

    static List<byte[]> geminiStreams() {
        return List.of(
                sse(GEMINI_TEXT, GEMINI_CALL, GEMINI_END),
                bytes("[" + GEMINI_TEXT + "\n,\r\n" + GEMINI_CALL + ",\n" + GEMINI_END + "]"),
                bytes("[{'error':{'code':429,'status':'RESOURCE_EXHAUSTED','message':'Please retry in 3.5s.'}}]"),
                sse("{'promptFeedback':{'blockReason':'SAFETY'}}"));
    }

    static List<byte[]> geminiAnswers() {
        return List.of(bytes(GEMINI_END), bytes("[" + GEMINI_CALL + "," + GEMINI_END + "]"));
    }

    private static final String INTERACTION_END = "'usage':{'total_input_tokens':3,'total_output_tokens':4}}";

    static List<byte[]> interactionStreams() {
        return List.of(
                sse(
                        "{'event_type':'interaction.created','event_id':'e','interaction':{'id':'i','status':'in_progress'}}",
                        "{'event_type':'step.start','index':0,'step':{'type':'thought'}}",
                        "{'event_type':'step.delta','index':0,'delta':{'type':'thought_summary','content':{'text':'Hm'}}}",
                        "{'event_type':'step.delta','index':0,'delta':{'type':'thought_signature','signature':'c2ln'}}",
                        "{'event_type':'step.delta','index':1,'delta':{'type':'text','text':'Good'}}",
                        "{'event_type':'step.start','index':2,'step':{'type':'function_call','id':'f','name':'g','arguments':{}}}",
                        "{'event_type':'step.delta','index':2,'delta':{'type':'arguments_delta','arguments':'{}'}}",
                        "{'event_type':'step.stop','index':2}",
                        "{'event_type':'interaction.completed','interaction':{'id':'i','status':'completed',"
                                + INTERACTION_END + "}"),
                sse("{'event_type':'error','error':{'code':'429','message':'Please retry in 3.5s.'}}"));
    }

    static List<byte[]> interactionAnswers() {
        return List.of(bytes("{'id':'i','object':'interaction','status':'completed','steps':[{'type':'model_output',"
                + "'content':[{'type':'text','text':'Good'}]},{'type':'function_call','id':'f','name':'g',"
                + "'arguments':{'a':[1]}}]," + INTERACTION_END));
    }

    static List<byte[]> ollamaStreams() {
        return List.of(
                bytes("{'model':'t','message':{'role':'assistant','content':'','thinking':'Hm'},'done':false}\n"
                        + "{'model':'t','message':{'content':'Good'},'done':false}\n"
                        + "{'message':{'content':'','tool_calls':[{'function':{'name':'f',"
                        + "'arguments':{'a':[1,{'b':2.5}]}}}]},'done':false}\r\n"
                        + "{'message':{'content':''},'done':true,'done_reason':'stop','prompt_eval_count':7,"
                        + "'eval_count':5}\n"),
                bytes("{'message':{'content':'Goo'},'done':false}\n{'error':'an error was met'}\n"));
    }

    static List<byte[]> cohereStreams() {
        return List.of(named(
                "{'type':'message-start','id':'a1','delta':{'message':{'role':'assistant','content':[]}}}",
                "{'type':'tool-plan-delta','delta':{'message':{'tool_plan':'I look.'}}}",
                "{'type':'tool-call-start','index':0,'delta':{'message':{'tool_calls':{'id':'t1','type':'function',"
                        + "'function':{'name':'f','arguments':''}}}}}",
                "{'type':'tool-call-delta','index':0,'delta':{'message':{'tool_calls':{'function':"
                        + "{'arguments':'{}'}}}}}",
                "{'type':'tool-call-end','index':0}",
                "{'type':'content-start','index':0,'delta':{'message':{'content':{'type':'text','text':''}}}}",
                "{'type':'content-delta','index':0,'delta':{'message':{'content':{'text':'Good'}}}}",
                "{'type':'content-end','index':0}",
                "{'type':'message-end','delta':{'finish_reason':'COMPLETE','usage':{'tokens':{'input_tokens':3,"
                        + "'output_tokens':4}}}}"));
    }

    static List<byte[]> cohereAnswers() {
        return List.of(bytes("{'id':'a1','finish_reason':'COMPLETE','message':{'role':'assistant','tool_plan':'p',"
                + "'content':[{'type':'thinking','thinking':'Hm'},{'type':'text','text':'Good'}],'tool_calls':"
                + "[{'id':'t','type':'function','function':{'name':'f','arguments':'{}'}}]},"
                + "'usage':{'tokens':{'input_tokens':3,'output_tokens':4}}}"));
    }

    static List<byte[]> converseStreams() {
        return List.of(
                EventStreamBytes.stream()
                        .event("messageStart", "{\"role\":\"assistant\"}")
                        .event("contentBlockDelta", json("{'contentBlockIndex':0,'delta':{'text':'Good'}}"))
                        .event(
                                "contentBlockDelta",
                                json("{'contentBlockIndex':1,'delta':{'reasoningContent':{'text':'Hm'}}}"))
                        .event(
                                "contentBlockDelta",
                                json("{'contentBlockIndex':1,'delta':{'reasoningContent':{'signature':'s'}}}"))
                        .event("contentBlockStop", "{\"contentBlockIndex\":1}")
                        .event(
                                "contentBlockStart",
                                json("{'contentBlockIndex':2,'start':{'toolUse':{'toolUseId':'t','name':'f'}}}"))
                        .event("contentBlockDelta", json("{'contentBlockIndex':2,'delta':{'toolUse':{'input':'{}'}}}"))
                        .event("contentBlockStop", "{\"contentBlockIndex\":2}")
                        .event("messageStop", "{\"stopReason\":\"tool_use\"}")
                        .event("metadata", json("{'usage':{'inputTokens':3,'outputTokens':4}}"))
                        .bytes(),
                EventStreamBytes.stream()
                        .event("contentBlockDelta", json("{'contentBlockIndex':0,'delta':{'text':'Go'}}"))
                        .exception("throttlingException", json("{'message':'Too many tokens, please wait'}"))
                        .bytes(),
                EventStreamBytes.stream().error("InternalFailure", "no").bytes());
    }

    static List<byte[]> converseAnswers() {
        return List.of(bytes("{'output':{'message':{'role':'assistant','content':[{'reasoningContent':{'reasoningText':"
                + "{'text':'Hm','signature':'s'}}},{'text':'Good'},{'toolUse':{'toolUseId':'t','name':'f',"
                + "'input':{'a':[1,2.5]}}}]}},'stopReason':'tool_use','usage':{'inputTokens':3,'outputTokens':4}}"));
    }

    static List<byte[]> errors() {
        return List.of(
                bytes("{'error':{'message':'Rate limit reached. Please try again in 6m0.5s.','type':'tokens',"
                        + "'param':null,'code':'rate_limit_exceeded'}}"),
                bytes("{'error':{'message':'maximum context length is 128000 tokens. However, your messages resulted "
                        + "in 150000 tokens','code':'context_length_exceeded'}}"),
                bytes("{'type':'error','error':{'type':'invalid_request_error','message':'prompt is too long: 3 tokens "
                        + "> 2 maximum'},'request_id':'r'}"),
                bytes("{'error':{'code':'1308','message':'Your limit will reset at 2026-08-27 21:31:39 UTC+08:00'}}"),
                bytes("[{'error':{'code':429,'message':'q','status':'RESOURCE_EXHAUSTED','details':[{'@type':"
                        + "'type.googleapis.com/google.rpc.RetryInfo','retryDelay':'33.5s'},{'violations':"
                        + "[{'quotaId':'PerDay'}]}]}}]"),
                bytes("{'error':{'message':'{\\'error\\':{\\'message\\':\\'inner\\',\\'code\\':402}}','metadata':"
                        + "{'raw':'x','headers':{'X-RateLimit-Reset':'1790000000000'}},'code':502}}"),
                bytes("{'detail':[{'loc':['body','model'],'msg':'bad','type':'value_error'}]}"),
                bytes("{'message':'retry_after: 2.5','n_ctx':4096,'n_prompt_tokens':5000}"),
                bytes("<!DOCTYPE html><html><head><title>502</title></head><body>Bad <b>gateway</b></body></html>"),
                bytes("upstream connect error"));
    }

    private static String json(String quoted) {
        return quoted.replace('\'', '"');
    }
}
