package dev.understudy.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class TerminalTest {

    @Test
    void thereIsColourOnATerminalThatHasIt() {
        assertThat(Terminal.coloured(Map.of("TERM", "xterm"), true)).isTrue();
        assertThat(Terminal.coloured(Map.of("TERM", "xterm", "NO_COLOR", ""), true))
                .isTrue();
    }

    @Test
    void thereIsNoColourElsewhere() {
        assertThat(Terminal.coloured(Map.of("TERM", "xterm"), false)).isFalse();
        assertThat(Terminal.coloured(Map.of("TERM", "dumb"), true)).isFalse();
        assertThat(Terminal.coloured(Map.of(), true)).isFalse();
        assertThat(Terminal.coloured(Map.of("TERM", "xterm", "NO_COLOR", "1"), true))
                .isFalse();
    }

    @Test
    void aLineBeginsOnALineOfItsOwn() {
        Told told = new Told();
        told.terminal.words("half a");
        told.terminal.words(" sentence");
        told.terminal.line("a line");
        assertThat(told.text()).isEqualToNormalizingNewlines("half a sentence\na line\n");
    }
}
