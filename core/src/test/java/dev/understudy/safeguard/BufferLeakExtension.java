package dev.understudy.safeguard;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import io.netty.util.ResourceLeakTracker;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test class when a buffer was not released, in it or shortly before it. Registered by the service
 * loader, so that it checks every class of the module and is loaded before Netty creates its first buffer.
 */
public final class BufferLeakExtension implements AfterAllCallback {

    private static final ConcurrentLinkedQueue<String> LEAKS = new ConcurrentLinkedQueue<>();
    /** Trackers of buffers that were created and not released. They do not hold the buffers. */
    private static final Set<ResourceLeakTracker<?>> OPEN = ConcurrentHashMap.newKeySet();
    /** Those of them that were open at the last collection of garbage. */
    private static Set<ResourceLeakTracker<?>> known = Set.of();

    static {
        ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(new Factory());
    }

    @Override
    public void afterAll(ExtensionContext context) {
        List<String> leaks = leaks();
        if (!leaks.isEmpty()) {
            throw new AssertionError("LEAK: " + leaks.size() + " buffers were not released, for one\n" + leaks.get(0));
        }
    }

    /** Returns the leaks since the last call. Collects garbage, which takes long, only if other buffers are open than then. */
    public static synchronized List<String> leaks() {
        if (!known.containsAll(OPEN)) {
            System.gc();
            known = Set.copyOf(OPEN);
        }
        if (!known.isEmpty()) {
            PooledByteBufAllocator.DEFAULT.buffer(1).release(); // a new buffer makes Netty report leaks
        }
        List<String> found = new ArrayList<>();
        for (String leak = LEAKS.poll(); leak != null; leak = LEAKS.poll()) {
            found.add(leak);
        }
        return found;
    }

    private static final class Factory extends ResourceLeakDetectorFactory {
        @Override
        @Deprecated
        public <T> ResourceLeakDetector<T> newResourceLeakDetector(Class<T> resource, int interval, long maxActive) {
            return new Detector<>(resource, interval);
        }

        @Override
        public <T> ResourceLeakDetector<T> newResourceLeakDetector(Class<T> resource, int interval) {
            return new Detector<>(resource, interval);
        }
    }

    private static final class Detector<T> extends ResourceLeakDetector<T> {
        Detector(Class<T> resource, int interval) {
            super(resource, interval);
        }

        @Override
        public ResourceLeakTracker<T> track(T resource) {
            ResourceLeakTracker<T> tracker = super.track(resource);
            if (tracker == null) {
                return null;
            }
            ResourceLeakTracker<T> open = new OpenTracker<>(tracker);
            OPEN.add(open);
            return open;
        }

        @Override
        protected boolean needReport() {
            return true;
        }

        @Override
        protected void reportTracedLeak(String type, String records) {
            LEAKS.add(type + records);
        }

        @Override
        protected void reportUntracedLeak(String type) {
            LEAKS.add(type);
        }
    }

    /** Removes itself when its buffer is released. */
    private record OpenTracker<T>(ResourceLeakTracker<T> tracker) implements ResourceLeakTracker<T> {

        @Override
        public void record() {
            tracker.record();
        }

        @Override
        public void record(Object hint) {
            tracker.record(hint);
        }

        @Override
        public boolean close(T resource) {
            OPEN.remove(this);
            return tracker.close(resource);
        }
    }
}
