package dev.understudy.gateway;

import org.jspecify.annotations.Nullable;

/**
 * Tokens of operators.
 *
 * @param read {@code null} for none
 * @param write {@code null} for none
 */
record OperatorTokens(@Nullable String read, @Nullable String write) {
    static final OperatorTokens NONE = new OperatorTokens(null, null);
}
