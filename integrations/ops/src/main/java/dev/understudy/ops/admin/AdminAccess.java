package dev.understudy.ops.admin;

import io.netty.handler.codec.http.HttpHeaders;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Checks the Host header and the bearer token of a request. Only known host names are accepted, which defeats DNS
 * rebinding; literal addresses cannot be rebound.
 *
 * @param read token that allows reading; {@code null} for none
 * @param write token that allows reading and writing; {@code null} for none
 * @param hosts accepted host names besides {@code localhost}
 */
record AdminAccess(@Nullable AccessToken read, @Nullable AccessToken write, Set<String> hosts) {

    private static final String LITERAL = "\\d{1,3}(\\.\\d{1,3}){3}|\\[[0-9a-f:.]+]";
    private static final String BEARER = "Bearer ";

    void check(HttpHeaders headers) {
        String host = headers.get("host");
        String name = host == null ? "" : host.toLowerCase(Locale.ROOT).replaceFirst(":\\d*$", "");
        if (headers.getAll("host").size() > 1
                || (!name.equals("localhost") && !name.matches(LITERAL) && !hosts.contains(name))) {
            throw Problem.of(
                    421, "unknown-host", "Unknown host", "This server is not known by the name in the Host header");
        }
    }

    /** Checks the bearer token; returns true if it allows writing. */
    boolean admit(HttpHeaders headers) {
        String shown = token(headers);
        boolean writes = matches(write, shown);
        boolean reads = matches(read, shown);
        if (!writes && !reads) {
            Problem problem =
                    Problem.of(401, "unauthorized", "Unauthorized", "A bearer token is needed, and a right one");
            String challenge = "Bearer realm=\"understudy\"" + (shown == null ? "" : ", error=\"invalid_token\"");
            throw problem.with("www-authenticate", challenge);
        }
        return writes;
    }

    private static boolean matches(@Nullable AccessToken token, @Nullable String shown) {
        return token != null && token.matches(shown);
    }

    private static @Nullable String token(HttpHeaders headers) {
        String value = headers.get("authorization");
        boolean bearer = value != null && value.regionMatches(true, 0, BEARER, 0, BEARER.length());
        return bearer && headers.getAll("authorization").size() == 1
                ? value.substring(BEARER.length()).strip()
                : null;
    }

    static Problem readOnly() {
        return Problem.of(403, "read-only", "Read only", "This token opens what only looks")
                .with("www-authenticate", "Bearer realm=\"understudy\", error=\"insufficient_scope\", scope=\"write\"");
    }
}
