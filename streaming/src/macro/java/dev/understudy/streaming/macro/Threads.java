package dev.understudy.streaming.macro;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** CPU time and allocated bytes of this process. Threads of the compilers and of the garbage collector do not count. */
record Threads(long cpu, long bytes) {

    private static final com.sun.management.ThreadMXBean THREADS =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

    static Threads now() {
        long bytes = 0;
        for (long allocated : THREADS.getThreadAllocatedBytes(THREADS.getAllThreadIds())) {
            bytes += Math.max(0, allocated);
        }
        long cpu = 0;
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
            for (Path task : tasks) {
                cpu += nanos(task);
            }
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
        return new Threads(cpu, bytes);
    }

    private static long nanos(Path task) {
        try {
            String name = Files.readString(task.resolve("comm"));
            boolean own = name.startsWith("C1 ")
                    || name.startsWith("C2 ")
                    || name.startsWith("GC ")
                    || name.startsWith("G1 ")
                    || name.startsWith("VM Thread")
                    || name.startsWith("Sweeper");
            return own
                    ? 0
                    : Long.parseLong(Files.readString(task.resolve("schedstat")).split(" ", 2)[0]);
        } catch (IOException ended) {
            return 0;
        }
    }

    Threads since(Threads before) {
        return new Threads(cpu - before.cpu, bytes - before.bytes);
    }
}
