package dev.understudy.gateway.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Faults of upstreams, each through the gateway or the library, in turn. {@code -P wall} runs each through both, and adds those
 * that wait for limits; {@code -Dunderstudy.wall.only=} selects by a regular expression.
 */
@Timeout(400)
class FaultWallTest {

    private static final boolean ALL = Boolean.getBoolean("understudy.wall");
    private static final Pattern ONLY = Pattern.compile(System.getProperty("understudy.wall.only", ""));

    @Test
    void everyFaultEndsAsItMust(@TempDir Path folder) throws Exception {
        List<Fault> faults = FaultWall.faults().stream()
                .filter(fault -> ALL || !fault.waits())
                .filter(fault -> ONLY.matcher(fault.name()).find())
                .toList();
        List<String> wrong = FaultWall.run(faults, folder, ALL);
        assertThat(wrong).as("%d of %d faults", wrong.size(), faults.size()).isEmpty();
    }

    @Test
    void namesAreUnique() {
        assertThat(FaultWall.faults()).extracting(Fault::name).doesNotHaveDuplicates();
    }

    @Test
    void pageListsEveryFault() throws Exception {
        if (Boolean.getBoolean("understudy.write")) {
            ReliabilityPage.write();
        }
        assertThat(ReliabilityPage.written()).isEqualTo(ReliabilityPage.tables());
    }
}
