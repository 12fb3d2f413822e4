package dev.understudy.streaming;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ChatResponseAggregator;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.Usage;
import dev.understudy.streaming.MatrixCell.End;
import dev.understudy.streaming.MatrixCell.Fault;
import dev.understudy.streaming.MatrixCell.Mode;
import dev.understudy.streaming.MatrixCell.Phase;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What must have come of a cell: end, attempts, text, usage, and the failure by its name. */
final class MatrixVerdict {

    record Observed(List<StreamChunk> chunks, @Nullable Throwable error) {}

    private MatrixVerdict() {}

    /** What is wrong; "" when nothing is. */
    static String complaint(MatrixFixture.CellRun played, Observed told) {
        try {
            check(played, told);
            return "";
        } catch (AssertionError | RuntimeException wrong) {
            return String.valueOf(wrong.getMessage()).replaceAll("\\s+", " ") + " " + wrong.getStackTrace()[0]
                    + told.error();
        }
    }

    private static void check(MatrixFixture.CellRun played, Observed told) {
        MatrixCell cell = played.cell;
        assertThat(told.error())
                .as("end")
                .satisfiesAnyOf(error -> assertThat(error).isNull(), error -> assertThat(error)
                        .isInstanceOf(ChatException.class));
        ChatResponseAggregator heard = new ChatResponseAggregator();
        told.chunks().forEach(heard::add);
        End end = told.error() == null
                ? End.WHOLE
                : told.error() instanceof ChatException.PartialAnswer ? End.PARTIAL : End.EXHAUSTED;
        assertThat(end).as("end").isEqualTo(cell.end());
        checkAttempts(played, attemptLog(told));
        switch (end) {
            case WHOLE -> checkWhole(cell, told, heard);
            case PARTIAL -> checkPartial(cell, told, heard);
            case EXHAUSTED -> assertThat(heard.text()).as("text").isEmpty();
        }
        checkKind(cell, attemptLog(told));
    }

    private static AttemptLog attemptLog(Observed told) {
        if (told.error() instanceof ChatException.PartialAnswer partial) {
            return partial.attemptLog();
        }
        if (told.error() instanceof ChatException.Exhausted exhausted) {
            return exhausted.attemptLog();
        }
        return finish(told).servedBy().attemptLog();
    }

    private static StreamChunk.Finish finish(Observed told) {
        return (StreamChunk.Finish) told.chunks().get(told.chunks().size() - 1);
    }

    private static void checkAttempts(MatrixFixture.CellRun played, AttemptLog attemptLog) {
        List<Integer> wanted = played.cell.attempts();
        List<Integer> asked = new ArrayList<>();
        List<Integer> trailed = new ArrayList<>();
        List<String> names = List.of("one", "two", "three");
        for (int i = 0; i < 3; i++) {
            String name = names.get(i);
            asked.add(
                    i == 0 && !played.countsFirst()
                            ? wanted.get(0)
                            : played.asked.get(i).size());
            trailed.add((int) attemptLog.attempts().stream()
                    .filter(attempt -> attempt.provider().equals(name) && attempt.attempt() > 0)
                    .count());
        }
        assertThat(asked).as("requests per server").isEqualTo(wanted);
        assertThat(trailed).as("attempts in the trail").isEqualTo(wanted);
    }

    private static void checkWhole(MatrixCell cell, Observed told, ChatResponseAggregator heard) {
        boolean doubled = cell.fault() == Fault.DUPLICATE && !cell.isBroken();
        String truth = doubled && cell.phase() != Phase.AFTER_FINISH
                ? MatrixAnswer.doubled(cell.phase())
                : MatrixAnswer.text(cell.phase().sort);
        assertThat(heard.text()).as("text").isEqualTo(truth);
        assertThat(heard.toolCalls().stream().map(ToolCall::arguments).toList())
                .as("tool calls")
                .isEqualTo(
                        cell.phase().sort == MatrixAnswer.Sort.TOOL
                                ? List.of(doubled ? MatrixAnswer.doubledArguments() : MatrixAnswer.CALL.arguments())
                                : List.of());
        if (!doubled) {
            assertThat(heard.reasoning()).as("reasoning").isEqualTo(MatrixAnswer.reasoning(cell.phase().sort));
        }
        assertThat(told.chunks().stream().filter(StreamChunk.Finish.class::isInstance))
                .hasSize(1);
        assertThat(told.chunks().stream().anyMatch(StreamChunk.Reset.class::isInstance))
                .as("reset")
                .isEqualTo(cell.mode() == Mode.RESTART && isTakenBack(cell));
        checkUsage(cell, finish(told));
    }

