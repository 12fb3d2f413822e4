package dev.understudy.ops.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Replays the table of alarms in docs/operate.md: each alarm fires in its own outage and in no other. */
class AlarmsTest {

    @ParameterizedTest
    @EnumSource
    void outageFiresItsAlarmOnly(AlarmOutage outage) {
        List<Alarm> fired = new AlarmScenario(outage).play();
        assertThat(fired).containsExactlyElementsOf(outage.expected());
    }

    @Test
    void everyAlarmHasAnOutage() {
        assertThat(Arrays.stream(AlarmOutage.values()).flatMap(outage -> outage.expected().stream()))
                .containsExactlyInAnyOrder(Alarm.values());
    }

    @Test
    void pageListsTheAlarms() throws java.io.IOException {
        String page = Files.readString(Path.of("../../docs/operate.md"));
        String section = page.substring(page.indexOf("## Alerts"), page.indexOf("## Resilience report"));
        List<String> listed = Pattern.compile("^\\| `([a-z_]+)` \\|", Pattern.MULTILINE)
                .matcher(section)
                .results()
                .map(row -> row.group(1))
                .toList();
        assertThat(listed)
                .containsExactlyElementsOf(
                        Arrays.stream(Alarm.values()).map(Alarm::label).toList());
    }
}
