package dev.understudy.provider.http;

import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Tells why a TLS handshake failed, in words that contain nothing the server sent except the name of an alert. */
final class TlsFailure {

    private static final int DEPTH = 10;
    private static final Pattern ALERT = Pattern.compile("(?:Received fatal alert|fatal alert): ([a-z_]{1,40})");

    private TlsFailure() {}

    static String reason(Throwable error) {
        Throwable cause = error;
        for (int i = 0; i < DEPTH && cause != null; i++) {
            String reason = reasonOf(cause);
            if (reason != null) {
                return reason;
            }
            cause = cause.getCause();
        }
        return error.getClass().getSimpleName();
    }

    private static @Nullable String reasonOf(Throwable cause) {
        String message = String.valueOf(cause.getMessage());
        String lower = message.toLowerCase(Locale.ROOT);
        if (cause instanceof CertificateExpiredException || lower.contains("certificate_expired")) {
            return "the server's certificate has expired";
        }
        if (cause instanceof CertificateNotYetValidException) {
            return "the server's certificate is not valid yet";
        }
        if (cause instanceof CertPathBuilderException) {
            return "the issuer of the server's certificate is not trusted";
        }
        if (lower.contains("subject alternative") || lower.contains("no name matching")) {
            return "the server's certificate is for another name";
        }
        if (cause instanceof CertPathValidatorException && cause.getCause() == null) {
            return "the server's certificate is not trusted";
        }
        Matcher alert = ALERT.matcher(message);
        return alert.find() ? "the server answered with the alert " + alert.group(1) : null;
    }
}
