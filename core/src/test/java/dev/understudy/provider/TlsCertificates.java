package dev.understudy.provider;

import dev.understudy.provider.endpoint.TlsTrust;
import dev.understudy.provider.endpoint.Transport;
import dev.understudy.testing.ScriptedServer;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;

/** Certificates for servers on the loopback interface, and transports that trust them. */
public final class TlsCertificates {

    public static final X509Bundle LOOPBACK = loopback();

    private TlsCertificates() {}

    private static X509Bundle loopback() {
        try {
            return new CertificateBuilder()
                    .ecp256()
                    .subject("CN=loopback")
                    .addSanIpAddress("127.0.0.1")
                    .setIsCertificateAuthority(true)
                    .buildSelfSigned();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    public static ScriptedServer server() {
        return ScriptedServer.startTls(LOOPBACK.getKeyPair().getPrivate(), LOOPBACK.getCertificate());
    }

    public static Transport transport() {
        return Transport.defaults().withTrust(TlsTrust.only(LOOPBACK.getCertificate()));
    }
}
