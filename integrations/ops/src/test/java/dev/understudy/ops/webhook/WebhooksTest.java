package dev.understudy.ops.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.Understudy;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.event.Event;
import dev.understudy.event.ProviderStatus;
import dev.understudy.testing.RecordedRequest;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import dev.understudy.testing.ScriptedServer;
import java.net.URI;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;

@Timeout(120)
class WebhooksTest {

    private static final Event.CallId CALL = new Event.CallId(1, "support", "m", false, Map.of());
    private static final Event MOVED = new Event.ActiveProviderChanged("support", "a", "b", "switched by hand");

    private final WebhookReceiver webhookReceiver = new WebhookReceiver();

    @AfterEach
    void close() {
        webhookReceiver.close();
    }

    private static Event failover(String to) {
        return new Event.FailedOver(
                CALL,
                new Event.Route("a", "m"),
                new Event.Route(to, "m"),
                Duration.ZERO,
                Failure.of(FailureKind.OVERLOADED, "busy"));
    }

    private static void eventually(Webhooks webhooks, Webhooks.Counts counts) {
        Flux.interval(Duration.ofMillis(10))
                .map(tick -> webhooks.counts())
                .takeUntil(counts::equals)
                .blockLast(Duration.ofSeconds(20));
    }

    @Test
    void aFailoverIsPostedAndSigned() {
        ScriptedProvider lead = ScriptedProvider.named("lead").always(ScriptedAnswer.fail(FailureKind.OVERLOADED));
        ScriptedProvider second = ScriptedProvider.named("second").always(ScriptedAnswer.text("I know the lines."));
        try (Webhooks webhooks = Webhooks.start(webhookReceiver.options().withTopics(Set.of(Webhooks.Topic.FAILOVER)));
                Understudy understudy = Understudy.builder()
                        .name("support")
                        .provider(lead)
                        .provider(second)
                        .retry(dev.understudy.policy.RetryPolicy.none())
                        .listener(webhooks)
                        .build()) {
            understudy.chat(ChatRequest.of("m", "a secret prompt")).block(Duration.ofSeconds(10));
            RecordedRequest post = webhookReceiver.posts(1).get(0);
            Map<String, Object> body = WebhookReceiver.body(post);
            assertThat(body).containsOnlyKeys("id", "type", "timestamp", "agent", "count", "data");
            assertThat(body)
                    .containsEntry("type", "call.failed_over")
                    .containsEntry("agent", "support")
                    .containsEntry("count", 1);
            assertThat(post.text())
                    .contains("\"from_provider\":\"lead\"", "\"to_provider\":\"second\"", "\"kind\":\"overloaded\"")
                    .doesNotContain("secret prompt")
                    .doesNotContain("the lines");
            eventually(webhooks, new Webhooks.Counts(1, 0, 0));
        }
    }

    @Test
    void refusedPostIsRetriedUnderTheSameId() {
        webhookReceiver.server.then(
                WebhookReceiver.status(500), WebhookReceiver.status(429), WebhookReceiver.status(204));
        try (Webhooks webhooks = Webhooks.start(webhookReceiver.options())) {
            webhooks.on(MOVED);
            List<RecordedRequest> posts = webhookReceiver.posts(3);
            assertThat(posts)
                    .extracting(post -> post.header("webhook-id"))
                    .containsOnly(posts.get(0).header("webhook-id"));
            assertThat(posts)
                    .extracting(RecordedRequest::text)
                    .containsOnly(posts.get(0).text());
            eventually(webhooks, new Webhooks.Counts(1, 0, 0));
        }
    }

