package dev.understudy.gateway.soak;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Calls the gateway as a client of OpenAI's API and compares each answer with the right one. */
final class SoakCaller {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String[] AGENTS = {"over-http1", "over-http2"};

    private final HttpClient client;
    private final AtomicLong calls = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final AtomicLong wrong = new AtomicLong();
    private volatile @Nullable String firstWrong;

    SoakCaller(int port) {
        this.client = HttpClient.create()
                .baseUrl("http://127.0.0.1:" + port)
                .responseTimeout(Duration.ofMinutes(2))
                .headers(headers -> headers.set("content-type", "application/json"));
    }

    long calls() {
        return calls.get();
    }

    long failed() {
        return failed.get();
    }

    long wrong() {
        return wrong.get();
    }

    @Nullable
    String firstWrong() {
        return firstWrong;
    }

    /** Makes the next call, whole or streamed, by one of the agents; completes at its end, whatever that is. */
    Mono<Void> call() {
        long call = calls.incrementAndGet();
        boolean stream = call % 4 != 0;
        String body = "{\"model\":\"" + AGENTS[(int) (call % 2)] + "\",\"stream\":" + stream
                + ",\"messages\":[{\"role\":\"user\",\"content\":\"" + SoakAnswers.prompt(call) + "\"}]}";
        return client.post()
                .uri("/v1/chat/completions")
                .send((request, out) -> out.sendString(Mono.just(body)))
                .responseSingle((response, content) -> content.asString(StandardCharsets.UTF_8)
                        .defaultIfEmpty("")
                        .map(text -> stream
                                ? streamed(call, text)
                                : whole(call, response.status().code(), text)))
                .onErrorReturn(false)
                .doOnNext(served -> failed.addAndGet(served ? 0 : 1))
                .then();
    }

    private boolean whole(long call, int status, String text) {
        if (status != 200) {
            return false;
        }
        String answer = JSON.readTree(text).at("/choices/0/message/content").asString("");
        check(call, answer.equals(SoakAnswers.text(call)), answer);
        return true;
    }

    /** Returns true for a whole answer; one that ends with an error must be a beginning of the right one. */
    private boolean streamed(long call, String text) {
        StringBuilder answer = new StringBuilder();
        boolean finished = false;
        for (String line : text.split("\n")) {
            if (line.startsWith("data: {")) {
                JsonNode choice =
                        JSON.readTree(line.substring(6)).path("choices").path(0);
                answer.append(choice.at("/delta/content").asString(""));
                finished |= choice.path("finish_reason").asString("").equals("stop");
            }
        }
        String right = SoakAnswers.text(call);
        check(call, finished ? right.contentEquals(answer) : right.startsWith(answer.toString()), answer.toString());
        return finished;
    }

    private void check(long call, boolean right, String answer) {
        if (!right) {
            wrong.incrementAndGet();
            firstWrong = firstWrong == null ? "call " + call + ": " + answer : firstWrong;
        }
    }
}
