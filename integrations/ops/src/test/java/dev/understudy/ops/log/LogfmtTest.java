package dev.understudy.ops.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.FailureKind;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LogfmtTest {

    private static String value(Object value) {
        return new Logfmt("e").add("k", value).toString().substring("event=e k=".length());
    }

    @Test
    void aWordStandsAsItIs() {
        assertThat(value("gpt-5")).isEqualTo("gpt-5");
        assertThat(value("openai/gpt-5.1:free")).isEqualTo("openai/gpt-5.1:free");
        assertThat(value(7)).isEqualTo("7");
        assertThat(value(true)).isEqualTo("true");
        assertThat(value(Duration.ofSeconds(2))).isEqualTo("2000");
        assertThat(value(FailureKind.RATE_LIMITED)).isEqualTo("rate_limited");
    }

    @Test
    void anythingElseIsQuoted() {
        assertThat(value("two words")).isEqualTo("\"two words\"");
        assertThat(value("a=b")).isEqualTo("\"a=b\"");
        assertThat(value("say \"no\" \\ yes")).isEqualTo("\"say \\\"no\\\" \\\\ yes\"");
        assertThat(value("schön 木")).isEqualTo("\"schön 木\"");
        assertThat(value("😀")).isEqualTo("\"😀\"");
    }

    @Test
    void nothingEndsTheLineOrTurnsItAround() {
        assertThat(value("a\r\nb")).isEqualTo("\"a\\u000d\\u000ab\"");
        assertThat(value("\u001b[2J")).isEqualTo("\"\\u001b[2J\"");
        assertThat(value("\u0085\u2028\u2029\u202e\u200b\ufeff"))
                .isEqualTo("\"\\u0085\\u2028\\u2029\\u202e\\u200b\\ufeff\"");
        assertThat(value("half \ud83d")).isEqualTo("\"half \\ud83d\"");
    }

    @Test
    void nothingIsLongerThanItMayBe() {
        assertThat(value("x".repeat(Logfmt.MAX_LENGTH))).hasSize(Logfmt.MAX_LENGTH);
        assertThat(value("x".repeat(10_000))).hasSize(Logfmt.MAX_LENGTH + 3).endsWith("…\"");
    }

    @Test
    void nullAndEmptyValuesAreOmitted() {
        assertThat(new Logfmt("e").add("k", null).add("l", "")).hasToString("event=e");
    }
}
