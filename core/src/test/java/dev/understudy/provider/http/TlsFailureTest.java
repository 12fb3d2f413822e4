package dev.understudy.provider.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.provider.Providers;
import dev.understudy.provider.TlsCertificates;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.provider.endpoint.TlsTrust;
import dev.understudy.provider.endpoint.Transport;
import dev.understudy.testing.ScriptedServer;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** A failed TLS handshake says why: expiry, name, issuer. */
class TlsFailureTest {

    private static CertificateBuilder certificate() {
        return new CertificateBuilder().ecp256().subject("CN=loopback").setIsCertificateAuthority(true);
    }

    private static String failure(X509Bundle server, X509Bundle trusted) {
        try (ScriptedServer running =
                        ScriptedServer.startTls(server.getKeyPair().getPrivate(), server.getCertificate());
                ChatProvider provider = Providers.openAi(Endpoint.of("p1", running.url(), "k1")
                        .withTransport(Transport.defaults().withTrust(TlsTrust.only(trusted.getCertificate()))))) {
            return provider.chat(ChatRequest.of("m", "hi"))
                    .map(answer -> "answered")
                    .onErrorResume(
                            CallFailed.class,
                            failed -> Mono.just(failed.failure().message()))
                    .block(Duration.ofSeconds(30));
        }
    }

    @Test
    void expiredCertificateIsNamed() throws Exception {
        Instant now = Instant.parse("2024-03-01T00:00:00Z");
        X509Bundle issuer = certificate().subject("CN=issuer").buildSelfSigned();
        X509Bundle expired = new CertificateBuilder()
                .ecp256()
                .subject("CN=loopback")
                .addSanIpAddress("127.0.0.1")
                .notBefore(now)
                .notAfter(now.plus(Duration.ofDays(9)))
                .buildIssuedBy(issuer);
        assertThat(failure(expired, issuer)).isEqualTo("no TLS connection: the server's certificate has expired");
    }

    @Test
    void certificateForAnotherNameIsNamed() throws Exception {
        X509Bundle other = certificate().addSanDnsName("elsewhere.example").buildSelfSigned();
        assertThat(failure(other, other)).isEqualTo("no TLS connection: the server's certificate is for another name");
    }

    @Test
    void untrustedIssuerIsNamed() {
        X509Bundle known = certificate(TlsCertificates.LOOPBACK);
        assertThat(failure(TlsCertificates.LOOPBACK, known))
                .isEqualTo("no TLS connection: the issuer of the server's certificate is not trusted");
    }

    private static X509Bundle certificate(X509Bundle other) {
        try {
            X509Bundle made = certificate().subject("CN=another").buildSelfSigned();
            assertThat(made).isNotEqualTo(other);
            return made;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
