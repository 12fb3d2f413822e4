package dev.understudy.streaming.macro;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** A process of the measurements, which answers each line with a line. */
final class Child implements AutoCloseable {

    private final Process process;
    private final BufferedReader output;
    private final PrintStream input;

    /** @param core the processor it is pinned to, negative for none */
    Child(int core, String memory, Class<?> main, String... args) throws IOException {
        List<String> command = new ArrayList<>();
        if (core >= 0) {
            command.addAll(List.of("taskset", "-c", Integer.toString(core)));
        }
        command.addAll(List.of(System.getProperty("java.home") + "/bin/java", "-XX:+UseSerialGC", memory));
        String flags = System.getProperty("macro.worker", "");
        if (!flags.isBlank() && core < 0) {
            command.addAll(List.of(flags.replace("%name", String.join("", args)).split(" ")));
        }
        command.add(
                "-XX:-UseDynamicNumberOfCompilerThreads"); // CPU time of threads that have ended is the application's
        command.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=off"); // faults are expected
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(args));
        this.process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        this.output = process.inputReader();
        this.input = new PrintStream(process.getOutputStream(), true);
    }

    String read() throws IOException {
        String line = output.readLine();
        if (line == null) {
            throw new IOException("the process has ended");
        }
        return line;
    }

    String ask(String line) throws IOException {
        input.println(line);
        return read();
    }

    @Override
    public void close() {
        input.close();
        process.destroy();
    }
}
