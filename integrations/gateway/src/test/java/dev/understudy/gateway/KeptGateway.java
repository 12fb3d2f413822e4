package dev.understudy.gateway;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Starts gateways that keep streams, for clients with keys. */
final class KeptGateway {

    static final String APP = "key-of-app-canary";
    static final String OTHER = "key-of-other-canary";

    private KeptGateway() {}

    /**
     * Starts a gateway on a free port.
     *
     * @param ann address of the provider that is asked first
     * @param limits limits of the key of the client
     */
    static Gateway start(Path folder, String ann, String bob, String limits, String... options) {
        try {
            return started(folder, ann, bob, limits, options);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Gateway started(Path folder, String ann, String bob, String limits, String... options)
            throws IOException {
        Path config = Files.writeString(folder.resolve("understudy.yaml"), """
                providers:
                  ann: {dialect: openai, baseUrl: "%s", keys: ["${KEY}"], model: gpt-a}
                  bob: {dialect: anthropic, baseUrl: "%s", keys: ["${KEY}"], model: claude-b}
                agents: {m: {primary: ann, backups: [bob]}}
                """.formatted(ann, bob));
        Path keys = Files.writeString(
                folder.resolve("keys.yaml"),
                "keys: [{name: app, key: \"${APP}\"" + limits + "}, {name: other, key: \"${OTHER}\"}]");
        List<String> arguments =
                new ArrayList<>(List.of("--port", "0", "--config", config.toString(), "--keys", keys.toString()));
        arguments.addAll(List.of(options));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream print = new PrintStream(out, true, StandardCharsets.UTF_8);
        Gateway gateway = CommandLine.run(
                        arguments, Map.of("KEY", "vendor-key", "APP", APP, "OTHER", OTHER), folder, print, print)
                .gateway();
        if (gateway == null) {
            throw new AssertionError(out.toString(StandardCharsets.UTF_8));
        }
        return gateway;
    }
}
