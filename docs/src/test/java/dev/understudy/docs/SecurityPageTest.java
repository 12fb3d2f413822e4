package dev.understudy.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatException;
import dev.understudy.ops.log.Logs;
import dev.understudy.provider.endpoint.Transport;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Compares the limits and methods that SECURITY.md names with the code. */
class SecurityPageTest {

    private final String page = String.join(" ", Page.of(".github/SECURITY.md").lines());

    @Test
    void limitsOfAnswersAreThoseOfTheTransport() {
        Transport transport = Transport.defaults();
        assertThat(page)
                .contains(
                        "an event or a whole answer " + (transport.maxAnswer() >> 20) + " MiB",
                        "a stream " + (transport.maxStream() >> 20) + " MiB");
        List<String> limits = Page.of("docs/providers.md").lines();
        for (Map.Entry<String, String> limit : Map.of(
                        "header fields", "16 KiB", "the body of an error", "64 KiB", "JSON", "128")
                .entrySet()) {
            assertThat(page).contains(limit.getKey() + " " + limit.getValue());
            assertThat(limits)
                    .anyMatch(line -> line.startsWith("|")
                            && line.contains(limit.getKey())
                            && line.contains("| " + limit.getValue()));
        }
    }

    @Test
    void namedMethodsExist() {
        for (Map.Entry<String, Class<?>> method : Map.<String, Class<?>>of(
                        "ChatException.vendorText()", ChatException.class,
                        "PartialAnswer.partial()", ChatException.PartialAnswer.class,
                        "Logs.withVendorMessages()", Logs.class)
                .entrySet()) {
            assertThat(page).contains('`' + method.getKey() + '`');
            assertThat(Stream.of(method.getValue().getMethods()).map(each -> each.getName()))
                    .contains(method.getKey().replaceAll(".*\\.|\\(\\)", ""));
        }
    }
}
