package dev.understudy.gateway;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.net.ssl.SSLException;

/**
 * Certificate and private key of the server.
 *
 * @param context both, loaded
 */
record Tls(SslContext context) {

    /**
     * Loads a chain of certificates, PEM, and its private key, PEM in PKCS 8 without a password. Blocks.
     *
     * @throws IllegalArgumentException if they cannot be used
     */
    static Tls of(Path certificate, Path key) {
        readable(Option.TLS_CERTIFICATE, certificate);
        readable(Option.TLS_KEY, key);
        try {
            return new Tls(SslContextBuilder.forServer(certificate.toFile(), key.toFile())
                    .build());
        } catch (SSLException | RuntimeException e) {
            throw new IllegalArgumentException("--tls-certificate " + certificate + " and --tls-key " + key
                    + " are no certificate and its key: both are PEM, the key in PKCS 8 and without a password");
        }
    }

    private static void readable(Option option, Path file) {
        if (!Files.isReadable(file)) {
            throw new IllegalArgumentException(option.flag() + " " + file
                    + (Files.exists(file) ? " may not be read by this process" : " does not exist"));
        }
    }
}
