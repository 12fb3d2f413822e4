package dev.understudy.redis;

import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Instances of an application that ask one vendor first. */
final class Fleet implements AutoCloseable {

    /** A call that ended. */
    record Call(long at, long nanos, String by) {}

    /** The vendor that all instances ask first. */
    static final class Vendor {
        volatile boolean down;
        final Queue<Long> attempts = new ConcurrentLinkedQueue<>();

        private boolean attempted() {
            attempts.add(System.nanoTime());
            return down;
        }
    }

    /** Loads classes of the library anew, so that an instance shares no static state with another one. */
    private static final class OwnClasses extends URLClassLoader {

        OwnClasses() {
            super(classPath(), Fleet.class.getClassLoader());
        }

        private static URL[] classPath() {
            return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                    .map(OwnClasses::url)
                    .toArray(URL[]::new);
        }

        private static URL url(String entry) {
            try {
                return Path.of(entry).toUri().toURL();
            } catch (MalformedURLException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            boolean own = name.startsWith("dev.understudy.") && !name.equals(FleetInstance.class.getName());
            if (!own) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded != null ? loaded : findClass(name);
            }
        }
    }

    /** One instance, with the calls that it made. */
    final class Instance {
        final FleetInstance application;
        final Queue<Call> calls = new ConcurrentLinkedQueue<>();

        Instance(String uri, String namespace, ClassLoader classes) {
            BooleanSupplier attempted = vendor::attempted;
            Runnable tripped = () -> firstTrip.compareAndSet(0, System.nanoTime());
            try {
                application = (FleetInstance) classes.loadClass(FleetApplication.class.getName())
                        .getConstructor(String.class, String.class, BooleanSupplier.class, Runnable.class)
                        .newInstance(uri, namespace, attempted, tripped);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
        }

        /** Calls one after the other at an interval. */
        Flux<Call> load(Duration every) {
            return Flux.interval(every).onBackpressureDrop().concatMap(tick -> call(), 1);
        }

        private Mono<Call> call() {
            return Mono.defer(() -> {
                long start = System.nanoTime();
                return application
                        .call()
                        .onErrorReturn("failed")
                        .map(by -> new Call(start, System.nanoTime() - start, by))
                        .doOnNext(calls::add);
            });
        }
    }

    final Vendor vendor = new Vendor();
    final AtomicLong firstTrip = new AtomicLong();
    final List<Instance> instances = new ArrayList<>();
    private final List<Disposable> load = new ArrayList<>();

    /**
     * Starts instances.
     *
     * @param ownClasses {@code true} to load the library once for each, as processes would
     */
    Fleet(int number, String uri, String namespace, boolean ownClasses) {
        for (int i = 0; i < number; i++) {
            instances.add(new Instance(uri, namespace, ownClasses ? new OwnClasses() : Fleet.class.getClassLoader()));
        }
    }

    void call(Duration every) {
        instances.forEach(instance -> load.add(instance.load(every).subscribe()));
    }

    List<Call> calls() {
        return instances.stream().flatMap(instance -> instance.calls.stream()).toList();
    }

    @Override
    public void close() {
        load.forEach(Disposable::dispose);
        instances.forEach(instance -> instance.application.close());
    }
}
