package dev.understudy.secret;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The search for keys finds what it looks for. */
class CanaryKeyTest {

    @ParameterizedTest
    @EnumSource
    void everyEchoOfAKeyIsFound(CanaryKey.Echo echo) {
        for (CanaryKey canary : new CanaryKey[] {CanaryKey.wellKnown(), CanaryKey.plain()}) {
            String text = "before " + echo.of(canary.key()) + " after, \u4e2d";
            assertThatThrownBy(() -> canary.assertUnseenIn("a text", text)).isInstanceOf(AssertionError.class);
        }
    }

    @Test
    void redactedKeyIsNoFinding() {
        assertThatCode(() -> CanaryKey.wellKnown().assertUnseenIn("a text", "before sk-canary-*** after, \u4e2d"))
                .doesNotThrowAnyException();
    }
}
