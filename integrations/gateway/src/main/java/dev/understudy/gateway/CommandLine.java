package dev.understudy.gateway;

import dev.understudy.ops.agent.ConfigException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.netty.ChannelBindException;

/** The command line of the gateway. Errors are sentences, without a stack trace and without secrets. */
final class CommandLine {

    /** Exit code of a check that found an error, and of a gateway that could not start. */
    static final int FAILED = 1;

    /** Exit code for invalid options and an invalid configuration. */
    static final int INVALID = 2;

    /**
     * Result of a command line.
     *
     * @param exitCode exit code of the process; 0 while a gateway runs
     * @param gateway {@code null} if none runs
     */
    record Outcome(int exitCode, @Nullable Gateway gateway) {}

    private CommandLine() {}

    /**
     * Starts a gateway, or does what else the arguments say. Blocks.
     *
     * @param directory base of relative paths
     */
    static Outcome run(
            List<String> arguments,
            Map<String, String> environment,
            Path directory,
            PrintStream out,
            PrintStream errors) {
        if (arguments.contains(Option.HELP.flag())) {
            out.print(GatewayOptions.usage());
            return new Outcome(0, null);
        }
        boolean check = arguments.contains(Option.CHECK.flag());
        try {
            OptionValues values = OptionValues.of(arguments, environment);
            GatewayOptions options = GatewayOptions.of(values, environment, directory);
            return check ? checked(options, out) : started(options, out);
        } catch (ChannelBindException taken) {
            errors.println(unbound(taken));
            return new Outcome(FAILED, null);
        } catch (ConfigException wrong) {
            errors.println(wrong.getMessage());
        } catch (IllegalArgumentException wrong) {
            errors.println(wrong.getMessage());
            errors.println("--help lists all options.");
        }
        return new Outcome(check ? FAILED : INVALID, null);
    }

    private static Outcome checked(GatewayOptions options, PrintStream out) {
        out.println(options.config() == null ? "The options are valid" : "Valid: " + options.config());
        return new Outcome(0, null);
    }

    private static Outcome started(GatewayOptions options, PrintStream out) {
        Gateway gateway = new Gateway(options);
        out.println("Listening on " + gateway.url());
        out.println(
                options.config() != null
                        ? "Agents: " + String.join(", ", gateway.agents().ids())
                        : "Demonstration: request one of these as the model: " + DemoScenario.names());
        return new Outcome(0, gateway);
    }

    private static String unbound(ChannelBindException taken) {
        String address = taken.localHost() + ":" + taken.localPort();
        Throwable cause = taken.getCause();
        String message = String.valueOf((cause == null ? taken : cause).getMessage());
        return message.contains("already in use")
                ? "Port " + taken.localPort() + " of " + taken.localHost()
                        + " is in use by another process: end it, or choose another port with --port"
                : "Cannot listen on " + address + ": choose another address with --host or another port with --port";
    }
}
