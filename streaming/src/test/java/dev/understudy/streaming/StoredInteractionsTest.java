package dev.understudy.streaming;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ChatResponseAggregator;
import dev.understudy.chat.Feature;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.Usage;
import dev.understudy.provider.Providers;
import dev.understudy.provider.endpoint.Endpoint;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/**
 * Answers that a vendor stores, over sockets: the connection is cut after each number of bytes, and the vendor is asked
 * for the events after the last one.
 */
class StoredInteractionsTest {

    private static final Duration LONG = Duration.ofSeconds(20);
    private static final ChatRequest ASKED = ChatRequest.of("m", "Well?");
    private static final int STEP = Boolean.getBoolean("understudy.tests.all") ? 1 : 13;

    /** Vendors that store answers, with the paths of requests and of stored answers. */
    private enum Vendor {
        GEMINI("/interactions", "/interactions/v1_a?stream=true&last_event_id=") {
            @Override
            ChatProvider provider(Endpoint endpoint) {
                return Providers.geminiBackground(endpoint);
            }
        },
        AZURE("/openai/v1/responses", "/openai/v1/responses/v1_a?stream=true&starting_after=") {
            @Override
            ChatProvider provider(Endpoint endpoint) {
                return Providers.azureBackground(endpoint);
            }
        },
        OCI("/openai/v1/responses", "/openai/v1/responses/v1_a?stream=true&starting_after=") {
            @Override
            ChatProvider provider(Endpoint endpoint) {
                return Providers.openAiBackground(
                        Endpoint.of(endpoint.name(), endpoint.baseUrl() + "/openai/v1", "key"));
            }
        },
        PERPLEXITY("/v1/agent", "/v1/responses/v1_a?stream=true&starting_after=") {
            @Override
            ChatProvider provider(Endpoint endpoint) {
                return Providers.perplexityBackground(endpoint);
            }
        };

        private final String path;
        private final String stored;

        Vendor(String path, String stored) {
            this.path = path;
            this.stored = stored;
        }

        abstract ChatProvider provider(Endpoint endpoint);

        /** Events of one answer, the number of each as its id. */
        List<String> events() {
            List<String> events = new ArrayList<>();
            for (String event : (this == GEMINI ? INTERACTION : RESPONSE)) {
                String name = this == GEMINI ? "event_id\":\"" : "sequence_number\":";
                String id = "\"" + name + events.size() + (this == GEMINI ? "\"," : ",");
                events.add("data: {" + id + event.replace('\'', '"').substring(1) + "\n\n");
            }
            return events;
        }
    }

    private static final String[] INTERACTION = {
        "{'event_type':'interaction.created','interaction':{'id':'v1_a','status':'in_progress','model':'m'}}",
        "{'event_type':'step.start','index':0,'step':{'type':'thought'}}",
        "{'event_type':'step.delta','index':0,'delta':{'type':'thought_summary','content':{'type':'text','text':'Hm.'}}}",
        "{'event_type':'step.stop','index':0}",
        "{'event_type':'step.start','index':1,'step':{'type':'model_output'}}",
        "{'event_type':'step.delta','index':1,'delta':{'type':'text','text':'It is '}}",
        "{'event_type':'step.delta','index':1,'delta':{'type':'text','text':'l\u00e4ter than '}}",
        "{'event_type':'step.delta','index':1,'delta':{'type':'text','text':'you think.'}}",
        "{'event_type':'step.stop','index':1}",
        "{'event_type':'step.start','index':2,'step':{'type':'function_call','id':'c1','name':'clock','arguments':{}}}",
        "{'event_type':'step.delta','index':2,'delta':{'type':'arguments_delta','arguments':'{\\'zone\\':'}}",
        "{'event_type':'step.delta','index':2,'delta':{'type':'arguments_delta','arguments':'\\'UTC\\'}'}}",
        "{'event_type':'step.stop','index':2}",
        "{'event_type':'interaction.completed','interaction':{'id':'v1_a','status':'requires_action',"
                + "'usage':{'total_input_tokens':7,'total_output_tokens':9}}}"
    };

    private static final String[] RESPONSE = {
        "{'type':'response.created','response':{'id':'v1_a','status':'in_progress'}}",
        "{'type':'response.output_text.delta','output_index':0,'item_id':'i','content_index':0,'delta':'It is '}",
        "{'type':'response.output_text.delta','output_index':0,'item_id':'i','content_index':0,'delta':'l\u00e4ter than '}",
        "{'type':'response.output_text.delta','output_index':0,'item_id':'i','content_index':0,'delta':'you think.'}",
        "{'type':'response.output_item.added','output_index':1,'item':{'type':'function_call','id':'f','call_id':'c1',"
                + "'name':'clock','arguments':''}}",
        "{'type':'response.function_call_arguments.delta','output_index':1,'item_id':'f','delta':'{\\'zone\\':'}",
        "{'type':'response.function_call_arguments.delta','output_index':1,'item_id':'f','delta':'\\'UTC\\'}'}",
        "{'type':'response.output_item.done','output_index':1,'item':{'type':'function_call','id':'f','call_id':'c1',"
                + "'name':'clock','arguments':'{\\'zone\\':\\'UTC\\'}'}}",
        "{'type':'response.completed','response':{'id':'v1_a','status':'completed','output':[],"
                + "'usage':{'input_tokens':7,'output_tokens':9}}}"
    };

    private final ConcurrentLinkedQueue<String> asked = new ConcurrentLinkedQueue<>();
    private final AtomicInteger cutAfter = new AtomicInteger();
    private volatile Vendor vendor = Vendor.GEMINI;

    /** True if the vendor begins stored answers anew, whatever event is named. */
    private volatile boolean anew;

