package dev.understudy.examples;

import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.Failure;
import dev.understudy.event.Event;
import java.io.Console;
import java.io.PrintStream;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Prints to the console: tokens as they arrive, a line for each event, and a table at the end. Coloured only on a
 * terminal that supports it, and not when NO_COLOR is set.
 */
final class ConsoleOutput {

    enum Colour {
        PLAIN(""),
        BOLD("1"),
        DIM("2"),
        RED("31"),
        GREEN("32"),
        YELLOW("33");

        private final String code;

        Colour(String code) {
            this.code = code;
        }
    }

    private final PrintStream out;
    private final boolean coloured;
    private long started;
    private boolean inLine;

    private ConsoleOutput(PrintStream out, boolean coloured) {
        this.out = out;
        this.coloured = coloured;
    }

    /** Prints to the standard output. */
    static ConsoleOutput standard() {
        return new ConsoleOutput(System.out, coloured(System.getenv(), isTerminal(System.console())));
    }

    /** Prints without colour. */
    static ConsoleOutput plain(PrintStream out) {
        return new ConsoleOutput(out, false);
    }

    static boolean coloured(Map<String, String> environment, boolean terminal) {
        String kind = environment.getOrDefault("TERM", "dumb");
        return terminal
                && !kind.equals("dumb")
                && environment.getOrDefault("NO_COLOR", "").isEmpty();
    }

    /** From JDK 22 on a console may exist without a terminal; {@code Console.isTerminal} tells them apart. */
    private static boolean isTerminal(@Nullable Console console) {
        if (console == null) {
            return false;
        }
        try {
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException older) {
            return true;
        }
    }

    synchronized void line(String text) {
        line(text, Colour.PLAIN);
    }

    synchronized void line(String text, Colour colour) {
        endLine();
        out.println(paint(printable(text), colour));
        out.flush();
    }

    /** Prints the next tokens of an answer on the current line. */
    synchronized void words(String text) {
        if (!text.isEmpty()) {
            out.print(paint(printable(text), Colour.BOLD));
            out.flush();
            inLine = true;
        }
    }

    /** Prints a mark on the current line. */
    synchronized void mark(String text) {
        out.print(paint(text, Colour.YELLOW));
        out.flush();
        inLine = true;
    }

    /** Prints an event with the time since the first event. */
    synchronized void event(Event event) {
        long now = System.nanoTime();
        started = started == 0 ? now : started;
        Event.CallId call = event.call();
        String tags = call == null ? "" : String.join(" ", call.tags().values());
        String whose = tags.isEmpty() ? "" : "[" + tags + "] ";
        line(String.format(Locale.ROOT, "%5.2f s  %s%s", (now - started) / 1e9, whose, event), colour(event));
    }

    synchronized void table(AttemptLog attemptLog) {
        endLine();
        AttemptTable.of(attemptLog).forEach(row -> out.println(paint(Failure.printable(row), Colour.PLAIN)));
        out.flush();
    }

    /** Keeps line ends and tabs, which answers have. */
    private static String printable(String text) {
        return text.lines()
                        .map(line -> line.replace("\t", "    "))
                        .map(Failure::printable)
                        .collect(Collectors.joining("\n"))
                + (text.endsWith("\n") ? "\n" : "");
    }

    private void endLine() {
        if (inLine) {
            out.println();
            inLine = false;
        }
    }

    private String paint(String text, Colour colour) {
        return coloured && colour != Colour.PLAIN ? "\u001b[" + colour.code + "m" + text + "\u001b[0m" : text;
    }

    private static Colour colour(Event event) {
        if (event instanceof Event.AttemptFailed || event instanceof Event.CallFailed) {
            return Colour.RED;
        }
        if (event instanceof Event.FirstContent || event instanceof Event.CallSucceeded) {
            return Colour.GREEN;
        }
        return event instanceof Event.AttemptStarted ? Colour.DIM : Colour.YELLOW;
    }
}
