package dev.understudy.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.Understudy;
import dev.understudy.chat.ChatRequest;
import dev.understudy.ops.log.Logs;
import dev.understudy.ops.metrics.Metrics;
import dev.understudy.testing.ScriptedProvider;
import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Micrometer is needed for metrics and observations only, and SLF4J for nothing. */
class WithoutMicrometerTest {

    private static final String[] MICROMETER = {"micrometer", "context-propagation", "opentelemetry"};

    /** A understudy with logs, asked once; runs where there is no Micrometer. */
    public static final class LoggedCalls implements Callable<String> {
        @Override
        public String call() {
            Understudy understudy = Understudy.builder()
                    .provider(ScriptedProvider.named("a"))
                    .listener(Logs.create())
                    .build();
            ChatRequest request = ChatRequest.of("m", "hello");
            understudy.stream(request).blockLast();
            return understudy.chat(request).block().text();
        }
    }

    private static ClassLoader bare(String... left) {
        URL[] path = Arrays.stream(System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))
                        .split(File.pathSeparator))
                .filter(entry -> Stream.of(left).noneMatch(entry::contains))
                .map(WithoutMicrometerTest::url)
                .toArray(URL[]::new);
        return new URLClassLoader(path, ClassLoader.getPlatformClassLoader());
    }

    private static URL url(String entry) {
        try {
            return new File(entry).toURI().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException(entry, e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"micrometer", "slf4j"})
    void understudyAndLogsWorkWithoutMicrometer(String library) throws Exception {
        ClassLoader without = library.equals("slf4j") ? bare("slf4j") : bare(MICROMETER);
        Callable<?> loggedCalls = (Callable<?>) without.loadClass(LoggedCalls.class.getName())
                .getDeclaredConstructor()
                .newInstance();
        assertThat(loggedCalls.getClass()).isNotEqualTo(LoggedCalls.class);
        assertThat(loggedCalls.call()).isEqualTo("Hello from a.");
    }

    @Test
    void metricsNeedIt() {
        assertThatThrownBy(() -> bare(MICROMETER).loadClass("io.micrometer.core.instrument.MeterRegistry"))
                .isInstanceOf(ClassNotFoundException.class);
        assertThatThrownBy(() ->
                        bare(MICROMETER).loadClass(Metrics.class.getName()).getMethods())
                .isInstanceOf(NoClassDefFoundError.class);
    }
}
