package dev.understudy.ops;

/**
 * One thing that is wrong in a configuration. It quotes names of keys and numbers, and never a text: that could be a
 * secret at the wrong place.
 *
 * @param path where it stands: {@code agents.support.retry.base}; "" for the document as a whole
 * @param what what is wrong
 * @param right what would be right
 */
public record Mistake(String path, String what, String right) {

    /** One line: where, what, and what would be right. */
    @Override
    public String toString() {
        return (path.isEmpty() ? "" : path + ": ") + what + (right.isEmpty() ? "" : "; " + right);
    }
}
