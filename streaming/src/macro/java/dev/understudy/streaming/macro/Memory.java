package dev.understudy.streaming.macro;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Memory of this process after a collection.
 *
 * @param heap used bytes of the heap
 * @param resident resident bytes of the process
 */
record Memory(long heap, long resident) {

    static Memory afterCollection() {
        System.gc();
        System.gc(); // buffers whose owners the first one found are released
        return new Memory(
                ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed(), residentNow());
    }

    private static long residentNow() {
        try {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                            .filter(line -> line.startsWith("VmRSS:"))
                            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                            .sum()
                    * 1024;
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
