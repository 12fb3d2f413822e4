package dev.understudy.streaming.macro;

import com.sun.management.GarbageCollectionNotificationInfo;
import com.sun.management.GcInfo;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.management.Notification;
import javax.management.NotificationEmitter;
import javax.management.openmbean.CompositeData;

/** Bytes that all threads allocated, also those that have ended: what the heap grew by between collections. */
final class HeapGrowth {

    private final List<GarbageCollectorMXBean> collectors = ManagementFactory.getGarbageCollectorMXBeans();
    private final List<String> pools = ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(pool -> pool.getType() == MemoryType.HEAP)
            .map(MemoryPoolMXBean::getName)
            .toList();
    private long collections = collections();
    private long grown;
    private long left; // by the last collection

    HeapGrowth() {
        for (GarbageCollectorMXBean collector : collectors) {
            ((NotificationEmitter) collector).addNotificationListener((event, any) -> heard(event), null, null);
        }
    }

    private void heard(Notification event) {
        if (event.getType().equals(GarbageCollectionNotificationInfo.GARBAGE_COLLECTION_NOTIFICATION)) {
            collected(GarbageCollectionNotificationInfo.from((CompositeData) event.getUserData())
                    .getGcInfo());
        }
    }

    private synchronized void collected(GcInfo collection) {
        grown += used(collection.getMemoryUsageBeforeGc()) - left;
        left = used(collection.getMemoryUsageAfterGc());
        collections++;
        notifyAll();
    }

    private long used(Map<String, MemoryUsage> usage) {
        return pools.stream().mapToLong(pool -> usage.get(pool).getUsed()).sum();
    }

    private long collections() {
        return collectors.stream()
                .mapToLong(GarbageCollectorMXBean::getCollectionCount)
                .sum();
    }

    /** Returns the bytes so far; waits for notifications that are on their way. */
    synchronized long bytes() {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
        while (collections < collections() && System.nanoTime() < until) {
            try {
                wait(10);
            } catch (InterruptedException stop) {
                throw new IllegalStateException(stop);
            }
        }
        return grown + ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() - left;
    }
}
