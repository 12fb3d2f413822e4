package dev.understudy.provider.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.Usage;
import dev.understudy.chat.VendorMetadata;
import dev.understudy.provider.DecodedAnswer;
import dev.understudy.provider.dialect.StreamDecoder;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.provider.framing.SseFraming;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OpenAiChatStreamTest {

    private static final ChatRequest REQUEST = ChatRequest.of("asked-for", "Hello");
    private static final String DONE = "data: [DONE]\n\n";

    @Test
    void anAnswerArrivesPieceByPiece() {
        DecodedAnswer decodedAnswer = hear(delta("'role':'assistant','content':''")
                + ": still here\n\n"
                + delta("'content':'Hel'")
                + delta("'content':'lo 😀'")
                + finish("stop")
                + event("'id':'r9','model':'m-2025','choices':[],'usage':{'prompt_tokens':11,'completion_tokens':7,"
                        + "'total_tokens':18,'prompt_tokens_details':{'cached_tokens':5},"
                        + "'completion_tokens_details':{'reasoning_tokens':3}}")
                + DONE);
        assertThat(decodedAnswer.failure).isNull();
        assertThat(decodedAnswer.chunks).hasSize(3);
        assertThat(decodedAnswer.chunks.get(0)).isEqualTo(new StreamChunk.Text("Hel"));
        assertThat(decodedAnswer.text).hasToString("Hello 😀");
        assertThat(decodedAnswer.finished().reason()).isEqualTo(FinishReason.STOP);
        assertThat(decodedAnswer.finished().usage())
                .isEqualTo(Usage.of(11, 7).withCachedInput(5).withReasoning(3));
        assertThat(decodedAnswer.finished().vendorMetadata())
                .isEqualTo(new VendorMetadata("r9", "m-2025", "stop", null));
        assertThat(decodedAnswer.finished().servedBy().provider()).isEqualTo("p1");
        assertThat(decodedAnswer.finished().servedBy().model()).isEqualTo("asked-for");
    }

    @Test
    void theTerminalMarkerIsNotNeededButAFinishReasonIs() {
        assertThat(hear(delta("'content':'a'") + finish("stop")).isComplete()).isTrue();
        assertThat(hear(delta("'content':'a'") + DONE).kind()).isEqualTo(FailureKind.TRUNCATED);
        assertThat(hear(delta("'content':'a'")).kind()).isEqualTo(FailureKind.TRUNCATED);
        assertThat(hear("").kind()).isEqualTo(FailureKind.TRUNCATED);
        for (String none : new String[] {"null", "''", "' '"}) {
            DecodedAnswer decodedAnswer =
                    hear(event("'choices':[{'index':0,'delta':{'content':'a'},'finish_reason':" + none + "}]") + DONE);
            assertThat(decodedAnswer.kind()).isEqualTo(FailureKind.TRUNCATED);
        }
    }

    @Test
    void theTerminalMarkerCompletesWhereTheQuirkSaysSo() {
        OpenAiCompatibility openAiCompatibility = OpenAiCompatibility.defaults().withDoneCompletes(true);
        DecodedAnswer whole = hear(delta("'content':'a'") + DONE, openAiCompatibility);
        assertThat(whole.isComplete()).isTrue();
        assertThat(whole.finished().reason()).isEqualTo(FinishReason.STOP);
        assertThat(hear(delta("'content':'a'"), openAiCompatibility).kind()).isEqualTo(FailureKind.TRUNCATED);
    }

    @Test
    void finishedAndTerminatedFollowTheEvents() {
        SseFraming framing = new SseFraming();
        OpenAiChatStream decoder = new OpenAiChatStream("p1", REQUEST, OpenAiCompatibility.defaults());
        DecodedAnswer.Live live = new DecodedAnswer.Live(framing, decoder, new DecodedAnswer());
        live.feed(delta("'content':'a'"));
        assertThat(decoder.finished()).isFalse();
        live.feed(finish("stop"));
        assertThat(decoder.finished()).isTrue();
        assertThat(decoder.terminated()).isFalse();
        live.feed("data: [DONE] \n\n");
        assertThat(decoder.terminated()).isTrue();
        assertThat(live.decodedAnswer().chunks).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "stop,STOP",
        "STOP,STOP",
        "eos,STOP",
        "length,LENGTH",
        "MAX_TOKENS,LENGTH",
        "model_length,LENGTH",
        "model_context_window_exceeded,LENGTH",
        "tool_calls,TOOL_CALLS",
        "function_call,TOOL_CALLS",
        "content_filter,CONTENT_FILTER",
        "sensitive,CONTENT_FILTER",
        "something_new,OTHER"
    })
    void finishReasonsAreNormalised(String word, FinishReason reason) {
        DecodedAnswer decodedAnswer = hear(delta("'content':'a'") + finish(word) + DONE);
        assertThat(decodedAnswer.finished().reason()).isEqualTo(reason);
        assertThat(decodedAnswer.finished().vendorMetadata().finishReason()).isEqualTo(word);
    }

    @Test
    void contentMayBeAListOfTypedParts() {
        DecodedAnswer decodedAnswer = hear(delta(
                        "'content':[{'type':'thinking','thinking':[{'type':'text','text':'hm'},{'type':'text','text':'m'}]}]")
                + delta("'content':[{'type':'reasoning','summary':[{'type':'summary_text','text':'!'}]}]")
                + delta("'content':[{'type':'text','text':'A'},{'type':'text','text':'B'},{'type':'reference'}]")
                + delta("'content':'C'")
                + finish("stop"));
        assertThat(decodedAnswer.text).hasToString("ABC");
        assertThat(decodedAnswer.reasoning).hasToString("hmm!");
    }

    @Test
    void repeatedReasoningIsEmittedOnce() {
        assertThat(hear(delta("'reasoning_content':'a','content':null") + finish("stop")).reasoning)
                .hasToString("a");
        assertThat(hear(delta("'reasoning':'b','reasoning_content':'b','content':''") + finish("stop")).reasoning)
                .hasToString("b");
        assertThat(hear(delta("'reasoning':'c','reasoning_details':[{'type':'reasoning.text','text':'c'}]")
                                + delta("'reasoning_details':[{'type':'reasoning.text','text':'c','signature':'x'}]")
                                + finish("stop"))
                        .reasoning)
                .hasToString("c");
        assertThat(hear(delta("'reasoning_details':[{'type':'reasoning.summary','summary':'d'},{'data':'opaque'}]")
                                + finish("stop"))
                        .reasoning)
                .hasToString("d");
    }

    @Test
    void refusalIsAChunkOfItsOwn() {
        DecodedAnswer decodedAnswer =
                hear(delta("'content':null,'refusal':'I can'") + delta("'refusal':'not'") + finish("stop"));
        assertThat(decodedAnswer.refusal).hasToString("I cannot");
        assertThat(decodedAnswer.text).isEmpty();
    }

    @Test
    void onlyTheFirstChoiceCounts() {
        DecodedAnswer decodedAnswer =
                hear(event("'choices':[{'delta':{'content':'no'},'finish_reason':'length','index':1},"
                                + "{'delta':{'content':'yes'},'index':0}]")
                        + event("'choices':[{'delta':{'content':'no'},'finish_reason':'length','index':1}]")
                        + event("'choices':[{'delta':{'content':'!'},'finish_reason':'stop'}]"));
        assertThat(decodedAnswer.text).hasToString("yes!");
        assertThat(decodedAnswer.finished().reason()).isEqualTo(FinishReason.STOP);
    }

    @Test
    void cumulativeMessageBesideTheDeltaIsIgnored() {
        DecodedAnswer decodedAnswer =
                hear(event("'choices':[{'index':0,'message':{'content':'ab'},'delta':{'content':'a'}}]")
                        + event("'choices':[{'index':0,'delta':{'content':'b'},'message':{'content':'ab'}}]")
                        + event("'choices':[{'index':0,'message':{'content':'ab'},'finish_reason':'stop'}]"));
        assertThat(decodedAnswer.text).hasToString("ab");
    }

    @Test
    void aServerThatDoesNotStreamIsUnderstood() {
        String body = "{\n \"id\": \"r1\",\n \"choices\": [\n {\"message\": {\"content\": \"all\"}, "
                + "\"finish_reason\": \"stop\"}\n ]\n}";
        DecodedAnswer decodedAnswer = hear(body);
        assertThat(decodedAnswer.failure).isNull();
        assertThat(decodedAnswer.text).hasToString("all");
    }

    @Test
    void usageIsTheLastReportedOne() {
        assertThat(usage(event("'choices':[],'usage':{'prompt_tokens':1,'completion_tokens':null}")
                        + event(
                                "'choices':[{'index':0,'delta':{},'finish_reason':'stop'}],'usage':{'prompt_tokens':2,'completion_tokens':5}")
                        + event("'choices':[],'usage':null")))
                .isEqualTo(Usage.of(2, 5));
        assertThat(usage(finish("stop")
                        + event("'choices':[],'x_groq':{'id':'r','usage':{'prompt_tokens':3,'completion_tokens':4}}")))
                .isEqualTo(Usage.of(3, 4));
        assertThat(
                        usage(
                                event(
                                        "'choices':[{'index':0,'delta':{},'finish_reason':'stop','usage':{'prompt_tokens':3,'completion_tokens':4,'cached_tokens':2}}]")))
                .isEqualTo(Usage.of(3, 4).withCachedInput(2));
        assertThat(usage(finish("stop"))).isEqualTo(Usage.none());
        assertThat(usage(finish("stop") + event("'usage':{'prompt_tokens':'8','completion_tokens':-4}")))
                .isEqualTo(Usage.of(8, 0));
    }

    @Test
    void outputIncludesReasoningAlsoWhereTheVendorLeavesItOut() {
        String apart =
                "'usage':{'prompt_tokens':10,'completion_tokens':2,'total_tokens':42,'completion_tokens_details':{'reasoning_tokens':30}}";
        String within =
                "'usage':{'prompt_tokens':10,'completion_tokens':32,'total_tokens':42,'completion_tokens_details':{'reasoning_tokens':30}}";
        assertThat(usage(finish("stop") + event(apart)))
                .isEqualTo(Usage.of(10, 32).withReasoning(30));
        assertThat(usage(finish("stop") + event(within)))
                .isEqualTo(Usage.of(10, 32).withReasoning(30));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "data: {'error':{'message':'m','type':'server_error','param':null,'code':null}}\n\n",
                "data: {'error':{'message':'m','code':503}}\n\n" + DONE,
                "event: error\ndata: {'error':{'message':'m','status_code':400,'code':'tool_use_failed'}}\n\n",
                "event: error\ndata: {'message':'m'}\n\n",
                "event: error\ndata: went away\n\n",
                "event: error\ndata: went away",
                "error: {'error':{'message':'m'}}\n\n" + DONE,
                "error: {'code':400,'message':'m','type':'x'}\n\n",
                "data: {'error':'m'}\n\n",
                "data: {'error':{'message':'m'},'message':'m'}\n\n",
                "data: {'object':'error','message':'m'}\n\n",
                "data: {'message':'m','type':'BadRequestError'}\n\n",
                "data: {'message':'m','code':500}\n\n",
                "data: {'detail':'m'}\n\n",
                "data: [{'error':{'message':'m'}}]\n\n",
                "data: {'x_groq':{'error':'m'}}\n\n",
                "data:"
                        + " {'error':{'code':502,'message':'m'},'choices':[{'index':0,'delta':{'content':''},'finish_reason':'error'}]}\n\n",
                "data: {'choices':[{'index':0,'delta':{},'error':{'code':502,'message':'m'}}]}\n\n",
                "data: {'choices':[{'index':0,'delta':{},'finish_reason':'error'}]}\n\n",
                "data: {'choices':[{'index':0,'delta':{},'native_finish_reason':'network_error'}]}\n\n",
                "data: {'choices':[{'index':0,'delta':{},'finish_reason':'insufficient_system_resource'}]}\n\n",
                "{\n  'error': {\n    'code': 503,\n    'message': 'm'\n  }\n}",
                "[{'error': {'code': 503, 'message': 'm'}}]\n\n"
            })
    void inBandErrorsFailTheStreamAndLoseNoContent(String error) {
        String json = error.replace('\'', '"');
        for (String before :
                new String[] {"", delta("'content':'kept'"), delta("'content':'kept'") + finish("length")}) {
            DecodedAnswer decodedAnswer = hear(before + json);
            assertThat(decodedAnswer.kind())
                    .as(before)
                    .isNotNull()
                    .isNotIn(FailureKind.TRUNCATED, FailureKind.PROTOCOL);
            assertThat(decodedAnswer.finish).isNull();
            assertThat(decodedAnswer.text).hasToString(before.isEmpty() ? "" : "kept");
        }
    }

    @Test
    void errorsWithinTheStreamAreTyped() {
        assertThat(hear("data: {\"error\":{\"type\":\"insufficient_quota\",\"message\":\"m\"}}\n\n")
                        .kind())
                .isEqualTo(FailureKind.QUOTA);
        assertThat(hear("data: {\"error\":{\"code\":429,\"message\":\"m\"}}\n\n")
                        .kind())
                .isEqualTo(FailureKind.RATE_LIMITED);
        assertThat(hear("event: error\ndata: {\"error\":{\"code\":\"tool_use_failed\",\"message\":\"m\"}}\n\n")
                        .kind())
                .isEqualTo(FailureKind.TOOL_REJECTED);
        assertThat(hear("data: {\"x_groq\":{\"id\":\"r\",\"error\":\"over_capacity\"}}\n\n")
                        .kind())
                .isEqualTo(FailureKind.OVERLOADED);
        assertThat(hear("data:"
                                + " {\"choices\":[{\"index\":0,\"delta\":{},\"error\":{\"code\":429,\"message\":\"m\"}}]}\n\n")
                        .kind())
                .isEqualTo(FailureKind.RATE_LIMITED);
        assertThat(hear(finish("insufficient_system_resource")).kind()).isEqualTo(FailureKind.OVERLOADED);
        assertThat(hear(finish("network_error")).kind()).isEqualTo(FailureKind.SERVER);
    }

    @Test
    void contentInTheSameEventAsAnErrorIsNotLost() {
        DecodedAnswer decodedAnswer =
                hear(event("'choices':[{'index':0,'delta':{'content':'kept'}}],'error':{'message':'m','code':500}"));
        assertThat(decodedAnswer.text).hasToString("kept");
        assertThat(decodedAnswer.kind()).isEqualTo(FailureKind.SERVER);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'error':null,'choices':[]",
                "'error':'','choices':[]",
                "'type':'ping'",
                "'message':'queued','code':null",
                "'choices':null",
                "'choices':[null]",
                "'choices':[{'index':0,'delta':null}]",
                "'choices':[{'index':0,'delta':{'content':{},'tool_calls':null,'function_call':null,'refusal':7}}]",
                "'choices':[],'prompt_filter_results':[{'content_filter_results':{'error':{}}}]"
            })
    void harmlessEventsAreNoError(String harmless) {
        DecodedAnswer decodedAnswer = hear(
                event(harmless) + "event: ping\ndata: ping\n\ndata:\n\n" + delta("'content':'a'") + finish("stop"));
        assertThat(decodedAnswer.failure).isNull();
        assertThat(decodedAnswer.text).hasToString("a");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"choices\":[", "hello", "{\"choices\":]}", "17", "{} {}"})
    void badJsonIsAProtocolFailure(String bad) {
        assertThat(hear(delta("'content':'a'") + "data: " + bad + "\n\n" + finish("stop"))
                        .kind())
                .isEqualTo(FailureKind.PROTOCOL);
    }

    @Test
    void invalidUtf8IsAProtocolFailure() {
        byte[] body = delta("'content':'ab'").getBytes(StandardCharsets.UTF_8);
        int at = new String(body, StandardCharsets.UTF_8).indexOf("ab");
        body[at] = (byte) 0xE2;
        DecodedAnswer decodedAnswer = DecodedAnswer.of(new SseFraming(), decoder(OpenAiCompatibility.defaults()), body);
        assertThat(decodedAnswer.kind()).isEqualTo(FailureKind.PROTOCOL);
    }

    @ParameterizedTest
    @ValueSource(strings = {"data: [", "data: [D", "data: [DONE", "data:["})
    void aCutWithinTheMarkerIsACutAndNoError(String cut) {
        assertThat(hear(delta("'content':'a'") + cut).kind()).isEqualTo(FailureKind.TRUNCATED);
        assertThat(hear(delta("'content':'a'") + finish("stop") + cut).failure).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", " "})
    void aFinishReasonThatSaysNothingIsNone(String nothing) {
        DecodedAnswer decodedAnswer = hear(delta("'content':'a'") + finish(nothing));
        assertThat(decodedAnswer.kind()).isEqualTo(FailureKind.TRUNCATED);
    }

    @Test
    void cutEventIsATruncationUnlessTheAnswerFinished() {
        String cut = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"wor";
        assertThat(hear(delta("'content':'a'") + cut).kind()).isEqualTo(FailureKind.TRUNCATED);
        assertThat(hear(delta("'content':'a'") + cut).text).hasToString("a");
        assertThat(hear(delta("'content':'a'") + finish("stop") + "data: {\"usage\":{\"pro")
                        .isComplete())
                .isTrue();
        assertThat(hear(delta("'content':'a'") + "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}")
                        .isComplete())
                .isTrue();
    }

    @Test
    void anyPiecesSayTheSame() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] body = (delta("'content':'é😀'") + ": ping\r\n\r\n"
                        + delta(
                                "'tool_calls':[{'index':0,'id':'c1','function':{'name':'f','arguments':'{\\\"a\\\":'}}]")
                        + delta("'tool_calls':[{'index':0,'function':{'arguments':'\\\"😀\\\"}'}}]")
                        + finish("tool_calls")
                        + DONE)
                .replace("\n", "\r\n")
                .getBytes(StandardCharsets.UTF_8);
        DecodedAnswer whole = DecodedAnswer.of(new SseFraming(), decoder(OpenAiCompatibility.defaults()), body);
        assertThat(whole.toolCalls).containsExactly(new ToolCall("c1", "f", "{\"a\":\"😀\"}"));
        for (int i = 0; i < 500; i++) {
            DecodedAnswer pieces = DecodedAnswer.of(
                    new SseFraming(), decoder(OpenAiCompatibility.defaults()), body, 1 + random.nextInt(40), random);
            assertThat(pieces.chunks).as("seed %d", seed).isEqualTo(whole.chunks);
        }
    }

    @Test
    void damagedBytesAreReadOrRejectedAndNothingElse() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] body = (delta("'content':'é😀'")
                        + delta("'content':[{'type':'text','text':'x'}],'reasoning':'y'")
                        + delta("'tool_calls':[{'index':0,'id':'c1','function':{'name':'f','arguments':'{}'}}]")
                        + "error: {\"a\":1}\n\n"
                        + finish("tool_calls")
                        + event("'usage':{'prompt_tokens':3,'completion_tokens':4}")
                        + DONE)
                .getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < 5_000; i++) {
            byte[] damaged = body.clone();
            for (int k = random.nextInt(4); k >= 0; k--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            DecodedAnswer decodedAnswer =
                    DecodedAnswer.of(new SseFraming(), decoder(OpenAiCompatibility.defaults()), damaged, 64, random);
            assertThat(decodedAnswer.isComplete()).as("seed %d", seed).isEqualTo(decodedAnswer.failure == null);
        }
    }

    @Test
    void aStreamedChunkCostsLittleGarbage() {
        byte[] piece = event("'id':'chatcmpl-0123456789abcdef','created':1740000000,'model':'m-2025-01-01',"
                        + "'choices':[{'index':0,'delta':{'content':' word'},'logprobs':null,'finish_reason':null}]")
                .repeat(10)
                .getBytes(StandardCharsets.UTF_8);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        SseFraming framing = new SseFraming();
        StreamDecoder decoder = decoder(OpenAiCompatibility.defaults());
        AtomicInteger characters = new AtomicInteger();
        long before = 0;
        for (int i = 0; i < 2_000; i++) {
            if (i == 1_000) {
                before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
            }
            framing.push(piece);
            while (framing.next()) {
                decoder.read(framing, chunk -> characters.addAndGet(chunk.text().length()));
            }
        }
        long perChunk = (threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before) / 10_000;
        assertThat(perChunk).isLessThan(200);
        assertThat(characters).hasValue(2_000 * 10 * 5);
    }

    private static Usage usage(String events) {
        DecodedAnswer decodedAnswer = hear(events + DONE);
        return decodedAnswer.finished().usage();
    }

    private static StreamDecoder decoder(OpenAiCompatibility openAiCompatibility) {
        return new OpenAiChat(openAiCompatibility).decoder("p1", REQUEST);
    }

    static DecodedAnswer hear(String body) {
        return hear(body, OpenAiCompatibility.defaults());
    }

    private static DecodedAnswer hear(String body, OpenAiCompatibility openAiCompatibility) {
        return DecodedAnswer.of(new SseFraming(), decoder(openAiCompatibility), body.getBytes(StandardCharsets.UTF_8));
    }

    static String delta(String fields) {
        return event("'choices':[{'index':0,'delta':{" + fields + "},'finish_reason':null}]");
    }

    static String finish(String reason) {
        return event("'choices':[{'index':0,'delta':{},'finish_reason':'" + reason + "'}]");
    }

    static String event(String fields) {
        return "data: {\"object\":\"chat.completion.chunk\"," + fields.replace('\'', '"') + "}\n\n";
    }
}
