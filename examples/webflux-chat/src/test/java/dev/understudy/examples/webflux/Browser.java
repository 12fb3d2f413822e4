package dev.understudy.examples.webflux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Chromium without a window, driven over its DevTools protocol. Keeps the complaints of the page. */
final class Browser implements AutoCloseable {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Duration LONG = Duration.ofMinutes(2);
    private static final List<String> NAMES = List.of("chromium", "chromium-browser", "google-chrome", "chrome");

    final List<String> complaints = new CopyOnWriteArrayList<>();

    private final Process process;
    private final Path profile;
    private final WebSocket socket;
    private final AtomicInteger ids = new AtomicInteger();
    private final Map<Integer, CompletableFuture<JsonNode>> answers = new ConcurrentHashMap<>();

    Browser() {
        try {
            profile = Files.createTempDirectory("browser");
            process = new ProcessBuilder(command())
                    .redirectErrorStream(true)
                    .redirectOutput(profile.resolve("log").toFile())
                    .start();
            socket = connect(port());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        for (String domain : List.of("Page", "Runtime", "Network", "Log")) {
            send(domain + ".enable", Map.of());
        }
    }

    /** Returns the program; {@code null} if there is none on the path. */
    static @Nullable Path program() {
        return Stream.of(System.getenv("PATH").split(":"))
                .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
    }

    private List<String> command() {
        List<String> command = new ArrayList<>(List.of(String.valueOf(program())));
        command.addAll(List.of(
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--disable-dev-shm-usage",
                "--remote-debugging-port=0",
                "--user-data-dir=" + profile,
                "about:blank"));
        return command;
    }

    /** Waits for the file in which the browser names its port. */
    private int port() {
        Path file = profile.resolve("DevToolsActivePort");
        return Mono.fromCallable(() -> Integer.parseInt(Files.readAllLines(file).get(0)))
                .retryWhen(reactor.util.retry.Retry.fixedDelay(600, Duration.ofMillis(100)))
                .block(LONG);
    }

    private WebSocket connect(int port) {
        HttpClient client = HttpClient.newHttpClient();
        JsonNode pages = Mono.fromCallable(() -> JSON.readTree(client.send(
                                java.net.http.HttpRequest.newBuilder(
                                                URI.create("http://127.0.0.1:" + port + "/json/list"))
                                        .build(),
                                java.net.http.HttpResponse.BodyHandlers.ofString())
                        .body()))
                .retryWhen(reactor.util.retry.Retry.fixedDelay(100, Duration.ofMillis(100)))
                .block(LONG);
        String url = "";
        for (JsonNode page : pages) {
            if (page.get("type").asString().equals("page")) {
                url = page.get("webSocketDebuggerUrl").asString();
            }
        }
        return client.newWebSocketBuilder()
                .buildAsync(URI.create(url), new Receiver())
                .join();
    }

    private final class Receiver implements WebSocket.Listener {

        private final StringBuilder text = new StringBuilder();

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                received(JSON.readTree(text.toString()));
                text.setLength(0);
            }
            webSocket.request(1);
            return null;
        }
    }

    private void received(JsonNode message) {
        if (message.has("id")) {
            CompletableFuture<JsonNode> answer =
                    answers.remove(message.get("id").asInt());
            if (answer != null) {
                answer.complete(message);
            }
            return;
        }
        String method = message.get("method").asString();
        JsonNode params = message.get("params");
        switch (method) {
            case "Runtime.exceptionThrown" -> complaints.add(params.toString());
            case "Log.entryAdded" -> {
                JsonNode entry = params.get("entry");
                // lost connections are logged by the browser itself
                if (!entry.get("source").asString().equals("network")) {
                    complaints.add(entry.toString());
                }
            }
            default -> {}
        }
    }

    JsonNode send(String method, Map<String, ?> params) {
        int id = ids.incrementAndGet();
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        answers.put(id, answer);
        Map<String, Object> message = new LinkedHashMap<>();
        message.put("id", id);
        message.put("method", method);
        message.put("params", params);
        socket.sendText(JSON.writeValueAsString(message), true).join();
        JsonNode result = answer.orTimeout(LONG.toSeconds(), TimeUnit.SECONDS).join();
        if (result.has("error")) {
            throw new AssertionError(method + ": " + result.get("error"));
        }
        return result.get("result");
    }

    void open(String url) {
        send("Page.navigate", Map.of("url", url));
        until("document.readyState === 'complete' && location.href === " + quoted(url));
    }

    /** Evaluates an expression, or the value of a promise. */
    JsonNode value(String expression) {
        JsonNode result =
                send("Runtime.evaluate", Map.of("expression", expression, "awaitPromise", true, "returnByValue", true));
        if (result.has("exceptionDetails")) {
            throw new AssertionError(expression + ": " + result.get("exceptionDetails"));
        }
        JsonNode value = result.get("result").get("value");
        return value == null ? JSON.nullNode() : value;
    }

    String text(String selector) {
        return value("document.querySelector(" + quoted(selector) + ").innerText")
                .asString();
    }

    /** Waits in the page until a condition holds. */
    void until(String condition) {
        value("""
                new Promise((done, failed) => {
                  const end = Date.now() + 60000;
                  const look = () => {
                    let holds = false;
                    try { holds = %s; } catch { }
                    if (holds) { done(true); }
                    else if (Date.now() > end) { failed(new Error(%s + '\\n' + document.body.innerText)); }
                    else { setTimeout(look, 50); }
                  };
                  look();
                })""".formatted(condition, quoted(condition)));
    }

    void click(String selector) {
        value("document.querySelector(" + quoted(selector) + ").click()");
    }

    private static String quoted(String text) {
        return JSON.writeValueAsString(text);
    }

    @Override
    public void close() {
        socket.abort();
        process.destroy();
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
            try (Stream<Path> files = Files.walk(profile)) {
                files.sorted(Comparator.reverseOrder())
                        .forEach(file -> file.toFile().delete());
            }
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
