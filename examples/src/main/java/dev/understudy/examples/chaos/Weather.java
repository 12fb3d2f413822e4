package dev.understudy.examples.chaos;

import dev.understudy.chat.FailureKind;
import dev.understudy.testing.After;
import dev.understudy.testing.Reply;
import java.time.Duration;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What the primary suffers from for a while. */
enum Weather {
    CALM(null, reply -> reply),
    BROKEN(FailureKind.SERVER, reply -> Reply.error(500, "server_error", "It broke")),
    OVERLOADED(FailureKind.OVERLOADED, reply -> Reply.error(503, "server_error", "No room")),
    RATE_LIMITED(FailureKind.RATE_LIMITED, reply -> Reply.rateLimited(Duration.ofSeconds(1))),
    RESET(FailureKind.CONNECT, reply -> reply.reset(After.nothing())),
    CUT_EARLY(FailureKind.TRUNCATED, reply -> reply.cut(After.tokens(0))),
    CUT_IN_THE_MIDDLE(FailureKind.TRUNCATED, reply -> reply.cut(After.tokens(7))),
    TOLD_IN_BAND(FailureKind.SERVER, reply -> reply.fail(After.tokens(7), "server_error", "The engine died")),
    SILENT(FailureKind.TIMEOUT, reply -> reply.stall(After.nothing())),
    STALLED(FailureKind.TIMEOUT, reply -> reply.stall(After.tokens(7))),
    GARBLED(FailureKind.PROTOCOL, reply -> reply.garble(After.tokens(7))),
    /** Nobody listens at all; the server is not even asked. */
    REFUSED(FailureKind.CONNECT, reply -> reply);

    private final @Nullable FailureKind kind;
    private final UnaryOperator<Reply> spoil;

    Weather(@Nullable FailureKind kind, UnaryOperator<Reply> spoil) {
        this.kind = kind;
        this.spoil = spoil;
    }

    /** As what its failures must show in the metrics. */
    @Nullable
    FailureKind kind() {
        return kind;
    }

    /** Whether it strikes streams that have begun. */
    boolean isInTheMiddle() {
        return this == CUT_IN_THE_MIDDLE || this == TOLD_IN_BAND || this == STALLED || this == GARBLED;
    }

    Reply on(Reply reply) {
        return spoil.apply(reply);
    }
}
