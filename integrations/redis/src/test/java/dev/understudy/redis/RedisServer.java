package dev.understudy.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.cluster.api.reactive.RedisClusterReactiveCommands;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.stream.IntStream;
import reactor.core.publisher.Mono;

/** A Redis server in a process of its own, on a free port of the loopback interface, without files. */
final class RedisServer implements AutoCloseable {

    private static final Duration START = Duration.ofSeconds(20);

    /** A node of a cluster uses the port that is 10,000 higher too. */
    private static final int MAX_PORT = 55_000;

    private final int port;
    private final Path folder;
    private final List<String> arguments;
    private Process process;

    private RedisServer(int port, Path folder, List<String> arguments) {
        this.port = port;
        this.folder = folder;
        this.arguments = arguments;
        this.process = launched();
    }

    /** Starts a server; the test is skipped where none runs. */
    static RedisServer start(String... more) {
        int port = freePort();
        List<String> arguments = new ArrayList<>(List.of("--port", String.valueOf(port)));
        arguments.addAll(List.of(more));
        return start(port, arguments);
    }

    /** Starts a server that speaks TLS only; {@link #certificate} is what a client trusts. */
    static RedisServer startTls(String... more) {
        int port = freePort();
        Path folder = folder();
        writeCertificate(folder);
        List<String> arguments = new ArrayList<>(List.of(
                "--port", "0",
                "--tls-port", String.valueOf(port),
                "--tls-cert-file", folder.resolve("server.pem").toString(),
                "--tls-key-file", folder.resolve("server.key").toString(),
                "--tls-ca-cert-file", folder.resolve("server.pem").toString(),
                "--tls-auth-clients", "no"));
        arguments.addAll(List.of(more));
        return start(port, folder, arguments);
    }

    /** Starts a Sentinel that watches a server under the name {@code primary}. */
    static RedisServer startSentinel(RedisServer primary) {
        int port = freePort();
        Path folder = folder();
        Path file = folder.resolve("sentinel.conf");
        try {
            Files.writeString(
                    file,
                    String.join(
                            "\n",
                            "port " + port,
                            "bind 127.0.0.1",
                            "dir " + folder,
                            "sentinel monitor primary 127.0.0.1 " + primary.port + " 1",
                            "sentinel down-after-milliseconds primary 1000",
                            "sentinel failover-timeout primary 5000",
                            ""));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return start(port, folder, List.of(file.toString(), "--sentinel"));
    }

    private static RedisServer start(int port, List<String> arguments) {
        return start(port, folder(), arguments);
    }

    private static RedisServer start(int port, Path folder, List<String> arguments) {
        assumeTrue(RedisProgram.FOUND != null, "no Redis server runs on this machine");
        RedisServer server = new RedisServer(port, folder, arguments);
        server.awaitPort();
        return server;
    }

    private Process launched() {
        List<String> command = new ArrayList<>(
                List.of(Objects.requireNonNull(RedisProgram.FOUND).toString()));
        if (!arguments.contains("--sentinel")) {
            command.addAll(
                    List.of("--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder.toString()));
        }
        command.addAll(arguments);
        try {
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("log").toFile())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitPort() {
        long end = System.nanoTime() + START.toNanos();
        while (!accepts()) {
            assertThat(process.isAlive() && System.nanoTime() - end < 0)
                    .as("%s", log())
                    .isTrue();
            LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
        }
    }

    private boolean accepts() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private String log() {
        try {
            return Files.readString(folder.resolve("log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return port;
    }

    String uri() {
        return "redis://127.0.0.1:" + port;
    }

    String tlsUri() {
        return "rediss://127.0.0.1:" + port;
    }

    Path certificate() {
        return folder.resolve("server.pem");
    }

    /** Returns what the server says about itself; empty if it says nothing. */
    String info(String section) {
        return asked(commands -> commands.info(section));
    }

    void addSlots(int first, int last) {
        asked(commands ->
                commands.clusterAddSlots(IntStream.rangeClosed(first, last).toArray()));
    }

    void meet(RedisServer other) {
        asked(commands -> commands.clusterMeet("127.0.0.1", other.port));
    }

    boolean clusterIsWell() {
        return asked(commands -> commands.clusterInfo()).contains("cluster_state:ok");
    }

    private String asked(Function<RedisClusterReactiveCommands<String, String>, Mono<String>> question) {
        RedisOptions patient = RedisOptions.of(uri()).withTimeouts(START, START);
        try (RedisConnections connections = RedisConnections.of(patient)) {
            String answer = connections
                    .call(question)
                    .onErrorReturn(RedisServer::isLostConnection, "")
                    .block(START);
            return String.valueOf(answer);
        }
    }

    /** A server that Sentinel promotes closes the connections of all its clients. */
    private static boolean isLostConnection(Throwable error) {
        return error instanceof RedisException && !(error instanceof RedisCommandExecutionException);
    }

    /** Ends the process at once, as a crash does. All data is lost. */
    void kill() {
        process.destroyForcibly();
        ended();
    }

    /** Stops the process without closing its connections, as a machine that hangs does. */
    void suspend() {
        signal("STOP");
    }

    void resume() {
        signal("CONT");
    }

    private void signal(String name) {
        try {
            int status = new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid()))
                    .start()
                    .waitFor();
            assertThat(status).isZero();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Starts an empty server on the port of the one that was killed. */
    void restart() {
        process = launched();
        awaitPort();
    }

    @Override
    public void close() {
        kill();
        try (var files = Files.list(folder)) {
            files.forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        folder.toFile().delete();
    }

    private void ended() {
        try {
            assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = socket.getLocalPort();
            return port < MAX_PORT ? port : freePort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path folder() {
        try {
            return Files.createTempDirectory("redis");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void writeCertificate(Path folder) {
        try {
            X509Bundle bundle = new CertificateBuilder()
                    .ecp256()
                    .subject("CN=redis")
                    .addSanIpAddress("127.0.0.1")
                    .setIsCertificateAuthority(true)
                    .buildSelfSigned();
            Files.writeString(folder.resolve("server.pem"), bundle.getCertificatePEM());
            Files.writeString(folder.resolve("server.key"), bundle.getPrivateKeyPEM());
        } catch (Exception e) {
            throw new IllegalStateException("This JVM makes no certificates", e);
        }
    }
}
