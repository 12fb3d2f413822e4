package dev.understudy.ops.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatRequest;
import dev.understudy.ops.agent.Agents;
import dev.understudy.ops.event.JsonDocuments;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Somebody with a terminal: real requests to the admin routes, and every answer is held against the OpenAPI document. */
public final class OperatorClient implements AutoCloseable {

    public static final String READ = "canary-read-4f1d7c2a9b";
    static final String WRITE = "canary-write-8e3b5d0c6a";
    public static final ChatRequest REQUEST = ChatRequest.of("m", "Who is there?");

    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    final Admin.Server server;

    public OperatorClient(Agents agents, ActivityLog activityLog) {
        this(agents, activityLog, Admin.Options.tokens(READ, WRITE));
    }

    OperatorClient(Agents agents, ActivityLog activityLog, Admin.Options options) {
        server = Admin.of(agents, activityLog, options).start(0).block(Duration.ofSeconds(10));
    }

    public record Reply(int status, HttpResponse<byte[]> response) {
        public Map<String, Object> json() {
            return JsonDocuments.object(response.body());
        }

        public String text() {
            return new String(response.body(), StandardCharsets.UTF_8);
        }

        String header(String name) {
            return response.headers().firstValue(name).orElse("");
        }

        /** The last words of the problem's type. */
        String problem() {
            assertThat(header("content-type")).isEqualTo("application/problem+json");
            assertThat(json()).containsEntry("status", status);
            return ((String) json().get("type")).replace("urn:understudy:problem:", "");
        }
    }

    public String url(String path) {
        return "http://127.0.0.1:" + server.port() + path;
    }

    public Reply get(String path) {
        return send("GET", path, READ, null);
    }

    public Reply post(String path, String json) {
        return send("POST", path, WRITE, json);
    }

    Reply send(String method, String path, @Nullable String token, @Nullable String json) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url(path)))
                .timeout(Duration.ofSeconds(10))
                .method(
                        method,
                        json == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(json));
        if (json != null) {
            request.header("content-type", "application/json; charset=utf-8");
        }
        if (token != null) {
            request.header("authorization", "Bearer " + token);
        }
        return send(request.build());
    }

    Reply send(HttpRequest request) {
        try {
            HttpResponse<byte[]> response = CLIENT.send(request, HttpResponse.BodyHandlers.ofByteArray());
            Reply reply = new Reply(response.statusCode(), response);
            assertThat(reply.header("cache-control")).isEqualTo("no-store");
            assertThat(reply.header("access-control-allow-origin")).isEmpty();
            assertThat(reply.text()).doesNotContain("canary");
            OpenApi.check(request.method(), request.uri().getPath(), reply);
            return reply;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** These bytes, and what comes back until the connection closes. */
    public String raw(String request) {
        try (Socket socket = new Socket("127.0.0.1", server.port())) {
            socket.setSoTimeout(10_000);
            OutputStream out = socket.getOutputStream();
            out.write(request.getBytes(StandardCharsets.UTF_8));
            out.flush();
            InputStream in = socket.getInputStream();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        server.close();
    }
}
