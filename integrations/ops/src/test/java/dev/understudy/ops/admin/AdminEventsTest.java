package dev.understudy.ops.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.Understudy;
import dev.understudy.chat.FailureKind;
import dev.understudy.event.Event;
import dev.understudy.ops.agent.Agents;
import dev.understudy.ops.event.JsonDocuments;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Flux;
import reactor.netty.http.client.HttpClient;
import reactor.util.retry.Retry;

/** Operators who watch. */
@Timeout(60)
class AdminEventsTest {

    private static final Duration LONG = Duration.ofSeconds(20);

    private final ActivityLog activityLog = new ActivityLog();
    private final ScriptedProvider ann = ScriptedProvider.named("ann").always(ScriptedAnswer.text("canary: I am Ann"));
    private final ScriptedProvider bob = ScriptedProvider.named("bob").always(ScriptedAnswer.text("canary: I am Bob"));
    private final Understudy understudy = Understudy.builder()
            .name("support")
            .provider(ann)
            .provider(bob)
            .retry(RetryPolicy.none())
            .listener(activityLog)
            .build();
    private final OperatorClient operatorClient = new OperatorClient(
            Agents.of(understudy),
            activityLog,
            Admin.Options.tokens(OperatorClient.READ, OperatorClient.WRITE)
                    .withWatchers(2)
                    .withBacklog(8)
                    .withKeepAlive(Duration.ofMillis(50)));

    @AfterEach
    void close() {
        operatorClient.close();
        understudy.close();
    }

    /** All that was said so far, again with each piece. */
    private Flux<String> watch(String query) {
        return watch(query, "");
    }

    private Flux<String> watch(String query, String lastEventId) {
        return HttpClient.create()
                .headers(headers -> headers.set("authorization", "Bearer " + OperatorClient.READ)
                        .set("last-event-id", lastEventId))
                .get()
                .uri(operatorClient.url("/api/events" + query))
                .response((response, content) -> {
                    assertThat(response.status().code()).isEqualTo(200);
                    assertThat(response.responseHeaders().get("content-type")).isEqualTo("text/event-stream");
                    assertThat(response.responseHeaders().get("cache-control")).isEqualTo("no-store");
                    return content.asString();
                })
                .scan(String::concat);
    }

    /** Events received up to {@code last}; the action runs once the event stream is open. */
    private String heard(String query, String last, Runnable action) {
        boolean[] played = new boolean[1];
        return watch(query)
                .publishOn(reactor.core.scheduler.Schedulers.boundedElastic())
                .doOnNext(text -> {
                    if (!played[0]) {
                        played[0] = true;
                        action.run();
                    }
                })
                .filter(text -> text.contains(last) && text.endsWith("\n\n"))
                .next()
                .block(LONG);
    }

    private void chat() {
        understudy.chat(OperatorClient.REQUEST).block(LONG);
    }

    @Test
    void everyStepOfACallIsReported() {
        ann.then(ScriptedAnswer.fail(FailureKind.OVERLOADED));
        String heard = heard("", "call.served", this::chat);
        assertThat(heard)
                .startsWith(":\n\n")
                .containsSubsequence(
                        "event: attempt.started\n",
                        "event: attempt.failed\n",
                        "event: call.failed_over\n",
                        "event: attempt.started\n",
                        "event: call.served\n")
                .containsPattern("id: [0-9a-f]+-1\n")
                .contains("\"agent\":\"support\"", "\"kind\":\"overloaded\"")
                .doesNotContain("canary")
                .doesNotContain("Who is there");
    }

    @Test
    void operatorActionsAreEvents() {
        String heard = heard(
                "?types=admin.changed,active.changed",
                "admin.changed",
                () -> operatorClient.post("/api/agents/support/failover/switch", "{\"provider_id\":\"bob\"}"));
        assertThat(heard)
                .containsSubsequence("event: active.changed\n", "event: admin.changed\n")
                .contains("\"by\":\"write\"", "\"action\":\"switch\"")
                .doesNotContain("canary");
    }

    @Test
    void oneMayChooseTypesAndAgent() {
        assertThat(heard("?types=call.served&agent=support", "call.served", this::chat))
                .doesNotContain("attempt.started");
        String others = heard("?agent=sales", ":\n\n:\n\n:", this::chat);
        assertThat(others).doesNotContain("event:");
        assertThat(operatorClient.get("/api/events?types=call.severed").status())
                .isEqualTo(422);
        assertThat(operatorClient.get("/api/events?type=call.served").text()).contains("types");
    }

    private String again(String lastEventId, String last) {
        return watch("?types=active.changed", lastEventId)
                .filter(text -> text.contains(last) && text.endsWith("\n\n"))
                .blockFirst(LONG);
    }

    private void changed(int number) {
        activityLog.on(new Event.ActiveProviderChanged("support", "ann", "bob", "because " + number + "."));
    }

    @Test
    void watcherThatComesBackReceivesWhatItMissed() {
        String heard = heard("?types=active.changed", "because 1.", () -> changed(1));
        String id = heard.replaceAll("(?s).*id: ([0-9a-f]+-1)\n.*", "$1");
        changed(2);
        changed(3);
        assertThat(again(id, "because 3.")).contains("because 2.").doesNotContain("because 1.", "event: lost");
        assertThat(again(id.replaceFirst("-1$", "-2"), "because 3.")).doesNotContain("because 2.");
        for (int i = 4; i < EventFeed.KEPT + 4; i++) {
            changed(i);
        }
        assertThat(again(id, "because " + (EventFeed.KEPT + 3) + "."))
                .contains("event: lost\ndata: {\"count\":2}", "because 4.")
                .doesNotContain("because 3.");
    }

