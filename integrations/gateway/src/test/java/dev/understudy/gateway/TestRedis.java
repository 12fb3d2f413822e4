package dev.understudy.gateway;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Stream;

/** A Redis server in a process of its own, without files: the program of an artifact, or the one that is installed. */
final class TestRedis implements AutoCloseable {

    private static final String PROGRAM = "/redis-server-6.2.6-v5-linux-amd64";

    private final Process process;
    private final int port;

    private TestRedis(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Starts a server; the test is skipped where none runs. Clients connect again until it listens. */
    static TestRedis start(Path folder) throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Path program = Stream.of(unpacked(folder), Path.of("/usr/bin/redis-server"))
                .filter(TestRedis::runs)
                .findFirst()
                .orElse(null);
        assumeTrue(program != null, "no Redis server runs on this machine");
        Process process = new ProcessBuilder(
                        program.toString(),
                        "--bind",
                        "127.0.0.1",
                        "--port",
                        Integer.toString(port),
                        "--save",
                        "",
                        "--dir",
                        folder.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        return new TestRedis(process, port);
    }

    private static Path unpacked(Path folder) throws IOException {
        Path file = folder.resolve("redis-server");
        try (InputStream program = TestRedis.class.getResourceAsStream(PROGRAM)) {
            if (program != null) {
                Files.copy(program, file, StandardCopyOption.REPLACE_EXISTING);
                file.toFile().setExecutable(true);
            }
        }
        return file;
    }

    private static boolean runs(Path program) {
        try {
            return new ProcessBuilder(program.toString(), "--version")
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .onExit()
                            .join()
                            .exitValue()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }

    String url() {
        return "redis://127.0.0.1:" + port;
    }

    /** Returns what a script in one line answers, as text. */
    String eval(String script) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write(("EVAL \"" + script + "\" 0\r\n").getBytes(StandardCharsets.UTF_8));
            BufferedReader reply =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            String length = reply.readLine();
            return length.startsWith("$") ? reply.readLine() : length;
        }
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
