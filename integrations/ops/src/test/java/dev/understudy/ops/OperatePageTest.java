package dev.understudy.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.ops.admin.ActivityLog;
import dev.understudy.ops.admin.Admin;
import dev.understudy.ops.admin.OpenApi;
import dev.understudy.ops.admin.OperatorClient;
import dev.understudy.ops.agent.Agents;
import dev.understudy.ops.event.EventPayload;
import dev.understudy.ops.webhook.Webhooks;
import dev.understudy.testing.ScriptedProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What docs/operate.md says of routes, types and topics is what there is. */
class OperatePageTest {

    private static final Pattern QUOTED = Pattern.compile("`([^`]+)`");

    /** What is quoted in the first cells of these rows of a section. */
    private static List<String> firstCells(String section, String rows) throws IOException {
        String page = Files.readString(Path.of(System.getProperty("understudy.root", ".."), "docs", "operate.md"));
        String text = page.substring(page.indexOf("## " + section + "\n")).replaceFirst("(?s)(?<=.)\n## .*", "");
        return text.lines()
                .filter(line -> line.matches("\\| " + rows + " \\|.*"))
                .map(line -> line.split("\\|")[1])
                .flatMap(cell -> QUOTED.matcher(cell).results())
                .map((MatchResult found) -> found.group(1))
                .toList();
    }

    @Test
    void everyRouteIsListed() throws IOException {
        try (Understudy understudy = Understudy.over(ScriptedProvider.named("a"))) {
            Admin admin =
                    Admin.of(Agents.of(understudy), new ActivityLog(), Admin.Options.reading(OperatorClient.READ));
            assertThat(firstCells("Admin routes", "`(GET|POST) /[^`]+`"))
                    .containsExactlyInAnyOrderElementsOf(admin.paths());
        }
    }

    @Test
    void everyTypeOfTheEventStreamIsDocumented() throws IOException {
        assertThat(firstCells("Admin routes", "`[a-z]+\\.[a-z_]+`[^|]*"))
                .containsExactlyInAnyOrderElementsOf(EventPayload.types());
    }

    @Test
    void everyFieldOfTheSettingsIsDescribed() throws IOException {
        assertThat(firstCells("Admin routes", "`[a-z]+_[a-z_]+`[^|]*"))
                .containsExactlyInAnyOrderElementsOf(
                        OpenApi.at(OpenApi.DOCUMENT, "components", "schemas", "FailoverChange", "properties")
                                .keySet());
    }

    @Test
    void everyTopicOfWebhooksIsDocumented() throws IOException {
        Stream<String> topics = Arrays.stream(Webhooks.Topic.values()).map(Webhooks.Topic::label);
        assertThat(firstCells("Webhooks", "`[a-z]+`")).containsExactlyElementsOf(topics.toList());
    }
}
