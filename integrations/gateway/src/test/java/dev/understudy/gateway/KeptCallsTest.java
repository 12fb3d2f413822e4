package dev.understudy.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.Usage;
import dev.understudy.gateway.KeptClient.Api;
import dev.understudy.gateway.KeptClient.Part;
import dev.understudy.testing.RecordedRequest;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedReply.FaultPoint;
import dev.understudy.testing.ScriptedServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/** Readers that lose their connection and come back to a gateway that keeps streams. */
@Timeout(60)
class KeptCallsTest {

    private static final String TEXT = "one two three four five six seven eight";
    private static final int ALL = Integer.MAX_VALUE;

    private final ScriptedServer ann = ScriptedServer.start().always(reply());
    private final ScriptedServer bob = ScriptedServer.start().always(reply());

    @TempDir
    Path folder;

    private Gateway gateway;
    private KeptClient client;

    private static ScriptedReply reply() {
        return ScriptedReply.text(TEXT)
                .withReasoning("I count.")
                .withToolCall("call_1", "look", "{\"at\":\"sky\"}")
                .withUsage(Usage.of(9, 8));
    }

    @AfterEach
    void close() {
        if (gateway != null) {
            gateway.close();
        }
        ann.close();
        bob.close();
    }

    private void start(String limits, String... options) {
        List<String> all = new ArrayList<>(List.of("--keep-streams", "memory"));
        all.addAll(List.of(options));
        startOver(ann.url(), limits, all.toArray(String[]::new));
    }

    private void startOver(String vendor, String limits, String... options) {
        gateway = KeptGateway.start(folder, vendor, bob.url(), limits, options);
        client = new KeptClient(gateway.port(), KeptGateway.APP);
    }