    /** Whether something was shown before somebody else went on. */
    private static boolean isTakenBack(MatrixCell cell) {
        boolean second =
                cell.fallbacks() == MatrixCell.Fallbacks.SECOND_FAILS && cell.phase().sort != MatrixAnswer.Sort.TOOL;
        return cell.isBroken() && (!cell.phase().shown.isEmpty() || cell.phase() == Phase.REASONING || second);
    }

    private static void checkUsage(MatrixCell cell, StreamChunk.Finish finish) {
        AttemptLog attemptLog = finish.servedBy().attemptLog();
        assertThat(finish.usage()).as("usage is the sum").isEqualTo(attemptLog.usage());
        assertThat(attemptLog.attempts().stream().filter(attempt -> attempt.outcome() == AttemptLog.Outcome.SERVED))
                .hasSize(1);
        if (!cell.isBroken() && cell.phase() != Phase.AFTER_FINISH) {
            assertThat(finish.usage()).as("usage as told").isEqualTo(Usage.of(7, 9));
        } else if (cell.isBroken()) {
            assertThat(finish.usage().output()).as("output").isPositive();
            boolean cut = cell.phase().isCommitted() || cell.fallbacks() != MatrixCell.Fallbacks.ANSWERING;
            assertThat(finish.usage().estimated()).as("estimated").isEqualTo(cut);
        }
        List<AttemptLog.Outcome> outcomes = attemptLog.attempts().stream()
                .filter(attempt -> attempt.provider().equals("one"))
                .map(AttemptLog.Attempt::outcome)
                .toList();
        assertThat(outcomes).as("outcome of the first").containsExactly(outcome(cell));
    }

    private static AttemptLog.Outcome outcome(MatrixCell cell) {
        if (!cell.isBroken()) {
            return AttemptLog.Outcome.SERVED;
        }
        if (!cell.phase().isCommitted()) {
            return AttemptLog.Outcome.FAILED;
        }
        boolean used =
                cell.phase() != Phase.TOOL_ARGUMENTS && cell.mode() != Mode.RESTART && cell.mode() != Mode.BUFFERED;
        return used ? AttemptLog.Outcome.PARTIAL : AttemptLog.Outcome.WASTED;
    }

    private static void checkPartial(MatrixCell cell, Observed told, ChatResponseAggregator heard) {
        ChatResponse partial = ((ChatException.PartialAnswer) told.error()).partial();
        assertThat(partial.text()).as("partial is what was heard").isEqualTo(heard.text());
        assertThat(MatrixAnswer.text(cell.phase().sort)).as("truth").startsWith(partial.text());
        if (cell.fallbacks() == MatrixCell.Fallbacks.ANSWERING) {
            assertThat(partial.text()).as("text").isEqualTo(cell.phase().shown);
        } else if (cell.mode() != Mode.RESTART) {
            assertThat(partial.text()).as("text").startsWith(cell.phase().shown);
        }
        assertThat(partial.toolCalls()).as("tool calls").isEmpty();
        assertThat(partial.usage().estimated()).as("estimated").isTrue();
    }

    /** The failure of the first server is told as what it was. */
    private static void checkKind(MatrixCell cell, AttemptLog attemptLog) {
        if (cell.isBroken()) {
            Set<FailureKind> kinds = attemptLog.attempts().stream()
                    .filter(attempt -> attempt.provider().equals("one"))
                    .map(attempt -> attempt.failure().kind())
                    .collect(Collectors.toSet());
            assertThat(kinds).as("kind").isEqualTo(Set.of(kind(cell)));
        }
    }

    private static FailureKind kind(MatrixCell cell) {
        return switch (cell.fault()) {
            case REFUSED -> FailureKind.CONNECT;
            case RST, FIN, RST_STREAM, ABANDONED ->
                cell.phase().content < 0 ? FailureKind.CONNECT : FailureKind.TRUNCATED;
            case STALL, DRIP -> FailureKind.TIMEOUT;
            case IN_BAND -> FailureKind.OVERLOADED;
            case BAD_JSON, CUT_UTF8, OVERSIZED -> FailureKind.PROTOCOL;
            case DUPLICATE, GO_AWAY -> throw new IllegalArgumentException("It breaks nothing");
            case NO_TERMINAL -> FailureKind.TRUNCATED;
        };
    }
}
