package dev.understudy.spring.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.http.HttpHeaders;

class RequestDeadlineTest {

    @ParameterizedTest(name = "{0}: {1} is {2}")
    @CsvSource({
        "X-Request-Timeout, 2, PT2S",
        "X-Request-Timeout, 1.5s, PT1.5S",
        "X-Request-Timeout, 800ms, PT0.8S",
        "X-Request-Timeout, 2m, PT2M",
        "X-Request-Timeout, soon,",
        "X-Request-Timeout, -1s,",
        "grpc-timeout, 5S, PT5S",
        "grpc-timeout, 800m, PT0.8S",
        "grpc-timeout, 100000u, PT0.1S",
        "grpc-timeout, 5,",
        "grpc-timeout, 123456789S,",
    })
    void headerIsTimeOrIgnored(String header, String value, @Nullable Duration time) {
        assertThat(RequestDeadline.of(headers(header, value), null)).isEqualTo(time);
    }

    @Test
    void shortestTimeCounts() {
        HttpHeaders headers = headers("X-Request-Timeout", "10s");
        headers.add("grpc-timeout", "3S");
        assertThat(RequestDeadline.of(headers, null)).isEqualTo(Duration.ofSeconds(3));
        assertThat(RequestDeadline.of(headers, Duration.ofSeconds(1))).isEqualTo(Duration.ofSeconds(1));
        assertThat(RequestDeadline.of(new HttpHeaders(), null)).isNull();
    }

    private static HttpHeaders headers(String name, String value) {
        HttpHeaders headers = new HttpHeaders();
        headers.add(name, value);
        return headers;
    }
}
