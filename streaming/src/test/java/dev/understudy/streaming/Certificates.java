package dev.understudy.streaming;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;

/** Certificates that nobody has signed. */
final class Certificates {

    private Certificates() {}

    static X509Bundle ofLoopback() {
        try {
            return new CertificateBuilder()
                    .ecp256()
                    .subject("CN=stage")
                    .addSanIpAddress("127.0.0.1")
                    .setIsCertificateAuthority(true)
                    .buildSelfSigned();
        } catch (Exception e) {
            throw new IllegalStateException("This JVM makes no certificates", e);
        }
    }
}
