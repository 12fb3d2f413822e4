package dev.understudy.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.gateway.key.ClientKey;
import dev.understudy.gateway.key.ClientKeys;
import dev.understudy.gateway.key.KeyFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Calls whose connection and generation end in either order. */
class CallSlotTest {

    private final CallsInFlight calls = new CallsInFlight(1);

    @TempDir
    Path folder;

    private ClientKey key;

    @BeforeEach
    void readKeys() throws IOException {
        Path file =
                Files.writeString(folder.resolve("keys.yaml"), "keys: [{name: app, key: \"${APP}\", concurrent: 1}]");
        key = ClientKeys.of(KeyFile.read(file, Map.of("APP", KeptGateway.APP))).named("app");
    }

    private CallSlot begun() {
        assertThat(calls.begin()).isTrue();
        assertThat(key.start()).isNull();
        return new CallSlot(calls, key, key);
    }

    private void assertIsFull() {
        assertThat(calls.begin()).as("a call beside the only one").isFalse();
        assertThat(key.start()).as("a call of the key beside its only one").isNotNull();
    }

    private void assertIsEmpty() {
        CallSlot next = begun();
        assertIsFull();
        next.left();
    }

    @Test
    void generationWithoutItsConnectionCounts() {
        CallSlot slot = begun();
        slot.hold();
        slot.left();
        assertIsFull();
        assertThat(calls.count()).isZero();
        slot.release();
        assertIsEmpty();
    }

    @Test
    void generationThatBeginsAfterItsConnectionCountsAnew() {
        CallSlot slot = begun();
        slot.left();
        slot.hold();
        assertIsFull();
        slot.release();
        assertIsEmpty();
    }

    @Test
    void generationOfAnotherInstanceCounts() {
        CallSlot slot = CallSlot.withoutConnection(calls, key);
        slot.hold();
        assertIsFull();
        slot.release();
        assertIsEmpty();
    }

    @Test
    void connectionThatEndsAfterItsGenerationCounts() {
        CallSlot slot = begun();
        slot.hold();
        slot.release();
        assertIsFull();
        slot.left();
        assertIsEmpty();
    }
}
