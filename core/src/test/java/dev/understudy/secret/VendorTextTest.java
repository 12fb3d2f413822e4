package dev.understudy.secret;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.scenario.CallKind;
import dev.understudy.scenario.EveryDialectAndKind;
import dev.understudy.scenario.SocketDialect;
import dev.understudy.scenario.SocketScenario;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@link ChatException#vendorText} has the vendor's whole error without keys, and nothing else contains it. */
class VendorTextTest {

    private static final CanaryKey CANARY = CanaryKey.plain();
    private static final String PROMPT = "Write a letter. The patient Zephyrine has tested positive since March.";

    @RegisterExtension
    final SocketScenario scenario = new SocketScenario();

    @EveryDialectAndKind
    void wholeErrorIsKeptWithoutKeys(SocketDialect dialect, CallKind kind) {
        String words =
                "We refuse: " + PROMPT + " You may ask again.".repeat(40) + " Look at https://vendor.example/help";
        for (int status : List.of(400, 401, 429, 500)) {
            ChatException failed =
                    failed(dialect, kind, ScriptedReply.error(status, "an_error", words + " " + CANARY.key()));
            assertThat(failed.vendorText()).contains(words).endsWith("}");
            CANARY.assertUnseenIn("the text of the vendor", failed.vendorText());
            assertThat(failed.toString()).doesNotContain("Zephyrine", "vendor.example");
        }
    }

    @EveryDialectAndKind
    void errorWithinAStreamIsKept(SocketDialect dialect, CallKind kind) {
        for (int tokens : List.of(0, 1)) {
            ChatException failed = failed(
                    dialect,
                    kind,
                    ScriptedReply.text("one two")
                            .fail(ScriptedReply.FaultPoint.tokens(tokens), "overloaded_error", "Busy with " + PROMPT));
            assertThat(failed.vendorText()).contains("Busy with " + PROMPT);
            assertThat(failed.toString()).doesNotContain("Zephyrine");
        }
    }

    @EveryDialectAndKind
    void longErrorIsCut(SocketDialect dialect, CallKind kind) {
        ChatException failed =
                failed(dialect, kind, ScriptedReply.raw(500, "text/html", "<html>" + "x".repeat(40_000)));
        assertThat(failed.vendorText()).hasSize(16_384).startsWith("<html>xxx");
    }

    @EveryDialectAndKind
    void failureWithoutAResponseHasNone(SocketDialect dialect, CallKind kind) {
        ScriptedServer refusing = scenario.closing(ScriptedServer.refusing());
        assertThat(failed(dialect, kind, refusing.url()).vendorText()).isNull();
    }

    @Test
    void textIsReadWhenItIsAskedFor() {
        ChatException.CallFailed failed = new ChatException.CallFailed(Failure.of(FailureKind.SERVER, "broken"))
                .withVendorText(() -> "all of it");
        assertThat(failed.with(Failure.of(FailureKind.AUTH, "wrong")).vendorText())
                .isEqualTo("all of it");
        assertThat(new ChatException.Rejected("nobody").vendorText()).isNull();
    }

    private ChatException failed(SocketDialect dialect, CallKind kind, ScriptedReply reply) {
        return failed(dialect, kind, scenario.server().always(reply).url());
    }

    private ChatException failed(SocketDialect dialect, CallKind kind, String url) {
        Understudy understudy = scenario.builder(
                        scenario.provider(dialect, SocketDialect.endpoint("p1", url, CANARY.key(), "another-key-1")))
                .retry(RetryPolicy.none())
                .build();
        @Nullable
        Throwable error = kind.result(understudy, ChatRequest.of("m", PROMPT)).error();
        assertThat(error).isInstanceOf(ChatException.class);
        return (ChatException) error;
    }
}
