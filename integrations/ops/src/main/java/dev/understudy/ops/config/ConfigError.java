package dev.understudy.ops.config;

/**
 * One error in a configuration.
 *
 * @param path position in the document; "" for the document as a whole
 * @param problem description of the error
 * @param expected description of a valid value; "" if unknown
 */
public record ConfigError(String path, String problem, String expected) {}
