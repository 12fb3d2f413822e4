package dev.understudy.chat;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A piece of the model's reasoning.
 *
 * @param text what it tells of its reasoning, "" when it is hidden
 * @param seal the vendor's signature, if there is one
 */
public record Thought(String text, @Nullable Seal seal) {
    public Thought {
        Objects.requireNonNull(text, "text");
    }


    public static Thought of(String text) {
        return new Thought(text, null);
    }
}
