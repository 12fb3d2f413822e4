package dev.understudy.redis;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Reads trusted certificates before the first connection: event loops, which open connections, must not read files. */
final class Trust {

    private Trust() {}

    /**
     * Returns the trust in the certificates of a file, or with {@code null} in those of the JVM.
     *
     * @throws IllegalArgumentException if the file cannot be read, or holds no certificate
     */
    static TrustManagerFactory in(@Nullable Path file) {
        try {
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(file == null ? null : store(file));
            return factory;
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalArgumentException("The trusted certificates cannot be read from " + file, e);
        }
    }

    private static KeyStore store(Path file) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (InputStream content = Files.newInputStream(file)) {
            int number = 0;
            for (Certificate certificate :
                    CertificateFactory.getInstance("X.509").generateCertificates(content)) {
                store.setCertificateEntry("ca" + number++, certificate);
            }
            if (number == 0) {
                throw new GeneralSecurityException("No certificate in " + file);
            }
        }
        return store;
    }
}