    @Test
    void eachEventHasAnIdOfItsOwn() {
        try (Webhooks webhooks = Webhooks.start(webhookReceiver.options())) {
            webhooks.on(MOVED);
            webhooks.on(MOVED);
            assertThat(webhookReceiver.posts(2))
                    .extracting(post -> post.header("webhook-id"))
                    .doesNotHaveDuplicates();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {302, 400, 401, 404, 410})
    void finalStatusIsNotRetried(int status) {
        webhookReceiver.server.then(
                WebhookReceiver.status(status).withHeader("location", webhookReceiver.server.url("/elsewhere")),
                WebhookReceiver.status(200));
        try (Webhooks webhooks = Webhooks.start(webhookReceiver.options())) {
            webhooks.on(MOVED);
            eventually(webhooks, new Webhooks.Counts(0, 1, 0));
            assertThat(webhookReceiver.server.requests()).hasSize(1);
        }
    }

    @Test
    void triesAreLimited() {
        webhookReceiver.server.always(WebhookReceiver.status(503));
        Webhooks.Delivery hasty = Webhooks.Delivery.defaults().withBackoff(Duration.ofMillis(5));
        try (Webhooks webhooks = Webhooks.start(webhookReceiver.options().withDelivery(hasty.withTries(3)))) {
            webhooks.on(MOVED);
            eventually(webhooks, new Webhooks.Counts(0, 1, 0));
            assertThat(webhookReceiver.server.requests()).hasSize(3);
        }
    }

    @Test
    void aReceiverThatWantsTimeGetsIt() {
        webhookReceiver.server.then(
                WebhookReceiver.status(429).withRetryAfter(Duration.ofSeconds(1)), WebhookReceiver.status(200));
        try (Webhooks webhooks = Webhooks.start(webhookReceiver.options())) {
            webhooks.on(MOVED);
            List<RecordedRequest> posts = webhookReceiver.posts(2);
            assertThat(posts.get(1).at().minus(posts.get(0).at())).isGreaterThan(Duration.ofMillis(950));
        }
    }

    @Test
    void aRetryAfterInMillisecondsIsHonoured() {
        webhookReceiver.server.then(
                WebhookReceiver.status(503).withHeader("retry-after-ms", "1000"), WebhookReceiver.status(200));
        try (Webhooks webhooks = Webhooks.start(webhookReceiver.options())) {
            webhooks.on(MOVED);
            List<RecordedRequest> posts = webhookReceiver.posts(2);
            assertThat(posts.get(1).at().minus(posts.get(0).at())).isGreaterThan(Duration.ofMillis(950));
        }
    }

    @Test
    void aReceiverThatWantsMoreTimeThanNewsKeepIsGivenUp() {
        webhookReceiver.server.then(
                WebhookReceiver.status(503).withRetryAfter(Duration.ofHours(1)), WebhookReceiver.status(200));
        try (Webhooks webhooks = Webhooks.start(webhookReceiver.options())) {
            webhooks.on(MOVED);
            eventually(webhooks, new Webhooks.Counts(0, 1, 0));
            assertThat(webhookReceiver.server.requests()).hasSize(1);
        }
    }

    @Test
    void manyFailoversAreTwoWebhookPosts() {
        try (Webhooks webhooks = Webhooks.start(webhookReceiver.options().withQuiet(Duration.ofMillis(500)))) {
            for (int i = 0; i < 1_000; i++) {
                webhooks.on(failover("b"));
            }
            assertThat(webhookReceiver.posts(2))
                    .extracting(post -> WebhookReceiver.body(post).get("count"))
                    .containsExactly(1, 999);
            eventually(webhooks, new Webhooks.Counts(2, 0, 0));
        }
    }

    @Test
    void lastStateOfAFlappingCircuitIsPosted() {
        try (Webhooks webhooks = Webhooks.start(webhookReceiver.options().withQuiet(Duration.ofMillis(200)))) {
            for (int i = 0; i < 5; i++) {
                webhooks.on(circuit(ProviderStatus.CircuitState.CLOSED, ProviderStatus.CircuitState.OPEN));
                webhooks.on(circuit(ProviderStatus.CircuitState.HALF_OPEN, ProviderStatus.CircuitState.CLOSED));
            }
            List<RecordedRequest> posts = webhookReceiver.posts(2);
            assertThat(posts.get(0).text()).contains("\"to\":\"open\"", "\"count\":1");
            assertThat(posts.get(1).text()).contains("\"to\":\"closed\"", "\"count\":9");
        }
    }

    private static Event circuit(ProviderStatus.CircuitState from, ProviderStatus.CircuitState to) {
        return new Event.CircuitStateChanged("support", "a", "m", from, to, null);
    }

    @Test
    void trialsOfAnUnreachableProviderAreNotPosted() {
        try (Webhooks webhooks = Webhooks.start(webhookReceiver.options())) {
            webhooks.on(circuit(ProviderStatus.CircuitState.OPEN, ProviderStatus.CircuitState.HALF_OPEN));
            webhooks.on(circuit(ProviderStatus.CircuitState.HALF_OPEN, ProviderStatus.CircuitState.OPEN));
            webhooks.on(MOVED);
            assertThat(webhookReceiver.posts(1).get(0).text()).contains("active.changed");
        }
    }

    @Test
    void onlyTheChosenTopicsArePosted() {
        List<Event> all = List.of(
                failover("b"),
                circuit(ProviderStatus.CircuitState.CLOSED, ProviderStatus.CircuitState.OPEN),
                circuit(ProviderStatus.CircuitState.HALF_OPEN, ProviderStatus.CircuitState.CLOSED),
                new Event.HealthChanged("support", "a", ProviderStatus.Health.UNHEALTHY, "refused"),
                new Event.HealthChanged("support", "a", ProviderStatus.Health.HEALTHY, null),
                MOVED,
                new Event.HoldChanged("support", "a", true, null, "by an operator"),
                new Event.HoldChanged("support", "a", false, null, "by an operator"),
                new Event.OperatorAction("support", "write", "hold", "a", "a is held"));
        Map<Webhooks.Topic, List<String>> expected = Map.of(
                Webhooks.Topic.FAILOVER, List.of("call.failed_over"),
                Webhooks.Topic.RECOVERY, List.of("circuit.changed", "health.changed", "hold.changed"),
                Webhooks.Topic.CIRCUIT, List.of("circuit.changed", "circuit.changed", "hold.changed", "hold.changed"),
                Webhooks.Topic.HEALTH, List.of("health.changed", "health.changed"),
                Webhooks.Topic.ACTIVE, List.of("active.changed"),
                Webhooks.Topic.AUDIT, List.of("admin.changed"));
        expected.forEach((topic, types) -> {
            try (WebhookReceiver one = new WebhookReceiver();
                    Webhooks webhooks = Webhooks.start(one.options().withTopics(EnumSet.of(topic)))) {
                all.forEach(webhooks::on);
                assertThat(one.posts(types.size()))
                        .extracting(post -> WebhookReceiver.body(post).get("type"))
                        .isEqualTo(types);
                eventually(webhooks, new Webhooks.Counts(types.size(), 0, 0));
            }
        });
    }

    @Test
    void unreachableReceiverDelaysNoCall() {
        try (ScriptedServer dead = ScriptedServer.refusing()) {
            neverInTheWay(dead);
        }
    }

    @Test
    void aSlowReceiverCostsCallsNothing() {
        webhookReceiver.server.always(WebhookReceiver.status(200).beforeHeaders(Duration.ofSeconds(60)));
        neverInTheWay(webhookReceiver.server);
    }

    /** 500 calls that each fail over, and each post has to wait: they are served as if nobody listened. */
    private void neverInTheWay(ScriptedServer server) {
        Webhooks.Options options = Webhooks.Options.to(
                        URI.create(server.url("/hook")), Webhooks.Secret.of(WebhookReceiver.SECRET))
                .withQuiet(Duration.ZERO)
                .withTopics(Set.of(Webhooks.Topic.FAILOVER))
                .withDelivery(Webhooks.Delivery.defaults().withQueue(16));
        ScriptedProvider lead = ScriptedProvider.named("lead").always(ScriptedAnswer.fail(FailureKind.RATE_LIMITED));
        ScriptedProvider second = ScriptedProvider.named("second").always(ScriptedAnswer.text("here"));
        try (Webhooks webhooks = Webhooks.start(options);
                Understudy understudy = Understudy.builder()
                        .name("support")
                        .provider(lead)
                        .provider(second)
                        .retry(dev.understudy.policy.RetryPolicy.none())
                        .listener(webhooks)
                        .build()) {
            long begun = System.nanoTime();
            List<ChatResponse> answers = Flux.range(0, 500)
                    .concatMap(i -> understudy.chat(ChatRequest.of("m", "hello")))
                    .collectList()
                    .block(Duration.ofMinutes(2));
            assertThat(answers).hasSize(500);
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(15));
            // 16 wait, one or two are on their way.
            assertThat(webhooks.counts().dropped()).isBetween(500L - 16 - 3, 500L - 16);
        }
    }

