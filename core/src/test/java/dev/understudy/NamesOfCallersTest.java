package dev.understudy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

/** A model name that a caller chooses cannot add lines, escape sequences or another direction to what is printed. */
class NamesOfCallersTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "m\u001b[2J\u001b]0;owned\u0007",
                "m\r\nlevel=error msg=forged",
                "m\u202egnp.exe",
                "m\u2066\u200b\ufeff",
                "m\u009b31m",
                "m\u2028x\u0085y",
                "m\ud800"
            })
    void nameOfAModelIsPrintedEscaped(String model) {
        List<String> printed = new CopyOnWriteArrayList<>();
        ScriptedProvider provider =
                ScriptedProvider.named("a").always(ScriptedAnswer.fail(Failure.of(FailureKind.SERVER, "no " + model)));
        try (Understudy understudy = Understudy.builder()
                .provider(provider)
                .retry(RetryPolicy.defaults().withBackoff(Duration.ofMillis(10), Duration.ofMillis(20)))
                .listener(event -> printed.add(event.toString()))
                .build()) {
            for (int i = 0; i < 2; i++) {
                Throwable error = understudy
                        .chat(ChatRequest.of(model, "hi"))
                        .then(Mono.<Throwable>empty())
                        .onErrorResume(Mono::just)
                        .block(Duration.ofSeconds(30));
                for (Throwable each = error; each != null; each = each.getCause()) {
                    printed.add(each.toString());
                    List.of(each.getSuppressed()).forEach(other -> printed.add(other.toString()));
                }
            }
        }
        assertThat(printed).noneMatch(text -> text.contains("\nlevel"));
        assertThat(printed).hasSizeGreaterThan(4).allSatisfy(text -> assertThat(text.codePoints())
                .allMatch(point -> (point >= ' ' || point == '\n') && point != 0x7f && (point < 0x80 || point > 0x9f))
                .noneMatch(point -> Character.getType(point) == Character.FORMAT
                        || Character.getType(point) == Character.SURROGATE
                        || Character.getType(point) == Character.LINE_SEPARATOR));
    }
}
