package dev.understudy.scenario;

import static dev.understudy.scenario.SocketScenario.REQUEST;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.provider.endpoint.Endpoint.CredentialsSource;
import dev.understudy.provider.endpoint.Endpoint.CredentialsSource.Credential;
import dev.understudy.testing.RecordedRequest;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;

/** Credentials that change, at servers that refuse old ones. */
class CredentialsOnSocketsTest {

    private static final ScriptedReply EXPIRED =
            ScriptedReply.error(401, "invalid_request_error", "token_expired", "Token expired: token-0001");

    @RegisterExtension
    final SocketScenario scenario = new SocketScenario();

    @EveryDialectAndKind
    void expiredTokenIsReplacedWithinTheCall(SocketDialect dialect, CallKind kind) {
        ScriptedServer server = scenario.server()
                .when(asked -> asked.key().equals("token-0001"), EXPIRED)
                .always(ScriptedReply.text("served"));
        AtomicInteger requested = new AtomicInteger();
        CredentialsSource source =
                () -> Mono.fromSupplier(() -> Credential.of("token-%04d".formatted(requested.incrementAndGet())));
        Understudy understudy = understudy(dialect, server, source);
        assertThat(kind.result(understudy, REQUEST).text()).isEqualTo("served");
        assertThat(kind.result(understudy, REQUEST).text()).isEqualTo("served");
        assertThat(server.calls())
                .extracting(RecordedRequest::key)
                .containsExactly("token-0001", "token-0002", "token-0002");
    }

    @EveryDialectAndKind
    void replacedFileIsReadAfterARejection(SocketDialect dialect, CallKind kind, @TempDir Path folder)
            throws IOException {
        Path file = Files.writeString(folder.resolve("key"), "token-0001\n");
        ScriptedServer server = scenario.server()
                .when(asked -> asked.key().equals("token-0001"), EXPIRED)
                .always(ScriptedReply.text("served"));
        Understudy understudy = understudy(dialect, server, CredentialsSource.ofFile(file));
        assertThat(kind.result(understudy, REQUEST).error())
                .hasMessageContaining("auth")
                .hasMessageNotContaining("token-0001");
        Files.writeString(file, "token-0002\n");
        assertThat(kind.result(understudy, REQUEST).text()).isEqualTo("served");
    }

    private Understudy understudy(SocketDialect dialect, ScriptedServer server, CredentialsSource source) {
        Endpoint endpoint = SocketDialect.endpoint("p", server).withCredentials(source);
        return scenario.understudy(scenario.provider(dialect, endpoint));
    }
}
