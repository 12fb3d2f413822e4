package dev.understudy.streaming;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Figures of a suite, written to a file of its own in {@code target/figures}; tests print nothing. */
public final class SuiteFigures {

    private SuiteFigures() {}

    public static void write(String suite, String figures) {
        Path file = Path.of("target", "figures", suite.replace(",", "").replace(' ', '-') + ".txt");
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, figures);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
