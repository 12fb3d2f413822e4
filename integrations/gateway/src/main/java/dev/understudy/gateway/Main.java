package dev.understudy.gateway;

import java.nio.file.Path;
import java.util.List;

/** Starts a gateway from the command line. */
public final class Main {

    private Main() {}

    /**
     * Serves until the process is terminated. Exits with 1 if it cannot listen on its address, and with 2 for invalid options
     * or an invalid configuration.
     *
     * @param args options; {@code --help} lists them
     */
    public static void main(String[] args) {
        CommandLine.Outcome outcome =
                CommandLine.run(List.of(args), System.getenv(), Path.of(""), System.out, System.err);
        Gateway gateway = outcome.gateway();
        if (gateway == null) {
            System.exit(outcome.exitCode());
        } else {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                gateway.close();
                Runtime.getRuntime().halt(0); // a signal would end the process with another status
            }));
            gateway.await();
        }
    }
}
