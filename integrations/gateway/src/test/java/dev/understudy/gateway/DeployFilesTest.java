package dev.understudy.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.gateway.key.KeyFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** The files of deploy and the page of the gateway name options that exist. */
class DeployFilesTest {

    private static final Path ROOT = Path.of(System.getProperty("understudy.root"));
    private static final Path DEPLOY = ROOT.resolve("integrations/gateway/deploy");
    private static final Pattern VARIABLE = Pattern.compile("GATEWAY_[A-Z_]+|UNDERSTUDY_[A-Z_]+");
    private static final Set<String> SECRETS = Set.of("GATEWAY_TOKEN", "GATEWAY_ADMIN_TOKEN", "GATEWAY_READ_TOKEN");

    private static String text(String name) throws IOException {
        return Files.readString(DEPLOY.resolve(name));
    }

    @ParameterizedTest
    @EnumSource(Option.class)
    void pageExplainsEveryOption(Option option) throws IOException {
        String page = Files.readString(ROOT.resolve("docs/gateway.md"));
        assertThat(page).contains("`" + option.flag());
        if (option.variable() != null) {
            assertThat(page).contains("`" + option.variable() + "`");
        }
    }

    @Test
    void variablesOfDeployFilesExist() throws IOException {
        Set<String> known = Stream.of(Option.values())
                .map(Option::variable)
                .filter(variable -> variable != null)
                .collect(Collectors.toCollection(TreeSet::new));
        known.addAll(SECRETS);
        try (Stream<Path> files = Files.list(DEPLOY)) {
            for (Path file : files.toList()) {
                Matcher variables = VARIABLE.matcher(Files.readString(file));
                while (variables.find()) {
                    assertThat(known).as(file.toString()).contains(variables.group());
                }
            }
        }
    }

    @Test
    void optionsOfKubernetesAndSystemdExist() throws IOException {
        YAMLMapper yaml = new YAMLMapper();
        JsonNode deployment = yaml.readTree(text("kubernetes.yaml").replaceFirst("(?s)\n---\n.*", "\n"));
        JsonNode container = deployment.at("/spec/template/spec/containers/0");
        assertThat(container.at("/readinessProbe/httpGet/path").asString("")).isEqualTo("/readyz");
        JsonNode arguments = container.at("/args");
        assertThat(arguments.size()).isPositive();
        for (JsonNode argument : arguments) {
            if (argument.asString("").startsWith("--")) {
                assertThat(Option.of(argument.asString("")))
                        .as(argument.asString(""))
                        .isNotNull();
            }
        }
        Matcher flags = Pattern.compile(" (--[a-z-]+)").matcher(text("understudy-gateway.service"));
        while (flags.find()) {
            assertThat(Option.of(flags.group(1))).as(flags.group(1)).isNotNull();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"compose.yaml", "keys.yaml", "understudy.yaml"})
    void filesAreYaml(String name) throws IOException {
        assertThat(new YAMLMapper().readTree(text(name)).isObject()).isTrue();
    }

    @Test
    void proxyClosesItsIdleConnectionsBeforeTheGateway() throws IOException {
        Matcher upstream =
                Pattern.compile("upstream [^}]*keepalive_timeout (\\d+)s;").matcher(text("compose.yaml"));
        assertThat(upstream.find()).isTrue();
        assertThat(Duration.ofSeconds(Long.parseLong(upstream.group(1))))
                .isLessThanOrEqualTo(GatewayLimits.defaults().idle().minusSeconds(5));
    }

    @Test
    void keysOfTheExampleAreValid() {
        assertThat(KeyFile.read(DEPLOY.resolve("keys.yaml"), Map.of("SHOP_KEY", "0123456789abcdef")))
                .hasSize(1);
    }
}
