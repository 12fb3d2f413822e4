package dev.understudy.provider.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.FailureKind;
import dev.understudy.provider.Providers;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

/** Who is believed, and that nobody else is. */
class TlsTrustTest {

    private static final Duration SOON = Duration.ofSeconds(10);
    private static final ChatRequest REQUEST = ChatRequest.of("m", "hi");
    private static final X509Bundle HERE = certificate("127.0.0.1");
    private static final X509Bundle ELSEWHERE = certificate("127.0.0.2");

    private final ScriptedServer server =
            ScriptedServer.startTls(HERE.getKeyPair().getPrivate(), HERE.getCertificate());

    private static X509Bundle certificate(String address) {
        try {
            return new CertificateBuilder()
                    .ecp256()
                    .subject("CN=stage")
                    .addSanIpAddress(address)
                    .setIsCertificateAuthority(true)
                    .buildSelfSigned();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @AfterEach
    void close() {
        server.close();
    }

    private static ChatProvider provider(ScriptedServer server, Transport transport) {
        return Providers.openAiCompatible(
                Endpoint.of("stage", server.url(), "k1").withTransport(transport), OpenAiCompatibility.defaults());
    }

    private static ChatProvider trusting(ScriptedServer server, TlsTrust tlsTrust) {
        return provider(server, Transport.defaults().withTrust(tlsTrust));
    }

    private static void refused(ScriptedServer server, TlsTrust tlsTrust) {
        try (ChatProvider provider = trusting(server, tlsTrust)) {
            StepVerifier.create(provider.chat(REQUEST))
                    .expectErrorSatisfies(error -> {
                        assertThat(error).isInstanceOf(CallFailed.class).hasMessageContaining("TLS");
                        assertThat(((CallFailed) error).failure().kind()).isEqualTo(FailureKind.CONNECT);
                    })
                    .verify(SOON);
        }
        assertThat(server.requests()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            value = Transport.Wire.class,
            names = {"HTTP1", "HTTP2"})
    void privateCertificateIsTrustedOnceConfigured(Transport.Wire wire) {
        server.always(ScriptedReply.text("It rains"));
        Transport transport =
                Transport.defaults().withWire(wire).withTrust(TlsTrust.system().and(HERE.getCertificate()));
        try (ChatProvider provider = provider(server, transport)) {
            StepVerifier.create(provider.chat(REQUEST).map(ChatResponse::text))
                    .expectNext("It rains")
                    .expectComplete()
                    .verify(SOON);
        }
    }

    @Test
    void manyAnswersShareOneConnectionOverHttp2() {
        server.always(ScriptedReply.text("It rains").stall(ScriptedReply.FaultPoint.tokens(1)));
        Transport narrow = Transport.defaults().withMaxConnections(1).withTrust(TlsTrust.only(HERE.getCertificate()));
        try (ChatProvider provider = provider(server, narrow)) {
            StepVerifier.create(Flux.range(0, 5).flatMap(i -> provider.stream(REQUEST)))
                    .expectNextCount(5)
                    .thenCancel()
                    .verify(SOON);
        }
        assertThat(server.connectionsOpened()).isEqualTo(1);
    }

    @Test
    void unknownCertificateIsRefused() {
        refused(server, TlsTrust.system());
        refused(server, TlsTrust.only(ELSEWHERE.getCertificate()));
    }

    @Test
    void certificateOfAnotherHostIsRefusedAlthoughItIsTrusted() {
        try (ScriptedServer other =
                ScriptedServer.startTls(ELSEWHERE.getKeyPair().getPrivate(), ELSEWHERE.getCertificate())) {
            refused(other, TlsTrust.only(ELSEWHERE.getCertificate()));
            refused(other, TlsTrust.system().and(ELSEWHERE.getCertificate()));
        }
    }

    @Test
    void publicAuthoritiesAreTrustedUnlessExcluded() {
        assertThat(accepted(TlsTrust.system().and(HERE.getCertificate())))
                .isGreaterThan(20)
                .isEqualTo(accepted(TlsTrust.system().and(ELSEWHERE.getCertificate())));
        assertThat(accepted(TlsTrust.only(HERE.getCertificate()))).isEqualTo(1);
        assertThat(TlsTrust.system().trustManagerFactory()).as("the JVM's own").isNull();
    }

    private static int accepted(TlsTrust tlsTrust) {
        int issuers = 0;
        for (TrustManager manager : tlsTrust.trustManagerFactory().getTrustManagers()) {
            issuers += ((X509TrustManager) manager).getAcceptedIssuers().length;
        }
        return issuers;
    }

    @Test
    void certificatesAreReadFromAFile(@TempDir Path house) throws IOException {
        Path both = Files.writeString(
                house.resolve("house.pem"), ELSEWHERE.getCertificatePEM() + "\n" + HERE.getCertificatePEM());
        server.always(ScriptedReply.text("It rains"));
        assertThat(TlsTrust.only(both).certificates())
                .containsExactly(ELSEWHERE.getCertificate(), HERE.getCertificate());
        try (ChatProvider provider = trusting(server, TlsTrust.system().and(both))) {
            StepVerifier.create(provider.chat(REQUEST))
                    .expectNextCount(1)
                    .expectComplete()
                    .verify(SOON);
        }
    }

    @Test
    void fileWithoutCertificateIsNamedInTheError(@TempDir Path house) throws IOException {
        Path prose = Files.writeString(house.resolve("prose.pem"), "Dear authority");
        Path empty = Files.writeString(house.resolve("empty.pem"), "");
        for (Path file : new Path[] {prose, empty, house.resolve("none.pem")}) {
            assertThatThrownBy(() -> TlsTrust.only(file))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(file.toString());
        }
        assertThatThrownBy(() -> TlsTrust.only()).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void toStringCountsCertificatesWithoutNames() {
        assertThat(TlsTrust.system().and(HERE.getCertificate()))
                .hasToString("TlsTrust[systemCertificates=true, certificates=1]");
    }
}
