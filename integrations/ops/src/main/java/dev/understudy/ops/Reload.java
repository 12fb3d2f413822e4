package dev.understudy.ops;

import java.time.Instant;
import java.util.List;

/**
 * What became of a configuration that was to replace the running one.
 *
 * @param at when
 * @param source where it came from
 * @param accepted whether it runs now; if not, the one before goes on
 * @param mistakes why not; without any secret
 */
public record Reload(Instant at, String source, boolean accepted, List<Mistake> mistakes) {

    public Reload {
        mistakes = List.copyOf(mistakes);
    }

    /** One line, and one more for each mistake. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(source).append(accepted ? " is used from now on" : " is refused");
        mistakes.forEach(mistake -> text.append("\n  ").append(mistake));
        return text.toString();
    }
}
