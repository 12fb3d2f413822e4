package dev.understudy.provider.error;

import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** HTTP statuses that the status codes of gRPC stand for. */
final class GrpcStatus {

    private static final Pattern CODE = Pattern.compile("code=(\\w+)");

    private static final Map<String, Integer> STATUSES = Map.ofEntries(
            Map.entry("INVALID_ARGUMENT", 400),
            Map.entry("FAILED_PRECONDITION", 400),
            Map.entry("OUT_OF_RANGE", 400),
            Map.entry("UNAUTHENTICATED", 401),
            Map.entry("PERMISSION_DENIED", 403),
            Map.entry("NOT_FOUND", 404),
            Map.entry("ALREADY_EXISTS", 409),
            Map.entry("ABORTED", 409),
            Map.entry("RESOURCE_EXHAUSTED", 429),
            Map.entry("UNIMPLEMENTED", 501),
            Map.entry("UNAVAILABLE", 503));

    private GrpcStatus() {}

    /**
     * Returns the HTTP status of a gRPC status; 500 for codes without one, 0 for a text without a code and for the codes
     * of calls that were ended on this side.
     *
     * @param status text of the status: {@code Status{code=UNAVAILABLE, …}}
     */
    static int http(String status) {
        Matcher matcher = CODE.matcher(status);
        String code = matcher.find() ? matcher.group(1).toUpperCase(Locale.ROOT) : "CANCELLED";
        boolean endedHere = code.equals("CANCELLED") || code.equals("DEADLINE_EXCEEDED");
        return endedHere ? 0 : STATUSES.getOrDefault(code, 500);
    }
}