    @ParameterizedTest
    @EnumSource
    void restAfterEachEventIsThatOfTheUncutStream(Api api) {
        ann.always(reply().cut(FaultPoint.tokens(3)));
        start("");
        Part whole = client.post(api, "m", "", ALL);
        assertThat(api.isComplete(whole.events())).isTrue();
        assertThat(whole.body()).contains(": bob goes on for ann");
        assertThat(whole.events()).allMatch(event -> event.startsWith("id: ")).doesNotHaveDuplicates();
        int from = 0;
        for (int i = 0; i < whole.events().size(); i++) {
            String event = whole.events().get(i) + "\n\n";
            from = whole.body().indexOf(event, from) + event.length();
            String id = event.substring(4, event.indexOf('\n'));
            Part rest = i % 2 == 0 ? client.post(api, "m", id, ALL) : client.get(whole.address(), id, ALL);
            assertThat(rest.status()).isEqualTo(200);
            assertThat(rest.body()).isEqualTo(whole.body().substring(from));
        }
        assertThat(client.get(whole.address(), "", ALL).body()).isEqualTo(whole.body());
        assertThat(ann.calls()).hasSize(1);
        assertThat(bob.calls()).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource
    void answerGoesOnWithoutItsReader(Api api) throws Exception {
        Sinks.Many<String> tokens = Sinks.many().replay().all();
        try (TokenUpstream vendor = TokenUpstream.of(tokens.asFlux())) {
            startOver(vendor.url(), "", "--keep-streams", "memory");
            List.of("one", " two", " three", " four").forEach(tokens::tryEmitNext);
            Part begun = client.post(api, "m", "", 2);
            List.of(" five", " six").forEach(tokens::tryEmitNext);
            Part more = client.post(api, "m", begun.lastId(), 1);
            List.of(" seven", " eight").forEach(tokens::tryEmitNext);
            tokens.tryEmitComplete();
            Part rest = client.get(begun.address(), more.lastId(), ALL);
            List<String> all = new ArrayList<>(begun.events());
            all.addAll(more.events());
            all.addAll(rest.events());
            assertThat(all).isEqualTo(client.get(begun.address(), "", ALL).events());
            assertThat(api.isComplete(all)).isTrue();
            assertThat(vendor.calls()).isEqualTo(1);
        }
    }

    @Test
    void responsesAreReadAfterASequenceNumber() {
        start("");
        Part whole = client.post(Api.RESPONSES, "m", "", ALL);
        assertThat(whole.address()).startsWith("/v1/responses/resp_").endsWith("?stream=true");
        for (int after : List.of(0, 3, whole.events().size() - 1)) {
            Part rest = client.get(whole.address() + "&starting_after=" + after, "", ALL);
            assertThat(rest.events())
                    .isEqualTo(whole.events().subList(after + 1, whole.events().size()));
        }
        assertThat(client.get(whole.address().replace("?stream=true", ""), "", ALL)
                        .status())
                .isEqualTo(400);
        assertThat(client.get(whole.address() + "&starting_after=x", "", ALL).status())
                .isEqualTo(400);
    }

    @Test
    void answerThatIsReadOnIsHeldForTheNextCall() {
        ann.always(ScriptedReply.text(TEXT));
        start("");
        Part begun = client.post(Api.RESPONSES, "m", "", 4);
        Part rest = client.post(Api.RESPONSES, "m", begun.lastId(), ALL);
        assertThat(Api.RESPONSES.isComplete(rest.events())).isTrue();
        String id = begun.address().replaceFirst("\\?.*", "").replaceFirst(".*/", "");
        GatewayClient.Response next = new GatewayClient(gateway.port())
                .send(
                        "POST",
                        Api.RESPONSES.path(),
                        "{\"model\":\"m\",\"input\":\"And then?\",\"previous_response_id\":\"" + id + "\"}",
                        "x-api-key",
                        KeptGateway.APP);
        assertThat(next.status()).as(next.body()).isEqualTo(200);
        assertThat(ann.calls().get(1).text()).contains("Count.", TEXT, "And then?");
    }

    @ParameterizedTest
    @EnumSource
    void streamIsReadByItsClientOnly(Api api) {
        start("");
        Part whole = client.post(api, "m", "", ALL);
        KeptClient other = new KeptClient(gateway.port(), KeptGateway.OTHER);
        Part foreign = other.get(whole.address(), "", ALL);
        Part unknown = other.get(whole.address().replaceFirst("_|l-", "$0x"), "", ALL);
        assertThat(foreign.status()).isEqualTo(404);
        assertThat(foreign.body())
                .isEqualTo(unknown.body())
                .contains("\"code\":\"not_found\"")
                .doesNotContain("canary");
        assertThat(unknown.status()).isEqualTo(404);
        assertThat(other.post(api, "m", whole.lastId(), ALL).status()).isEqualTo(404);
        assertThat(new KeptClient(gateway.port(), "")
                        .get(whole.address(), "", ALL)
                        .status())
                .isEqualTo(401);
        Api another = Api.values()[(api.ordinal() + 1) % 3];
        assertThat(client.post(another, "m", whole.lastId(), ALL).status()).isEqualTo(404);
        assertThat(client.post(api, "m", "no.event", ALL).status()).isEqualTo(404);
        assertThat(ann.calls()).hasSize(1);
    }

    @Test
    void expiredStreamIsUnknown() {
        start("", "--keep-retention", "1");
        Part whole = client.post(Api.MESSAGES, "m", "", ALL);
        until(() -> client.get(whole.address(), "", ALL).status() == 404);
        assertThat(client.post(Api.MESSAGES, "m", whole.lastId(), ALL).body()).contains("not_found_error");
    }

    @ParameterizedTest
    @EnumSource
    void failureIsToldAgain(Api api) {
        ann.always(reply().cut(FaultPoint.tokens(3)));
        bob.always(ScriptedReply.status(500));
        start("");
        Part failed = client.post(api, "m", "", ALL);
        assertThat(failed.body()).contains("\"error\":{");
        assertThat(failed.broken()).isTrue();
        Part again = client.get(failed.address(), failed.lastId(), ALL);
        assertThat(failed.body()).endsWith(again.body());
        assertThat(again.body()).contains("\"error\":{");
    }

    @Test
    void failureBeforeTheFirstEventHasItsStatus() {
        start("");
        ann.always(ScriptedReply.status(400));
        GatewayClient plain = new GatewayClient(gateway.port());
        GatewayClient.Response adapted =
                plain.post(GatewayClient.body("m", true, "\"logprobs\":true"), "x-api-key", KeptGateway.APP);
        assertThat(adapted.status()).isEqualTo(400);
        assertThat(adapted.json().at("/error/param").asString()).isEqualTo("logprobs");
        bob.always(ScriptedReply.status(400));
        Part refused = client.post(Api.COMPLETIONS, "m", "", ALL);
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.address()).isEmpty();
        assertThat(client.post(Api.COMPLETIONS, "nobody", "", ALL).status()).isEqualTo(404);
    }

