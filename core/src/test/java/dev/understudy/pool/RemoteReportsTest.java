package dev.understudy.pool;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Reports of other instances, counted by instance. */
class RemoteReportsTest {

    private final RemoteReports reports = new RemoteReports();

    @Test
    void instancesAreCountedOnce() {
        assertThat(reports.add("s", "one/1", "open", 10, 0)).isEqualTo(1);
        assertThat(reports.add("s", "one/2", "open", 10, 0)).isEqualTo(1);
        assertThat(reports.add("s", "two", "open", 10, 0)).isEqualTo(2);
        assertThat(reports.add("another", "two", "open", 10, 0)).isEqualTo(1);
    }

    @Test
    void reportsOfAnotherValueAndEndedOnesDoNotCount() {
        reports.add("s", "one", "a", 10, 0);
        reports.add("s", "two", "b", 5, 0);
        assertThat(reports.add("s", "three", "b", 10, 4)).isEqualTo(2);
        assertThat(reports.add("s", "four", "b", 10, 5)).isEqualTo(2);
    }

    @Test
    void lastReportIsRemoved() {
        reports.add("s", "one", "open", 10, 0);
        reports.add("s", "two", "open", 10, 0);
        assertThat(reports.remove("s", "one", 1)).isFalse();
        assertThat(reports.remove("s", "two", 1)).isTrue();
        assertThat(reports.remove("s", "two", 1)).isTrue();
        assertThat(reports.add("s", "three", "open", 10, 1)).isEqualTo(1);
    }

    @Test
    void instancesOfOneSubjectAreBounded() {
        int counted = 0;
        for (int i = 0; i < 2 * RemoteReports.INSTANCES; i++) {
            counted = reports.add("s", "instance" + i, "open", 10, 0);
        }
        assertThat(counted).isEqualTo(RemoteReports.INSTANCES);
    }
}