    @Test
    void nothingIsPostedAfterClosing() {
        Webhooks webhooks = Webhooks.start(webhookReceiver.options());
        webhooks.close();
        webhooks.on(MOVED);
        assertThat(webhookReceiver
                        .server
                        .arrivals()
                        .timeout(Duration.ofMillis(200), Flux.empty())
                        .collectList()
                        .block())
                .isEmpty();
    }

    @Test
    void neitherSecretNorPathIsEverPrinted() {
        Webhooks.Options options = webhookReceiver.options();
        try (Webhooks webhooks = Webhooks.start(options)) {
            assertThat(options + " " + webhooks)
                    .contains("127.0.0.1", "failover")
                    .doesNotContainIgnoringCase("canary")
                    .doesNotContain("in-the-path")
                    .doesNotContain(WebhookReceiver.SECRET.substring(6, 16));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://example.org/hook", "ftp://127.0.0.1/hook", "http://127.0.0.1.example.org/", "hook"})
    void onlyHttpsOrLoopback(String url) {
        assertThatThrownBy(() -> Webhooks.Options.to(URI.create(url), Webhooks.Secret.of(WebhookReceiver.SECRET)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("https");
    }

    @Test
    void plainHttpToOthersHasToBeAllowed() {
        URI url = URI.create("http://example.org/hook");
        assertThat(Webhooks.Options.toPlainHttp(url, Webhooks.Secret.of(WebhookReceiver.SECRET))
                        .url())
                .isEqualTo(url);
        assertThatThrownBy(() -> Webhooks.Options.to(
                        URI.create("https://user:pass@example.org/hook"), Webhooks.Secret.of(WebhookReceiver.SECRET)))
                .hasMessageContaining("no user or password")
                .message()
                .doesNotContain("pass@");
    }
}
