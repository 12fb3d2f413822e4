package dev.understudy.redis;

import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** One instance of a {@link Fleet}, without types of the library: its classes may be of a class loader of their own. */
public interface FleetInstance extends AutoCloseable {

    /** Makes one call; emits the name of the provider that answered, or an error. */
    Mono<String> call();

    /** Tells whether the instance is connected to Redis. */
    boolean isConnected();

    /** Number of connections to Redis that were lost. */
    long outages();

    /** Takes a provider out of service, as an operator does. */
    void hold(String provider);

    /** Tells whether a provider is out of service here. */
    boolean sees(String provider);

    /** Publishes that a provider is held. */
    void publishHold(String provider);

    /** Emits the names of providers that are held, as messages about them arrive. */
    Flux<String> holds();

    @Override
    void close();
}
