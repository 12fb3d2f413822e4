package dev.understudy.provider.http;

import dev.understudy.provider.endpoint.Endpoint;
import java.util.Locale;
import java.util.regex.Pattern;

/** Recognises hosts of this machine and of private networks by their names and addresses, without resolving them. */
final class PrivateNetwork {

    private static final Pattern ADDRESS = Pattern.compile("(?:10|127|192\\.168|169\\.254|172\\.(?:1[6-9]|2\\d|3[01]))"
            + "(?:\\.\\d{1,3}){2,3}|\\[(?:fe[89ab]|f[cd])[0-9a-f]{0,2}:.*]");
    private static final Pattern NAME =
            Pattern.compile("[^.:\\[\\]]+|.+\\.(?:local|localhost|internal|lan|home\\.arpa|svc)");

    private PrivateNetwork() {}

    /** Returns true for loopback, private and link-local addresses, names without a dot, and names of local domains. */
    static boolean contains(String host) {
        String name = host.toLowerCase(Locale.ROOT);
        return Endpoint.isLoopback(name)
                || ADDRESS.matcher(name).matches()
                || NAME.matcher(name).matches();
    }
}
