package dev.understudy.streaming;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponseAggregator;
import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.Feature;
import dev.understudy.chat.Message;
import dev.understudy.chat.ResponseFormat;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.ToolCall;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ResumeDecisionTest {

    record Cell(DeliveredContent deliveredContent, ResumePolicy.Strategy resumeStrategy, String rule) {}

    static Stream<Cell> cellsOfThePage() throws IOException {
        Path page = Path.of(System.getProperty("understudy.root", ".."), "docs", "streaming.md");
        List<String> head = new ArrayList<>();
        List<Cell> cells = new ArrayList<>();
        for (String line : Files.readAllLines(page)) {
            List<String> columns =
                    Arrays.stream(line.split("\\|")).map(String::trim).toList();
            if (line.startsWith("| delivered |")) {
                head.addAll(columns);
            } else if (!head.isEmpty() && line.matches("\\| [A-Z_]+ \\|.*")) {
                for (int i = 2; i < head.size(); i++) {
                    cells.add(new Cell(
                            DeliveredContent.valueOf(columns.get(1)),
                            ResumePolicy.Strategy.valueOf(head.get(i)),
                            columns.get(i)));
                }
            } else if (!head.isEmpty() && line.isBlank()) {
                break;
            }
        }
        return cells.stream();
    }

    @Test
    void thePageHasACellForEverything() throws IOException {
        Set<DeliveredContent> heard = EnumSet.noneOf(DeliveredContent.class);
        Set<ResumePolicy.Strategy> resumeStrategies = EnumSet.of(ResumePolicy.Strategy.FAIL);
        cellsOfThePage().forEach(cell -> {
            heard.add(cell.deliveredContent);
            resumeStrategies.add(cell.resumeStrategy);
        });
        assertThat(heard).isEqualTo(EnumSet.allOf(DeliveredContent.class));
        assertThat(resumeStrategies).isEqualTo(EnumSet.allOf(ResumePolicy.Strategy.class));
        assertThat(cellsOfThePage().count()).isEqualTo(heard.size() * (resumeStrategies.size() - 1L));
    }

    @ParameterizedTest
    @MethodSource("cellsOfThePage")
    void eachStrategyAppliesAsDocumented(Cell cell) {
        for (ResponseFormat format :
                List.of(ResponseFormat.text(), ResponseFormat.json(), ResponseFormat.jsonSchema("s", Map.of()))) {
            for (boolean declared : List.of(true, false)) {
                ChatRequest request = ChatRequest.of("m", "q").withFormat(format);
                Capabilities target = declared
                        ? Capabilities.of(Feature.PREFILL, Feature.SAME_RESPONSE)
                        : Capabilities.of(Feature.STREAMING);
                boolean free = format instanceof ResponseFormat.Text;
                boolean expected =
                        switch (cell.rule) {
                            case "yes" -> true;
                            case "no" -> false;
                            case "declared" -> declared;
                            case "free text" -> free;
                            case "declared, free text" -> declared && free;
                            default -> throw new AssertionError("The page states an unknown rule: " + cell.rule);
                        };
                assertThat(ResumeDecision.applies(cell.resumeStrategy, cell.deliveredContent, request, target))
                        .as("%s, declared %s", format, declared)
                        .isEqualTo(expected);
            }
        }
    }

    @Test
    void firstUntriedStrategyThatAppliesIsUsed() {
        ResumePolicy policy = ResumePolicy.of(
                ResumePolicy.Strategy.REPLAY, ResumePolicy.Strategy.PREFILL, ResumePolicy.Strategy.RESTART);
        ChatRequest request = ChatRequest.of("m", List.of(Message.user("q")));
        Capabilities prefill = Capabilities.of(Feature.PREFILL);
        assertThat(ResumeDecision.of(policy, DeliveredContent.TEXT, request, prefill, Set.of()))
                .isEqualTo(ResumePolicy.Strategy.REPLAY);
        assertThat(ResumeDecision.of(
                        policy, DeliveredContent.TEXT, request, prefill, Set.of(ResumePolicy.Strategy.REPLAY)))
                .isEqualTo(ResumePolicy.Strategy.PREFILL);
        assertThat(ResumeDecision.of(
                        policy,
                        DeliveredContent.TEXT,
                        request,
                        Capabilities.assumed(),
                        Set.of(ResumePolicy.Strategy.REPLAY)))
                .isEqualTo(ResumePolicy.Strategy.RESTART);
        assertThat(ResumeDecision.of(
                        policy, DeliveredContent.TEXT, request, prefill, EnumSet.allOf(ResumePolicy.Strategy.class)))
                .isEqualTo(ResumePolicy.Strategy.FAIL);
        assertThat(ResumeDecision.of(ResumePolicy.of(), DeliveredContent.NOTHING, request, prefill, Set.of()))
                .isEqualTo(ResumePolicy.Strategy.FAIL);
    }

    @Test
    void whatWasHeardIsTheStrongestOfIt() {
        ChatResponseAggregator shown = new ChatResponseAggregator();
        assertThat(DeliveredContent.in(shown, "x")).isEqualTo(DeliveredContent.NOTHING);
        shown.add(new StreamChunk.Text("ha ha"));
        assertThat(DeliveredContent.in(shown, " and")).isEqualTo(DeliveredContent.TEXT);
        assertThat(DeliveredContent.in(shown, "ha")).isEqualTo(DeliveredContent.AMBIGUOUS_TEXT);
        assertThat(DeliveredContent.in(shown, "")).isEqualTo(DeliveredContent.AMBIGUOUS_TEXT);
        shown.add(new StreamChunk.Reasoning("hm", null));
        assertThat(DeliveredContent.in(shown, " and")).isEqualTo(DeliveredContent.REASONING);
        shown.add(new StreamChunk.ToolCallDone(0, new ToolCall("1", "clock", "{}")));
        assertThat(DeliveredContent.in(shown, " and")).isEqualTo(DeliveredContent.TOOL_CALL);
        shown.add(new StreamChunk.Refusal("no"));
        assertThat(DeliveredContent.in(shown, " and")).isEqualTo(DeliveredContent.REFUSAL);
    }

    @Test
    void soundOfAnotherAnswerIsNotComparable() {
        ChatResponseAggregator shown = new ChatResponseAggregator();
        shown.add(new StreamChunk.Text("Hello"));
        shown.add(new StreamChunk.Block(new ContentBlock.Audio("audio/wav", "AQID", null), 2));
        assertThat(DeliveredContent.in(shown, "")).isEqualTo(DeliveredContent.REFUSAL);
    }

    @Test
    void policyHasEachStrategyOnceAndFailLast() {
        assertThat(ResumePolicy.exact().strategies())
                .containsExactly(
                        ResumePolicy.Strategy.SAME_RESPONSE,
                        ResumePolicy.Strategy.PREFILL,
                        ResumePolicy.Strategy.REPLAY,
                        ResumePolicy.Strategy.FAIL);
        assertThat(ResumePolicy.of(ResumePolicy.Strategy.RESTART, ResumePolicy.Strategy.FAIL)
                        .strategies())
                .containsExactly(ResumePolicy.Strategy.RESTART, ResumePolicy.Strategy.FAIL);
        org.assertj.core.api.Assertions.assertThatIllegalArgumentException()
                .isThrownBy(() -> ResumePolicy.of(ResumePolicy.Strategy.FAIL, ResumePolicy.Strategy.RESTART));
        org.assertj.core.api.Assertions.assertThatIllegalArgumentException()
                .isThrownBy(() -> ResumePolicy.of(ResumePolicy.Strategy.RESTART, ResumePolicy.Strategy.RESTART));
    }
}
