package dev.understudy.provider.error;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Error bodies of vendors, servers and gateways, and bodies that resemble them: kind, and refused parameter or window. */
class VendorErrorBodiesTest {

    private static List<String> bodies() throws IOException {
        try (InputStream file = Objects.requireNonNull(VendorErrorBodiesTest.class.getResourceAsStream("bodies.txt"))) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("bodies")
    void bodyHasItsKind(String line) {
        String[] cells = line.split(" ", 4);
        int status = Integer.parseInt(cells[0]);
        byte[] body = cells[3].getBytes(StandardCharsets.UTF_8);
        Failure failure = status == 200
                ? ErrorClassifier.inBand(body, 0, body.length)
                : ErrorClassifier.http(status, name -> null, body);
        assertThat(failure.kind()).isEqualTo(FailureKind.valueOf(cells[1]));
        Object learned = failure.kind() == FailureKind.UNSUPPORTED
                ? failure.advice().refusedParameter()
                : failure.advice().window();
        assertThat(learned == null ? "-" : learned.toString()).isEqualTo(cells[2]);
    }
}
