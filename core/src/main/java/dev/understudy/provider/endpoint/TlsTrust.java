package dev.understudy.provider.endpoint;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Trusted certificate authorities of a provider's connections. A server's certificate is always checked for validity
 * and host name; this record selects the authorities that may have signed it. A proxy that intercepts TLS, or a server
 * inside a company, often has an authority of its own.
 *
 * @param systemCertificates {@code true} to trust the authorities of the JVM
 * @param certificates further authorities, or certificates of single servers, that are trusted
 */
public record TlsTrust(boolean systemCertificates, List<X509Certificate> certificates) {

    private static final TlsTrust SYSTEM = new TlsTrust(true, List.of());

    /**
     * Checks that something is trusted.
     *
     * @param systemCertificates {@code true} to trust the authorities of the JVM
     * @param certificates further authorities, or certificates of single servers, that are trusted
     * @throws IllegalArgumentException if {@code systemCertificates} is {@code false} and there is no certificate
     */
    public TlsTrust {
        certificates = List.copyOf(certificates);
        if (!systemCertificates && certificates.isEmpty()) {
            throw new IllegalArgumentException("Nothing is trusted: there is no certificate");
        }
    }

    /**
     * Trusts the authorities of the JVM; the default.
     *
     * @return the default
     */
    public static TlsTrust system() {
        return SYSTEM;
    }

    /**
     * Trusts these certificates and no others.
     *
     * @param certificates authorities or certificates of servers
     * @return the trust
     * @throws IllegalArgumentException if there is none
     */
    public static TlsTrust only(X509Certificate... certificates) {
        return new TlsTrust(false, List.of(certificates));
    }

    /**
     * Trusts the certificates of a file and no others. Reads the file at once and blocks.
     *
     * @param file one or many certificates in PEM, or one in DER
     * @return the trust
     * @throws IllegalArgumentException if the file cannot be read or has no certificate
     */
    public static TlsTrust only(Path file) {
        return new TlsTrust(false, PemFiles.certificates(file));
    }

    /**
     * Trusts these certificates in addition.
     *
     * @param certificates authorities or certificates of servers
     * @return a copy with the certificates added
     */
    public TlsTrust and(X509Certificate... certificates) {
        return and(List.of(certificates));
    }

    /**
     * Trusts the certificates of a file in addition. Reads the file at once and blocks.
     *
     * @param file one or many certificates in PEM, or one in DER
     * @return a copy with the certificates added
     * @throws IllegalArgumentException if the file cannot be read or has no certificate
     */
    public TlsTrust and(Path file) {
        return and(PemFiles.certificates(file));
    }

    private TlsTrust and(List<X509Certificate> added) {
        List<X509Certificate> all = new ArrayList<>(certificates);
        all.addAll(added);
        return new TlsTrust(systemCertificates, all);
    }

    /**
     * Factory of the trust managers that check certificates.
     *
     * @return the factory; {@code null} when the default one of the JVM suffices
     * @throws IllegalStateException if the JVM cannot make one
     */
    public @Nullable TrustManagerFactory trustManagerFactory() {
        if (certificates.isEmpty()) {
            return null;
        }
        try {
            List<X509Certificate> trusted = new ArrayList<>(systemCertificates ? jvmAuthorities() : List.of());
            trusted.addAll(certificates);
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            for (X509Certificate certificate : trusted) {
                store.setCertificateEntry("trusted-" + store.size(), certificate);
            }
            return factory(store);
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("This JVM cannot check certificates", e);
        }
    }

    private static List<X509Certificate> jvmAuthorities() throws GeneralSecurityException {
        List<X509Certificate> issuers = new ArrayList<>();
        for (TrustManager manager : factory(null).getTrustManagers()) {
            if (manager instanceof X509TrustManager checks) {
                Collections.addAll(issuers, checks.getAcceptedIssuers());
            }
        }
        return issuers;
    }

    /**
     * @param store authorities; {@code null} for those of the JVM
     */
    private static TrustManagerFactory factory(@Nullable KeyStore store) throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory;
    }

    @Override
    public String toString() {
        return "TlsTrust[systemCertificates=" + systemCertificates + ", certificates=" + certificates.size() + "]";
    }
}
