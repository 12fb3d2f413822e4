package dev.understudy.ops.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.ops.event.JsonDocuments;
import dev.understudy.testing.RecordedRequest;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** A receiver of webhooks on a real socket, that checks signatures with nothing but the JDK. */
final class WebhookReceiver implements AutoCloseable {

    static final byte[] KEY = "CANARYcanaryCANARYcanaryCANARY12".getBytes(StandardCharsets.UTF_8);
    static final String SECRET = "whsec_" + Base64.getEncoder().encodeToString(KEY);

    final ScriptedServer server = ScriptedServer.start().always(status(200));

    static ScriptedReply status(int status) {
        return ScriptedReply.raw(status, "text/plain", "so be it");
    }

    /** Quick for tests: everything is posted at once, and again after hardly any time. */
    Webhooks.Options options() {
        return Webhooks.Options.to(URI.create(server.url("/hook/in-the-path")), Webhooks.Secret.of(SECRET))
                .withQuiet(Duration.ZERO)
                .withDelivery(Webhooks.Delivery.defaults().withBackoff(Duration.ofMillis(10)));
    }

    /** The first so many posts, each with a valid signature. */
    List<RecordedRequest> posts(int count) {
        return Objects.requireNonNull(server.arrivals()
                .take(count)
                .doOnNext(WebhookReceiver::check)
                .collectList()
                .block(Duration.ofSeconds(20)));
    }

    static Map<String, Object> body(RecordedRequest post) {
        return JsonDocuments.object(post.body());
    }

    private static void check(RecordedRequest post) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(KEY, "HmacSHA256"));
            String signed = post.header("webhook-id") + "." + post.header("webhook-timestamp") + "." + post.text();
            byte[] signature = mac.doFinal(signed.getBytes(StandardCharsets.UTF_8));
            assertThat(post.header("webhook-signature"))
                    .isEqualTo("v1," + Base64.getEncoder().encodeToString(signature));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
        assertThat(post.method()).isEqualTo("POST");
        assertThat(post.header("content-type")).isEqualTo("application/json");
        assertThat(body(post)).containsEntry("id", post.header("webhook-id"));
    }

    @Override
    public void close() {
        server.close();
    }
}
