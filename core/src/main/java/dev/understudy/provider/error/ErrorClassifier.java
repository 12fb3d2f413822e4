package dev.understudy.provider.error;

import static java.util.Map.entry;

import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.provider.text.Redactor;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Schedulers;

/**
 * Classifies vendors' errors. Evidence is used in this order: a precise code, then the vendor's phrases (most vendors
 * use one code for many things), then a broad code, then the HTTP status, then a vague code. Of an HTML page, which
 * comes from a proxy, only the status counts. Pure except for the clock.
 */
public final class ErrorClassifier {

    private static final int MESSAGE = 500;
    private static final Redactor REDACTOR = Redactor.ofKeyForms();

    private static final Map<Integer, FailureKind> STATUSES = Map.ofEntries(
            entry(401, FailureKind.AUTH),
            entry(402, FailureKind.QUOTA),
            entry(403, FailureKind.FORBIDDEN),
            entry(407, FailureKind.FORBIDDEN),
            entry(408, FailureKind.SERVER),
            entry(409, FailureKind.SERVER),
            entry(410, FailureKind.MODEL_NOT_FOUND),
            entry(413, FailureKind.REQUEST_TOO_LARGE),
            entry(424, FailureKind.SERVER),
            entry(425, FailureKind.SERVER),
            entry(429, FailureKind.RATE_LIMITED),
            entry(451, FailureKind.FORBIDDEN),
            entry(498, FailureKind.OVERLOADED),
            entry(499, FailureKind.SERVER),
            entry(501, FailureKind.UNSUPPORTED),
            entry(503, FailureKind.OVERLOADED),
            entry(529, FailureKind.OVERLOADED));

    private ErrorClassifier() {}

    /**
     * Classifies a response with another status than 200. Instants are relative to the response's {@code Date}
     * header, because they refer to the vendor's clock; without it, to the local clock.
     *
     * @param header value of a response header field by its lower-case name
     */
    public static Failure http(int status, Function<String, @Nullable String> header, byte[] body) {
        return http(status, header, body, CallerText.NONE);
    }

    /** Classifies a response with instants relative to {@code now}. */
    static Failure http(int status, Function<String, @Nullable String> header, byte[] body, Instant now) {
        return http(status, header, body, now, CallerText.NONE);
    }

    /** Classifies a response by words that the request does not contain. */
    public static Failure http(int status, Function<String, @Nullable String> header, byte[] body, CallerText caller) {
        String date = header.apply("date");
        Instant then = date == null ? null : RetryAfter.date(date);
        return http(status, header, body, then == null ? clock() : then, caller);
    }

    private static Failure http(
            int status, Function<String, @Nullable String> header, byte[] body, Instant now, CallerText caller) {
        ErrorBody error = ErrorBodyReader.read(body, 0, body.length, caller).withCode(header.apply("x-amzn-errortype"));
        Evidence evidence = Evidence.of(error, caller);
        return failure(status, error, evidence)
                .withRetryAfter(RetryAfter.of(header, evidence.words(), now, evidence.quoted()))
                .withShouldRetry(bool(header.apply("x-should-retry")));
    }

    private static @Nullable Boolean bool(@Nullable String value) {
        String word = value == null ? "" : value.strip().toLowerCase(Locale.ROOT);
        return word.equals("true") ? Boolean.TRUE : word.equals("false") ? Boolean.FALSE : null;
    }

    /**
     * Classifies an error with status 200 as the kind it would have with a status of its own.
     *
     * @param payload the event, chunk or body that holds it, as parsed JSON
     */
    static Failure inBand(Map<String, ? extends @Nullable Object> payload) {
        return inBand(ErrorBodyReader.of(payload));
    }

    /** Classifies an in-band error whose bytes may be JSON or text, as in the SSE field {@code error}. */
    public static Failure inBand(byte[] payload, int offset, int length) {
        return inBand(ErrorBodyReader.read(payload, offset, length));
    }

    /** Classifies an in-band error whose type is given beside its payload. */
    static Failure inBand(byte[] payload, int offset, int length, String code) {
        return inBand(ErrorBodyReader.read(payload, offset, length).withCode(code));
    }

