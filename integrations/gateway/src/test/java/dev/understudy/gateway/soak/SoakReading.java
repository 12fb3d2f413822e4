package dev.understudy.gateway.soak;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import reactor.core.scheduler.Schedulers;

/**
 * What a process holds while no call is in flight.
 *
 * @param heap live bytes after a collection
 * @param descriptors open files and sockets
 * @param threads live threads
 * @param timers pending timers of Reactor's schedulers
 */
record SoakReading(long heap, long descriptors, int threads, int timers) {

    private static final Queue<ScheduledThreadPoolExecutor> EXECUTORS = new ConcurrentLinkedQueue<>();

    /** Makes the timers of Reactor's schedulers known; called before anything uses them. */
    static void watchTimers() {
        Schedulers.addExecutorServiceDecorator("soak", (scheduler, executor) -> {
            if (executor instanceof ScheduledThreadPoolExecutor timers) {
                EXECUTORS.add(timers);
            }
            return executor;
        });
        Schedulers.shutdownNow();
    }

    static void forgetTimers() {
        Schedulers.removeExecutorServiceDecorator("soak");
    }

    static SoakReading take() {
        System.gc();
        System.gc();
        long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        long descriptors = ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? unix.getOpenFileDescriptorCount()
                : 0;
        int timers = EXECUTORS.stream()
                .mapToInt(executor -> executor.getQueue().size())
                .sum();
        return new SoakReading(
                heap, descriptors, ManagementFactory.getThreadMXBean().getThreadCount(), timers);
    }
}
