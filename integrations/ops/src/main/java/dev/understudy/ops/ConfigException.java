package dev.understudy.ops;

import java.util.List;
import java.util.stream.Collectors;

/** A configuration cannot be used. Its message tells all mistakes at once, and no secret. */
public final class ConfigException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient List<Mistake> mistakes;

    ConfigException(String source, List<Mistake> mistakes) {
        super(message(source, mistakes));
        this.mistakes = List.copyOf(mistakes);
    }

    /** All of them, in the order of the document where they have one. */
    public List<Mistake> mistakes() {
        return mistakes;
    }

    private static String message(String source, List<Mistake> mistakes) {
        String head = mistakes.size() == 1 ? " has a mistake:" : " has " + mistakes.size() + " mistakes:";
        return source
                + head
                + mistakes.stream().map(mistake -> "\n  " + mistake).collect(Collectors.joining());
    }
}
