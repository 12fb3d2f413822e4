package dev.understudy.gateway.soak;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientResponse;
import reactor.netty.resources.ConnectionProvider;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Clients that each call the gateway again and again, always streaming, and compare each answer with the right one. */
final class LoadClients implements AutoCloseable {

    private static final JsonMapper JSON = JsonMapper.shared();

    private final ConnectionProvider connections = ConnectionProvider.builder("load")
            .maxConnections(10_000)
            .pendingAcquireMaxCount(-1)
            .build();
    private final HttpClient http;
    private final AtomicLong calls = new AtomicLong();
    private final AtomicInteger wanted = new AtomicInteger();
    private final NavigableMap<Integer, Disposable> running = new ConcurrentSkipListMap<>();
    private final AtomicInteger active = new AtomicInteger();
    private volatile LoadResults results = new LoadResults();

    LoadClients(int port) {
        this.http = HttpClient.create(connections)
                .baseUrl("http://127.0.0.1:" + port)
                .responseTimeout(Duration.ofMinutes(2))
                .headers(headers -> headers.set("content-type", "application/json"));
    }

    /** Returns the results since the last call of this method. */
    LoadResults turn() {
        LoadResults before = results;
        results = new LoadResults();
        return before;
    }

    int active() {
        return active.get();
    }

    /** Lets this number of clients call: further ones begin within the time, those that are too many end after their call. */
    void clients(int number, Duration within) {
        int before = wanted.getAndSet(number);
        for (int client = before; client < number; client++) {
            int own = client;
            long delay = within.toMillis() * (client - before) / Math.max(1, number - before);
            Disposable begun = Mono.delay(Duration.ofMillis(delay))
                    .thenMany(Mono.defer(this::call).repeat(() -> own < wanted.get()))
                    .subscribe();
            running.put(own, begun);
        }
    }

    /** Lets those that are too many leave at once, in the middle of their call. */
    void leave(int number) {
        wanted.set(number);
        running.tailMap(number, true).values().forEach(Disposable::dispose);
        running.tailMap(number, true).clear();
    }

    /** Makes one call; a client that was shed waits as long as it was told, and a little more. */
    private Mono<Boolean> call() {
        long call = calls.incrementAndGet();
        String body = "{\"model\":\"m\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\""
                + SoakAnswers.prompt(call) + "\"}]}";
        active.incrementAndGet();
        long start = System.nanoTime();
        AtomicLong first = new AtomicLong();
        return http.post()
                .uri("/v1/chat/completions")
                .send((request, out) -> out.sendString(Mono.just(body)))
                .response((response, content) -> {
                    first.set(System.nanoTime() - start);
                    StringBuilder text = new StringBuilder();
                    return content.asString(StandardCharsets.UTF_8)
                            .doOnNext(text::append)
                            .then()
                            .onErrorComplete() // a stream that fails ends with an event and without the end of its body
                            .then(Mono.fromSupplier(() -> end(results, call, response, text.toString(), first.get())))
                            .flux();
                })
                .next()
                .onErrorResume(error -> {
                    results.add(LoadResults.End.BROKEN, first.get(), String.valueOf(error));
                    return Mono.just(Duration.ofSeconds(1));
                })
                .doFinally(signal -> active.decrementAndGet())
                .flatMap(wait -> wait.isZero()
                        ? Mono.just(true)
                        : Mono.delay(wait.plusMillis(ThreadLocalRandom.current().nextInt(500)))
                                .thenReturn(true));
    }

    /** Returns the time that the client waits before its next call. */
    private static Duration end(
            LoadResults into, long call, HttpClientResponse response, String text, long firstAfter) {
        int status = response.status().code();
        String retryAfter = response.responseHeaders().get("retry-after");
        if (status == 200) {
            into.add(streamed(call, text), firstAfter, "call " + call + ": " + text);
            return Duration.ZERO;
        }
        if (status == 503 && retryAfter != null) {
            into.add(LoadResults.End.SHED, firstAfter, "");
            return Duration.ofSeconds(Long.parseLong(retryAfter));
        }
        // failures of providers; the gateway's own refusals are 503
        into.add(
                status == 500 || status == 502 || status == 504
                        ? LoadResults.End.FAILED
                        : LoadResults.End.REFUSED_OTHERWISE,
                firstAfter,
                status + " " + text);
        return Duration.ZERO;
    }

    private static LoadResults.End streamed(long call, String text) {
        StringBuilder answer = new StringBuilder();
        boolean finished = false;
        boolean failed = false;
        for (String line : text.split("\n")) {
            if (line.startsWith("data: {")) {
                JsonNode event = JSON.readTree(line.substring(6));
                failed |= event.has("error");
                JsonNode choice = event.path("choices").path(0);
                answer.append(choice.at("/delta/content").asString(""));
                finished |= choice.path("finish_reason").asString("").equals("stop");
            }
        }
        String right = SoakAnswers.text(call);
        boolean matches = finished ? right.contentEquals(answer) : right.startsWith(answer.toString());
        if (!matches) {
            return LoadResults.End.WRONG;
        }
        if (finished) {
            return text.endsWith("data: [DONE]\n\n") ? LoadResults.End.WHOLE : LoadResults.End.BROKEN;
        }
        return failed ? LoadResults.End.FAILED : LoadResults.End.BROKEN;
    }

    @Override
    public void close() {
        wanted.set(0);
        connections.disposeLater().block(Duration.ofSeconds(20));
    }

    /** Waits until a condition holds. */
    static void until(java.util.function.BooleanSupplier condition, Duration limit) {
        Flux.interval(Duration.ofMillis(100))
                .onBackpressureDrop()
                .takeUntil(tick -> condition.getAsBoolean())
                .blockLast(limit);
    }
}
