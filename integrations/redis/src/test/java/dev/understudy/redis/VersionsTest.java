package dev.understudy.redis;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Numbers of changes that arrived, compared with the number of the last change. */
class VersionsTest {

    private final Versions read = Versions.NONE.reading().read(7);

    @Test
    void everythingArrived() {
        assertThat(read.isBehind(7)).isFalse();
        assertThat(read.arrived(8).arrived(9).isBehind(9)).isFalse();
        assertThat(read.arrived(8).arrived(8).isBehind(8)).isFalse();
    }

    @Test
    void changeIsGivenTimeToArriveUntilTheNextLook() {
        assertThat(read.isBehind(8)).isFalse();
        assertThat(read.looked(8).isBehind(8)).isTrue();
        assertThat(read.looked(8).arrived(8).isBehind(8)).isFalse();
    }

    @Test
    void gapIsSeenAtOnceAndEndsWithTheNextSnapshot() {
        Versions gap = read.arrived(9);
        assertThat(gap.isBehind(9)).isTrue();
        assertThat(gap.arrived(8).isBehind(9)).isTrue();
        assertThat(gap.reading().read(9).isBehind(9)).isFalse();
    }

    @Test
    void gapWhileASnapshotIsReadRemains() {
        assertThat(read.reading().arrived(10).read(8).isBehind(10)).isTrue();
    }

    @Test
    void counterThatBeginsAgainIsSeen() {
        assertThat(read.isBehind(0)).isTrue();
    }

    @Test
    void firstNumberIsNoGap() {
        assertThat(Versions.NONE.arrived(100).isBehind(100)).isFalse();
    }
}
