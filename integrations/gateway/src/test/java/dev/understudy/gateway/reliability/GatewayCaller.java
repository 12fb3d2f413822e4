package dev.understudy.gateway.reliability;

import dev.understudy.gateway.GatewayClient;
import dev.understudy.gateway.reliability.Outcome.Kind;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Calls one agent of the gateway, as a client of OpenAI's API. */
final class GatewayCaller implements Caller {

    private final int port;
    private final String agent;
    private final GatewayClient client;

    GatewayCaller(int port, GatewayClient client, String agent) {
        this.port = port;
        this.client = client;
        this.agent = agent;
    }

    @Override
    public Outcome call(Question question, Mode mode) {
        long start = System.nanoTime();
        GatewayClient.Response response = client.post(question.json(agent, mode));
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        return response.status() != 200
                ? error(response, took)
                : mode == Mode.CHAT ? chat(response, took) : stream(response, took);
    }

    private static Outcome error(GatewayClient.Response response, Duration took) {
        JsonNode error = response.json().path("error");
        boolean typed = error.path("message").isString() && error.path("type").isString();
        String retryAfter = response.header("retry-after");
        return new Outcome(
                typed ? Kind.ERROR : Kind.INVALID,
                "",
                List.of(),
                "",
                response.errorCode(),
                null,
                null,
                retryAfter.isEmpty() ? null : Duration.ofSeconds(Long.parseLong(retryAfter)),
                took,
                response.status() + " " + response.headers() + " " + response.body());
    }

    private static Outcome chat(GatewayClient.Response response, Duration took) {
        JsonNode json = response.json();
        JsonNode choice = json.at("/choices/0");
        List<String> calls = new ArrayList<>();
        choice.at("/message/tool_calls")
                .forEach(call -> calls.add(call.at("/function/name").asString()
                        + call.at("/function/arguments").asString()));
        return new Outcome(
                choice.path("finish_reason").isString() && !response.broken() ? Kind.ANSWER : Kind.INVALID,
                response.text(),
                calls,
                choice.path("finish_reason").asString(""),
                "",
                json.path("model").asString(),
                tokens(json.path("usage")),
                null,
                took,
                response.body());
    }

    private static Outcome stream(GatewayClient.Response response, Duration took) {
        List<String> finishes = new ArrayList<>();
        Map<Integer, String> calls = new TreeMap<>();
        String model = null;
        Outcome.Tokens usage = null;
        for (JsonNode chunk : response.chunks()) {
            JsonNode choice = chunk.at("/choices/0");
            if (choice.path("finish_reason").isString()) {
                finishes.add(choice.path("finish_reason").asString());
            }
            choice.at("/delta/tool_calls")
                    .forEach(call -> calls.merge(
                            call.path("index").asInt(),
                            call.at("/function/name").asString("")
                                    + call.at("/function/arguments").asString(""),
                            String::concat));
            model = chunk.path("model").isString() ? chunk.path("model").asString() : model;
            usage = usage == null ? tokens(chunk.path("usage")) : usage;
        }
        return new Outcome(
                kind(response, finishes),
                response.text(),
                List.copyOf(calls.values()),
                finishes.isEmpty() ? "" : finishes.get(0),
                response.errors().isEmpty()
                        ? ""
                        : response.errors().get(0).path("code").asString(""),
                model,
                usage,
                null,
                took,
                response.body());
    }

    private static Kind kind(GatewayClient.Response response, List<String> finishes) {
        if (response.complete() && response.errors().isEmpty() && finishes.size() == 1) {
            return Kind.ANSWER;
        }
        boolean failed = response.errors().size() == 1
                && finishes.isEmpty()
                && !response.data().contains("[DONE]");
        return failed ? Kind.PARTIAL : Kind.INVALID;
    }

    private static Outcome.@Nullable Tokens tokens(JsonNode usage) {
        return usage.isObject()
                ? new Outcome.Tokens(
                        usage.path("prompt_tokens").asInt(-1),
                        usage.path("completion_tokens").asInt(-1))
                : null;
    }

    @Override
    public void callAndLeave(Mode mode, Upstream upstream) throws Exception {
        byte[] body = Question.PLAIN.json(agent, mode).getBytes(StandardCharsets.UTF_8);
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.getOutputStream()
                    .write(
                            ("POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                                            + "Content-Length: " + body.length + "\r\n\r\n")
                                    .getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().write(body);
            if (mode == Mode.STREAM) {
                socket.getInputStream().readNBytes(300);
            } else {
                Await.until(() -> !upstream.calls().isEmpty());
            }
        }
    }

    @Override
    public void close() {}
}
