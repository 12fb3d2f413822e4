package dev.understudy.provider.catalog;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Names of models and of their versions. */
final class ModelName {

    /** A version suffix, ignored when a model is looked up: {@code -20251001}, {@code -2025-08-07}, {@code -001}. */
    private static final Pattern VERSION =
            Pattern.compile("(.+?)-(?:\\d{8}|\\d{4}-\\d\\d-\\d\\d|\\d\\d-\\d{4}|\\d{3,4}|latest|preview(?:-[\\d-]+)?)");

    private static final int SLOTS = 256;

    /** Length of a name above which its result is not kept. */
    private static final int LONGEST = 128;

    /** Results of names that were asked for lately, by hash: each call asks for the capabilities of its models. */
    private static final AtomicReferenceArray<@Nullable Name> KNOWN = new AtomicReferenceArray<>(SLOTS);

    private record Name(String model, String withoutVersion) {}

    private ModelName() {}

    /** Returns the name without its version suffix and without the prefix {@code models/}. */
    static String withoutVersion(String model) {
        if (model.length() > LONGEST) {
            return shortened(model);
        }
        int slot = model.hashCode() & (SLOTS - 1);
        Name known = KNOWN.get(slot);
        if (known == null || !known.model.equals(model)) {
            known = new Name(model, shortened(model));
            KNOWN.set(slot, known);
        }
        return known.withoutVersion;
    }

    private static String shortened(String model) {
        String name = model.startsWith("models/") ? model.substring(7) : model;
        Matcher version = VERSION.matcher(name);
        return version.matches() ? version.group(1) : name;
    }
}
