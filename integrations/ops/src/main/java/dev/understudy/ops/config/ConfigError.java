package dev.understudy.ops.config;

/**
 * One error in a configuration.
 *
 * @param path position in the document; "" for the document as a whole
 * @param what what is wrong
 * @param right what would be right; "" if unknown
 */
public record ConfigError(String path, String what, String right) {}
