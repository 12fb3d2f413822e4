package dev.understudy.provider.catalog;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Names of models and of their versions. */
final class ModelName {

    /** A version suffix, ignored when a model is looked up: {@code -20251001}, {@code -2025-08-07}, {@code -001}. */
    private static final Pattern VERSION =
            Pattern.compile("(.+?)-(?:\\d{8}|\\d{4}-\\d\\d-\\d\\d|\\d\\d-\\d{4}|\\d{3,4}|latest|preview(?:-[\\d-]+)?)");

    private ModelName() {}

    /** Returns the name without its version suffix and without the prefix {@code models/}. */
    static String withoutVersion(String model) {
        String name = model.startsWith("models/") ? model.substring(7) : model;
        Matcher version = VERSION.matcher(name);
        return version.matches() ? version.group(1) : name;
    }
}