    @Test
    void idOfAnotherProcessIsNone() {
        heard("?types=active.changed", "because 1.", () -> changed(1));
        changed(2);
        boolean[] played = new boolean[1];
        String heard = watch("?types=active.changed", "0-1")
                .publishOn(reactor.core.scheduler.Schedulers.boundedElastic())
                .doOnNext(text -> {
                    if (!played[0]) {
                        played[0] = true;
                        changed(3);
                    }
                })
                .filter(text -> text.contains("because 3."))
                .blockFirst(LONG);
        assertThat(heard).doesNotContain("because 2.");
    }

    @Test
    void commentsKeepASilentStreamAlive() {
        assertThat(heard("", ":\n\n:\n\n:\n\n", () -> {})).isEqualTo(":\n\n:\n\n:\n\n");
    }

    @Test
    void onlySoManyMayWatch() {
        Flux<String> both = Flux.merge(watch(""), watch(""));
        boolean[] refused = new boolean[1];
        both.publishOn(reactor.core.scheduler.Schedulers.boundedElastic())
                .filter(text -> activityLog.feed().watchers() == 2)
                .doOnNext(text -> {
                    OperatorClient.Reply third = operatorClient.get("/api/events");
                    refused[0] =
                            third.status() == 503 && third.header("retry-after").equals("10");
                })
                .next()
                .block(LONG);
        assertThat(refused[0]).isTrue();
        // until the ends of the first two have reached the server
        assertThat(watch("")
                        .retryWhen(Retry.fixedDelay(500, Duration.ofMillis(10)))
                        .blockFirst(LONG))
                .isNotEmpty();
    }

    @Test
    void aWatcherCountsFromItsAcceptanceAndOnlyOnce() {
        AdminRoute route = new EventStreamRoute(
                        activityLog.feed(),
                        Admin.Options.reading(OperatorClient.READ).withWatchers(2))
                .route();
        AdminRoute.Request request = new AdminRoute.Request(Map.of(), Map.of(), Map.of(), false, "");
        AdminRoute.Answer first = route.handler().answer(request).block();
        assertThat(route.handler().answer(request).block()).isNotNull();
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> route.handler().answer(request)).isInstanceOf(Problem.class);
        }
        ((AdminRoute.Events) Objects.requireNonNull(first)).end().run();
        assertThat(route.handler().answer(request).block()).isNotNull();
        assertThatThrownBy(() -> route.handler().answer(request)).isInstanceOf(Problem.class);
    }

    @Test
    void slowWatcherLosesOldestEventsAndTheirCountIsSent() throws IOException {
        int total = 20_000;
        try (Socket slow = new Socket()) {
            slow.setSoTimeout((int) LONG.toMillis());
            slow.connect(new InetSocketAddress("127.0.0.1", operatorClient.server.port()));
            slow.getOutputStream()
                    .write(("GET /api/events?types=active.changed HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                                    + OperatorClient.READ + "\r\n\r\n")
                            .getBytes(StandardCharsets.UTF_8));
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(slow.getInputStream(), StandardCharsets.UTF_8));
            while (!in.readLine().equals(":")) {
                // Headers, and the size of the first chunk.
            }
            for (int i = 0; i < total; i++) {
                activityLog.on(new Event.ActiveProviderChanged("support", "ann", "bob", "because " + i));
            }
            long seen = 0;
            long lost = 0;
            boolean count = false;
            long end = System.nanoTime() + LONG.toNanos();
            for (String line = in.readLine(); seen + lost < total && System.nanoTime() < end; line = in.readLine()) {
                if (count && line.startsWith("data: ")) {
                    lost += ((Number) JsonDocuments.object(line.substring(6).getBytes(StandardCharsets.UTF_8))
                                    .get("count"))
                            .longValue();
                }
                count = line.equals("event: lost");
                seen += line.equals("event: active.changed") ? 1 : 0;
            }
            assertThat(lost).isPositive();
            assertThat(seen + lost).isEqualTo(total);
        }
    }

    @Test
    void aWatcherThatReadsNothingCostsCallsNothing() throws IOException {
        try (Socket dead = new Socket("127.0.0.1", operatorClient.server.port())) {
            dead.getOutputStream()
                    .write(("GET /api/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                                    + OperatorClient.READ + "\r\n\r\n")
                            .getBytes(StandardCharsets.UTF_8));
            dead.getInputStream().read();
            Long served = Flux.range(0, 2_000)
                    .concatMap(i -> understudy.chat(OperatorClient.REQUEST))
                    .count()
                    .block(LONG);
            assertThat(served).isEqualTo(2_000);
            assertThat(OpenApi.at(
                            operatorClient
                                    .get("/api/agents/support/failover/stats")
                                    .json(),
                            "calls"))
                    .isEqualTo(Map.of(
                            "ended", 2_000, "served", 2_000, "served_by_backup", 0, "failed", 0, "cancelled", 0));
        }
    }
}
