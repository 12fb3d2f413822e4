package dev.understudy.redis;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The server program that tests start: from an artifact on the class path, or the one that is installed. */
final class RedisProgram {

    private static final Map<String, String> PROGRAMS = Map.of(
            "linux/amd64", "redis-server-6.2.6-v5-linux-amd64",
            "linux/aarch64", "redis-server-6.2.7-linux-arm64",
            "mac/aarch64", "redis-server-6.2.6-v5-darwin-arm64",
            "mac/x86_64", "redis-server-6.2.6-v5-darwin-amd64");

    private static final List<Path> INSTALLED = List.of(
            Path.of("/usr/bin/redis-server"),
            Path.of("/usr/local/bin/redis-server"),
            Path.of("/usr/bin/valkey-server"));

    /** {@code null} if none runs on this machine. */
    static final @Nullable Path FOUND = Stream.concat(Stream.ofNullable(unpacked()), INSTALLED.stream())
            .filter(RedisProgram::runs)
            .findFirst()
            .orElse(null);

    private RedisProgram() {}

    private static @Nullable Path unpacked() {
        String system = System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("mac") ? "mac" : "linux";
        String resource = PROGRAMS.get(system + "/" + System.getProperty("os.arch"));
        if (resource == null) {
            return null;
        }
        try (InputStream program = RedisProgram.class.getResourceAsStream("/" + resource)) {
            Path file = Files.createTempFile("redis-server", "");
            file.toFile().deleteOnExit();
            Files.copy(Objects.requireNonNull(program), file, StandardCopyOption.REPLACE_EXISTING);
            return file.toFile().setExecutable(true) ? file : null;
        } catch (IOException e) {
            return null;
        }
    }

    /** The program of the artifact needs OpenSSL 3, which old machines do not have. */
    private static boolean runs(Path program) {
        try {
            Process process = new ProcessBuilder(program.toString(), "--version")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
