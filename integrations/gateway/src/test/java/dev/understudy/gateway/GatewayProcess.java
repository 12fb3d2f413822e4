package dev.understudy.gateway;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A gateway in a process of its own, with limits of heap and descriptors. */
public final class GatewayProcess implements AutoCloseable {

    private final Process process;
    private final BufferedReader out;
    private final Path errors;
    private final int port;

    private GatewayProcess(Process process, BufferedReader out, Path errors, int port) {
        this.process = process;
        this.out = out;
        this.errors = errors;
        this.port = port;
    }

    /**
     * Resources of the process.
     *
     * @param heap MiB of heap
     * @param descriptors open files and sockets
     */
    public record Resources(int heap, int descriptors) {
        static final Resources SMALL = new Resources(256, 1_024);
    }

    static GatewayProcess start(Path folder, String config, Map<String, String> environment, String... options)
            throws IOException {
        return start(Resources.SMALL, folder, config, environment, options);
    }

    /**
     * Starts a gateway on a free port and waits until it listens.
     *
     * @param folder where the configuration and the output of errors are written
     * @param environment tokens and keys
     * @param options further options
     */
    public static GatewayProcess start(
            Resources resources, Path folder, String config, Map<String, String> environment, String... options)
            throws IOException {
        Path file = Files.writeString(folder.resolve("understudy.yaml"), config);
        Path errors = folder.resolve("errors.txt");
        String limit = "ulimit -n " + resources.descriptors() + " && exec \"$@\"";
        List<String> command = new ArrayList<>(List.of("sh", "-c", limit, "sh"));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(
                "-Xmx" + resources.heap() + "m",
                "-XX:MaxDirectMemorySize=" + resources.heap() / 2 + "m",
                "-XX:+ExitOnOutOfMemoryError",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=" + (resources.equals(Resources.SMALL) ? 1 : 4),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "--port",
                "0",
                "--config",
                file.toString()));
        command.addAll(List.of(options));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String line = out.readLine();
        if (line == null || !line.startsWith("Listening on ")) {
            process.destroyForcibly();
            throw new AssertionError(line + "\n" + Files.readString(errors));
        }
        return new GatewayProcess(process, out, errors, Integer.parseInt(line.replaceFirst(".*:(\\d+)/v1", "$1")));
    }

    public int port() {
        return port;
    }

    /** Returns the response to a request, or fails with what the process has printed if it has ended. */
    public GatewayClient.Response get(String path, String... headers) {
        try {
            return new GatewayClient(port).get(path, headers);
        } catch (AssertionError noResponse) {
            process.onExit().completeOnTimeout(process, 2, TimeUnit.SECONDS).join();
            if (process.isAlive()) {
                throw noResponse;
            }
            throw new AssertionError(out.lines().collect(Collectors.joining("\n")) + "\n" + errors(), noResponse);
        }
    }

    /** Sends SIGTERM. */
    public void terminate() {
        process.destroy();
    }

    /** Waits for the end and returns the exit code. */
    public int exitCode(int seconds) throws InterruptedException {
        if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
            throw new AssertionError("still running");
        }
        return process.exitValue();
    }

    public String errors() {
        try {
            return Files.readString(errors);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the largest resident memory so far in MiB; 0 where the system does not tell. */
    long peakMemory() throws IOException {
        return memory("VmHWM:");
    }

    /** Returns the resident memory in MiB; 0 where the system does not tell. */
    public long memory() throws IOException {
        return memory("VmRSS:");
    }

    private long memory(String field) throws IOException {
        Path status = Path.of("/proc", Long.toString(process.pid()), "status");
        if (!Files.exists(status)) {
            return 0;
        }
        try (Stream<String> lines = Files.lines(status)) {
            return lines.filter(line -> line.startsWith(field))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                    .findFirst()
                    .orElse(0);
        }
    }

    /** Returns the number of open descriptors; 0 where the system does not tell. */
    public long descriptors() {
        Path folder = Path.of("/proc", Long.toString(process.pid()), "fd");
        if (!Files.exists(folder)) {
            return 0;
        }
        try (Stream<Path> all = Files.list(folder)) {
            return all.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