    @Test
    void comingBackIsNoSecondCallOfItsKey() {
        start(", requestsPerMinute: 1");
        Part begun = client.post(Api.COMPLETIONS, "m", "", 3);
        Part rest = client.post(Api.COMPLETIONS, "m", begun.lastId(), ALL);
        assertThat(rest.status()).isEqualTo(200);
        assertThat(client.get(begun.address(), "", ALL).status()).isEqualTo(200);
        assertThat(client.post(Api.COMPLETIONS, "m", "", ALL).status()).isEqualTo(429);
        assertThat(new GatewayClient(gateway.port()).get("/metrics").body())
                .contains("gateway_key_tokens_total{key=\"app\"} 17");
    }

    @Test
    void answerWithoutItsReaderCountsAsACallOfItsKey() {
        Sinks.Many<String> tokens = Sinks.many().replay().all();
        try (TokenUpstream vendor = TokenUpstream.of(tokens.asFlux())) {
            startOver(vendor.url(), ", concurrent: 1", "--keep-streams", "memory");
            List.of("one", " two", " three").forEach(tokens::tryEmitNext);
            Part begun = client.post(Api.COMPLETIONS, "m", "", 1);
            assertThat(client.post(Api.COMPLETIONS, "m", "", ALL).status()).isEqualTo(429);
            Part read = client.get(begun.address(), "", 1);
            assertThat(read.status()).isEqualTo(200);
            tokens.tryEmitComplete();
            assertThat(client.get(begun.address(), "", ALL).events()).isNotEmpty();
            until(() -> client.post(Api.COMPLETIONS, "m", "", ALL).status() != 429);
        }
    }

    @Test
    @EnabledIfSystemProperty(named = "understudy.tests.all", matches = "true")
    void answerThatNobodyReadsIsCancelledAfterTheGrace() {
        ann.always(reply().stall(FaultPoint.tokens(6)));
        start("", "--keep-grace", "1");
        Part begun = client.post(Api.COMPLETIONS, "m", "", 2);
        RecordedRequest ended = ann.endings().blockFirst(Duration.ofSeconds(30));
        assertThat(ended).isNotNull();
        assertThat(ended.ending()).isEqualTo(RecordedRequest.Ending.CLIENT_CANCELLED);
        until(() -> client.get(begun.address(), begun.lastId(), ALL).body().contains("stream_cancelled"));
    }

    @ParameterizedTest
    @EnumSource
    void answerThatDoesNotFitIntoTheStoreHasNoIds(Api api) {
        start(", concurrent: 1");
        assertIsNotKept(api, client.ask(api, "x".repeat(1_000_000)));
        until(() -> client.ask(api, "Count.").status() == 200);
    }

    @Test
    void answerWithoutItsRedisHasNoIds() {
        startOver(ann.url(), "", "--keep-streams", "redis", "--redis", "redis://127.0.0.1:1");
        assertIsNotKept(Api.COMPLETIONS, client.ask(Api.COMPLETIONS, "Count."));
    }

    private static void assertIsNotKept(Api api, Part whole) {
        assertThat(whole.status()).as(whole.body()).isEqualTo(200);
        assertThat(api.isComplete(whole.events())).isTrue();
        assertThat(whole.address()).isEmpty();
        assertThat(whole.events()).noneMatch(event -> event.contains("id: "));
    }

    @Test
    void withoutTheOptionStreamsEndWithTheirConnections() {
        startOver(ann.url(), "");
        Part whole = client.post(Api.COMPLETIONS, "m", "", ALL);
        assertThat(whole.address()).isEmpty();
        assertThat(whole.events()).noneMatch(event -> event.startsWith("id: "));
        assertThat(client.get("/v1/chat/completions/chatcmpl-1", "", ALL).status())
                .isEqualTo(404);
        assertThat(client.post(Api.COMPLETIONS, "m", "a.1.0", ALL).events()).hasSameSizeAs(whole.events());
    }

    private static void until(BooleanSupplier condition) {
        Flux.interval(Duration.ofMillis(20), reactor.core.scheduler.Schedulers.boundedElastic())
                .onBackpressureDrop()
                .takeUntil(tick -> condition.getAsBoolean())
                .blockLast(Duration.ofSeconds(30));
    }
}
