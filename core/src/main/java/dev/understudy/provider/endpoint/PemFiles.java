package dev.understudy.provider.endpoint;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads certificates and private keys from files, and blocks. No message repeats the content of a file. */
final class PemFiles {

    private static final Pattern CERTIFICATE =
            Pattern.compile("-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----");
    private static final Pattern KEY =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
    private static final List<String> ALGORITHMS = List.of("EC", "RSA", "EdDSA");

    private PemFiles() {}

    /** Reads one or many certificates in PEM, or one in DER. */
    static List<X509Certificate> certificates(Path file) {
        try (InputStream content = new ByteArrayInputStream(withoutKeys(Files.readAllBytes(file)))) {
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

    /** Returns the certificates of a PEM file that may hold a private key as well; other bytes unchanged. */
    private static byte[] withoutKeys(byte[] bytes) {
        Matcher certificates = CERTIFICATE.matcher(new String(bytes, StandardCharsets.ISO_8859_1));
        StringBuilder found = new StringBuilder();
        while (certificates.find()) {
            found.append(certificates.group()).append('\n');
        }
        return found.isEmpty() ? bytes : found.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Reads one private key in PEM. */
    static PrivateKey privateKey(Path file) {
        String text;
        try {
            text = Files.readString(file, StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new IllegalArgumentException("The private key " + file + " cannot be read: "
                    + e.getClass().getSimpleName());
        }
        Matcher key = KEY.matcher(text);
        if (!key.find()) {
            throw new IllegalArgumentException(
                    "There is no private key in " + file + ": it begins with -----BEGIN PRIVATE KEY----- (PKCS #8)");
        }
        byte[] bytes = Base64.getMimeDecoder().decode(key.group(1));
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(bytes));
            } catch (GeneralSecurityException anotherAlgorithm) {
                // The next one.
            }
        }
        throw new IllegalArgumentException("The private key in " + file + " is of no known algorithm: " + ALGORITHMS);
    }
}
