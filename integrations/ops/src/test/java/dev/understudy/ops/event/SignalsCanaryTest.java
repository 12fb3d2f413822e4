package dev.understudy.ops.event;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.event.Event;
import dev.understudy.event.Listener;
import dev.understudy.ops.Lines;
import dev.understudy.ops.log.Logs;
import dev.understudy.ops.metrics.Metrics;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.provider.Providers;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Log lines, meters and the JSON of events show no part of an API key, whatever form a server repeats it in. */
class SignalsCanaryTest {

    private static final String SONG = "q7Zk2VtR9xLw4NcB8hYd3MfJ6sPa1GeU";
    private static final String KEY = "Canary" + SONG;
    private static final int ENOUGH = 10;

    static Stream<Arguments> echoes() {
        List<String> forms = List.of(
                KEY,
                base64(KEY),
                base64("user:" + KEY),
                "https://vendor.example/v1/chat?key=" + URLEncoder.encode(KEY, StandardCharsets.UTF_8),
                KEY.substring(0, 24) + "...",
                "..." + KEY.substring(KEY.length() - 14));
        return Stream.of(false, true).flatMap(stream -> forms.stream().map(form -> Arguments.of(stream, form)));
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static List<ScriptedReply> replies(String echo) {
        return List.of(
                ScriptedReply.error(400, "an_error", "Not with the key " + echo + ", as you know.")
                        .withHeader("x-request-id", echo),
                ScriptedReply.error(401, "authentication_error", echo),
                ScriptedReply.error(429, "rate_limit_error", echo),
                ScriptedReply.error(503, "overloaded_error", "error with " + echo),
                ScriptedReply.raw(500, "text/html", "<html><body>" + echo + "</body></html>"),
                ScriptedReply.text("one two")
                        .fail(
                                ScriptedReply.FaultPoint.tokens(1),
                                "authentication_error",
                                "Not with " + echo + " here."));
    }

    @ParameterizedTest
    @MethodSource("echoes")
    void noSignalShowsAKeyThatAServerRepeats(boolean stream, String echo) {
        Lines lines = new Lines();
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        Metrics metrics = Metrics.to(meters).addModels("m");
        List<Event> events = new ArrayList<>();
        Listener listener =
                Logs.to(lines.logger()).withVendorMessages().and(metrics).and(events::add);
        for (ScriptedReply scriptedReply : replies(echo)) {
            try (ScriptedServer server = ScriptedServer.start().then(scriptedReply);
                    ChatProvider provider = Providers.openAiCompatible(server.url(), KEY)) {
                ask(provider, listener, stream);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
        assertThat(lines.all).hasSizeGreaterThan(replies(echo).size());
        assertUnseen("the log lines", String.join("\n", lines.all));
        assertUnseen("the meters", meters.getMetersAsString());
        events.forEach(event ->
                assertUnseen("the JSON of an event", EventPayload.of(event).toString()));
    }

    private static void ask(ChatProvider provider, Listener listener, boolean stream) {
        Understudy understudy = Understudy.builder()
                .provider(provider)
                .retry(RetryPolicy.none())
                .listener(listener)
                .build();
        ChatRequest request = ChatRequest.of("m", "hello");
        if (stream) {
            understudy.stream(request).then().onErrorComplete().block();
        } else {
            understudy.chat(request).then().onErrorComplete().block();
        }
    }

    private static void assertUnseen(String where, String text) {
        String seen = text.toLowerCase(Locale.ROOT);
        for (String form : List.of(KEY, base64(KEY), base64("user:" + KEY))) {
            String trace = form.toLowerCase(Locale.ROOT);
            for (int i = 0; i + ENOUGH <= trace.length(); i++) {
                assertThat(seen).as(where).doesNotContain(trace.substring(i, i + ENOUGH));
            }
        }
    }
}
