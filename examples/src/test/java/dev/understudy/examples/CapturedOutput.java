package dev.understudy.examples;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Captures the output of an example. */
final class CapturedOutput {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    final ConsoleOutput consoleOutput = ConsoleOutput.plain(new PrintStream(bytes, true, StandardCharsets.UTF_8));

    String text() {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
