package dev.understudy.ops.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.CallContext;
import dev.understudy.Understudy;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.FailureKind;
import dev.understudy.event.Event;
import dev.understudy.ops.Day;
import dev.understudy.ops.FixedRandom;
import dev.understudy.ops.Lines;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens, as lines. */
class LogsTest {

    private final Lines lines = new Lines();
    private final Logs logs = Logs.to(lines.logger());

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aFailoverIsOneLineWithThePrimaryAndTheChosenFallback(boolean streamed) {
        Day day = new Day(logs);
        day.failedOver(streamed);
        assertThat(lines.of("failed_over"))
                .containsExactly("WARN event=failed_over understudy=day call=1 from=a from_model=a-1 to=b to_model=b-1"
                        + " after_ms=0 kind=auth status=503 tag.task=errand");
        assertThat(lines.all).filteredOn(line -> line.startsWith("WARN")).hasSize(1);
    }

    @Test
    void onlyTheFirstFailoverOfACallIsAWarning() {
        Understudy understudy = Understudy.builder()
                .provider(ScriptedProvider.named("a").always(ScriptedAnswer.fail(FailureKind.AUTH)))
                .provider(ScriptedProvider.named("b").always(ScriptedAnswer.fail(FailureKind.AUTH)))
                .provider(ScriptedProvider.named("c"))
                .retry(RetryPolicy.none())
                .random(new FixedRandom(0))
                .listener(logs)
                .build();
        for (int call = 0; call < 2; call++) {
            understudy.chat(ChatRequest.of("m", "hello")).block();
        }
        assertThat(lines.of("failed_over"))
                .extracting(line -> line.substring(0, 4) + line.replaceAll(".* (call=\\d).* (to=\\w).*", " $1 $2"))
                .containsExactly("WARN call=1 to=b", "INFO call=1 to=c", "WARN call=2 to=b", "INFO call=2 to=c");
    }

    @Test
    void succeededCallIsOneLine() {
        new Day(logs).served(false);
        assertThat(lines.of("call_succeeded"))
                .containsExactly(
                        "DEBUG event=call_succeeded understudy=day call=1 requested_provider=a requested_model=m"
                                + " provider=a model=a-1 fallback=false attempts=1 input_tokens=100 output_tokens=50 took_ms=0"
                                + " tag.task=errand");
    }

    @Test
    void aCallThatNobodyAnsweredIsAnError() {
        new Day(logs).exhausted(false);
        assertThat(lines.of("call_failed")).singleElement().satisfies(line -> assertThat(line)
                .startsWith("ERROR event=call_failed understudy=day call=1 requested_model=m outcome=exhausted reason=")
                .contains("attempts=2 kind=invalid_request status=503"));
    }

    @Test
    void aDayHasNeitherPromptsNorAnswersNorTheWordsOfVendorsInIt() {
        new Day(logs).play();
        assertThat(lines.all).hasSizeGreaterThan(100);
        assertThat(lines.all).filteredOn(line -> !line.contains("nobody has")).allSatisfy(line -> assertThat(line)
                .doesNotContain("canary", "sings", "cannot answer"));
    }

    @Test
    void theWordsOfVendorsStandThereWhenTheyAreAskedFor() {
        new Day(logs.withVendorMessages()).failedOver(false);
        assertThat(lines.of("failed_over").get(0)).contains("error=\"cannot answer");
    }

    @Test
    void noLineHasAnEndInIt() {
        ChatRequest request = ChatRequest.of("m\nevent=call_succeeded \u202e\u001b[31m", "hello");
        Understudy understudy = Understudy.builder()
                .provider(ScriptedProvider.named("a"))
                .listener(logs)
                .build();
        understudy.stream(request)
                .contextWrite(CallContext.tag("a b\n", "\r\n\t\u0000\u2028 \ud800"))
                .blockLast();
        assertThat(lines.all).isNotEmpty().allSatisfy(line -> {
            assertThat(line).matches("[\\x20-\\x7e]+");
            assertThat(line.split(" event=", -1)).hasSize(2);
        });
    }

    @Test
    void endedCallsAreNotRemembered() {
        Day day = new Day(logs);
        for (int i = 0; i < 3; i++) {
            day.failedOver(true);
        }
        assertThat(lines.of("failed_over")).allMatch(line -> line.startsWith("WARN"));
        assertThat(logs.remembered()).isZero();
    }

    @Test
    void anEventThatBelongsToNoCallIsALineToo() {
        logs.on(new Event.OperatorAction("d", "write", "hold", null, "held for maintenance"));
        assertThat(lines.all)
                .containsExactly(
                        "INFO event=operator_action understudy=d by=write action=hold details=\"held for maintenance\"");
    }

    @Test
    void loggerIsNamedAfterThePackage() {
        Logs.create().on(new Event.ActiveProviderChanged("d", "a", "b", "switched by hand"));
        assertThat(Logs.NAME).isEqualTo("dev.understudy");
    }
}
