package dev.understudy.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What the command line prints, and with which exit code it ends. */
@Timeout(60)
class CommandLineTest {

    private static final String KEY = "key-of-ann-canary";
    private static final String VALID = """
            providers:
              ann: {dialect: openai, baseUrl: "http://127.0.0.1:9", keys: ["${ANN}"], model: gpt-a}
            agents: {support: {primary: ann}}
            """;

    @TempDir
    Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();
    private Gateway gateway;

    @AfterEach
    void close() {
        if (gateway != null) {
            gateway.close();
        }
    }

    private int run(Map<String, String> environment, String... arguments) {
        CommandLine.Outcome outcome = CommandLine.run(
                List.of(arguments),
                environment,
                folder,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(errors, true, StandardCharsets.UTF_8));
        gateway = outcome.gateway();
        return outcome.exitCode();
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String errors() {
        return errors.toString(StandardCharsets.UTF_8);
    }

    private String file(String text) throws Exception {
        return Files.writeString(folder.resolve("gateway.yaml"), text).toString();
    }

    @ParameterizedTest
    @EnumSource(Option.class)
    void helpNamesEveryOption(Option option) {
        assertThat(run(Map.of(), "--port", "x", "--help")).isZero();
        assertThat(out()).contains("  " + option.flag() + " ");
        assertThat(out().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThan(125));
        assertThat(errors()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --port                       | --port needs a value
            --port x                     | --port is a number from 0 to 65535: x
            --drain -1                   | --drain is a number from 0 to 3600: -1
            --colour red                 | There is no option --colour
            --demo --host 0.0.0.0        | On 0.0.0.0 others can reach it: set GATEWAY_TOKEN
            --config nowhere.yaml        | it does not exist; the path of a file
            --demo --keep-streams disk   | --keep-streams is memory or redis: disk
            --demo --keep-streams redis  | --keep-streams redis needs --redis URL
            --demo --keep-grace 5        | need --keep-streams memory or --keep-streams redis
            --port 0                     | There is no configuration: name one with --config FILE, or try --demo
            """)
    void invalidOptionsAreReported(String line, String message) {
        assertThat(run(Map.of(), line.trim().split(" "))).isEqualTo(2);
        assertThat(gateway).isNull();
        assertThat(errors()).contains(message).doesNotContain("Exception", "\tat ");
        assertThat(out()).isEmpty();
    }

    @Test
    void optionsAreReadFromTheEnvironment() {
        assertThat(run(Map.of("GATEWAY_PORT", "0", "GATEWAY_MAX_CALLS", "many"), "--demo"))
                .isEqualTo(2);
        assertThat(errors()).startsWith("--max-calls is a number from 1 to 100000: many");
        assertThat(run(Map.of("GATEWAY_PORT", "x"), "--demo", "--port", "0")).isZero();
        assertThat(gateway).isNotNull();
    }

    @Test
    void checkOfAValidConfigurationEndsWithZero() throws Exception {
        assertThat(run(Map.of("ANN", KEY), "--check", file(VALID))).isZero();
        assertThat(out())
                .contains("Valid: ", "providers [ann], agents [support]")
                .doesNotContain(KEY);
        assertThat(gateway).isNull();
    }

    @Test
    void checkSaysWhatIsWrongWhereAndWhatIsRight() throws Exception {
        String file = file(VALID.replace("primary: ann", "primary: bob"));
        assertThat(run(Map.of("ANN", KEY), "--check", file)).isEqualTo(1);
        assertThat(errors())
                .contains("gateway.yaml has an error", "agents.support.primary", "ann")
                .doesNotContain(KEY, "Exception");
        assertThat(run(Map.of(), "--check", file(VALID))).isEqualTo(1);
        assertThat(errors()).contains("providers.ann.keys", "ANN");
    }

    @Test
    void checkIncludesTheOtherOptions() throws Exception {
        assertThat(run(Map.of("ANN", KEY), "--default-agent", "sales", "--check", file(VALID)))
                .isEqualTo(1);
        assertThat(errors()).contains("--default-agent sales is no agent of ", "support");
    }

    @Test
    void takenPortIsOneSentence() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName(GatewayServer.LOOPBACK))) {
            assertThat(run(Map.of(), "--demo", "--port", Integer.toString(taken.getLocalPort())))
                    .isEqualTo(1);
            assertThat(errors())
                    .isEqualTo(
                            "Port " + taken.getLocalPort() + " of 127.0.0.1 is in use by another process: end it, or "
                                    + "choose another port with --port\n");
        }
    }

    @Test
    void demonstrationRunsWithoutConfiguration() {
        assertThat(run(Map.of(), "--demo", "--port", "0")).isZero();
        GatewayClient client = new GatewayClient(gateway.port());
        assertThat(client.chat("quiet").text()).isEqualTo(DemoScenario.ANSWER);
        assertThat(client.get("/readyz").status()).isEqualTo(200);
        assertThat(out()).startsWith("Listening on http://127.0.0.1:" + gateway.port() + "/v1\n");
    }
}