    private final DisposableServer server =
            HttpServer.create().host("localhost").port(0).handle(this::serve).bindNow();

    @AfterEach
    void close() {
        server.disposeNow();
    }

    private Mono<Void> serve(HttpServerRequest request, HttpServerResponse response) {
        asked.add(request.method() + " " + request.uri());
        List<String> events = vendor.events();
        if (request.method().name().equals("GET")) {
            String query = vendor == Vendor.GEMINI ? "last_event_id" : "starting_after";
            int after = Integer.parseInt(new QueryStringDecoder(request.uri())
                    .parameters()
                    .get(query)
                    .get(0));
            events = anew ? events : events.subList(after + 1, events.size());
        }
        byte[] bytes = (String.join("", events) + "data: [DONE]\n\n").getBytes(StandardCharsets.UTF_8);
        boolean cut = request.method().name().equals("POST") && cutAfter.get() < bytes.length;
        response.header("content-type", "text/event-stream");
        if (!cut) {
            return response.sendByteArray(Mono.just(bytes)).then();
        }
        byte[] beginning = Arrays.copyOf(bytes, cutAfter.get());
        return response.sendByteArray(Mono.just(beginning))
                .then()
                .then(Mono.fromRunnable(() -> response.withConnection(
                        connection -> connection.channel().close())));
    }

    private ChatProvider provider() {
        return vendor.provider(Endpoint.of("stored", "http://localhost:" + server.port(), "a-key"));
    }

    private static ChatResponse answer(List<StreamChunk> chunks) {
        ChatResponseAggregator aggregator = new ChatResponseAggregator();
        chunks.forEach(aggregator::add);
        return aggregator.response();
    }

    private static void check(List<StreamChunk> chunks, int cut) {
        ChatResponse answer = answer(chunks);
        assertThat(answer.text()).as("cut after %d bytes", cut).isEqualTo("It is l\u00e4ter than you think.");
        assertThat(answer.toolCalls())
                .extracting(call -> call.withVendorData(null))
                .as("cut after %d bytes", cut)
                .containsExactly(new ToolCall("c1", "clock", "{\"zone\":\"UTC\"}"));
        assertThat(answer.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
        assertThat(answer.usage()).isEqualTo(Usage.of(7, 9));
    }

    @ParameterizedTest
    @EnumSource
    void answerThatIsCutAtAnyByteGoesOn(Vendor vendor) {
        this.vendor = vendor;
        int length = String.join("", vendor.events()).getBytes(StandardCharsets.UTF_8).length;
        int resumed = 0;
        try (ChatProvider stored = provider()) {
            for (int bytes = 1; bytes < length; bytes += STEP) {
                asked.clear();
                cutAfter.set(bytes);
                List<StreamChunk> chunks = new ArrayList<>();
                Throwable end = ResumingProvider.over(stored).stream(ASKED)
                        .doOnNext(chunks::add)
                        .then()
                        .materialize()
                        .block(LONG)
                        .getThrowable();
                List<String> requests = List.copyOf(asked);
                if (end == null) {
                    check(chunks, bytes);
                    assertThat(requests.get(0)).isEqualTo("POST " + vendor.path);
                    assertThat(requests.subList(1, requests.size()))
                            .allSatisfy(request -> assertThat(request).startsWith("GET " + vendor.stored));
                    resumed += requests.size() > 1 ? 1 : 0;
                } else {
                    assertThat(chunks).as("cut after %d bytes: %s", bytes, end).noneMatch(StreamChunk::isContent);
                }
            }
        }
        assertThat(resumed).isGreaterThan(length / STEP / 3);
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 620, 700, 800})
    void serverThatBeginsAnewIsReadFromTheLastEventOn(int bytes) {
        anew = true;
        cutAfter.set(bytes);
        try (ChatProvider stored = provider()) {
            List<StreamChunk> chunks =
                    ResumingProvider.over(stored).stream(ASKED).collectList().block(LONG);
            check(chunks, bytes);
        }
        assertThat(asked).hasSize(2);
    }

    @ParameterizedTest
    @EnumSource
    void featureIsDeclaredAndARequestOptsOut(Vendor vendor) {
        this.vendor = vendor;
        cutAfter.set(700);
        String dialect = vendor == Vendor.GEMINI ? "gemini-interactions" : "openai-responses";
        try (ChatProvider stored = provider()) {
            assertThat(stored.capabilities("m").has(Feature.SAME_RESPONSE)).isTrue();
            assertThat(stored.stream(ASKED.withExtra(dialect, "background", false))
                            .onErrorComplete()
                            .collectList()
                            .block(LONG))
                    .noneMatch(StreamChunk.Resumable.class::isInstance);
        }
    }

    @Test
    void eventsWithoutIdsOfferNoResumption() {
        cutAfter.set(Integer.MAX_VALUE);
        DisposableServer plain = HttpServer.create()
                .host("localhost")
                .port(0)
                .handle((request, response) -> response.header("content-type", "text/event-stream")
                        .sendString(Mono.just(Arrays.stream(INTERACTION)
                                .map(event -> "data: " + event.replace('\'', '"') + "\n\n")
                                .reduce("", String::concat))))
                .bindNow();
        try (ChatProvider stored =
                Providers.geminiBackground(Endpoint.of("stored", "http://localhost:" + plain.port(), "a-key"))) {
            List<StreamChunk> chunks = stored.stream(ASKED).collectList().block(LONG);
            assertThat(chunks)
                    .filteredOn(StreamChunk.Resumable.class::isInstance)
                    .allSatisfy(chunk -> assertThat(
                                    ((StreamChunk.Resumable) chunk).token().isAlive())
                            .isFalse());
            check(chunks, -1);
        } finally {
            plain.disposeNow();
        }
    }
}
