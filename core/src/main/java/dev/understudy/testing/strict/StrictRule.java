package dev.understudy.testing.strict;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * One form of a request that a vendor refuses.
 *
 * @param name name of the rule, unique for the vendor
 * @param status HTTP status of the refusal
 * @param type the vendor's type of the error; {@code null} for its usual one
 * @param code the vendor's code of the error, where it has one
 * @param check finds a violation
 */
public record StrictRule(
        String name,
        int status,
        @Nullable String type,
        @Nullable String code,
        Check check) {

    /** Finds a violation. */
    @FunctionalInterface
    interface Check {
        /** Returns the vendor's message about a violation; {@code null} for a request that keeps the rule. */
        @Nullable
        String message(JsonNode body, SentBlocks sent);
    }

    /** Finds a violation that depends on the request alone. */
    @FunctionalInterface
    interface BodyCheck {
        @Nullable
        String message(JsonNode body);
    }

    /**
     * Refusal of a request.
     *
     * @param rule name of the rule
     * @param status HTTP status
     * @param type type of the error; {@code null} for the usual one
     * @param code code of the error; {@code null} for none
     * @param message message of the error
     */
    public record Refusal(
            String rule,
            int status,
            @Nullable String type,
            @Nullable String code,
            String message) {}

    static StrictRule of(String name, BodyCheck check) {
        return new StrictRule(name, 400, null, null, (body, sent) -> check.message(body));
    }

    static StrictRule withSent(String name, Check check) {
        return new StrictRule(name, 400, null, null, check);
    }

    StrictRule withType(String type) {
        return new StrictRule(name, status, type, code, check);
    }

    StrictRule withCode(String code) {
        return new StrictRule(name, status, type, code, check);
    }

    StrictRule withStatus(int status) {
        return new StrictRule(name, status, type, code, check);
    }

    @Nullable
    Refusal refusal(JsonNode body, SentBlocks sent) {
        String message = check.message(body, sent);
        return message == null ? null : new Refusal(name, status, type, code, message);
    }
}
