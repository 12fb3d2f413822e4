package dev.understudy.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ConsoleOutputTest {

    @Test
    void colourOnATerminal() {
        assertThat(ConsoleOutput.coloured(Map.of("TERM", "xterm"), true)).isTrue();
        assertThat(ConsoleOutput.coloured(Map.of("TERM", "xterm", "NO_COLOR", ""), true))
                .isTrue();
    }

    @Test
    void noColourElsewhere() {
        assertThat(ConsoleOutput.coloured(Map.of("TERM", "xterm"), false)).isFalse();
        assertThat(ConsoleOutput.coloured(Map.of("TERM", "dumb"), true)).isFalse();
        assertThat(ConsoleOutput.coloured(Map.of(), true)).isFalse();
        assertThat(ConsoleOutput.coloured(Map.of("TERM", "xterm", "NO_COLOR", "1"), true))
                .isFalse();
    }

    @Test
    void aLineStartsOnANewLine() {
        CapturedOutput output = new CapturedOutput();
        output.consoleOutput.words("half a");
        output.consoleOutput.words(" sentence");
        output.consoleOutput.line("a line");
        assertThat(output.text()).isEqualToNormalizingNewlines("half a sentence\na line\n");
    }
}
