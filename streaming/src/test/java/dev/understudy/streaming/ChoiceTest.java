package dev.understudy.streaming;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponseAggregator;
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

class ChoiceTest {

    record Cell(Heard heard, Way way, String rule) {}

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
                    cells.add(new Cell(Heard.valueOf(columns.get(1)), Way.valueOf(head.get(i)), columns.get(i)));
                }
            } else if (!head.isEmpty() && line.isBlank()) {
                break;
            }
        }
        return cells.stream();
    }

    @Test
    void thePageHasACellForEverything() throws IOException {
        Set<Heard> heard = EnumSet.noneOf(Heard.class);
        Set<Way> ways = EnumSet.of(Way.FAIL);
        cellsOfThePage().forEach(cell -> {
            heard.add(cell.heard);
            ways.add(cell.way);
        });
        assertThat(heard).isEqualTo(EnumSet.allOf(Heard.class));
        assertThat(ways).isEqualTo(EnumSet.allOf(Way.class));
        assertThat(cellsOfThePage().count()).isEqualTo(heard.size() * (ways.size() - 1L));
    }

    @ParameterizedTest
    @MethodSource("cellsOfThePage")
    void eachWayAppliesAsThePageSays(Cell cell) {
        ChatRequest plain = ChatRequest.of("m", "q");
        for (boolean deterministic : List.of(true, false)) {
            for (ResponseFormat format :
                    List.of(ResponseFormat.text(), ResponseFormat.json(), ResponseFormat.jsonSchema("s", Map.of()))) {
                for (boolean declared : List.of(true, false)) {
                    for (boolean any : List.of(true, false)) {
                        ChatRequest request = (deterministic ? plain.withSeed(7) : plain).withFormat(format);
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
                                    case "deterministic" -> deterministic || any;
                                    default ->
                                        throw new AssertionError(
                                                "The page says what no test understands: " + cell.rule);
                                };
                        assertThat(Choice.applies(cell.way, cell.heard, request, target, any))
                                .as("%s, %s, declared %s, any %s", request.sampling(), format, declared, any)
                                .isEqualTo(expected);
                    }
                }
            }
        }
    }

    @Test
    void theFirstWayOfThePolicyThatAppliesAndWasNotTriedIsTaken() {
        ResumePolicy policy = ResumePolicy.of(Way.REPLAY, Way.PREFILL, Way.RESTART);
        ChatRequest request = ChatRequest.of("m", List.of(Message.user("q")));
        Capabilities prefill = Capabilities.of(Feature.PREFILL);
        assertThat(Choice.of(policy, Heard.TEXT, request.withSeed(1), prefill, Set.of()))
                .isEqualTo(Way.REPLAY);
        assertThat(Choice.of(policy, Heard.TEXT, request, prefill, Set.of())).isEqualTo(Way.PREFILL);
        assertThat(Choice.of(policy, Heard.TEXT, request, prefill, Set.of(Way.PREFILL)))
                .isEqualTo(Way.RESTART);
        assertThat(Choice.of(policy, Heard.TEXT, request, prefill, EnumSet.allOf(Way.class)))
                .isEqualTo(Way.FAIL);
        assertThat(Choice.of(ResumePolicy.of(), Heard.NOTHING, request, prefill, Set.of()))
                .isEqualTo(Way.FAIL);
    }

    @Test
    void whatWasHeardIsTheStrongestOfIt() {
        ChatResponseAggregator shown = new ChatResponseAggregator();
        assertThat(Heard.in(shown, "x")).isEqualTo(Heard.NOTHING);
        shown.add(new StreamChunk.Text("ha ha"));
        assertThat(Heard.in(shown, " and")).isEqualTo(Heard.TEXT);
        assertThat(Heard.in(shown, "ha")).isEqualTo(Heard.CHORUS);
        assertThat(Heard.in(shown, "")).isEqualTo(Heard.CHORUS);
        shown.add(new StreamChunk.Reasoning("hm", null));
        assertThat(Heard.in(shown, " and")).isEqualTo(Heard.REASONING);
        shown.add(new StreamChunk.ToolCallDone(0, new ToolCall("1", "clock", "{}")));
        assertThat(Heard.in(shown, " and")).isEqualTo(Heard.TOOL_CALL);
        shown.add(new StreamChunk.Refusal("no"));
        assertThat(Heard.in(shown, " and")).isEqualTo(Heard.REFUSAL);
    }

    @Test
    void aPolicyNamesEachWayOnceAndFailLast() {
        assertThat(ResumePolicy.exact().ways()).containsExactly(Way.SAME_RESPONSE, Way.PREFILL, Way.REPLAY, Way.FAIL);
        assertThat(ResumePolicy.of(Way.RESTART, Way.FAIL).ways()).containsExactly(Way.RESTART, Way.FAIL);
        org.assertj.core.api.Assertions.assertThatIllegalArgumentException()
                .isThrownBy(() -> ResumePolicy.of(Way.FAIL, Way.RESTART));
        org.assertj.core.api.Assertions.assertThatIllegalArgumentException()
                .isThrownBy(() -> ResumePolicy.of(Way.RESTART, Way.RESTART));
    }
}