    /** Classifies a body with status 200 that holds no answer: as the error it reports, or as PROTOCOL. */
    public static Failure noAnswer(byte[] body, String what) {
        ErrorBody error = ErrorBodyReader.read(body, 0, body.length);
        String words = error.message();
        if (error.page() || words.isBlank()) {
            return Failure.of(FailureKind.PROTOCOL, what);
        }
        Failure reported = inBand(error);
        boolean isReport =
                error.form() == ErrorBody.Form.JSON || reported.kind() != FailureKind.SERVER || isError(words);
        return isReport ? reported : Failure.of(FailureKind.PROTOCOL, what);
    }

    /** Returns true if text without a known phrase is a sentence or mentions an error. */
    private static boolean isError(String words) {
        boolean sentence = Character.isLetter(words.charAt(0)) && words.indexOf('{') < 0 && !words.equals("null");
        return sentence || words.toLowerCase(Locale.ROOT).contains("error");
    }

    private static Failure inBand(ErrorBody error) {
        return inBand(error, CallerText.NONE);
    }

    static Failure inBand(ErrorBody error, CallerText caller) {
        Evidence evidence = Evidence.of(error, caller);
        int status = error.status() != 0 ? error.status() : StatusText.within(evidence.words(), evidence.quoted());
        return failure(status, error, evidence)
                .withRetryAfter(RetryAfter.in(evidence.words(), clock(), evidence.quoted()));
    }

    private static Instant clock() {
        return Instant.ofEpochMilli(Schedulers.parallel().now(TimeUnit.MILLISECONDS));
    }

    private static Failure failure(int status, ErrorBody error, Evidence evidence) {
        ErrorCodes.Match precise = ErrorCodes.precise(evidence.codes());
        if (precise != null) {
            return failure(precise.kind(), status, precise.code(), error, evidence, null);
        }
        ErrorCodes.Match broad = ErrorCodes.broad(evidence.codes());
        ErrorCodes.Match vague = ErrorCodes.vague(evidence.codes());
        FailureKind coded = broad != null ? broad.kind() : vague != null ? vague.kind() : null;
        ErrorPhrase row = error.page() ? null : ErrorPhrases.first(status, coded, evidence.quoted());
        String firstCode = evidence.codes().isEmpty() ? null : evidence.codes().get(0);
        if (row != null) {
            return failure(row.kind(), status, firstCode, error, evidence, row.refused());
        }
        if (broad != null) {
            return failure(broad.kind(), status, broad.code(), error, evidence, null);
        }
        if (status != 0) {
            return failure(byStatus(status), status, firstCode, error, evidence, null);
        }
        return failure(vague == null ? FailureKind.SERVER : vague.kind(), status, firstCode, error, evidence, null);
    }

    private static FailureKind byStatus(int status) {
        FailureKind kind = STATUSES.get(status);
        if (kind != null) {
            return kind;
        }
        if (status >= 500) {
            return FailureKind.SERVER;
        }
        return status >= 400 ? FailureKind.INVALID_REQUEST : FailureKind.PROTOCOL;
    }

    private static Failure failure(
            FailureKind kind,
            int status,
            @Nullable String code,
            ErrorBody error,
            Evidence evidence,
            @Nullable String refused) {
        String words = evidence.message().isBlank() ? (code == null ? "no message" : code) : evidence.message();
        Failure failure = Failure.of(kind, message(words)).withStatus(status, code);
        return switch (kind) {
            case CONTEXT_OVERFLOW, REQUEST_TOO_LARGE -> failure.withWindow(ContextLimitParser.window(evidence.words()));
            case UNSUPPORTED ->
                failure.withRefusedParameter(
                        refused != null
                                ? refused
                                : RefusedParameter.of(
                                        error.param(), code, evidence.words(), error.evidence(), evidence.quoted()));
            default -> failure;
        };
    }

    /** Returns one line, redacted and bounded. */
    static String message(String words) {
        String line = REDACTOR.redact(words.substring(0, Math.min(words.length(), 4 * MESSAGE)))
                .replaceAll("[\\s\\p{Cntrl}]+", " ")
                .strip();
        if (line.length() <= MESSAGE) {
            return line;
        }
        int end = Character.isHighSurrogate(line.charAt(MESSAGE - 2)) ? MESSAGE - 2 : MESSAGE - 1;
        return line.substring(0, end) + "…";
    }
}
