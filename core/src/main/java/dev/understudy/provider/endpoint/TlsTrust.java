package dev.understudy.provider.endpoint;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Whose certificates are believed. That a server's certificate is valid and names its host is always checked; this says
 * which authorities may have signed it. A company's proxy that opens TLS has an authority of its own, and so have many
 * servers in a house.
 *
 * @param publicly whether the authorities that the JVM trusts are believed
 * @param more authorities, or single servers' certificates, that are believed besides
 */
public record TlsTrust(boolean publicly, List<X509Certificate> more) {

    private static final TlsTrust SYSTEM = new TlsTrust(true, List.of());

    public TlsTrust {
        more = List.copyOf(more);
        if (!publicly && more.isEmpty()) {
            throw new IllegalArgumentException("Somebody has to be trusted: there is no certificate");
        }
    }

    /** Those that the JVM trusts; the default. */
    public static TlsTrust system() {
        return SYSTEM;
    }

    /** These, and nobody else. */
    public static TlsTrust only(X509Certificate... certificates) {
        return new TlsTrust(false, List.of(certificates));
    }

    /**
     * The certificates of this file (PEM, one or many, or DER), and nobody else. Reads it at once, so not for threads that
     * must not block.
     *
     * @throws IllegalArgumentException when there is no such file, or no certificate in it
     */
    public static TlsTrust only(Path file) {
        return new TlsTrust(false, certificates(file));
    }

    /** These besides. */
    public TlsTrust and(X509Certificate... certificates) {
        return and(List.of(certificates));
    }

    /** The certificates of this file besides; read as by {@link #only(Path)}. */
    public TlsTrust and(Path file) {
        return and(certificates(file));
    }

    private TlsTrust and(List<X509Certificate> certificates) {
        List<X509Certificate> all = new ArrayList<>(more);
        all.addAll(certificates);
        return new TlsTrust(publicly, all);
    }

    /** What checks certificates; nothing when the JVM's own does. */
    public Optional<TrustManagerFactory> checker() {
        if (more.isEmpty()) {
            return Optional.empty();
        }
        try {
            List<X509Certificate> believed = new ArrayList<>(publicly ? publicOnes() : List.of());
            believed.addAll(more);
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            for (X509Certificate certificate : believed) {
                store.setCertificateEntry("trusted-" + store.size(), certificate);
            }
            return Optional.of(factory(store));
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("This JVM cannot check certificates", e);
        }
    }

    private static List<X509Certificate> publicOnes() throws GeneralSecurityException {
        List<X509Certificate> issuers = new ArrayList<>();
        for (TrustManager manager : factory(null).getTrustManagers()) {
            if (manager instanceof X509TrustManager checks) {
                Collections.addAll(issuers, checks.getAcceptedIssuers());
            }
        }
        return issuers;
    }

    /** @param store none stands for the JVM's own */
    private static TrustManagerFactory factory(@Nullable KeyStore store) throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory;
    }

    private static List<X509Certificate> certificates(Path file) {
        try (InputStream content = Files.newInputStream(file)) {
            List<X509Certificate> found = CertificateFactory.getInstance("X.509").generateCertificates(content).stream()
                    .map(X509Certificate.class::cast)
                    .toList();
            if (found.isEmpty()) {
                throw new IllegalArgumentException("There is no certificate in " + file);
            }
            return found;
        } catch (IOException | CertificateException e) {
            throw new IllegalArgumentException("No certificates can be read from " + file, e);
        }
    }

    @Override
    public String toString() {
        return "Trust[publicly=" + publicly + ", more=" + more.size() + "]";
    }
}
