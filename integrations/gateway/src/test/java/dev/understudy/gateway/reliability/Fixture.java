package dev.understudy.gateway.reliability;

import java.util.ArrayList;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** The upstreams of one fault in one mode, for one caller. */
final class Fixture implements AutoCloseable {

    private final Fault fault;
    private final Mode mode;
    private final List<Upstream> upstreams = new ArrayList<>();
    private Caller caller;
    private String understudy = "";
    private boolean called;

    Fixture(Fault fault, Mode mode) {
        this.fault = fault;
        this.mode = mode;
        fault.slots().forEach(slot -> upstreams.add(slot.server().apply(mode)));
    }

    Fault fault() {
        return fault;
    }

    Mode mode() {
        return mode;
    }

    List<Upstream> upstreams() {
        return upstreams;
    }

    Upstream upstream(int index) {
        return upstreams.get(index);
    }

    void caller(String name, Caller caller) {
        this.understudy = name;
        this.caller = caller;
    }

    void play() throws Exception {
        fault.play().on(this);
    }

    Run call() throws InterruptedException {
        begin();
        return new Run(caller.call(fault.question(), mode), upstreams);
    }

    private synchronized void begin() {
        if (!called) {
            called = true;
            upstreams.forEach(Upstream::called);
        }
    }

    /** Calls by several callers at the same time. */
    List<Run> callers(int number) {
        return Flux.range(0, number)
                .flatMap(caller -> Mono.fromCallable(this::call).subscribeOn(Schedulers.boundedElastic()), number)
                .collectList()
                .block();
    }

    void callAndLeave() throws Exception {
        caller.callAndLeave(mode, upstreams.get(0));
    }

    @Override
    public void close() {
        if (caller != null) {
            caller.close();
        }
        upstreams.forEach(Upstream::close);
    }

    @Override
    public String toString() {
        return fault.name() + " (" + understudy + ", " + mode.label() + ")";
    }
}
