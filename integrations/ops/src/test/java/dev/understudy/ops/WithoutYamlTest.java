package dev.understudy.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.ops.agent.Config;
import java.io.File;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** An application that has no parser of YAML on its class path. */
class WithoutYamlTest {

    @Test
    void jsonIsReadAndYamlIsAClearMistake() throws Exception {
        URL[] others = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.contains("yaml"))
                .map(WithoutYamlTest::url)
                .toArray(URL[]::new);
        try (URLClassLoader application = new URLClassLoader(others, ClassLoader.getPlatformClassLoader())) {
            Method parse = application.loadClass(Config.class.getName()).getMethod("parse", String.class, Map.class);
            String json = "{\"providers\": {\"a\": {\"supplied\": true}}, \"agents\": {\"a\": {}}}";
            assertThat(parse.invoke(null, json, Map.of())).hasToString("The configuration (providers [a], agents [a])");
            for (int again = 0; again < 2; again++) {
                assertThatThrownBy(() -> parse.invoke(null, "providers: {}", Map.of()))
                        .isInstanceOf(InvocationTargetException.class)
                        .cause()
                        .hasMessageContaining("add tools.jackson.dataformat:jackson-dataformat-yaml");
            }
        }
    }

    private static URL url(String entry) {
        try {
            return Path.of(entry).toUri().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalStateException(e);
        }
    }
}
