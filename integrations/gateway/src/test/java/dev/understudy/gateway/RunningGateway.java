package dev.understudy.gateway;

import dev.understudy.event.ProviderStatus;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A gateway started from a configuration file, for tests of other packages. */
public final class RunningGateway implements AutoCloseable {

    private final Gateway gateway;

    private RunningGateway(Gateway gateway) {
        this.gateway = gateway;
    }

    /**
     * Starts a gateway on a free port.
     *
     * @throws AssertionError with the gateway's output if it does not start
     */
    public static RunningGateway start(Path config, Map<String, String> environment) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream print = new PrintStream(out, true, StandardCharsets.UTF_8);
        Gateway gateway = CommandLine.run(
                        List.of("--config", config.toString(), "--port", "0"),
                        environment,
                        config.getParent(),
                        print,
                        print)
                .gateway();
        if (gateway == null) {
            throw new AssertionError(out.toString(StandardCharsets.UTF_8));
        }
        return new RunningGateway(gateway);
    }

    public int port() {
        return gateway.port();
    }

    /** Returns the attempts in flight at all providers of all agents. */
    public int inFlight() {
        return gateway.agents().ids().stream()
                .flatMap(id -> Objects.requireNonNull(gateway.agents().understudy(id)).control().status().stream())
                .mapToInt(ProviderStatus::inFlight)
                .sum();
    }

    @Override
    public void close() {
        gateway.close();
    }
}
